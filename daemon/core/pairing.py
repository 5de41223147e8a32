"""Which Xero payment is which Provet payment of the same document."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from daemon.core.family import Family, marked_partner
from daemon.core.ledger import CONSOLIDATED, settlement
from daemon.core.matching import adopted_link
from daemon.core.model import Document, Kind, Link, Origin, Payment, System, Value
from daemon.core.rules import Rules

NEAR_DAYS = 5
_NEARLY = Decimal("0.05")
"""How far apart two sums may be and yet be one, as a share of the larger: what a card costs, or a slip of the hand."""


class PairState(StrEnum):
    """How a Provet payment and a Xero payment of one document relate.

    ``REPLACED``: entered anew on one side with the same sum; ``RESIZED``: entered anew in Provet with another.
    ``TWIN`` and ``NEAR``: found on both sides without a link, with equal sums or nearly so.
    """

    PAIRED = "paired"
    ADOPTED = "adopted"
    REPLACED = "replaced"
    RESIZED = "resized"
    TWIN = "twin"
    NEAR = "near"


class PaymentPair(Value, frozen=True, kw_only=True):
    """Two payments that are or may be one. ``lost`` is the pair that Xero's payment was in before Provet's was entered
    anew."""

    provet: Payment
    xero: Payment
    state: PairState
    link: Link
    lost: Link | None = None


class PaymentMatch(Value, frozen=True, kw_only=True):
    """The payments of one document after pairing; ``gone`` lists hold the survivor and the link it lost."""

    pairs: tuple[PaymentPair, ...] = ()
    provet_only: tuple[Payment, ...] = ()
    xero_only: tuple[Payment, ...] = ()
    gone_in_provet: tuple[tuple[Payment, Link], ...] = ()
    gone_in_xero: tuple[tuple[Payment, Link], ...] = ()


def match_payments(
    document: Document, standing: Sequence[Payment], xero: Sequence[Payment], family: Family, rules: Rules
) -> PaymentMatch:
    """Pair the standing Provet payments of ``document`` with the living Xero payments of its partner.

    Order: links, marks, then equal amounts: with a freed partner (entered anew), as probable twins otherwise, however
    far apart: that money of one sum came twice is a person's word. Then sums changed in Provet; last, sums that are
    nearly equal, within a few days. While a practice is being adopted, equal amount and date are enough.
    """
    links = [link for link in family.links if link.origin is not Origin.UNDONE]
    provet_left = {payment.id: payment for payment in standing}
    xero_left = {payment.id: payment for payment in xero}
    pairs = _linked_pairs(provet_left, xero_left, links)
    pairs += _marked_pairs(provet_left, xero_left)
    freed_provet = {p.id: link for p in provet_left.values() if (link := _lost_link(p, links)) is not None}
    freed_xero = {p.id: link for p in xero_left.values() if (link := _lost_link(p, links)) is not None}
    pairs += _equal_pairs(document, provet_left, xero_left, (freed_provet, freed_xero), rules)
    pairs += _resized_pairs(provet_left, xero_left, (freed_provet, freed_xero))
    pairs += _near_pairs(document, provet_left, xero_left, (freed_provet, freed_xero))
    return PaymentMatch(
        pairs=tuple(pairs),
        provet_only=tuple(p for p in provet_left.values() if p.id not in freed_provet),
        xero_only=tuple(p for p in xero_left.values() if p.id not in freed_xero),
        gone_in_xero=tuple((p, freed_provet[p.id]) for p in provet_left.values() if p.id in freed_provet),
        gone_in_provet=tuple((p, freed_xero[p.id]) for p in xero_left.values() if p.id in freed_xero),
    )


def _linked_pairs(provet: dict[str, Payment], xero: dict[str, Payment], links: Sequence[Link]) -> list[PaymentPair]:
    pairs = []
    for link in links:
        if link.kind is Kind.PAYMENT and link.provet_id in provet and link.xero_id in xero:
            mine, theirs = provet.pop(link.provet_id), xero.pop(link.xero_id)
            pairs.append(PaymentPair(provet=mine, xero=theirs, state=PairState.PAIRED, link=link))
    return pairs


def _marked_pairs(provet: dict[str, Payment], xero: dict[str, Payment]) -> list[PaymentPair]:
    pairs = []
    for payment in [*provet.values(), *xero.values()]:
        link = _link_by_mark(payment)
        if link is not None and link.provet_id in provet and link.xero_id in xero:
            mine, theirs = provet.pop(link.provet_id), xero.pop(link.xero_id)
            pairs.append(PaymentPair(provet=mine, xero=theirs, state=PairState.ADOPTED, link=link))
    return pairs


def _link_by_mark(payment: Payment) -> Link | None:
    """The pair that a payment's own mark names: whatever bears a mark was created by this program."""
    partner = marked_partner(payment)
    if not partner:
        return None
    provet_id, xero_id = (payment.id, partner) if payment.system is System.PROVET else (partner, payment.id)
    return Link(
        kind=Kind.PAYMENT,
        provet_id=provet_id,
        xero_id=xero_id,
        origin=Origin.CREATED,
        created_in=payment.system,
    )


