"""Small values for tests of the core: one clinic's rules, documents, payments and contacts of both systems."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec

from daemon.core.assess import Assessment, assess
from daemon.core.discrepancy import Finding
from daemon.core.family import Family
from daemon.core.model import (
    Allocation,
    Contact,
    Document,
    DocumentStatus,
    Kind,
    Line,
    Link,
    Origin,
    Payment,
    System,
)
from daemon.core.posting import post
from daemon.core.rules import Mode, Rules
from daemon.core.scenes import scene
from daemon.core.view import Scene, View

T0 = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 10)
ADA = "12"
ADA_CONTACT = "contact-12"
OPEN_MONTHS_AGO = dt.date(2026, 1, 1)


def rules(**changes: Any) -> Rules:
    """A practice that corrects by itself, with everything mapped."""
    usual: dict[str, Any] = {
        "practice": "riverside",
        "currency": "GBP",
        "start_date": OPEN_MONTHS_AGO,
        "today": dt.date(2026, 4, 1),
        "mode": Mode.AUTO,
        "xero_payment_type": "17",
        "tax": {"20": "OUTPUT2", "5": "RROUTPUT", "0": "ZERORATEDOUTPUT"},
        "tax_rates": {
            "OUTPUT2": Decimal(20),
            "RROUTPUT": Decimal(5),
            "ZERORATEDOUTPUT": Decimal(0),
            "NONE": Decimal(0),
        },
        "account_default": "200",
        "account_rounding": "861",
        "account_prepayments": "815",
        "account_consolidation": "816",
        "payments": {"0": "090", "1": "091", "2": "092", "17": "090"},
    }
    return Rules(**{**usual, **changes})


RULES = rules()


def row(gross: str, rate: str = "20", tax: str | None = None, **fields: Any) -> Line:
    """A Provet row; its tax is what is inside the gross, with four decimals."""
    total, percent = Decimal(gross), Decimal(rate)
    inside = (total * percent / (100 + percent)).quantize(Decimal("0.0001")) if tax is None else Decimal(tax)
    exact = {name: Decimal(fields[name]) for name in ("quantity", "unit_gross") if name in fields}
    usual: dict[str, Any] = {"description": "Consultation", "quantity": Decimal(1), "unit_gross": total}
    return Line(gross=total, tax=inside, tax_rate=percent, **{**usual, **fields, **exact})


def invoice(identifier: str = "1", gross: str = "120.00", *rows: Line, **fields: Any) -> Document:
    """A final Provet invoice of Ada; without rows it has one at 20 %."""
    lines = rows or (row(gross),)
    total = Decimal(gross)
    tax = sum((line.tax for line in lines), Decimal(0)).quantize(Decimal("0.01"))
    usual: dict[str, Any] = {
        "system": System.PROVET,
        "id": identifier,
        "updated_at": T0,
        "credit": False,
        "status": DocumentStatus.FINAL,
        "date": DAY,
        "tax": tax,
        "balance": total,
        "number": f"INV-{identifier}",
        "contact_id": ADA,
        "contact_name": "Ada Quinn",
        "lines": lines,
        "department": "1",
    }
    return Document(gross=total, **{**usual, **fields})


def credit_note(identifier: str = "2", gross: str = "-50.00", *rows: Line, **fields: Any) -> Document:
    """A final Provet credit note for document 1 unless ``credits`` names another."""
    usual = {"credit": True, "credits": "1", "number": f"CN-{identifier}"}
    return invoice(identifier, gross, *(rows or (row(gross),)), **{**usual, **fields})


def paid(identifier: str, value: str, document: str = "1", **fields: Any) -> Payment:
    """A Provet payment, in cash unless told otherwise."""
    usual: dict[str, Any] = {"system": System.PROVET, "updated_at": T0, "date": DAY, "method": "1"}
    return Payment(id=identifier, document_id=document, amount=Decimal(value), **{**usual, **fields})


def xero_paid(identifier: str, value: str, document: str = "x-1", **fields: Any) -> Payment:
    """A Xero payment."""
    usual: dict[str, Any] = {"system": System.XERO, "method": "091"}
    return paid(identifier, value, document, **{**usual, **fields})


def booked(document: Document, identifier: str = "", **fields: Any) -> Document:
    """The Xero document that equals a Provet document, as an outsider would type it from the printed invoice."""
    side = -1 if document.gross < 0 else 1
    codes = {Decimal(20): "OUTPUT2", Decimal(5): "RROUTPUT", Decimal(0): "ZERORATEDOUTPUT"}
    lines = tuple(
        Line(
            description=line.description,
            gross=line.gross * side,
            tax=(line.tax * side).quantize(Decimal("0.01")),
            tax_rate=line.tax_rate,
            tax_code=codes[line.tax_rate],
            account="200",
        )
        for line in document.lines
    )
    usual: dict[str, Any] = {
        "system": System.XERO,
        "id": identifier or f"x-{document.id}",
        "updated_at": T0,
        "credit": document.credit or document.gross < 0,
        "status": DocumentStatus.FINAL,
        "date": document.date,
        "gross": abs(document.gross),
        "tax": abs(document.tax),
        "balance": fields.get("gross", abs(document.gross)),
        "number": document.number,
        "contact_id": ADA_CONTACT,
        "contact_name": "Ada Quinn",
        "lines": lines,
        "reference": f"Provet invoice {document.id}",
    }
    return Document(**{**usual, **fields})


def allocation(value: str, document: str = "x-1", **fields: Any) -> Allocation:
    usual: dict[str, Any] = {"date": DAY, "id": f"alloc-{document}"}
    return Allocation(document_id=document, amount=Decimal(value), **{**usual, **fields})


def client(identifier: str = ADA, **fields: Any) -> Contact:
    """A Provet client."""
    usual: dict[str, Any] = {
        "system": System.PROVET,
        "updated_at": T0,
        "name": "Ada Quinn",
        "first_name": "Ada",
        "last_name": "Quinn",
        "email": "ada@example.test",
        "number": identifier,
    }
    return Contact(id=identifier, **{**usual, **fields})


def contact(identifier: str = ADA_CONTACT, **fields: Any) -> Contact:
    """A Xero contact, Ada's unless told otherwise."""
    return client(identifier, **{"system": System.XERO, "number": ADA, **fields})


