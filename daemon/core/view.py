"""A family laid out for judgement: each Provet document beside its posting, its partner in Xero and both payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from daemon.core.allotment import Allotted, allot, links_of
from daemon.core.consolidation import Consolidation, consolidations, inner_in_xero, posted
from daemon.core.family import Family
from daemon.core.late_credit import (
    Supplement,
    late_credits,
    refunds_of,
    strayed_of,
    supplements_of,
    with_late_credits,
)
from daemon.core.ledger import (
    CONSOLIDATED,
    ROUNDING,
    Settlements,
    chain_top,
    credit_applied,
    due,
    exclusion_reason,
    in_practice,
    receivable,
    settlement,
    settlements,
    sides,
)
from daemon.core.matching import DocumentMatch, match_document
from daemon.core.model import ZERO, Document, DocumentStatus, Payment, System, Value
from daemon.core.pairing import PaymentMatch, PaymentPair, match_payments
from daemon.core.posting import Posted, with_rounding
from daemon.core.rules import Consolidated, Rules
from daemon.core.unseen import unseen
from daemon.core.walk_in import at_the_till
from daemon.core.write_off import with_write_offs, write_offs


class View(Value, frozen=True, kw_only=True):
    """One Provet document with everything that bears on it.

    ``standing`` are Provet's payments that still stand, credit applied aside, ``unmatched`` opposite rows that cancel
    none of them; ``taken`` the living Xero payments of its partner. ``payments`` pairs money, ``inner`` the payments of
    type 6 by which a consolidated invoice closed it. ``excluded`` is the reason it has no counterpart, or "".
    ``paid_on`` is the Provet document that takes its money, ``provet_due`` what Provet still takes there of it;
    ``set_aside`` is what payments of type 6 that are not sent took off it. ``applied`` is credit that Provet applied
    to it or of it, ``elsewhere`` the part whose other end is no kin of it. ``allocated`` is credit set between the
    partner and others as far as Provet knows of it, ``foreign`` any other, ``unset`` what of ``elsewhere`` Xero lacks;
    ``unseen`` is what Xero counts as settled of the partner beyond all of that. ``refunds`` are those of the notes that
    correct the partner, ``strayed`` what of these is set against other documents, ``supplements`` the invoices that are
    part of it.
    """

    document: Document
    credit: bool
    posted: Posted
    match: DocumentMatch
    standing: tuple[Payment, ...]
    unmatched: tuple[Payment, ...]
    taken: tuple[Payment, ...]
    payments: PaymentMatch
    inner: PaymentMatch
    excluded: str
    provet_balance: Decimal
    provet_due: Decimal
    paid_on: str
    set_aside: Decimal = ZERO
    applied: Decimal = ZERO
    elsewhere: Decimal = ZERO
    allocated: Decimal = ZERO
    foreign: Decimal = ZERO
    unset: Decimal = ZERO
    unseen: Decimal = ZERO
    refunds: tuple[Payment, ...] = ()
    strayed: Decimal = ZERO
    supplements: tuple[Supplement, ...] = ()

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
    def pairs(self) -> tuple[PaymentPair, ...]:
        """All its payments that stand on both sides."""
        return (*self.payments.pairs, *self.inner.pairs)

    @property
    def sign(self) -> int:
        """+1 on the invoice side, -1 on the credit side: what a cent of its balance means to the receivable."""
        return -1 if self.credit else 1

    @property
    def xero_left(self) -> Decimal:
        """What is still open on the partner in Xero: amount due, or remaining credit."""
        if self.booked is None:
            return ZERO
        known = sum((p.amount for p in self.taken), ZERO) + self.allocated + self.foreign
        spent = sum((p.amount for p in self.refunds), ZERO) + self.strayed
        return self.booked.gross - known - self.unseen + spent

    @property
    def xero_room(self) -> Decimal:
        """What may be set against the partner now: no more than is open in Xero, nor once it has Provet's total."""
        return self.places[0].left + min(self.posted.posting.gross - self.booked.gross, ZERO) if self.booked else ZERO

    @property
    def places(self) -> tuple[Supplement, ...]:
        """Where money can be set against it, first the partner itself while anything is due on it."""
        more = tuple(each for each in self.supplements if each.left > 0)
        number = self.booked.number if self.booked is not None else ""
        itself = Supplement(key=self.document.id, number=number, left=self.own_left)
        return (itself, *more) if itself.left > 0 or not more else more

    @property
    def own_left(self) -> Decimal:
        """What of ``xero_left`` is open on the partner itself, without the invoices that are part of it."""
        return self.xero_left - sum((each.left for each in self.supplements), ZERO)

    @property
    def own_room(self) -> Decimal:
        """What of ``xero_room`` is due on the partner itself, where credit is set against it."""
        return self.xero_room if self.places[0].key == self.document.id else ZERO

    @property
    def xero_balance(self) -> Decimal:
        """What the partner adds to the receivable: credit that moves within the family changes none of it."""
        return self.sign * (self.xero_left + self.allocated)

    @property
    def duplicate_balance(self) -> Decimal:
        """What further documents of the same mark add to the receivable."""
        return self.sign * sum((duplicate.balance for duplicate in self.match.duplicates), ZERO)

    @property
    def turned_balance(self) -> Decimal:
        """What the document that stands for it on the other side of the books adds to the receivable."""
        return -self.sign * self.match.turned.balance if self.match.turned is not None else ZERO

    @property
    def in_xero(self) -> Decimal:
        """What all that stands for it in Xero adds to the receivable."""
        return self.xero_balance + self.duplicate_balance + self.turned_balance

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
        return bool(self.taken or self.allocated or self.foreign or self.unseen)

    @property
    def open_share(self) -> Decimal:
        """What credit may still settle of it: what Provet's money leaves open, less what is allocated already."""
        return max(self.sign * self.provet_balance - self.allocated, ZERO)


