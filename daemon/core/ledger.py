"""How a family's Provet documents and payments read as a ledger: sides, settlements, receivables, what is left out.

A document stands on the *invoice* side (the client owes) or the *credit* side (the clinic owes); its gross counts
positive there. A settlement is what a payment takes off its document, positive; a refund settles a credit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from daemon.core.model import ZERO, Document, DocumentStatus, Payment, Value
from daemon.core.rules import Rules

CREDIT_APPLIED = "12"
ROUNDING = "3"
CONSOLIDATED = "6"
PREPAYMENT_USED = "8"
_MAX_CHAIN = 20


def sides(documents: Sequence[Document]) -> dict[str, bool]:
    """Provet document id -> whether it stands on the credit side.

    A credit note stands opposite to what it credits, whatever its sign; the root of a chain goes by its own mark and
    sign (docs/reference/provet.md 2.8).
    """
    by_id = {document.id: document for document in documents}
    return {document.id: _is_credit(document, by_id, _MAX_CHAIN) for document in documents}


def _is_credit(document: Document, by_id: Mapping[str, Document], depth: int) -> bool:
    parent = by_id.get(document.credits)
    if document.credit and parent is not None and depth:
        return not _is_credit(parent, by_id, depth - 1)
    return document.credit or document.gross < 0


def chain_top(document: Document, documents: Sequence[Document]) -> str:
    """The id of the document at the top of a chain of credits."""
    by_id = {each.id: each for each in documents}
    for _ in range(_MAX_CHAIN):
        if document.credits not in by_id:
            break
        document = by_id[document.credits]
    return document.id


def factor(document: Document) -> int:
    """What a Provet row or payment is multiplied by so that the document's total counts positive."""
    return -1 if document.gross < 0 else 1


def settlement(document: Document, payment: Payment) -> Decimal:
    """What one Provet payment takes off its document."""
    return payment.amount * factor(document)


class Settlements(Value, frozen=True, kw_only=True):
    """The money on one Provet document: payments that still stand, oldest first, and opposite rows that cancel none.

    ``rounding`` are the standing payments of type 3, by which Provet rounds what is due: no money, of either sign.
    """

    standing: tuple[Payment, ...] = ()
    unmatched: tuple[Payment, ...] = ()
    rounding: tuple[Payment, ...] = ()

    @property
    def all(self) -> tuple[Payment, ...]:
        return (*self.standing, *self.unmatched, *self.rounding)


def settlements(document: Document, payments: Sequence[Payment]) -> Settlements:
    """Work out which payments of a Provet document still stand; credit applied (type 12) is no money and left out.

    A cancelled payment shows as a status, as an opposite row, or as both (docs/reference/provet.md U-4): an opposite
    row takes an earlier payment of the same amount with it, one cancelled by status first, then one of its own method,
    then the newest.
    """
    rows = sorted((p for p in payments if p.document_id == document.id and p.method != CREDIT_APPLIED), key=_age)
    mine = [payment for payment in rows if payment.method != ROUNDING]
    left = [payment for payment in mine if settlement(document, payment) > 0]
    unmatched = []
    for reversal in (p for p in mine if settlement(document, p) < 0 and not p.cancelled):
        partner = _reversed_by(reversal, left)
        if partner is None:
            unmatched.append(reversal)
        else:
            left.remove(partner)
    standing = tuple(payment for payment in left if not payment.cancelled)
    return Settlements(standing=standing, unmatched=tuple(unmatched), rounding=_rounding(rows))


def _rounding(rows: Sequence[Payment]) -> tuple[Payment, ...]:
    """The payments of type 3 that no later one of opposite amount cancels."""
    left: list[Payment] = []
    for row in (payment for payment in rows if payment.method == ROUNDING):
        partner = None if row.cancelled else _reversed_by(row, left)
        if partner is None:
            left.append(row)
        else:
            left.remove(partner)
    return tuple(payment for payment in left if not payment.cancelled)


def _reversed_by(reversal: Payment, payments: Sequence[Payment]) -> Payment | None:
    equal = [p for p in payments if p.amount == -reversal.amount and _age(p) < _age(reversal)]
    return max(equal, key=lambda p: (p.cancelled, p.method == reversal.method, _age(p)), default=None)


def _age(payment: Payment) -> tuple[int, str]:
    return (len(payment.id), payment.id)


def settled(document: Document, payments: Sequence[Payment]) -> Decimal:
    """The net of all rows of a document: what counts as paid in Provet, credit applied aside."""
    money = settlements(document, payments)
    return sum((settlement(document, payment) for payment in money.all), ZERO)


def due(document: Document, payments: Sequence[Payment]) -> Decimal:
    """What Provet still takes on a document: its total less all money and all credit applied to it."""
    return abs(document.gross) - settled(document, payments) - credit_applied(document, payments)


def credit_applied(document: Document, payments: Sequence[Payment]) -> Decimal:
    """The credit that Provet has applied to a document, or of it (type 12), net of what was cancelled."""
    rows = (p for p in payments if p.document_id == document.id and p.method == CREDIT_APPLIED and not p.cancelled)
    return sum((settlement(document, payment) for payment in rows), ZERO)


def cancellable(payment: Payment, document: Document | None, rules: Rules) -> bool:
    """Whether Provet lets a payment be cancelled: neither it nor its document, whose date the cancelling entry takes,
    lies in a closed period (docs/reference/provet.md P-26, P-35)."""
    earliest = payment.date if document is None else min(payment.date, document.date)
    return rules.provet_open_from is None or earliest >= rules.provet_open_from


def receivable(document: Document, payments: Sequence[Payment], *, credit: bool) -> Decimal:
    """What the client owes on a Provet document (negative: what the clinic owes); nothing once it is void."""
    if document.status is DocumentStatus.VOID:
        return ZERO
    owed = abs(document.gross) - settled(document, payments)
    return -owed if credit else owed


def in_practice(document: Document, rules: Rules) -> bool:
    """Whether a Provet document's department belongs to this practice."""
    return not rules.departments or document.department in rules.departments


def exclusion_reason(document: Document, rules: Rules, *, linked: bool) -> str:
    """Why a Provet document rightly has no counterpart in Xero, or "" if it should have one."""
    if linked or document.status is DocumentStatus.VOID:
        return ""
    if document.status is DocumentStatus.DRAFT:
        return "draft"
    if document.status is DocumentStatus.PENDING:
        return "not finalised"
    if document.date < rules.start_date:
        return "before start date"
    if not document.contact_id and not rules.anonymous_contact:
        return "anonymous sale"
    return ""


def document_label(document: Document, *, credit: bool) -> str:
    """What people call a Provet document: "Invoice INV-1042"."""
    return f"{'Credit note' if credit else 'Invoice'} {document.number or document.id}"
