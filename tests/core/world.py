"""A tiny model of both systems: carries steps out on a family's values and refuses what the real systems refuse.

It shares nothing with the planner but the language of steps. Rules: docs/reference/xero.md 8.4-10.3, 12, 15 and
docs/reference/provet.md 2.8-2.10.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from daemon.core.correction import (
    Allocate,
    CancelPayment,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    Posting,
    RecordPayment,
    RemoveLink,
    SetLink,
    Step,
    UpdateClient,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
)
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
from daemon.core.rules import Rules

CENT = Decimal("0.01")
FINAL, VOID = DocumentStatus.FINAL, DocumentStatus.VOID


class Refused(Exception):
    """A system would not take this write."""


def check(holds: object, why: str) -> None:
    if not holds:
        raise Refused(why)


class World:
    """Both systems as far as one family sees them; ``cancel_by_row`` chooses how Provet shows a cancelled payment."""

    def __init__(self, seen: Family, practice: Rules, *, cancel_by_row: bool = False) -> None:
        self.practice = practice
        self.cancel_by_row = cancel_by_row
        self.documents = {document.id: document for document in seen.documents}
        self.payments = {payment.id: payment for payment in seen.payments}
        self.contacts = {(contact.system, contact.id): contact for contact in seen.contacts}
        self.links = {(link.kind, link.provet_id, link.xero_id): link for link in seen.links}
        self._seen = seen
        self._next = 1000

    def copy(self) -> World:
        """The same world on a path of its own."""
        other = World(self.family(), self.practice, cancel_by_row=self.cancel_by_row)
        other._next = self._next
        return other

    def family(self) -> Family:
        return msgspec.structs.replace(
            self._seen,
            documents=tuple(self._settled(document) for document in self.documents.values()),
            payments=tuple(self.payments.values()),
            contacts=tuple(self.contacts.values()),
            links=tuple(self.links.values()),
        )

    def _settled(self, document: Document) -> Document:
        if document.system is System.PROVET or document.status is VOID:
            return document
        return msgspec.structs.replace(document, balance=self.left(document.id), paid=self.taken(document.id))

    def note(self, links: tuple[Link, ...]) -> None:
        """Store links as an assessment brings them."""
        for link in links:
            self.links[link.kind, link.provet_id, link.xero_id] = link

    def apply(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            getattr(self, f"_{type(step).__name__.lower()}")(step)

    def new_id(self) -> str:
        self._next += 1
        return str(self._next)

    def change(self, identifier: str, **fields: Any) -> None:
        """Change a document or a payment behind everybody's back."""
        store: dict[str, Any] = self.documents if identifier in self.documents else self.payments
        store[identifier] = msgspec.structs.replace(store[identifier], **fields)

    def add(self, record: Document | Payment) -> None:
        store: dict[str, Any] = self.documents if isinstance(record, Document) else self.payments
        assert record.id not in store
        store[record.id] = record

    def taken(self, identifier: str) -> Decimal:
        """What living Xero payments take off a Xero document."""
        mine = (p for p in self.payments.values() if p.document_id == identifier and not p.cancelled)
        return sum((p.amount for p in mine), Decimal(0))

    def credited(self, document: Document) -> Decimal:
        return sum((a.amount for a in document.allocations), Decimal(0)) if document.credit else document.credited

    def left(self, identifier: str) -> Decimal:
        """AmountDue of a Xero invoice or RemainingCredit of a credit note."""
        document = self.documents[identifier]
        return document.gross - self.taken(identifier) - self.credited(document)

    def partner(self, kind: Kind, provet_id: str) -> str:
        found = [link.xero_id for link in self.links.values() if link.kind is kind and link.provet_id == provet_id]
        check(len(found) == 1, f"{kind} {provet_id} has partners {found}")
        return found[0]

    def _open(self, *days: Any) -> None:
        locked = self.practice.locked_through
        check(all(locked is None or day > locked for day in days), f"a day of {days} is locked")

    def _booked(self, identifier: str) -> Document:
        document = self.documents[identifier]
        check(document.system is System.XERO and document.status is FINAL, f"{identifier} is not authorised")
        return document

    def _createcontact(self, step: CreateContact) -> None:
        """Several documents may ask for the same contact: the first creates it, the others find it."""
        if any(link.kind is Kind.CONTACT and link.provet_id == step.client_id for link in self.links.values()):
            return
        names = {
            c.name.casefold() for (system, _), c in self.contacts.items() if system is System.XERO and not c.archived
        }
        numbers = {c.number for (system, _), c in self.contacts.items() if system is System.XERO}
        check(step.contact.name and step.contact.name.casefold() not in names, "the contact name is taken")
        check(step.contact.number == step.client_id and step.client_id not in numbers, "the contact number is taken")
        fresh = msgspec.structs.replace(step.contact, system=System.XERO, id=self.new_id())
        self.contacts[System.XERO, fresh.id] = fresh
        self._link(Kind.CONTACT, step.client_id, fresh.id, System.XERO)

    def _updatecontact(self, step: UpdateContact) -> None:
        old = self.contacts[System.XERO, step.contact_id]
        check(not old.archived, "archived contacts cannot be edited")
        self.contacts[System.XERO, old.id] = self._with_fields(old, step)

    def _updateclient(self, step: UpdateClient) -> None:
        old = self.contacts[System.PROVET, step.client_id]
        fresh = self._with_fields(old, step)
        if old.name == f"{old.first_name} {old.last_name}".strip():
            check("name" not in step.fields, "a person has no name but first and last name")
            fresh = msgspec.structs.replace(fresh, name=f"{fresh.first_name} {fresh.last_name}".strip())
        self.contacts[System.PROVET, old.id] = fresh

    def _with_fields(self, old: Contact, step: UpdateContact | UpdateClient) -> Contact:
        return msgspec.structs.replace(old, **{name: getattr(step.contact, name) for name in step.fields})

    def _link(self, kind: Kind, provet_id: str, xero_id: str, where: System) -> None:
        link = Link(kind=kind, provet_id=provet_id, xero_id=xero_id, origin=Origin.CREATED, created_in=where)
        self.note((link,))

    def _lines(self, posting: Posting) -> tuple[Line, ...]:
        for line in posting.lines:
            product = (line.quantity * line.unit_gross).quantize(CENT, ROUND_HALF_UP)
            check(product == line.gross, f"line total {line.gross} is not {line.quantity} x {line.unit_gross}")
            check(line.description and line.account and line.tax_code, "a line lacks description, account or tax")
        return tuple(
            Line(
                description=e.description,
                gross=e.gross,
                tax=e.tax,
                tax_rate=Decimal(0),
                tax_code=e.tax_code,
                account=e.account,
            )
            for e in posting.lines
        )

    def _contact_of(self, posting: Posting) -> str:
        contact_id = self.partner(Kind.CONTACT, posting.client_id)
        known = self.contacts.get((System.XERO, contact_id))
        check(known is None or not known.archived, "the contact is archived")
        return contact_id

    def _createdocument(self, step: CreateDocument) -> None:
        posting = step.posting
        self._open(posting.date)
        mine = [d for d in self.documents.values() if d.system is System.XERO and d.credit == posting.credit]
        numbers = {d.number.casefold() for d in mine}
        check(posting.number.casefold() not in numbers, f"number {posting.number} is taken")
        lines = self._lines(posting)
        fresh = Document(
            system=System.XERO,
            id=f"x{self.new_id()}",
            updated_at=self._seen.documents[0].updated_at,
            credit=posting.credit,
            status=FINAL,
            date=posting.date,
            gross=sum((line.gross for line in lines), Decimal(0)),
            tax=sum((line.tax for line in lines), Decimal(0)),
            number=posting.number,
            contact_id=self._contact_of(posting),
            lines=lines,
            reference=posting.reference,
        )
        check(fresh.gross >= 0, "a negative document")
        self.documents[fresh.id] = fresh
        for key in [key for key in self.links if key[:2] == (Kind.DOCUMENT, posting.provet_id)]:
            del self.links[key]
        self._link(Kind.DOCUMENT, posting.provet_id, fresh.id, System.XERO)

    def _updatedocument(self, step: UpdateDocument) -> None:
        old = self._booked(step.xero_id)
        self._open(old.date, step.posting.date)
        credited = self.credited(old)
        only_contact = set(step.fields) == {"contact"}
        check(not credited and (only_contact or not self.taken(old.id)), "the document has a payment or credit note")
        fields: dict[str, Any] = {}
        if "contact" in step.fields:
            fields["contact_id"] = self._contact_of(step.posting)
        if "date" in step.fields:
            fields["date"] = step.posting.date
        if any(name == "gross" or name.startswith("tax ") for name in step.fields):
            lines = self._lines(step.posting)
            fields |= {
                "lines": lines,
                "gross": sum(line.gross for line in lines),
                "tax": sum(line.tax for line in lines),
            }
        self.change(old.id, **fields)

    def _voiddocument(self, step: VoidDocument) -> None:
        old = self._booked(step.xero_id)
        self._open(old.date)
        check(not self.taken(old.id) and not self.credited(old), "the document has payments or credit")
        self.change(old.id, status=VOID)

    def _createpayment(self, step: CreatePayment) -> None:
        document = self._booked(self.partner(Kind.DOCUMENT, step.document_id))
        self._open(step.date)
        check(document.credit == step.credit, "a refund goes to a credit note, a payment to an invoice")
        clearing = (self.practice.account_prepayments, self.practice.account_consolidation)
        check(step.account in (*self.practice.payments.values(), *clearing), "no such account")
        check(0 < step.amount <= self.left(document.id), f"{step.amount} exceeds {self.left(document.id)}")
        fresh = Payment(
            system=System.XERO,
            id=f"p{self.new_id()}",
            updated_at=document.updated_at,
            document_id=document.id,
            amount=step.amount,
            date=step.date,
            method=step.account,
            note=step.reference,
        )
        self.payments[fresh.id] = fresh
        self._link(Kind.PAYMENT, step.payment_id, fresh.id, System.XERO)

    def _deletepayment(self, step: DeletePayment) -> None:
        payment = self.payments[step.xero_id]
        self._open(payment.date)
        check(not payment.cancelled and not payment.locked, "the payment is reconciled, in a batch or gone")
        self.change(payment.id, cancelled=True)

    def _allocate(self, step: Allocate) -> None:
        note = self._booked(self.partner(Kind.DOCUMENT, step.credit_id))
        invoice = self._booked(self.partner(Kind.DOCUMENT, step.invoice_id))
        self._open(step.date)
        check(
            note.credit and not invoice.credit and note.contact_id == invoice.contact_id, "these two do not go together"
        )
        check(0 < step.amount <= min(self.left(note.id), self.left(invoice.id)), "more than is outstanding")
        before = sum((a.amount for a in note.allocations if a.document_id == invoice.id), Decimal(0))
        check(before == step.already, "the step does not know what is allocated already")
        fresh = Allocation(document_id=invoice.id, amount=step.amount, date=step.date, id=f"a{self.new_id()}")
        self.change(note.id, allocations=(*note.allocations, fresh))
        self.change(invoice.id, credited=invoice.credited + step.amount)

    def _deallocate(self, step: Deallocate) -> None:
        note = self._booked(step.xero_credit_id)
        gone = next(a for a in note.allocations if a.id == step.allocation_id)
        self._open(gone.date)
        self.change(note.id, allocations=tuple(a for a in note.allocations if a.id != gone.id))
        if gone.document_id in self.documents:
            self.change(gone.document_id, credited=self.documents[gone.document_id].credited - gone.amount)

    def provet_due(self, identifier: str) -> Decimal:
        """``due_sum`` of a Provet document, under its own sign."""
        mine = [p for p in self.payments.values() if p.document_id == identifier]
        return self.documents[identifier].gross - sum((p.amount for p in net(mine)), Decimal(0))

    def _recordpayment(self, step: RecordPayment) -> None:
        document = self.documents[step.document_id]
        check(document.system is System.PROVET and document.status is FINAL, "only a final document can be paid")
        open_from = self.practice.provet_open_from
        check(open_from is None or step.date >= open_from, "the period is closed in Provet")
        due = self.provet_due(document.id)
        check(step.amount * due > 0 and abs(step.amount) <= abs(due), f"{step.amount} does not fit into {due}")
        check(step.method == self.practice.xero_payment_type, "payments from Xero have a method of their own")
        fresh = Payment(
            system=System.PROVET,
            id=self.new_id(),
            updated_at=document.updated_at,
            document_id=document.id,
            amount=step.amount,
            date=step.date,
            method=step.method,
            note=step.info,
        )
        self.payments[fresh.id] = fresh
        self._link(Kind.PAYMENT, fresh.id, step.xero_id, System.PROVET)

    def _cancelpayment(self, step: CancelPayment) -> None:
        self.cancel(step.payment_id)

    def cancel(self, identifier: str) -> None:
        """Cancel a Provet payment, shown by its status or by an opposite row."""
        payment = self.payments[identifier]
        check(payment.system is System.PROVET and not payment.cancelled, "there is nothing to cancel")
        if not self.cancel_by_row:
            self.change(identifier, cancelled=True)
            return
        opposite = msgspec.structs.replace(payment, id=self.new_id(), amount=-payment.amount, note="Cancelled")
        self.payments[opposite.id] = opposite

    def _setlink(self, step: SetLink) -> None:
        if step.link.kind is not Kind.PAYMENT:
            for key in [key for key in self.links if key[:2] == (step.link.kind, step.link.provet_id)]:
                del self.links[key]
        self.note((step.link,))

    def _removelink(self, step: RemoveLink) -> None:
        self.links.pop((step.kind, step.provet_id, step.xero_id), None)


def net(payments: list[Payment]) -> list[Payment]:
    """The rows of a Provet document that count, whichever way a cancellation shows."""
    return [payment for payment in payments if not payment.cancelled]