class Scene(Value, frozen=True, kw_only=True):
    """What every judge of an invoice family looks at: the family, the rules, and its views by Provet id.

    ``wholes`` are the consolidated invoices that stand in Provet, by id, ``write_offs`` the credit notes in Xero that
    are shown as payments; ``late`` maps Xero documents to the credit notes that are shown as part of them.
    """

    family: Family
    rules: Rules
    views: dict[str, View]
    wholes: dict[str, Consolidation]
    write_offs: dict[str, Document]
    late: dict[str, tuple[Document, ...]]

    def original(self, view: View) -> View | None:
        """The view of the document that a credit note credits.

        Where a consolidated invoice is booked on its originals, so is the credit of it: on the oldest that is open.
        """
        whole = self.wholes.get(view.document.credits)
        if whole is None or whole.scheme is not Consolidated.ORIGINALS:
            return self.views.get(view.document.credits) if view.document.credits else None
        inside = [self.views[id_] for id_ in whole.closing if not self.views[id_].excluded]
        return next((original for original in inside if original.open_share > 0), inside[0] if inside else None)


def scene(family: Family, rules: Rules) -> Scene:
    """Lay a family out for judgement: invoices before credits, oldest first."""
    family = _present(at_the_till(family, rules))
    off = unseen(family)
    notes = write_offs(family, rules)
    family = with_write_offs(family, notes)
    late = late_credits(family)
    off |= {id_: off.get(id_, ZERO) + _off_by(own, off) for id_, own in late.items()}
    refunds, astray, more = refunds_of(family, late), strayed_of(late), supplements_of(family, late)
    family = with_late_credits(family, late)
    wholes = consolidations(family, rules)
    allotted = allot(family, wholes.values())
    views = [_with_corrections(view, refunds, astray, more) for view in _views(allotted, wholes, off, rules)]
    by_id = {view.document.id: view for view in views}
    return Scene(family=allotted.family, rules=rules, views=by_id, wholes=wholes, write_offs=notes, late=late)


def _off_by(late: Sequence[Document], off: Mapping[str, Decimal]) -> Decimal:
    """What is unseen of the corrections of a document, on its side."""
    return sum(((-1 if each.credit else 1) * off.get(each.id, ZERO) for each in late), ZERO)


def _with_corrections(
    view: View,
    refunds: Mapping[str, tuple[Payment, ...]],
    astray: Mapping[str, Decimal],
    more: Mapping[str, tuple[Supplement, ...]],
) -> View:
    """The view with what corrects its partner, as far as money on that counts by itself."""
    corrected = view.booked.id if view.booked is not None else ""
    if corrected not in refunds:
        return view
    return msgspec.structs.replace(
        view, refunds=refunds[corrected], strayed=astray[corrected], supplements=more[corrected]
    )


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


