"""What consolidated invoices come to in Xero under each value of the setting ``consolidated``.

Part of the independent checker: Provet's ledger is shown as Xero should have it, then all is compared as ever.

``clearing`` and ``hold``: the consolidated invoice stands on the clearing account without VAT, and its originals are
paid from there; over all of them the account comes to nothing. ``both``: it keeps its revenue. ``originals``: it stays
out, and what is paid on it is booked on its originals.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from tests.support.ledgers import ZERO, ProvetDocument, ProvetLedger, ProvetPayment, Row, XeroLedger, XeroPayment
from tests.support.pairing import FINALISED, MARK, ROUNDING, Books, Terms
from tests.support.settled import CONSOLIDATED, CREDITED, RECEIVED_MARK, SENT_MARK

CLOSED = "from clearing"
"""The type under which a payment that closes an original is compared like any other."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """The setting, and the code of the clearing account."""

    name: str
    account: str


def scheme_of(settings: Path, practice: str = "riverside") -> Scheme:
    """The scheme in a settings file."""
    table = tomllib.loads(settings.read_text())["practices"][practice]
    return Scheme(table.get("consolidated", "clearing"), table["accounts"]["consolidation_clearing"])


def as_booked(provet: ProvetLedger, xero: XeroLedger, terms: Terms, scheme: Scheme) -> tuple[ProvetLedger, Terms]:
    """Provet's ledger as Xero should show it, and the terms with the clearing account where one is used."""
    if scheme.name == "originals":
        return replace(provet, documents=_on_originals(provet.documents, xero)), terms
    account = scheme.account if scheme.name != "both" else ""
    documents = {key: _moved(document, account) for key, document in provet.documents.items()}
    accounts = {**terms.payment_accounts, CLOSED: scheme.account}
    return replace(provet, documents=documents), replace(terms, payment_accounts=accounts)


def left_on_clearing(books: Books, scheme: Scheme) -> dict[str, Decimal]:
    """What each of Provet's documents puts on the clearing account in Xero, by its id; "" is what others put there.

    Payments from the account take from it.
    """
    owner = {match.xero.id: match.provet.id for match in books.matches.values()}
    side = {document.id: -1 if document.credit else 1 for document in books.xero.documents.values()}
    amounts = [
        (document.id, line.gross)
        for document in books.xero.documents.values()
        if document.living
        for line in document.lines
        if line.account == scheme.account
    ]
    amounts += [(p.document, -p.amount) for p in books.xero.payments if p.living and scheme.account in p.accounts]
    sums: dict[str, Decimal] = dict.fromkeys(owner.values(), ZERO)
    for document, amount in amounts:
        key = owner.get(document, "")
        sums[key] = sums.get(key, ZERO) + side.get(document, 1) * amount
    return {key: amount for key, amount in sums.items() if amount}


def _moved(document: ProvetDocument, account: str) -> ProvetDocument:
    """With its debt on the clearing account; "" leaves its revenue where it is."""
    payments = tuple(replace(row, type=CLOSED) if row.type == CONSOLIDATED else row for row in document.payments)
    moved = replace(document, payments=payments, consolidates=False)
    if not document.consolidates or not account:
        return moved
    return replace(moved, vat=ZERO, rows=(Row(rate=Decimal(0), vat=ZERO, gross=document.gross, account=account),))


def _on_originals(documents: Mapping[str, ProvetDocument], xero: XeroLedger) -> dict[str, ProvetDocument]:
    """With the money of consolidated invoices on their originals: where Xero has it, the rest from the oldest on."""
    found = dict(documents)
    for whole in documents.values():
        closed = [documents[each] for each in whole.originals if each in documents and _closed(documents[each])]
        if whole.status == FINALISED and closed:
            closed.sort(key=lambda each: (each.date, int(each.id)))
            found |= {each.id: each for each in _paid(whole, closed, xero)}
    return found


def _closed(document: ProvetDocument) -> Decimal:
    return _sum(row for row in document.payments if row.done and row.type == CONSOLIDATED)


def _paid(whole: ProvetDocument, closed: list[ProvetDocument], xero: XeroLedger) -> Iterator[ProvetDocument]:
    """The originals with the rows of their consolidated invoice in place of those that closed them, as its family; and
    what is left of that invoice."""
    yield replace(whole, gross=whole.gross - sum(map(_closed, closed), ZERO), due=ZERO, payments=())
    own = {each.id: tuple(row for row in each.payments if row.type != CONSOLIDATED) for each in closed}
    room = {each.id: each.gross - _sum(row for row in own[each.id] if row.done) for each in closed}
    applied = _sum(row for row in whole.payments if row.done and row.type == CREDITED)
    moved: list[tuple[str, ProvetPayment]] = []
    for row in _by_presence(whole, xero):
        shares = _shares(row, room, xero)
        for place, share in shares.items():
            room[place] -= share if row.done else ZERO
            moved.append((place, replace(row, paid=share)))
    for each in closed:
        rows = (*own[each.id], *(row for place, row in moved if place == each.id))
        off = applied if each is closed[0] else ZERO
        yield replace(each, payments=rows, due=room[each.id] - off, credits=whole.id)


def _by_presence(whole: ProvetDocument, xero: XeroLedger) -> list[ProvetPayment]:
    """Its rows of money, those first that Xero has; two that cancel each other come to nothing anywhere."""
    rows = [row for row in whole.payments if row.type not in {CONSOLIDATED, CREDITED}]
    for back in [row for row in rows if row.paid < 0]:
        if paid := next(
            (row for row in rows if (row.type, row.paid, row.done) == (back.type, -back.paid, back.done)), None
        ):
            rows = [row for row in rows if row not in (back, paid)]
    return sorted(rows, key=lambda row: not _partners(row, xero))


def _shares(row: ProvetPayment, room: Mapping[str, Decimal], xero: XeroLedger) -> dict[str, Decimal]:
    """How much of a row goes to which original: what Xero has there, then what each takes, an excess to the last."""
    places = {f"{MARK}{each}": each for each in room}
    last = next(reversed(room))
    left, shares = row.paid, dict.fromkeys(room, ZERO)
    if row.type != ROUNDING and row.done and row.paid > 0:
        for payment in _partners(row, xero):
            document = xero.documents[payment.document]
            place = places.get(document.reference)
            if place is not None:
                share = min(payment.amount, left)
                shares[place], left = shares[place] + share, left - share
        for place, free in room.items():
            share = max(min(left, free - shares[place]), ZERO)
            shares[place], left = shares[place] + share, left - share
    shares[last] += left
    return {place: share for place, share in shares.items() if share}


def _partners(row: ProvetPayment, xero: XeroLedger) -> list[XeroPayment]:
    origin = row.info.strip().removeprefix(RECEIVED_MARK)
    return [p for p in xero.payments if p.living and (p.reference == f"{SENT_MARK}{row.id}" or p.id == origin)]


def _sum(rows: Iterable[ProvetPayment]) -> Decimal:
    return sum((row.paid for row in rows), ZERO)
