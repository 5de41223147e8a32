"""Lays a family out for judgement: builds the view of each of its documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from daemon.core.allotment import Allotted, allot, links_of
from daemon.core.consolidation import Consolidation, consolidations, inner_in_xero, posted
from daemon.core.family import Family, standing_for_provet
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
from daemon.core.matching import match_document
from daemon.core.model import ZERO, Document, DocumentStatus, Payment, System
from daemon.core.pairing import match_payments
from daemon.core.posting import Posted, with_rounding
from daemon.core.rules import Consolidated, Rules
from daemon.core.unseen import unseen
from daemon.core.view import Scene, View
from daemon.core.walk_in import at_the_till
from daemon.core.write_off import with_write_offs, write_offs


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
    partners = {view.booked.id: view.document for view in views if view.booked is not None}
    left_out = _given_by_left_out(books.family, rules)
    return [_with_credit(view, partners, off, books.family, left_out) for view in _with_elsewhere(views)]


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


def _given_by_left_out(family: Family, rules: Rules) -> Decimal:
    """The credit that documents with no counterpart in Xero gave to others of their client, negative if they took."""
    credit = sides([each.document for each in family.beside])
    out = (each for each in family.beside if _left_out(each.document, rules))
    return sum((each.applied if credit[each.document.id] else -each.applied for each in out), ZERO)


def _left_out(document: Document, rules: Rules) -> bool:
    return not in_practice(document, rules) or bool(exclusion_reason(document, rules, linked=False))


def _with_credit(
    view: View, partners: Mapping[str, Document], off: Mapping[str, Decimal], family: Family, left_out: Decimal
) -> View:
    """The view with the credit that is set between its partner and others, and what else settles that.

    Xero counts prepayments and overpayments as credit too (docs/reference/xero.md 8.2): what neither a partner's note
    nor credit that Provet applied explains is foreign. Credit that Provet applied elsewhere is set between two
    documents that both stand for one of Provet, of other families or of one that consolidates several, or comes from
    one that is left out.
    """
    booked = view.booked
    if booked is None:
        return view
    if booked.credit:
        ends = [(a.document_id, a.amount) for a in booked.allocations]
        total = sum((amount for _, amount in ends), ZERO)
    else:
        ends = _set_against(booked, family)
        total = booked.credited
    kin = [(partners[id_], amount) for id_, amount in ends if id_ in partners]
    known = sum((amount for _, amount in kin), ZERO)
    other = sum((amount for document, amount in kin if not _of_one_pair(document, view.document)), ZERO)
    standing = standing_for_provet(family.links)
    theirs = sum((amount for id_, amount in ends if id_ not in partners and id_ in standing), ZERO)
    others = max(total - known, ZERO)
    theirs += max(-left_out if booked.credit else left_out, ZERO)
    there = min(others, theirs, view.elsewhere)
    return msgspec.structs.replace(
        view,
        allocated=known + there,
        foreign=others - there,
        unset=max(view.elsewhere - there - other, ZERO),
        unseen=off.get(booked.id, ZERO),
    )


def _of_one_pair(one: Document, other: Document) -> bool:
    return one.credits == other.id or other.credits == one.id


def _set_against(invoice: Document, family: Family) -> list[tuple[str, Decimal]]:
    """The credit notes of Xero that are set against an invoice, each with how much of it."""
    notes = (d for d in family.of(System.XERO) if d.credit and d.status is not DocumentStatus.VOID)
    return [(note.id, a.amount) for note in notes for a in note.allocations if a.document_id == invoice.id]
