"""Which consolidated invoices a family holds, how each is booked, and which payments of Provet closed its originals.

Provet closes the originals by payments of type 6 and puts their content into the consolidated invoice
(docs/reference/provet.md P-9, P-27, U-12). Nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from daemon.core.amounts import half_even
from daemon.core.family import Family, linked, marked_partner
from daemon.core.ledger import (
    CONSOLIDATED,
    exclusion_reason,
    factor,
    in_practice,
    settlement,
    settlements,
    sides,
)
from daemon.core.mappings import Gap, no_tax_gap, payment_account
from daemon.core.model import ZERO, Document, DocumentStatus, Kind, Line, Payment, System, Value
from daemon.core.posting import Posted, post
from daemon.core.rules import Consolidated, Rules

_ROUNDING_MAX = Decimal("0.50")
"""Provet rounds totals to a whole unit at the coarsest (docs/reference/provet.md P-30)."""


class Consolidation(Value, frozen=True, kw_only=True):
    """A consolidated invoice that stands in Provet.

    ``scheme`` is how it is booked, never ``HOLD``. ``closing`` maps its originals to the payments of type 6 that closed
    them and still stand. ``carried`` is what it carries of its originals: all its rows but ``aside``, its own rounding
    row (an index). ``closed`` is what the payments add up to, those of the ``credits`` inside counted negative.
    """

    whole: Document
    scheme: Consolidated
    closing: dict[str, tuple[Payment, ...]]
    carried: Decimal
    closed: Decimal
    aside: int | None = None
    credits: tuple[str, ...] = ()

    @property
    def missing(self) -> Decimal:
        """What the payments that closed its originals miss of it; zero once it is complete."""
        return self.carried - self.closed

    @property
    def payments(self) -> tuple[Payment, ...]:
        return tuple(payment for payments in self.closing.values() for payment in payments)


def consolidations(family: Family, rules: Rules) -> dict[str, Consolidation]:
    """The consolidated invoices of a family that stand in Provet and belong into the books, by id.

    An original that several of them list was closed by the newest.
    """
    stored = {document.id: document for document in family.of(System.PROVET)}
    wholes = [document for document in stored.values() if document.consolidates and _stands(document, family, rules)]
    credit = sides(tuple(stored.values())) if wholes else {}
    free = {document.id: document for document in stored.values() if in_practice(document, rules)}
    found: dict[str, Consolidation] = {}
    for whole in sorted(wholes, key=age, reverse=True):
        inside = sorted((free.pop(id_) for id_ in whole.consolidates if id_ in free), key=age)
        closing = {original.id: _standing(original, family) for original in inside}
        closing = {id_: payments for id_, payments in closing.items() if payments}
        closed = {id_: sum((settlement(stored[id_], p) for p in closing[id_]), ZERO) for id_ in closing}
        bare = Consolidation(
            whole=whole,
            scheme=_scheme(whole, family, rules),
            closing=closing,
            carried=ZERO,
            closed=sum((-amount if credit[id_] else amount for id_, amount in closed.items()), ZERO),
            credits=tuple(id_ for id_ in closing if credit[id_]),
        )
        found[whole.id] = _with_carried(bare, inside)
    return found


def age(document: Document) -> tuple[object, ...]:
    """What orders documents from the oldest on."""
    return (document.date, len(document.id), document.id)


def _stands(whole: Document, family: Family, rules: Rules) -> bool:
    link = linked(family.links, Kind.DOCUMENT, provet_id=whole.id)
    excluded = exclusion_reason(whole, rules, linked=link is not None)
    return whole.status is not DocumentStatus.VOID and in_practice(whole, rules) and not excluded


def _scheme(whole: Document, family: Family, rules: Rules) -> Consolidated:
    """What the setting says; where it is in Xero already, what stands there decides between what it could have said."""
    setting = Consolidated.CLEARING if rules.consolidated is Consolidated.HOLD else rules.consolidated
    tied = {e.xero_id for e in family.links if e.kind is Kind.DOCUMENT and e.provet_id == whole.id}
    partner = next((d for d in family.of(System.XERO) if d.id in tied and d.status is DocumentStatus.FINAL), None)
    if partner is None or setting is Consolidated.CLEARING:
        return setting
    cleared = any(line.account == rules.account_consolidation for line in partner.lines)
    return Consolidated.CLEARING if cleared else Consolidated.BOTH


def _standing(original: Document, family: Family) -> tuple[Payment, ...]:
    if original.status is DocumentStatus.VOID:
        return ()
    money = settlements(original, family.payments_of(System.PROVET))
    return tuple(payment for payment in money.standing if payment.method == CONSOLIDATED)


def _with_carried(consolidation: Consolidation, originals: Iterable[Document]) -> Consolidation:
    whole = consolidation.whole
    rows = sum((line.gross * factor(whole) for line in whole.lines), ZERO)
    aside = _own_rounding(whole, rows - consolidation.closed, originals)
    carried = rows if aside is None else consolidation.closed
    return msgspec.structs.replace(consolidation, carried=half_even(carried), aside=aside)


def _own_rounding(whole: Document, rest: Decimal, originals: Iterable[Document]) -> int | None:
    """The last row of its own, without VAT, that is exactly what its originals do not explain."""
    if not rest or abs(rest) > _ROUNDING_MAX:
        return None
    theirs = Counter(_face(line) for original in originals for line in original.lines)
    own = Counter(_face(line) for line in whole.lines) - theirs
    places = (i for i in reversed(range(len(whole.lines))) if _is_rounding(whole.lines[i], rest * factor(whole)))
    return next((i for i in places if own[_face(whole.lines[i])]), None)


def _is_rounding(line: Line, gross: Decimal) -> bool:
    return line.gross == gross and not line.tax


def _face(line: Line) -> tuple[object, ...]:
    return (line.description, line.gross, line.tax_rate)


def inner_in_xero(payments: Iterable[Payment], family: Family, rules: Rules) -> set[str]:
    """The ids of those Xero payments that stand for one of type 6: by link or mark, else by their account."""
    methods = {payment.id: payment.method for payment in family.payments_of(System.PROVET)}
    tied: dict[str, list[str]] = {}
    for link in family.links:
        if link.kind is Kind.PAYMENT and link.provet_id in methods:
            tied.setdefault(link.xero_id, []).append(methods[link.provet_id])
    account = rules.account_consolidation
    found = set()
    for payment in payments:
        known = tied.get(payment.id, []) or _by_mark(payment, methods)
        if CONSOLIDATED in known or (not known and account and payment.method == account):
            found.add(payment.id)
    return found


def _by_mark(payment: Payment, methods: Mapping[str, str]) -> list[str]:
    partner = marked_partner(payment)
    return [methods[partner]] if partner in methods else []


def posted(document: Document, wholes: Mapping[str, Consolidation], top: str, rules: Rules, *, credit: bool) -> Posted:
    """The posting of a document, through the consolidation clearing account where it only moves a debt.

    ``top`` is the document at the top of its chain of credits. A consolidated invoice carries what its originals have
    booked already. A credit of it takes back revenue while they are closed by it, and the debt itself once they are
    open again; of a void one nothing is left to take back, so its credits stay what they were.
    """
    usual = post(document, rules, credit=credit)
    whole = wholes.get(top)
    if whole is None or whole.scheme is Consolidated.ORIGINALS:
        return usual
    if document.id != top:
        open_again = whole.scheme is Consolidated.CLEARING and not whole.closing
        return _cleared(document, usual, None, rules) if open_again else usual
    if whole.scheme is Consolidated.CLEARING:
        return _cleared(document, usual, whole.aside, rules)
    return msgspec.structs.replace(usual, gaps=(*usual.gaps, *_clearing_gap(rules)))


def _cleared(document: Document, usual: Posted, aside: int | None, rules: Rules) -> Posted:
    """The posting with its rows, but for ``aside``, on the clearing account and outside VAT."""
    cleared = {"tax": ZERO, "tax_code": rules.no_tax_type, "account": rules.account_consolidation, "tracking": None}
    lines = tuple(
        msgspec.structs.replace(line, **cleared) if place < len(document.lines) and place != aside else line
        for place, line in enumerate(usual.posting.lines)
    )
    own = () if aside is None else (document.lines[aside],)
    needed = {gap.key for gap in post(msgspec.structs.replace(document, lines=own), rules, credit=False).gaps}
    needed |= {f"account:{rules.account_rounding}"} if usual.off_by else set()
    return msgspec.structs.replace(
        usual,
        posting=msgspec.structs.replace(usual.posting, lines=lines, tax_by_rate={}),
        gaps=(*(gap for gap in usual.gaps if gap.key in needed), *_clearing_gap(rules)),
        consistent=abs(usual.off_by) <= rules.rounding_max,
        taxed=True,
    )


def _clearing_gap(rules: Rules) -> tuple[Gap, ...]:
    gap = payment_account(CONSOLIDATED, rules)[1] or no_tax_gap(rules)
    return () if gap is None else (gap,)