def _views(
    books: Allotted, wholes: Mapping[str, Consolidation], off: Mapping[str, Decimal], rules: Rules
) -> list[View]:
    documents = books.family.of(System.PROVET)
    credit = sides(documents)
    mine = [document for document in documents if in_practice(document, rules)]
    mine.sort(key=lambda d: (credit[d.id], d.date, len(d.id), d.id))
    tops = {document.id: chain_top(document, documents) for document in mine}
    views = [
        _view(d, posted(d, wholes, tops[d.id], rules, credit=credit[d.id]), books, wholes.get(d.id), rules)
        for d in mine
    ]
    partners = {view.booked.id: view.booked for view in views if view.booked is not None}
    return [_with_credit(view, partners, off) for view in _with_elsewhere(views)]


def _view(document: Document, paper: Posted, books: Allotted, whole: Consolidation | None, rules: Rules) -> View:
    family, credit = books.family, paper.posting.credit
    match = match_document(paper.posting, family)
    partner = match.document
    mine = [p for p in family.payments_of(System.PROVET) if p.document_id == document.id]
    taken = [p for p in family.payments_of(System.XERO) if partner and p.document_id == partner.id and not p.cancelled]
    money, paper = _rounded(document, settlements(document, mine), paper, rules)
    inner = inner_in_xero(taken, family, rules)
    seen = links_of(partner, family) if document.id in books.paid_on else family
    own_due = due(document, mine)
    return View(
        document=document,
        credit=credit,
        posted=paper,
        match=match,
        standing=money.standing,
        unmatched=money.unmatched,
        taken=tuple(taken),
        payments=match_payments(
            document,
            [p for p in money.standing if p.method != CONSOLIDATED],
            [p for p in taken if p.id not in inner],
            seen,
            rules,
        ),
        inner=match_payments(
            document,
            [p for p in money.standing if p.method == CONSOLIDATED],
            [p for p in taken if p.id in inner],
            family,
            rules,
        ),
        excluded=_excluded(document, whole, rules, linked=match.link is not None),
        provet_balance=receivable(document, mine, credit=credit),
        provet_due=min(own_due, books.due.get(document.id, own_due)),
        paid_on=books.paid_on.get(document.id, document.id),
        set_aside=books.set_aside.get(document.id, ZERO),
        applied=credit_applied(document, mine),
    )


def _rounded(document: Document, money: Settlements, paper: Posted, rules: Rules) -> tuple[Settlements, Posted]:
    """Rounding goes into the document's total; where it was rounded down and settings name an account for type 3, it
    is a payment like any other."""
    down = sum((settlement(document, payment) for payment in money.rounding), ZERO)
    if down > 0 and ROUNDING in rules.payments:
        return Settlements(standing=(*money.standing, *money.rounding), unmatched=money.unmatched), paper
    return money, paper if document.status is DocumentStatus.VOID else with_rounding(paper, -down, rules)


def _excluded(document: Document, whole: Consolidation | None, rules: Rules, *, linked: bool) -> str:
    if whole is not None and whole.scheme is Consolidated.ORIGINALS:
        return "consolidated invoice, booked on its originals"
    return exclusion_reason(document, rules, linked=linked)


def _with_elsewhere(views: Sequence[View]) -> list[View]:
    """The views with what Provet applied across families: a credit note and what it credits are the ends of one pair of
    payments of type 12, whatever is more on either has its other end elsewhere."""
    left = {view.document.id: max(view.applied, ZERO) for view in views}
    for view in views:
        original = view.document.credits
        met = min(left[view.document.id], left.get(original, ZERO))
        left[view.document.id] -= met
        if original in left:
            left[original] -= met
    return [msgspec.structs.replace(view, elsewhere=left[view.document.id]) for view in views]


def _with_credit(view: View, partners: Mapping[str, Document], off: Mapping[str, Decimal]) -> View:
    """The view with the credit that is set between its partner and others, and what else settles that.

    Xero counts prepayments and overpayments as credit too (docs/reference/xero.md 8.2): what neither a partner's note
    nor credit applied in Provet explains is foreign.
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
    others = max(total - known, ZERO)
    there = min(others, view.elsewhere)
    return msgspec.structs.replace(
        view,
        allocated=known + there,
        foreign=others - there,
        unset=view.elsewhere - there,
        unseen=off.get(booked.id, ZERO),
    )
