"""What the writes of an option do to what a client owes, in each system, and in which period. Pure arithmetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from daemon.core.correction import (
    Allocate,
    CancelPayment,
    CreateDocument,
    CreatePayment,
    DeletePayment,
    RecordPayment,
    Step,
    UpdateDocument,
    VoidDocument,
    target,
)
from daemon.core.family import Family
from daemon.core.ledger import factor, sides
from daemon.core.model import ZERO, Document, Kind, Payment, Ref, System, Value


class Effect(Value, frozen=True, kw_only=True):
    """Signed changes of the receivable; ``first`` and ``last`` are the dates of what is entered, None if nothing is."""

    provet: Decimal = ZERO
    xero: Decimal = ZERO
    first: dt.date | None = None
    last: dt.date | None = None


def effect_of(steps: Sequence[Step], family: Family) -> Effect:
    """What the steps add up to, told by the records of the family as they stand before the first of them."""
    books = _Books(family)
    sums = dict.fromkeys(System, ZERO)
    for step in steps:
        system = target(step)
        if system is not None:
            sums[system] += books.change(step)
    dates = sorted(day for step in steps if (day := _date(step)) is not None)
    first, last = (dates[0], dates[-1]) if dates else (None, None)
    return Effect(provet=sums[System.PROVET], xero=sums[System.XERO], first=first, last=last)


def _date(step: Step) -> dt.date | None:
    match step:
        case CreateDocument(posting=posting) | UpdateDocument(posting=posting):
            return posting.date
        case CreatePayment(date=date) | Allocate(date=date) | RecordPayment(date=date):
            return date
        case _:
            return None


class _Books:
    """The records of one family by ref."""

    def __init__(self, family: Family) -> None:
        self._documents: dict[Ref, Document] = {document.ref: document for document in family.documents}
        self._payments: dict[Ref, Payment] = {payment.ref: payment for payment in family.payments}
        self._credit = sides(family.of(System.PROVET))

    def change(self, step: Step) -> Decimal:
        match step:
            case CreateDocument(posting=posting):
                return -posting.gross if posting.credit else posting.gross
            case UpdateDocument(xero_id=xero_id, posting=posting):
                return (-posting.gross if posting.credit else posting.gross) - self._xero(xero_id)
            case VoidDocument(xero_id=xero_id):
                return -self._xero(xero_id)
            case CreatePayment(amount=amount, credit=credit):
                return amount if credit else -amount
            case DeletePayment(xero_id=xero_id, amount=amount):
                return -amount if self._refund(xero_id) else amount
            case RecordPayment(document_id=document_id, amount=amount):
                return -self._settles(document_id, amount)
            case CancelPayment(payment_id=payment_id, document_id=document_id):
                payment = self._payments.get(Ref(system=System.PROVET, kind=Kind.PAYMENT, id=payment_id))
                return self._settles(document_id, payment.amount) if payment is not None else ZERO
            case _:
                return ZERO

    def _xero(self, xero_id: str) -> Decimal:
        """What a Xero document stands for in the receivable, payments aside."""
        document = self._documents.get(Ref(system=System.XERO, kind=Kind.DOCUMENT, id=xero_id))
        if document is None:
            return ZERO
        return -document.gross if document.credit else document.gross

    def _refund(self, xero_id: str) -> bool:
        payment = self._payments.get(Ref(system=System.XERO, kind=Kind.PAYMENT, id=xero_id))
        on = payment.document_id if payment is not None else ""
        document = self._documents.get(Ref(system=System.XERO, kind=Kind.DOCUMENT, id=on))
        return document is not None and document.credit

    def _settles(self, document_id: str, amount: Decimal) -> Decimal:
        """What a Provet amount takes off the receivable."""
        document = self._documents.get(Ref(system=System.PROVET, kind=Kind.DOCUMENT, id=document_id))
        if document is None:
            return ZERO
        taken = amount * factor(document)
        return -taken if self._credit.get(document_id, False) else taken
