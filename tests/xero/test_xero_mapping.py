"""Xero's records in the domain: the recorded shapes, and every oddity that was seen or must be expected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.model import Address, Allocation, Contact, Document, DocumentStatus, Payment
from daemon.xero import mapping, wire
from tests.samples import ABSENT, sample

D = Decimal
RATES = {"OUTPUT2": D(15)}


def document(name: str = "xero_invoice", **changes: Any) -> Document | None:
    return mapping.document(wire.DOCUMENT.decode(sample(name, **changes)), RATES)


def payment(**changes: Any) -> Payment | None:
    return mapping.payment(wire.PAYMENT.decode(sample("xero_payment", **changes)))


def contact(**changes: Any) -> Contact:
    return mapping.contact(wire.CONTACT.decode(sample("xero_contact", **changes)))


def test_the_recorded_invoice() -> None:
    found = document()
    assert found is not None
    assert (found.id, found.number, found.credit) == ("6f0c0000-0000-4000-8000-000000000001", "PV-1001", False)
    assert (found.gross, found.tax, found.balance) == (D("24.15"), D("3.15"), D("21.15"))
    assert (found.paid, found.credited, found.prepaid) == (D(0), D(3), D(3))
    assert (found.date, found.due_date) == (dt.date(2026, 11, 20), dt.date(2026, 12, 4))
    assert found.updated_at == dt.datetime(2026, 11, 20, 10, 9, 59, 112000, tzinfo=dt.UTC)
    assert found.contact_id == "a1b20000-0000-4000-8000-000000000001"
    assert (found.reference, found.currency, found.status) == ("Provet invoice 3051", "NZD", DocumentStatus.FINAL)
    (line,) = found.lines
    assert (line.gross, line.tax, line.tax_rate, line.tax_code) == (D("24.15"), D("3.15"), D(15), "OUTPUT2")
    assert (line.account, line.unit_gross) == ("200", D(21))


def test_a_credit_note_with_allocation_and_refund() -> None:
    found = document("xero_credit_note")
    assert found is not None
    assert (found.id, found.number, found.credit) == ("6f0c0000-0000-4000-8000-000000000002", "PV-1002", True)
    assert (found.gross, found.balance, found.credited, found.paid) == (D("24.15"), D("4.15"), D(15), D(5))
    assert found.allocations == (
        Allocation(
            id="6f0c0000-0000-4000-8000-0000000000dd",
            document_id="6f0c0000-0000-4000-8000-000000000001",
            amount=D(15),
            date=dt.date(2026, 11, 20),
        ),
    )
    assert found.lines[0].gross == D("24.15")
    assert found.lines[0].account == "6f0c0000-0000-4000-8000-0000000000cc"


@pytest.mark.parametrize(
    ("what", "changes", "field", "expected"),
    [
        ("draft", {"Status": "DRAFT"}, "status", DocumentStatus.DRAFT),
        ("submitted", {"Status": "SUBMITTED"}, "status", DocumentStatus.DRAFT),
        ("paid", {"Status": "PAID"}, "status", DocumentStatus.FINAL),
        ("deleted", {"Status": "DELETED"}, "status", DocumentStatus.VOID),
        ("void", {"Status": "VOIDED"}, "status", DocumentStatus.VOID),
        ("a void's stale amount", {"Status": "VOIDED", "AmountDue": 24.15}, "balance", D(0)),
        ("no twin of the date", {"DateString": ABSENT}, "date", dt.date(2026, 11, 20)),
        ("ISO date", {"DateString": ABSENT, "Date": "2026-11-20T00:00:00"}, "date", dt.date(2026, 11, 20)),
        ("a twin with a blank", {"DateString": "2026-11-20 00:00:00"}, "date", dt.date(2026, 11, 20)),
        ("no due date", {"DueDate": ABSENT, "DueDateString": ABSENT}, "due_date", None),
        ("empty reference", {"Reference": ""}, "reference", ""),
        ("no lines in a slim list", {"LineItems": ABSENT}, "lines", ()),
        ("ISO stamp", {"UpdatedDateUTC": "2026-11-20T10:09:59.1120000"}, "updated_at.microsecond", 112000),
        ("overpayments", {"Overpayments": [{"AppliedAmount": 1.5}]}, "prepaid", D("4.5")),
        ("amounts as text", {"Total": "24.15"}, "gross", D("24.15")),
        ("inclusive", {"LineAmountTypes": "Inclusive"}, "lines.0.gross", D(21)),
        ("without tax", {"LineAmountTypes": "NoTax"}, "lines.0.gross", D(21)),
    ],
)
def test_documents(what: str, changes: dict[str, Any], field: str, expected: object) -> None:
    value: Any = document(**changes)
    for name in field.split("."):
        value = value[int(name)] if name.isdecimal() else getattr(value, name)
    assert value == expected, what


@pytest.mark.parametrize("kind", ["ACCPAY", "ACCPAYCREDIT", "ARPREPAYMENT"])
def test_documents_that_are_not_ours(kind: str | None) -> None:
    assert document(Type=kind) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"Status": "CONFUSED"},
        {"Type": ABSENT},
        {"Type": "SOMETHINGNEW"},
        {"Total": ABSENT},
        {"AmountDue": ABSENT},
        {"Contact": ABSENT},
        {"InvoiceID": ABSENT},
        {"Date": "/Date(oops)/", "DateString": ABSENT},
        {"UpdatedDateUTC": ABSENT},
        {"Total": "1e400"},
    ],
)
def test_documents_that_make_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        document(**changes)


def test_the_recorded_payment() -> None:
    found = payment()
    assert found is not None
    assert (found.document_id, found.amount) == ("6f0c0000-0000-4000-8000-000000000001", D("24.15"))
    assert (found.method, found.note, found.date) == ("090", "Provet payment 4001", dt.date(2026, 11, 20))
    assert (found.cancelled, found.locked) == (False, False)


NOTE = {"Type": "ACCRECCREDIT", "InvoiceID": "6F0C0000-0000-4000-8000-000000000002"}


@pytest.mark.parametrize(
    ("what", "changes", "field", "expected"),
    [
        ("deleted", {"Status": "DELETED"}, "cancelled", True),
        ("reconciled", {"IsReconciled": True}, "locked", True),
        ("reconciled as text", {"IsReconciled": "true"}, "reconciled", True),
        ("not reconciled as text", {"IsReconciled": "false"}, "reconciled", False),
        ("in a batch", {"BatchPaymentID": "B1"}, "batch_id", "b1"),
        (
            "batch with numbers as text",
            {"BatchPayment": {"BatchPaymentID": "B2", "TotalAmount": "50.00", "IsReconciled": "false"}},
            "batch_id",
            "b2",
        ),
        (
            "account without code",
            {"Account": {"AccountID": "6F0C0000-0000-4000-8000-0000000000CC"}},
            "method",
            "6f0c0000-0000-4000-8000-0000000000cc",
        ),
        (
            "refund in the invoice slot",
            {"PaymentType": "ARCREDITPAYMENT", "Invoice": NOTE},
            "document_id",
            "6f0c0000-0000-4000-8000-000000000002",
        ),
        (
            "refund in its own slot",
            {"PaymentType": "ARCREDITPAYMENT", "Invoice": ABSENT, "CreditNote": {"CreditNoteID": "N1"}},
            "document_id",
            "n1",
        ),
    ],
)
def test_payments(what: str, changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(payment(**changes), field) == expected, what


@pytest.mark.parametrize("kind", ["ACCPAYPAYMENT", "APCREDITPAYMENT", "ARPREPAYMENTPAYMENT"])
def test_payments_that_are_not_ours(kind: str | None) -> None:
    assert payment(PaymentType=kind) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"Invoice": ABSENT},
        {"Amount": ABSENT},
        {"Date": ABSENT},
        {"PaymentType": ABSENT},
        {"PaymentType": "SOMETHINGNEW"},
    ],
)
def test_payments_that_make_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        payment(**changes)


def test_a_contact_shows_only_the_shared_phone_and_address() -> None:
    found = contact()
    assert (found.name, found.number, found.vat_number) == ("Virtanen Aino", "812", "FI1234")
    assert found.phone == "+358 2 1234567"
    assert found.address == Address(street="Tie 1, C 3", city="Turku", postal_code="20100", country="Finland")


@pytest.mark.parametrize(
    ("what", "changes", "field", "expected"),
    [
        ("archived", {"ContactStatus": "ARCHIVED"}, "archived", True),
        ("anonymised", {"ContactStatus": "GDPRREQUEST"}, "anonymised", True),
        ("anonymised is archived", {"ContactStatus": "GDPRREQUEST"}, "archived", True),
        ("merged", {"MergedToContactID": "B9"}, "merged_into", "b9"),
        ("no phones", {"Phones": ABSENT}, "phone", ""),
        ("no addresses", {"Addresses": []}, "address", Address()),
        ("no number", {"ContactNumber": ABSENT}, "number", ""),
    ],
)
def test_contacts(what: str, changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(contact(**changes), field) == expected, what
