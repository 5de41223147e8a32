"""Steps in doubt against Xero: found by their mark among living records, absent, or not to be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from daemon.core.correction import (
    Allocate,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
    XeroStep,
)
from daemon.core.model import Allocation, Document, DocumentStatus, Kind, Payment, Record, System
from daemon.xero.look import Reads, look_reads, settled, together
from tests.xero.organisation import ADA, posting

D = Decimal
AT = dt.datetime(2026, 10, 2, tzinfo=dt.UTC)
IDS = {(Kind.CONTACT, "812"): "c1", (Kind.DOCUMENT, "3051"): "i1", (Kind.DOCUMENT, "3052"): "n1"}
PAY = CreatePayment(
    payment_id="4001",
    document_id="3051",
    credit=False,
    amount=D(40),
    date=AT.date(),
    account="090",
    reference="Provet payment 4001",
    label="",
)
ALLOCATE = Allocate(credit_id="3052", invoice_id="3051", amount=D(30), date=AT.date(), already=D(5), label="")
INVOICE = Document(
    system=System.XERO,
    id="i1",
    updated_at=AT,
    credit=False,
    status=DocumentStatus.FINAL,
    date=dt.date(2026, 10, 1),
    gross=D(120),
    tax=D(20),
    contact_id="c1",
    number="INV-3051",
    reference="Provet invoice 3051",
)
NOTE = msgspec.structs.replace(INVOICE, id="n1", credit=True, number="INV-3052", reference="Provet invoice 3052")
PAYMENT = Payment(
    system=System.XERO,
    id="p1",
    updated_at=AT,
    document_id="i1",
    amount=D(40),
    date=AT.date(),
    note="Provet payment 4001",
)
CONTACT = msgspec.structs.replace(ADA, id="c1")
change = msgspec.structs.replace


def allocated(*amounts: int, to: str = "i1") -> Document:
    each = tuple(Allocation(id=f"a{n}", document_id=to, amount=D(v), date=AT.date()) for n, v in enumerate(amounts))
    return change(NOTE, allocations=each)


def resolve(kind: Kind, provet_id: str) -> str | None:
    return IDS.get((kind, provet_id))


CREATE = CreateDocument(posting=posting())
UPDATE = UpdateDocument(xero_id="i1", posting=posting(), fields=("gross",))
VOID = VoidDocument(xero_id="i1", provet_id="3051", credit=False, label="")
DELETE = DeletePayment(xero_id="p1", payment_id="4001", amount=D(40), label="")
FREE = Deallocate(xero_credit_id="n1", allocation_id="a0", amount=D(30), label="")
NEW = CreateContact(client_id="812", contact=ADA)
EDIT = UpdateContact(client_id="812", contact_id="c1", contact=ADA, fields=("email", "phone"))


@pytest.mark.parametrize(
    ("what", "step", "records", "found"),
    [
        ("created", CREATE, [INVOICE], True),
        ("not created", CREATE, [], False),
        ("voided since by somebody", CREATE, [change(INVOICE, status=DocumentStatus.VOID)], True),
        ("an earlier one is void", CREATE, [change(INVOICE, number="X", status=DocumentStatus.VOID)], False),
        ("somebody else's number", CREATE, [change(INVOICE, reference="Visit 7")], False),
        ("longer mark", CREATE, [change(INVOICE, reference="Provet invoice 30511")], False),
        ("the other kind", CREATE, [change(INVOICE, credit=True)], False),
        ("updated", UPDATE, [INVOICE], True),
        ("not updated", UPDATE, [change(INVOICE, gross=D(100))], False),
        ("another contact", UPDATE, [change(INVOICE, contact_id="c2")], False),
        ("updated document not shown", UPDATE, [], None),
        ("void", VOID, [change(INVOICE, status=DocumentStatus.VOID)], True),
        ("not void", VOID, [INVOICE], False),
        ("void not shown", VOID, [], None),
        ("paid", PAY, [PAYMENT], True),
        ("not paid", PAY, [], False),
        ("removed since by somebody", PAY, [change(PAYMENT, cancelled=True)], True),
        ("mark on another document", PAY, [change(PAYMENT, document_id="i2")], False),
        ("same money without mark", PAY, [change(PAYMENT, note="")], False),
        ("payment removed", DELETE, [change(PAYMENT, cancelled=True)], True),
        ("payment stands", DELETE, [PAYMENT], False),
        ("payment not shown", DELETE, [], None),
        ("allocated", ALLOCATE, [allocated(5, 30)], True),
        ("not allocated", ALLOCATE, [allocated(5)], False),
        ("something else happened", ALLOCATE, [allocated(5, 7)], None),
        ("allocated twice", ALLOCATE, [allocated(5, 30, 30)], None),
        ("allocated elsewhere", ALLOCATE, [allocated(5, 30, to="i9")], None),
        ("note not shown", ALLOCATE, [], None),
        ("deallocated", FREE, [NOTE], True),
        ("still allocated", FREE, [allocated(30)], False),
        ("deallocation not shown", FREE, [], None),
        ("contact created", NEW, [CONTACT], True),
        ("contact not created", NEW, [change(CONTACT, number="813")], False),
        ("contact updated", EDIT, [change(CONTACT, name="Other")], True),
        ("contact not updated", EDIT, [change(CONTACT, email="old@b.test")], False),
        ("contact not shown", EDIT, [], None),
        ("records of the other system", CREATE, [change(INVOICE, system=System.PROVET)], False),
    ],
)
def test_looking(what: str, step: XeroStep, records: list[Record], found: bool | None) -> None:
    look = settled(step, records, resolve)
    assert look.found is found, what
    assert bool(look.records) is (found is True)


def test_what_lives_comes_before_what_is_gone() -> None:
    gone = change(PAYMENT, id="p0", cancelled=True)
    assert settled(PAY, [gone, PAYMENT], resolve).records[0] == PAYMENT
    void = change(INVOICE, id="i0", status=DocumentStatus.VOID)
    assert settled(CREATE, [void, INVOICE], resolve).records[0] == INVOICE


def test_a_payment_of_an_unlinked_document_cannot_be_told() -> None:
    assert settled(change(PAY, document_id="9"), [PAYMENT], resolve).found is None


@pytest.mark.parametrize(
    ("step", "reads"),
    [
        (CREATE, Reads(invoice_numbers=("INV-3051",))),
        (CreateDocument(posting=posting("3052", credit=True)), Reads(credit_note_numbers=("INV-3052",))),
        (UPDATE, Reads(invoices=("i1",))),
        (VOID, Reads(invoices=("i1",))),
        (change(VOID, credit=True, xero_id="n1"), Reads(credit_notes=("n1",))),
        (PAY, Reads(payments_of=("i1",))),
        (change(PAY, document_id="9"), Reads()),
        (DELETE, Reads(payments=("p1",))),
        (ALLOCATE, Reads(credit_notes=("n1",))),
        (FREE, Reads(credit_notes=("n1",))),
        (NEW, Reads(contact_numbers=("812",))),
        (EDIT, Reads(contacts=("c1",))),
    ],
)
def test_what_to_read(step: XeroStep, reads: Reads) -> None:
    assert look_reads(step, resolve) == reads


def test_reads_of_several_steps_are_made_at_once() -> None:
    found = together(look_reads(step, resolve) for step in (CREATE, UPDATE, VOID, ALLOCATE, FREE))
    assert found == Reads(invoice_numbers=("INV-3051",), invoices=("i1",), credit_notes=("n1",))
