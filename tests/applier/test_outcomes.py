"""What the store learns of a step's outcome: the link it makes, its mark, what an answer leaves unsaid."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from daemon.applier.outcomes import amount_of, link_of, mark_of, with_allocation, without_allocation
from daemon.core.correction import Allocate, CreateContact, CreatePayment, Deallocate, RecordPayment
from daemon.core.model import Allocation, Contact, Document, DocumentStatus, Kind, Origin, Payment, System

AT = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 2)

CONTACT = Contact(system=System.XERO, id="x-1", updated_at=AT, name="Ada Quinn", number="12")
NOTE = Document(
    system=System.XERO,
    id="note-1",
    updated_at=AT,
    credit=True,
    status=DocumentStatus.FINAL,
    date=DAY,
    gross=Decimal("30.00"),
    balance=Decimal("30.00"),
)
CONTACT_STEP = CreateContact(client_id="12", contact=CONTACT)
PAYMENT = CreatePayment(
    payment_id="4",
    document_id="9",
    credit=False,
    amount=Decimal("20.00"),
    date=DAY,
    account="090",
    reference="Provet payment 4",
    label="Invoice INV-1",
)
RECORD = RecordPayment(
    xero_id="pay-1",
    document_id="9",
    amount=Decimal("-5.00"),
    date=DAY,
    method="17",
    info="Xero payment pay-1",
    label="x",
)
ALLOCATE = Allocate(
    credit_id="8", invoice_id="9", amount=Decimal("12.50"), date=DAY, already=Decimal(0), label="Credit note on invoice"
)


def _paid(system: System, record_id: str) -> Payment:
    return Payment(system=system, id=record_id, updated_at=AT, document_id="d", amount=Decimal("1.00"), date=DAY)


@pytest.mark.parametrize(
    ("step", "record", "expected"),
    [
        pytest.param(
            CreateContact(client_id="12", contact=CONTACT),
            CONTACT,
            (Kind.CONTACT, "12", "x-1", System.XERO),
            id="contact",
        ),
        pytest.param(PAYMENT, _paid(System.XERO, "pay-9"), (Kind.PAYMENT, "4", "pay-9", System.XERO), id="payment"),
        pytest.param(RECORD, _paid(System.PROVET, "77"), (Kind.PAYMENT, "77", "pay-1", System.PROVET), id="recorded"),
    ],
)
def test_a_creation_links_what_it_made_to_what_it_was_made_of(step, record, expected):
    link = link_of(step, (record,))
    assert link is not None
    assert (link.kind, link.provet_id, link.xero_id, link.created_in) == expected
    assert link.origin is Origin.CREATED


def test_a_creation_whose_answer_shows_no_record_makes_no_link():
    assert link_of(PAYMENT, ()) is None


def test_marks_name_the_record_on_the_other_side():
    assert mark_of(CONTACT_STEP) == "Provet client 12"
    assert mark_of(PAYMENT) == "Provet payment 4"
    assert mark_of(RECORD) == "Xero payment pay-1"
    assert mark_of(ALLOCATE) == ""


def test_money_of_a_step_counts_without_its_sign():
    assert amount_of(RECORD) == Decimal("5.00")
    assert amount_of(CONTACT_STEP) == 0


def test_an_allocation_stands_on_the_note_before_any_list_shows_it():
    after = with_allocation(NOTE, ALLOCATE, "inv-1")
    assert after.allocations == (Allocation(document_id="inv-1", amount=Decimal("12.50"), date=DAY),)
    assert (after.balance, after.updated_at > NOTE.updated_at) == (Decimal("17.50"), True)


def test_an_allocation_that_was_taken_off_is_gone_and_its_credit_free():
    held = Allocation(document_id="inv-1", amount=Decimal("10.00"), date=DAY, id="a-1")
    other = Allocation(document_id="inv-2", amount=Decimal("5.00"), date=DAY, id="a-2")
    note = with_allocation(NOTE, ALLOCATE, "inv-3")
    standing = type(note)(
        **{name: getattr(note, name) for name in note.__struct_fields__} | {"allocations": (held, other)}
    )
    step = Deallocate(xero_credit_id="note-1", allocation_id="a-1", amount=Decimal("10.00"), label="x")
    after = without_allocation(standing, step)
    assert after.allocations == (other,)
    assert after.balance == standing.balance + Decimal("10.00")
