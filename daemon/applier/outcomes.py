"""What the store learns from the outcome of a step: records, links, and the step's place in its correction. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import takewhile

import msgspec

from daemon.core.correction import (
    Allocate,
    Correction,
    CorrectionStatus,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    RecordPayment,
    Step,
)
from daemon.core.family import payment_info, payment_reference
from daemon.core.model import ZERO, Allocation, Document, Kind, Link, Origin, Payment, Record, System

_BACKOFF = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))


def backoff(corrections: Sequence[Correction]) -> timedelta:
    """How long policy waits before it makes a correction anew that was given up; ``corrections`` are all of its
    discrepancy, the newest first."""
    again = takewhile(lambda each: each.status is not CorrectionStatus.APPLIED, corrections)
    before = sum(each.again_at is not None for each in again)
    return _BACKOFF[min(before, len(_BACKOFF) - 1)]


def link_of(step: Step, records: Sequence[Record]) -> Link | None:
    """The pair that a successful creation makes; None for any other step."""
    match step:
        case CreateContact():
            return _created(Kind.CONTACT, step.client_id, _id_of(records, Kind.CONTACT), System.XERO)
        case CreateDocument():
            return _created(Kind.DOCUMENT, step.posting.provet_id, _id_of(records, Kind.DOCUMENT), System.XERO)
        case CreatePayment():
            return _created(Kind.PAYMENT, step.payment_id, _id_of(records, Kind.PAYMENT), System.XERO)
        case RecordPayment():
            return _created(Kind.PAYMENT, _id_of(records, Kind.PAYMENT), step.xero_id, System.PROVET)
        case _:
            return None


def _created(kind: Kind, provet_id: str, xero_id: str, where: System) -> Link | None:
    if not provet_id or not xero_id:
        return None
    return Link(kind=kind, provet_id=provet_id, xero_id=xero_id, origin=Origin.CREATED, created_in=where)


def _id_of(records: Sequence[Record], kind: Kind) -> str:
    return next((record.id for record in records if record.ref.kind is kind), "")


def mark_of(step: Step) -> str:
    """What the step's record can be found by on the other side; "" where it has no mark of its own."""
    match step:
        case CreateContact():
            return f"Provet client {step.client_id}"
        case CreateDocument():
            return step.posting.reference
        case CreatePayment():
            return payment_reference(step.payment_id)
        case RecordPayment():
            return payment_info(step.xero_id)
        case _:
            return ""


def amount_of(step: Step) -> Decimal:
    """The money that a step moves, for the guards and the journal."""
    if isinstance(step, CreateDocument):
        return step.posting.gross
    amount = getattr(step, "amount", ZERO)
    return abs(amount) if isinstance(amount, Decimal) else ZERO


def with_allocation(note: Document, step: Allocate, invoice_id: str) -> Document:
    """The credit note as it stands after an allocation whose answer does not show it.

    Its time stamp moves by a millisecond, so that a list read from before the allocation cannot undo it.
    """
    allocation = Allocation(document_id=invoice_id, amount=step.amount, date=step.date)
    return _newer(note, (*note.allocations, allocation), note.balance - step.amount)


def without_allocation(note: Document, step: Deallocate) -> Document:
    """The credit note as it stands after an allocation was taken off."""
    kept = tuple(allocation for allocation in note.allocations if allocation.id != step.allocation_id)
    return _newer(note, kept, note.balance + step.amount)


def cancelled(payment: Payment) -> Payment:
    """The Provet payment as it stands after it was cancelled, however Provet shows that."""
    return msgspec.structs.replace(payment, cancelled=True, updated_at=payment.updated_at + timedelta(milliseconds=1))


def with_less_credit(invoice: Document, step: Deallocate) -> Document:
    """The invoice as it stands after an allocation to it was taken off."""
    stamp = invoice.updated_at + timedelta(milliseconds=1)
    credited, balance = invoice.credited - step.amount, invoice.balance + step.amount
    return msgspec.structs.replace(invoice, credited=credited, balance=balance, updated_at=stamp)


def _newer(note: Document, allocations: tuple[Allocation, ...], balance: Decimal) -> Document:
    stamp = note.updated_at + timedelta(milliseconds=1)
    return msgspec.structs.replace(note, allocations=allocations, balance=balance, updated_at=stamp)