def _lost_link(payment: Payment, links: Sequence[Link]) -> Link | None:
    """The link of a payment whose partner is gone; the one that tells that this program created it goes first."""
    side = "provet_id" if payment.system is System.PROVET else "xero_id"
    mine = [link for link in links if link.kind is Kind.PAYMENT and getattr(link, side) == payment.id]
    known = [*(link for link in mine if link.created_in is payment.system), _link_by_mark(payment), *mine]
    return next((link for link in known if link is not None), None)


def _equal_pairs(
    document: Document,
    provet: dict[str, Payment],
    xero: dict[str, Payment],
    freed: tuple[dict[str, Link], dict[str, Link]],
    rules: Rules,
) -> list[PaymentPair]:
    """Pairs of equal amount: freed partners first, then the nearest dates."""
    possible = [
        (state is not PairState.REPLACED, days, mine, theirs, state)
        for mine in provet.values()
        for theirs in xero.values()
        if theirs.amount == settlement(document, mine)
        for days in (abs((theirs.date - mine.date).days),)
        for state in (_equal_state(mine.id in freed[0] or theirs.id in freed[1], days, rules),)
    ]
    possible.sort(key=lambda found: (found[0], found[1], len(found[2].id), found[2].id, found[3].id))
    pairs = []
    for _, _, mine, theirs, state in possible:
        if mine.id in provet and theirs.id in xero:
            pairs.append(_unlinked_pair(provet.pop(mine.id), xero.pop(theirs.id), state, freed[1]))
    return pairs


def _unlinked_pair(mine: Payment, theirs: Payment, state: PairState, freed_xero: dict[str, Link]) -> PaymentPair:
    link = adopted_link(Kind.PAYMENT, mine.id, theirs.id)
    return PaymentPair(provet=mine, xero=theirs, state=state, link=link, lost=freed_xero.get(theirs.id))


def _equal_state(freed: bool, days: int, rules: Rules) -> PairState:
    if freed:
        return PairState.REPLACED
    return PairState.ADOPTED if rules.adopting and not days else PairState.TWIN


def _resized_pairs(
    provet: dict[str, Payment], xero: dict[str, Payment], freed: tuple[dict[str, Link], dict[str, Link]]
) -> list[PaymentPair]:
    """A sum changed in Provet: the old payment is cancelled and a later one of the same day takes its place
    (docs/reference/provet.md P-26)."""
    pairs = []
    for theirs in [payment for payment in xero.values() if payment.id in freed[1]]:
        old = freed[1][theirs.id].provet_id
        later = [p for p in provet.values() if p.id not in freed[0] and p.date == theirs.date and _takes_over(p, old)]
        if later:
            mine = min(later, key=lambda p: _age(p.id))
            pairs.append(_unlinked_pair(provet.pop(mine.id), xero.pop(theirs.id), PairState.RESIZED, freed[1]))
    return pairs


def _near_pairs(
    document: Document,
    provet: dict[str, Payment],
    xero: dict[str, Payment],
    freed: tuple[dict[str, Link], dict[str, Link]],
) -> list[PaymentPair]:
    """Sums that may be one, typed in on both sides: the nearest first. What was linked before is none of these."""
    possible = [
        (off, abs((theirs.date - mine.date).days), _age(mine.id), theirs.id, mine.id)
        for mine in provet.values()
        for theirs in xero.values()
        if mine.id not in freed[0] and theirs.id not in freed[1] and _typed(mine)
        for off in (abs(theirs.amount - settlement(document, mine)),)
        if off <= _NEARLY * max(theirs.amount, settlement(document, mine))
    ]
    pairs = []
    for _, days, _, theirs_id, mine_id in sorted(possible):
        if days <= NEAR_DAYS and mine_id in provet and theirs_id in xero:
            pairs.append(_unlinked_pair(provet.pop(mine_id), xero.pop(theirs_id), PairState.NEAR, {}))
    return pairs


def _typed(payment: Payment) -> bool:
    """Whether somebody typed a Provet payment in: neither Provet's own bookkeeping nor what came from Xero."""
    return payment.method != CONSOLIDATED and not marked_partner(payment)


def _takes_over(payment: Payment, old: str) -> bool:
    return _typed(payment) and _age(payment.id) > _age(old)


def _age(identifier: str) -> tuple[int, str]:
    return (len(identifier), identifier)
