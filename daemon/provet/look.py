"""Settling a Provet write in doubt: what to read again, and whether its effect is there. Pure.

Provet has no idempotency key: an absent effect may be sent again only once nothing earlier can still land.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from daemon.core.contact_form import facts
from daemon.core.correction import CancelPayment, ProvetStep, RecordPayment, UpdateClient
from daemon.core.model import Contact, Payment, Record, System
from daemon.transport.answers import Look


@dataclass(frozen=True, slots=True)
class Reads:
    """What to read: clients by id, payments by the document they are on."""

    contacts: tuple[str, ...] = ()
    payments_of: tuple[str, ...] = ()


def together(reads: Iterable[Reads]) -> Reads:
    """What several steps need, read at once."""
    each = list(reads)
    return Reads(
        contacts=tuple(dict.fromkeys(one for own in each for one in own.contacts)),
        payments_of=tuple(dict.fromkeys(one for own in each for one in own.payments_of)),
    )


def look_reads(step: ProvetStep) -> Reads:
    """The records that tell whether the step has taken effect."""
    match step:
        case UpdateClient():
            return Reads(contacts=(step.client_id,))
        case RecordPayment() | CancelPayment():
            return Reads(payments_of=(step.document_id,))


def settled(step: ProvetStep, records: Iterable[Record]) -> Look:
    """Whether the step's effect is in freshly read ``records``, without those that bore its mark before it was sent."""
    own = [record for record in records if record.system is System.PROVET]
    match step:
        case UpdateClient():
            return _updated(step, [record for record in own if isinstance(record, Contact)])
        case RecordPayment():
            return _recorded(step, _payments_on(step.document_id, own))
        case CancelPayment():
            return _cancelled(step, _payments_on(step.document_id, own))


def _payments_on(document_id: str, records: Sequence[Record]) -> list[Payment]:
    return [record for record in records if isinstance(record, Payment) and record.document_id == document_id]


def _updated(step: UpdateClient, contacts: Sequence[Contact]) -> Look:
    found = next((contact for contact in contacts if contact.id == step.client_id), None)
    if found is None:
        return Look(None)
    wanted, present = facts(step.contact, step.client_id), facts(found, step.client_id)
    same = all(wanted.get(name) == present.get(name) for name in step.fields if name != "archived")
    same = same and ("archived" not in step.fields or found.archived == step.contact.archived)
    return Look(same, (found,) if same else ())


def _recorded(step: RecordPayment, payments: Sequence[Payment]) -> Look:
    """By the mark in ``info``, which is unique together with the document. One cancelled since took effect too."""
    found = [payment for payment in payments if payment.note == step.info]
    found.sort(key=lambda payment: payment.cancelled)
    return Look(bool(found), tuple(found))


def _cancelled(step: CancelPayment, payments: Sequence[Payment]) -> Look:
    """A cancelled payment changes its status, or an opposite row appears, which does not say whom it cancels (U-4)."""
    own = next((payment for payment in payments if payment.id == step.payment_id), None)
    if own is None:
        return Look(None)
    if own.cancelled:
        return Look(True, (own,))
    living = [payment for payment in payments if not payment.cancelled]
    same = sum(payment.amount == own.amount for payment in living)
    opposite = tuple(payment for payment in living if payment.amount == -own.amount)
    if not opposite:
        return Look(False)
    return Look(True, opposite) if len(opposite) >= same else Look(None)
