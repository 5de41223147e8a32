"""A family laid out for judgement: each Provet document beside its posting, its partner in Xero and both payments."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.family import Family, linked
from daemon.core.ledger import (
    CONSOLIDATED,
    CREDIT_APPLIED,
    active,
    exclusion_reason,
    in_practice,
    receivable,
    sides,
)
from daemon.core.matching import DocumentMatch, match_document
from daemon.core.model import ZERO, Document, DocumentStatus, Kind, Payment, System, Value
from daemon.core.pairing import PaymentMatch, match_payments
from daemon.core.posting import Posted, post
from daemon.core.rules import Rules


class View(Value, frozen=True, kw_only=True):
    """One Provet document with everything that bears on it.

    ``standing`` are Provet's payments that still stand, credit applied aside; ``taken`` the living Xero payments of
    its partner. ``excluded`` is the reason it has no counterpart, or "". ``allocated`` is credit known to be set
    against the partner (or out of it, on a credit note); ``foreign`` credit that no document of ours explains.
    """

    document: Document
    credit: bool
    posted: Posted
    match: DocumentMatch
    standing: tuple[Payment, ...]
    taken: tuple[Payment, ...]
    payments: PaymentMatch
    excluded: str
    held: bool
    provet_balance: Decimal
    allocated: Decimal = ZERO
    foreign: Decimal = ZERO

    @property
    def void(self) -> bool:
        return self.document.status is DocumentStatus.VOID

    @property
    def xero(self) -> Document | None:
        return self.match.document

    @property
    def booked(self) -> Document | None:
        """The partner while it lives in Xero's ledger."""
        return self.xero if self.xero is not None and self.xero.status is not DocumentStatus.VOID else None

    @property
    def sign(self) -> int:
        """+1 on the invoice side, -1 on the credit side: what a cent of its balance means to the receivable."""
        return -1 if self.credit else 1

    @property
    def xero_left(self) -> Decimal:
        """What is still open on the partner in Xero: amount due, or remaining credit."""
        if self.booked is None:
            return ZERO
        return self.booked.gross - sum((p.amount for p in self.taken), ZERO) - self.allocated - self.foreign

    @property
    def xero_balance(self) -> Decimal:
        return self.sign * self.xero_left


class Scene(Value, frozen=True, kw_only=True):
    """What every judge of an invoice family looks at: the family, the rules, and its views by Provet id."""

    family: Family
    rules: Rules
    views: dict[str, View]

    def original(self, view: View) -> View | None:
        """The view of the document that a credit note credits."""
        return self.views.get(view.document.credits) if view.document.credits else None


def scene(family: Family, rules: Rules) -> Scene:
    """Lay a family out for judgement: invoices before credits, oldest first."""
    return Scene(family=family, rules=rules, views={view.document.id: view for view in _views(family, rules)})


def _views(family: Family, rules: Rules) -> list[View]:
    provet = [document for document in family.of(System.PROVET) if in_practice(document, rules)]
    credit = sides(family.of(System.PROVET))
    ordered = sorted(provet, key=lambda d: (credit[d.id], d.date, len(d.id), d.id))
    return [_view(document, credit[document.id], family, rules) for document in ordered]


def _view(document: Document, credit: bool, family: Family, rules: Rules) -> View:
    posted = post(document, rules, credit=credit)
    match = match_document(posted.posting, family)
    is_linked = linked(family.links, Kind.DOCUMENT, provet_id=document.id) is not None or match.document is not None
    standing = [p for p in active(document, family.payments_of(System.PROVET)) if p.method != CREDIT_APPLIED]
    partner = match.document
    taken = [p for p in family.payments_of(System.XERO) if partner and p.document_id == partner.id and not p.cancelled]
    mine = [p for p in family.payments_of(System.PROVET) if p.document_id == document.id]
    return View(
        document=document,
        credit=credit,
        posted=posted,
        match=match,
        standing=tuple(standing),
        taken=tuple(taken),
        payments=match_payments(document, standing, taken, family, rules),
        excluded=exclusion_reason(document, rules, linked=is_linked),
        held=bool(document.consolidates) or any(p.method == CONSOLIDATED for p in standing),
        provet_balance=receivable(document, mine, credit=credit),
        allocated=_allocated(partner, family),
        foreign=_foreign(partner, family),
    )


def _allocated(partner: Document | None, family: Family) -> Decimal:
    if partner is None:
        return ZERO
    if partner.credit:
        return sum((a.amount for a in partner.allocations), ZERO)
    return sum((amount for _, amount in _credit_on(partner, family)), ZERO)


def _credit_on(invoice: Document, family: Family) -> list[tuple[Document, Decimal]]:
    return [
        (note, allocation.amount)
        for note in family.of(System.XERO)
        if note.credit and note.status is not DocumentStatus.VOID
        for allocation in note.allocations
        if allocation.document_id == invoice.id
    ]


def _foreign(partner: Document | None, family: Family) -> Decimal:
    """Credit on an invoice in Xero that no known allocation explains, unless the invoice was read before them."""
    if partner is None or partner.credit or partner.status is DocumentStatus.VOID:
        return ZERO
    known = _credit_on(partner, family)
    if any(note.updated_at > partner.updated_at for note, _ in known):
        return ZERO
    return max(partner.credited - sum((amount for _, amount in known), ZERO), ZERO)
