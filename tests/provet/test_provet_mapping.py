"""Provet's records in the domain: the documented shapes, and every oddity that was seen or must be expected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from daemon.core.model import Address, Contact, Document, DocumentStatus, Payment, digest
from daemon.provet import mapping, wire
from daemon.provet.mapping import Catalogue
from tests.samples import ABSENT, sample

D = Decimal
ROW_URL = "https://provetcloud.com/54321/api/0.1/invoicerow/{}/"


def contact(**changes: Any) -> Contact:
    return mapping.contact(wire.CLIENT.decode(sample("provet_client", **changes)))


def payment(**changes: Any) -> Payment:
    return mapping.payment(wire.PAYMENT.decode(sample("provet_payment", **changes)))


def document(*rows: dict[str, Any], catalogue: Catalogue | None = None, **changes: Any) -> Document:
    raws = [sample("provet_row", **row) for row in rows or ({},)]
    links = {"invoice_row": [ROW_URL.format(n) for n in range(len(raws))], **changes}
    invoice = wire.INVOICE.decode(sample("provet_invoice", **links))
    return mapping.document(invoice, [wire.ROW.decode(raw) for raw in raws], catalogue or Catalogue())


def test_the_documented_client() -> None:
    assert contact() == Contact(
        system=contact().system,
        id="812",
        updated_at=dt.datetime(2026, 8, 1, 8, 12, 44, tzinfo=dt.UTC),
        name="Ada Quinn",
        first_name="Ada",
        last_name="Quinn",
        email="ada@example.test",
        phone="+441234567890",
        address=Address(street="4 Mill Lane", city="Aberlow", postal_code="AB1 2CD", country="GB"),
        number="812",
    )


@pytest.mark.parametrize(
    ("what", "changes", "field", "expected"),
    [
        ("a company", {"organization_name": "Quinn  Ltd"}, "name", "Quinn Ltd"),
        ("a company without people", {"organization_name": "Q", "firstname": None, "lastname": ""}, "name", "Q"),
        ("only a last name", {"firstname": ""}, "name", "Quinn"),
        ("country as text", {"country": "GB"}, "address.country", "GB"),
        ("no country", {"country": None}, "address.country", ""),
        ("no phones", {"phone_numbers": []}, "phone", ""),
        ("phones left out", {"phone_numbers": ABSENT}, "phone", ""),
        ("an empty first phone", {"phone_numbers": [{"id": 1, "number": " "}, {"number": "2"}]}, "phone", "2"),
        ("archived", {"archived": True}, "archived", True),
        ("id as text", {"id": "00812"}, "id", "00812"),
        ("a time without zone", {"modified": "2026-08-01T09:12:44"}, "updated_at.hour", 9),
    ],
)
def test_clients(what: str, changes: dict[str, Any], field: str, expected: object) -> None:
    value: Any = contact(**changes)
    for name in field.split("."):
        value = getattr(value, name)
    assert value == expected, what


def test_the_documented_invoice() -> None:
    found = document()
    assert (found.id, found.number, found.status, found.credit) == ("3051", "INV-1042", DocumentStatus.FINAL, False)
    assert (found.gross, found.tax, found.balance) == (D(120), D(20), D(80))
    assert (found.date, found.due_date) == (dt.date(2026, 8, 3), None)
    assert (found.contact_id, found.contact_name, found.department) == ("812", "Ada Quinn", "1")
    (line,) = found.lines
    assert (line.description, line.gross, line.tax, line.tax_rate) == ("Dental cleaning", D(120), D(20), D(20))
    assert (line.quantity, line.unit_gross, line.account_hints) == (D(1), D(120), ("department:1",))


@pytest.mark.parametrize(
    ("what", "changes", "field", "expected"),
    [
        ("anonymous", {"client": None}, "contact_id", ""),
        ("client as id", {"client": 812}, "contact_id", "812"),
        ("client embedded", {"client": {"id": 812, "firstname": "Ada"}}, "contact_id", "812"),
        ("no prefix", {"invoice_prefix": ""}, "number", "1042"),
        ("number as text", {"invoice_number": "0042"}, "number", "INV-0042"),
        ("draft", {"status": 0, "invoice_number": None}, "status", DocumentStatus.DRAFT),
        ("draft has no number", {"status": 0, "invoice_number": None}, "number", ""),
        ("draft without totals", {"status": 0, "total_with_vat": None}, "gross", D(0)),
        ("sent", {"status": 1}, "status", DocumentStatus.PENDING),
        ("open", {"status": 2}, "status", DocumentStatus.PENDING),
        ("invoicing", {"status": 4}, "status", DocumentStatus.PENDING),
        ("void", {"status": 99}, "status", DocumentStatus.VOID),
        ("status as text", {"status": "3"}, "status", DocumentStatus.FINAL),
        ("numbers as text", {"total_with_vat": "120.00"}, "gross", D(120)),
        ("minus zero", {"due_sum": -0.0}, "balance", D(0)),
        ("negative", {"total_with_vat": -62.5}, "gross", D("-62.5")),
        ("credit", {"credit_note": True}, "credit", True),
        ("of which", {"credit_note_original_invoice": "https://p/x/invoice/7/"}, "credits", "7"),
        ("due date", {"due_date": "2026-09-01"}, "due_date", dt.date(2026, 9, 1)),
        ("date with time", {"invoice_date": "2026-08-03T00:00:00+01:00"}, "date", dt.date(2026, 8, 3)),
        ("payer's company", {"payer_organization_name": "Q Ltd"}, "contact_name", "Q Ltd"),
    ],
)
def test_documents(what: str, changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(document(**changes), field) == expected, what


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("unknown status", {"status": 7}),
        ("no total", {"total_with_vat": None}),
        ("no due sum", {"due_sum": ABSENT}),
        ("infinite", {"total_with_vat": "Infinity"}),
        ("not a number", {"due_sum": "NaN"}),
        ("beyond all money", {"total_with_vat": "1e400"}),
        ("row missing", {"invoice_row": [ROW_URL.format(1), ROW_URL.format(2)]}),
        ("no date that is one", {"invoice_date": "yesterday"}),
    ],
)
def test_documents_that_make_no_sense(what: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        document(**changes)


CATALOGUE = Catalogue(
    accounts={"40": "201"}, groups={"40": "2"}, percentages={"2": D(20)}, account_numbers={"5": "203"}
)


@pytest.mark.parametrize(
    ("what", "row", "field", "expected"),
    [
        ("item's account", {}, "account", "201"),
        ("row's own account", {"account_number": "202"}, "account", "202"),
        ("row's account as a link", {"account_number": "https://p/x/accountnumber/5/"}, "account", "203"),
        ("no item", {"item": None}, "account", ""),
        ("item's VAT group", {}, "tax_code", "group:2"),
        ("item's VAT group has another rate", {"vat_percentage": 5.0}, "tax_code", ""),
        ("row's own VAT group", {"vat_group": "https://p/x/vatgroup/9/"}, "tax_code", "group:9"),
        ("invoice group", {"invoice_group": "Lab"}, "account_hints", ("group:Lab", "department:1")),
        ("second tax", {"additional_tax_percentage": 2.5}, "tax_rate", D("22.5")),
        ("fraction", {"quantity": 0.05}, "quantity", D("0.05")),
        ("four decimals", {"sum_vat": 21.4502}, "tax", D("21.4502")),
        ("gross is never computed", {"quantity": 3, "sum_total": 99.99}, "gross", D("99.99")),
        ("negative", {"quantity": -1.0, "sum_total": -120.0}, "gross", D(-120)),
        ("no name", {"name": None}, "description", ""),
    ],
)
def test_rows(what: str, row: dict[str, Any], field: str, expected: object) -> None:
    (line,) = document(row, catalogue=CATALOGUE).lines
    assert getattr(line, field) == expected, what


def test_the_documented_payment() -> None:
    found = payment()
    assert (found.id, found.document_id, found.amount, found.method) == ("4001", "3051", D(40), "17")
    assert (found.note, found.date, found.cancelled) == ("Xero payment 5f1c", dt.date(2026, 8, 5), False)


@pytest.mark.parametrize(
    ("what", "changes", "field", "expected"),
    [
        ("cancelled by status", {"status": 99}, "cancelled", True),
        ("opposite row", {"paid": -40}, "amount", D(-40)),
        ("no date", {"payment_date": None}, "date", dt.date(2026, 8, 5)),
        ("date field not there", {"payment_date": ABSENT, "created": ABSENT}, "date", dt.date(2026, 8, 5)),
        ("no info", {"info": None}, "note", ""),
        ("type as text", {"payment_type": "17"}, "method", "17"),
    ],
)
def test_payments(what: str, changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(payment(**changes), field) == expected, what


@pytest.mark.parametrize("changes", [{"invoice": None}, {"paid": None}, {"payment_date": "soon"}])
def test_payments_that_make_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        payment(**changes)


def test_spelling_of_numbers_does_not_change_a_record() -> None:
    spelled = [document(total_with_vat=value) for value in (120, "120.00", "1.2e2", "120.0")]
    assert len({digest(found) for found in spelled}) == 1


def test_originals_are_listed_under_a_configured_key() -> None:
    raw = msgspec.Raw(sample("provet_invoice", bundle=["https://p/x/invoice/1/", 2, None]))
    assert wire.consolidates(raw, "bundle") == ("1", "2")
    assert wire.consolidates(raw, "consolidated_invoices") == ()
