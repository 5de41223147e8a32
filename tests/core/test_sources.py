"""What the rest of a begun correction is made of: it moves with the records it copies, and with nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from daemon.core.correction import Allocate, CorrectionStatus, CreatePayment, RecordPayment, VoidDocument
from daemon.core.family import Family
from daemon.core.model import DocumentStatus, System
from daemon.core.sources import sources
from daemon.core.staleness import moved_between
from tests.store.made import CLINIC, DAY, correction, document, payment

LABELS = {"date": DAY, "label": "Invoice 1"}
BOOK = CreatePayment(
    payment_id="7", document_id="1", credit=False, amount=Decimal(10), account="090", reference="", **LABELS
)
RECORD = RecordPayment(xero_id="x", document_id="1", amount=Decimal(10), method="17", info="", **LABELS)
SET_OFF = Allocate(credit_id="2", invoice_id="1", amount=Decimal(10), already=Decimal(0), **LABELS)
VOID = VoidDocument(xero_id="d", provet_id="1", credit=False, label="")
INVOICE = document("1")
PAID = payment("7", "1", method="0")
TAKEN = payment("x", "d", System.XERO)


def family(*records: object) -> Family:
    documents = tuple(r for r in (INVOICE, document("2", credit=True), *records) if hasattr(r, "gross"))
    payments = tuple(r for r in (PAID, TAKEN, *records) if not hasattr(r, "gross"))
    return Family(
        practice=CLINIC,
        id="invoice:1",
        documents=tuple({each.id: each for each in documents}.values()),
        payments=tuple({each.id: each for each in payments}.values()),
        contacts=(),
        links=(),
    )


def changed(record: object, **more: object) -> object:
    return msgspec.structs.replace(record, **more)


MOVES = [
    (BOOK, changed(PAID, cancelled=True)),
    (BOOK, payment("8", "1", method="0", amount=Decimal(-10))),
    (BOOK, changed(PAID, amount=Decimal(9))),
    (BOOK, changed(PAID, method="1")),
    (RECORD, changed(TAKEN, cancelled=True)),
    (RECORD, changed(TAKEN, amount=Decimal(9))),
    (SET_OFF, payment("8", "1", method="12", amount=Decimal(10))),
    (SET_OFF, changed(INVOICE, status=DocumentStatus.VOID)),
    (VOID, changed(INVOICE, gross=Decimal(90))),
]
STAYS = [
    (BOOK, payment("8", "1", method="0", amount=Decimal(5))),
    (BOOK, changed(TAKEN, cancelled=True)),
    (BOOK, changed(PAID, updated_at=PAID.updated_at + dt.timedelta(hours=1))),
    (RECORD, changed(PAID, cancelled=True)),
    (SET_OFF, payment("8", "1", method="0", amount=Decimal(5))),
]


@pytest.mark.parametrize(("step", "moved"), MOVES)
def test_a_step_rests_on_what_it_copies(step: object, moved: object) -> None:
    then, now = sources([step], family()), sources([step], family(moved))
    assert then != now
    begun = correction("c", "d", CorrectionStatus.APPLYING, steps=(VOID, step), cursor=1, sources=then)
    assert moved_between(begun, now).startswith("after 1 of 2 writes what the rest relied on has moved: ")


@pytest.mark.parametrize(("step", "other"), STAYS)
def test_a_step_does_not_rest_on_what_else_happens(step: object, other: object) -> None:
    then = sources([step], family())
    begun = correction("c", "d", CorrectionStatus.APPLYING, steps=(VOID, step), cursor=1, sources=then)
    assert moved_between(begun, sources([step], family(other))) == ""


def test_what_is_settled_already_is_no_longer_rested_on() -> None:
    begun = correction("c", "d", CorrectionStatus.APPLYING, steps=(RECORD, BOOK), cursor=1)
    begun = msgspec.structs.replace(begun, sources=sources(begun.steps, family()))
    after = sources(begun.steps[1:], family(changed(TAKEN, cancelled=True)))
    assert moved_between(begun, after) == ""