def contact_link(provet_id: str = ADA, xero_id: str = ADA_CONTACT, **fields: Any) -> Link:
    return Link(kind=Kind.CONTACT, provet_id=provet_id, xero_id=xero_id, origin=Origin.ADOPTED, **fields)


def document_link(provet_id: str = "1", xero_id: str = "", **fields: Any) -> Link:
    usual: dict[str, Any] = {"origin": Origin.CREATED, "created_in": System.XERO}
    return Link(kind=Kind.DOCUMENT, provet_id=provet_id, xero_id=xero_id or f"x-{provet_id}", **{**usual, **fields})


def payment_link(provet_id: str, xero_id: str, **fields: Any) -> Link:
    usual: dict[str, Any] = {"origin": Origin.CREATED, "created_in": System.XERO}
    return Link(kind=Kind.PAYMENT, provet_id=provet_id, xero_id=xero_id, **{**usual, **fields})


def family(*records: Document | Payment | Contact | Link, **fields: Any) -> Family:
    """Ada's family of these records; she and her linked contact come along unless contacts or their links are given."""
    contacts = tuple(record for record in records if isinstance(record, Contact))
    links = tuple(record for record in records if isinstance(record, Link))
    known = any(link.kind is Kind.CONTACT for link in links)
    usual: dict[str, Any] = {
        "practice": "riverside",
        "id": "invoice:1",
        "documents": tuple(record for record in records if isinstance(record, Document)),
        "payments": tuple(record for record in records if isinstance(record, Payment)),
        "contacts": contacts or (client(), contact()),
        "links": links if contacts or known else (*links, contact_link()),
    }
    return due_in_xero(Family(**{**usual, **fields}))


def client_family(*records: Document | Contact | Link, **fields: Any) -> Family:
    """The family of client 12 with exactly these contacts and links."""
    contacts = tuple(record for record in records if isinstance(record, Contact))
    links = tuple(record for record in records if isinstance(record, Link))
    documents = (record for record in records if isinstance(record, Document))
    return family(*documents, **{"id": f"client:{ADA}", "contacts": contacts, "links": links, **fields})


def due_in_xero(seen: Family) -> Family:
    """The family with what Xero says is due: totals less the payments and credit that stand there."""

    def due(document: Document) -> Document:
        if document.system is System.PROVET or document.status is DocumentStatus.VOID:
            return document
        paid = (p.amount for p in seen.payments_of(System.XERO) if p.document_id == document.id and not p.cancelled)
        notes = [each for each in seen.of(System.XERO) if each.status is not DocumentStatus.VOID]
        by_notes = sum((a.amount for n in notes for a in n.allocations if a.document_id == document.id), Decimal(0))
        own = sum((a.amount for a in document.allocations), Decimal(0))
        credited = own if document.credit else max(document.credited, by_notes)
        return msgspec.structs.replace(document, balance=document.gross - sum(paid, credited))

    return msgspec.structs.replace(seen, documents=tuple(map(due, seen.documents)))


def learned(seen: Family, practice: Rules = RULES) -> Family:
    """The family with the links that an assessment brings, as if both sides had been seen in agreement."""
    fresh = {(link.kind, link.provet_id, link.xero_id): link for link in (*seen.links, *assess(seen, practice).links)}
    return msgspec.structs.replace(seen, links=tuple(fresh.values()))


def with_changed(seen: Family, identifier: str, **fields: Any) -> Family:
    """The family after the record of that id changed."""

    def change(record: Any) -> Any:
        return msgspec.structs.replace(record, **fields) if record.id == identifier else record

    changed = msgspec.structs.replace(
        seen,
        documents=tuple(map(change, seen.documents)),
        payments=tuple(map(change, seen.payments)),
        contacts=tuple(map(change, seen.contacts)),
    )
    return changed if "balance" in fields else due_in_xero(changed)


def with_records(seen: Family, *records: Document | Payment | Link) -> Family:
    """The family with more records."""
    more = msgspec.structs.replace(
        seen,
        documents=(*seen.documents, *(r for r in records if isinstance(r, Document))),
        payments=(*seen.payments, *(r for r in records if isinstance(r, Payment))),
        links=(*seen.links, *(r for r in records if isinstance(r, Link))),
    )
    return due_in_xero(more)


def kinds(assessment: Assessment) -> list[str]:
    return [finding.kind for finding in assessment.findings]


def only(seen: Family, practice: Rules = RULES) -> Finding:
    """The only finding of a family."""
    findings = assess(seen, practice).findings
    assert len(findings) == 1, [(finding.kind, finding.summary) for finding in findings]
    return findings[0]


def steps(finding: Finding, option_id: str = "") -> list[str]:
    """The kinds of the steps of an option, the recommended one by default."""
    option = finding.option(option_id)
    assert option is not None, [option.id for option in finding.options]
    return [type(step).__name__ for step in option.steps]


def view_of(seen: Family, identifier: str = "1", practice: Rules = RULES) -> tuple[View, Scene]:
    stage = scene(seen, practice)
    return stage.views[identifier], stage


def posting_of(document: Document, practice: Rules = RULES, *, credit: bool = False) -> Any:
    return post(document, practice, credit=credit).posting
