"""Books the money on a consolidated invoice on its originals, where the practice keeps the former out of Xero.

Each payment goes to the originals that Xero has it on already, the rest to the oldest original that is still open;
one payment may be split, since a mark is unique together with its document.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from daemon.core.consolidation import Consolidation
from daemon.core.family import Family, marked_document, marked_partner
from daemon.core.ledger import CONSOLIDATED, CREDIT_APPLIED, due, factor, settlement, settlements
from daemon.core.model import ZERO, Document, Kind, Link, Payment, System, Value
from daemon.core.rules import Consolidated


class Allotted(Value, frozen=True, kw_only=True):
    """The family with money moved to where it is booked.

    ``set_aside`` maps originals to what the payments of type 6, which are not sent, took off them; ``paid_on`` to the
    consolidated invoice that takes their money in Provet, ``due`` to what that one still takes.
    """

    family: Family
    set_aside: dict[str, Decimal] = msgspec.field(default_factory=dict)
    paid_on: dict[str, str] = msgspec.field(default_factory=dict)
    due: dict[str, Decimal] = msgspec.field(default_factory=dict)


def allot(family: Family, wholes: Iterable[Consolidation]) -> Allotted:
    """Move what is paid on each consolidated invoice that stays out of Xero to its originals."""
    found = Allotted(family=family)
    for whole in wholes:
        if whole.scheme is Consolidated.ORIGINALS and whole.closing.keys() - set(whole.credits):
            found = _allot(found, whole)
    return found


def links_of(partner: Document | None, family: Family) -> Family:
    """The family without the links that tie a split payment to what stands on another document."""
    elsewhere = {
        payment.id
        for payment in family.payments_of(System.XERO)
        if not payment.cancelled and (partner is None or payment.document_id != partner.id)
    }
    kept = tuple(e for e in family.links if e.kind is not Kind.PAYMENT or e.xero_id not in elsewhere)
    return msgspec.structs.replace(family, links=kept)


def _allot(found: Allotted, whole: Consolidation) -> Allotted:
    family, document = found.family, whole.whole
    originals = {d.id: d for d in family.of(System.PROVET) if d.id in whole.closing}
    aside = {id_: _sum(settlement(originals[id_], p) for p in whole.closing[id_]) for id_ in whole.closing}
    room = {id_: amount for id_, amount in aside.items() if id_ not in whole.credits}
    own = [p for p in family.payments_of(System.PROVET) if p.document_id == document.id]
    money = settlements(document, own)
    shares = _shares(document, money.standing, dict(room), family)
    last = originals[_last(room)]
    moved = [_part(payment, originals[id_], amount) for payment, id_, amount in shares]
    moved += [_part(payment, last, settlement(document, payment)) for payment in (*money.unmatched, *money.rounding)]
    kept = (p for p in family.payments if not _replaced(p, whole))
    return Allotted(
        family=msgspec.structs.replace(family, payments=(*kept, *moved)),
        set_aside={**found.set_aside, **aside},
        paid_on={**found.paid_on, **dict.fromkeys(room, document.id)},
        due={**found.due, **dict.fromkeys(room, due(document, own))},
    )


def _replaced(payment: Payment, whole: Consolidation) -> bool:
    """Whether a payment is not booked where it stands in Provet."""
    if payment.system is System.XERO:
        return False
    closes = payment.document_id in whole.closing and payment.method == CONSOLIDATED
    return closes or (payment.document_id == whole.whole.id and payment.method != CREDIT_APPLIED)


def _part(payment: Payment, original: Document, amount: Decimal) -> Payment:
    return msgspec.structs.replace(payment, document_id=original.id, amount=amount * factor(original))


def _last(room: dict[str, Decimal]) -> str:
    return next(reversed(room))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _shares(
    whole: Document, payments: Iterable[Payment], room: dict[str, Decimal], family: Family
) -> list[tuple[Payment, str, Decimal]]:
    """(payment, original, amount): what Xero has first, the rest from the oldest original on, an excess on the last."""
    left = {payment.id: settlement(whole, payment) for payment in payments}
    parts: dict[tuple[str, str], Decimal] = {}

    def take(payment: Payment, original: str, amount: Decimal) -> None:
        if amount > 0:
            parts[payment.id, original] = parts.get((payment.id, original), ZERO) + amount
            left[payment.id] -= amount
            room[original] -= amount

    for payment in payments:
        for original, amount in _booked(payment, room, family):
            take(payment, original, min(amount, left[payment.id]))
    for payment in payments:
        for original, open_there in list(room.items()):
            take(payment, original, min(left[payment.id], open_there))
        take(payment, _last(room), left[payment.id])
    known = {payment.id: payment for payment in payments}
    return [(known[id_], original, amount) for (id_, original), amount in parts.items()]


def _booked(payment: Payment, originals: Iterable[str], family: Family) -> list[tuple[str, Decimal]]:
    """On which originals Xero has a payment, or had it, with its amount there; what lives goes first."""
    tied = {e.xero_id for e in family.links if e.kind is Kind.PAYMENT and e.provet_id == payment.id}
    theirs = [p for p in family.payments_of(System.XERO) if _is_booking(p, payment, tied)]
    places = [(_place(p, family), p) for p in sorted(theirs, key=lambda p: (p.cancelled, p.id))]
    return [(place, p.amount) for place, p in places if place in originals]


def _is_booking(theirs: Payment, mine: Payment, tied: set[str]) -> bool:
    return theirs.id in tied or mine.id == marked_partner(theirs) or theirs.id == marked_partner(mine)


def _place(theirs: Payment, family: Family) -> str:
    """The Provet document on whose partner a Xero payment lies, or ""."""
    ties: Iterable[Link] = (e for e in family.links if e.kind is Kind.DOCUMENT and e.xero_id == theirs.document_id)
    linked = next((link.provet_id for link in ties), "")
    marked = (marked_document(d) for d in family.of(System.XERO) if d.id == theirs.document_id)
    return linked or next(marked, "")
