"""Which Xero payment is which Provet payment of the same document."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from daemon.core.family import Family, payment_info, payment_reference
from daemon.core.ledger import settlement
from daemon.core.matching import adopted_link
from daemon.core.model import Document, Kind, Link, Origin, Payment, System, Value
from daemon.core.rules import Rules

TWIN_DAYS = 5


class PairState(StrEnum):
    """How a Provet payment and a Xero payment of one document relate."""

    PAIRED = "paired"
    ADOPTED = "adopted"
    REPLACED = "replaced"
    TWIN = "twin"


class PaymentPair(Value, frozen=True, kw_only=True):
    provet: Payment
    xero: Payment
    state: PairState
    link: Link


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

    Order: links, marks, then equal amounts: with a freed partner (entered anew), as probable twins otherwise. While a
    practice is being adopted, equal amount and date are enough.
    """
    provet_left = {payment.id: payment for payment in standing}
    xero_left = {payment.id: payment for payment in xero}
    pairs = _linked_pairs(provet_left, xero_left, family.links)
    pairs += _marked_pairs(provet_left, xero_left)
    freed_provet = _freed(provet_left, family.links, Kind.PAYMENT, System.PROVET)
    freed_xero = _freed(xero_left, family.links, Kind.PAYMENT, System.XERO)
    pairs += _equal_pairs(document, provet_left, xero_left, (freed_provet, freed_xero), rules)
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
    for mine in list(provet.values()):
        for theirs in list(xero.values()):
            came_from = _origin_by_mark(mine, theirs)
            if came_from is not None:
                link = Link(
                    kind=Kind.PAYMENT,
                    provet_id=mine.id,
                    xero_id=theirs.id,
                    origin=Origin.CREATED,
                    created_in=System.XERO if came_from is System.PROVET else System.PROVET,
                )
                pairs.append(
                    PaymentPair(
                        provet=provet.pop(mine.id), xero=xero.pop(theirs.id), state=PairState.ADOPTED, link=link
                    )
                )
                break
    return pairs


def _origin_by_mark(mine: Payment, theirs: Payment) -> System | None:
    if theirs.note == payment_reference(mine.id):
        return System.PROVET
    return System.XERO if mine.note == payment_info(theirs.id) else None


def _freed(left: dict[str, Payment], links: Sequence[Link], kind: Kind, system: System) -> dict[str, Link]:
    """Payments that have a link but no longer the partner it names."""
    side = {link.provet_id if system is System.PROVET else link.xero_id: link for link in links if link.kind is kind}
    return {payment_id: side[payment_id] for payment_id in left if payment_id in side}


def _equal_pairs(
    document: Document,
    provet: dict[str, Payment],
    xero: dict[str, Payment],
    freed: tuple[dict[str, Link], dict[str, Link]],
    rules: Rules,
) -> list[PaymentPair]:
    freed_provet, freed_xero = freed
    pairs = []
    for mine in list(provet.values()):
        candidates = [theirs for theirs in xero.values() if theirs.amount == settlement(document, mine)]
        candidates.sort(key=lambda theirs: (abs((theirs.date - mine.date).days), theirs.id))
        for theirs in candidates:
            state = _equal_state(mine, theirs, mine.id in freed_provet or theirs.id in freed_xero, rules)
            if state is not None:
                link = adopted_link(Kind.PAYMENT, mine.id, theirs.id)
                provet.pop(mine.id)
                xero.pop(theirs.id)
                pairs.append(PaymentPair(provet=mine, xero=theirs, state=state, link=link))
                break
    return pairs


def _equal_state(mine: Payment, theirs: Payment, freed: bool, rules: Rules) -> PairState | None:
    if freed:
        return PairState.REPLACED
    if rules.adopting and mine.date == theirs.date:
        return PairState.ADOPTED
    return PairState.TWIN if abs((theirs.date - mine.date).days) <= TWIN_DAYS else None
