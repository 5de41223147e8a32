"""What settles documents in Xero although nothing that was read there does: told by what Xero says is still due.

``AmountDue = Total - AmountPaid - AmountCredited``, and ``RemainingCredit`` likewise (docs/reference/xero.md 8.2, 9).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.core.family import Family
from daemon.core.model import ZERO, Document, DocumentStatus, Payment, System

_AT_ONCE = dt.timedelta(seconds=1)


def unseen(family: Family) -> dict[str, Decimal]:
    """By Xero document, what is settled of it beyond all known payments and credit; negative where that is less.

    A payment that was entered or removed when the document was read, or later, may be in what is due or not: either is
    fine.
    """
    payments: dict[str, list[Payment]] = {}
    for payment in family.payments_of(System.XERO):
        payments.setdefault(payment.document_id, []).append(payment)
    credited = _credited(family)
    found = {}
    for document in family.of(System.XERO):
        if document.status is not DocumentStatus.VOID:
            off = _off(document, payments.get(document.id, []), credited.get(document.id, ZERO))
            if off:
                found[document.id] = off
    return found


def _credited(family: Family) -> dict[str, Decimal]:
    """What the family's credit notes say is set against each invoice."""
    found: dict[str, Decimal] = {}
    for note in family.of(System.XERO):
        for allocation in note.allocations if note.status is not DocumentStatus.VOID else ():
            found[allocation.document_id] = found.get(allocation.document_id, ZERO) + allocation.amount
    return found


def _off(document: Document, payments: list[Payment], by_notes: Decimal) -> Decimal:
    newer = [payment for payment in payments if payment.updated_at >= document.updated_at - _AT_ONCE]
    older = [payment for payment in payments if payment not in newer]
    own = sum((a.amount for a in document.allocations), ZERO) if document.credit else document.credited
    most = document.gross - own - _living(older)
    least = most - sum((p.amount for p in newer), ZERO) - max(by_notes - own, ZERO)
    if document.balance < least:
        return least - document.balance
    return min(most - document.balance, ZERO)


def _living(payments: list[Payment]) -> Decimal:
    return sum((payment.amount for payment in payments if not payment.cancelled), ZERO)
