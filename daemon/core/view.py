"""A family laid out for judgement: each Provet document beside its posting, its partner in Xero and both payments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from daemon.core.family import Family
from daemon.core.ledger import CONSOLIDATED, due, exclusion_reason, in_practice, receivable, settlements, sides
from daemon.core.matching import DocumentMatch, match_document
from daemon.core.model import ZERO, Document, DocumentStatus, Payment, System, Value
from daemon.core.pairing import PaymentMatch, match_payments
from daemon.core.posting import Posted, post
from daemon.core.rules import Rules


class View(Value, frozen=True, kw_only=True):
    """One Provet document with everything that bears on it.

    ``standing`` are Provet's payments that still stand, credit applied aside, ``unmatched`` opposite rows that cancel
    none of them; ``taken`` the living Xero payments of its partner. ``excluded`` is the reason it has no counterpart,
    or "". ``provet_due`` is what Provet still takes on it. ``allocated`` is credit set between the partner and others
    of this family, ``foreign`` what is set between it and anything else.
    """

    document: Document
    credit: bool
    posted: Posted
    match: DocumentMatch
    standing: tuple[Payment, ...]
    unmatched: tuple[Payment, ...]
    taken: tuple[Payment, ...]
    payments: PaymentMatch
    excluded: str
    held: bool
    provet_balance: Decimal
    provet_due: Decimal
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
    def xero_room(self) -> Decimal:
        """What may be set against the partner now: no more than is open in Xero, nor once it has Provet's total."""
        return self.xero_left + min(self.posted.posting.gross - self.booked.gross, ZERO) if self.booked else ZERO

    @property
    def xero_balance(self) -> Decimal:
        """What the partner adds to the receivable: credit that moves within the family changes none of it."""
        return self.sign * (self.xero_left + self.allocated)

    @property
    def duplicate_balance(self) -> Decimal:
        """What further documents of the same mark add to the receivable."""
        return self.sign * sum((duplicate.balance for duplicate in self.match.duplicates), ZERO)

    @property
    def lost(self) -> bool:
        """Whether it was in Xero and is void there, or gone."""
        return not self.void and self.booked is None and self.match.link is not None

    @property
    def absent(self) -> bool:
        """Whether it should be in Xero and never was."""
        return not self.excluded and not self.void and self.match.link is None

    @property
    def touched(self) -> bool:
        """Whether anything is paid on the partner or set against it."""
        return bool(self.taken or self.allocated or self.foreign)

    @property
    def open_share(self) -> Decimal:
        """What credit may still settle of it: what Provet's money leaves open, less what is allocated already."""
        return max(self.sign * self.provet_balance - self.allocated, ZERO)


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
    family = _present(family)
    return Scene(family=family, rules=rules, views={view.document.id: view for view in _views(family, rules)})


def _present(family: Family) -> Family:
    """The family with what vanished from its system counted as void and cancelled."""
    if not family.vanished:
        return family
    gone = set(family.vanished)
    void, cancelled = {"status": DocumentStatus.VOID, "balance": ZERO}, {"cancelled": True}
    return msgspec.structs.replace(
        family,
        documents=tuple(
            msgspec.structs.replace(d, **void) if f"document/{d.id}" in gone else d for d in family.documents
        ),
        payments=tuple(
            msgspec.structs.replace(p, **cancelled) if f"payment/{p.id}" in gone else p for p in family.payments
        ),
    )


def _views(family: Family, rules: Rules) -> list[View]:
    credit = sides(family.of(System.PROVET))
    mine = [document for document in family.of(System.PROVET) if in_practice(document, rules)]
    mine.sort(key=lambda d: (credit[d.id], d.date, len(d.id), d.id))
    views = [_view(document, credit[document.id], family, rules) for document in mine]
    partners = {view.booked.id: view.booked for view in views if view.booked is not None}
    return [_with_credit(view, partners) for view in views]


def _view(document: Document, credit: bool, family: Family, rules: Rules) -> View:
    posted = post(document, rules, credit=credit)
    match = match_document(posted.posting, family)
    partner = match.document
    mine = [p for p in family.payments_of(System.PROVET) if p.document_id == document.id]
    taken = [p for p in family.payments_of(System.XERO) if partner and p.document_id == partner.id and not p.cancelled]
    money = settlements(document, mine)
    return View(
        document=document,
        credit=credit,
        posted=posted,
        match=match,
        standing=money.standing,
        unmatched=money.unmatched,
        taken=tuple(taken),
        payments=match_payments(document, money.standing, taken, family, rules),
        excluded=exclusion_reason(document, rules, linked=match.link is not None),
        held=_consolidated(document, money.standing),
        provet_balance=receivable(document, mine, credit=credit),
        provet_due=due(document, mine),
    )


def _consolidated(document: Document, standing: Iterable[Payment]) -> bool:
    """Whether it is a consolidated invoice or closed by one (docs/reference/provet.md P-27)."""
    inside = any(payment.method == CONSOLIDATED for payment in standing)
    return document.status is not DocumentStatus.VOID and (bool(document.consolidates) or inside)


def _with_credit(view: View, partners: Mapping[str, Document]) -> View:
    """The view with the credit that is set between its partner and others.

    Xero counts prepayments and overpayments as credit too (docs/reference/xero.md 8.2): what no partner's note explains
    is foreign.
    """
    booked = view.booked
    if booked is None:
        return view
    if booked.credit:
        known = sum((a.amount for a in booked.allocations if a.document_id in partners), ZERO)
        total = sum((a.amount for a in booked.allocations), ZERO)
    else:
        notes = (a for note in partners.values() if note.credit for a in note.allocations)
        known = sum((a.amount for a in notes if a.document_id == booked.id), ZERO)
        total = booked.credited
    return msgspec.structs.replace(view, allocated=known, foreign=max(total - known, ZERO))
