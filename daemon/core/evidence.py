"""A family side by side for people: the lines of a document aligned, and its money as a ledger. Decides nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from daemon.core.correction import PostingLine
from daemon.core.family import fold
from daemon.core.ledger import CREDIT_APPLIED, settlement
from daemon.core.methods import method_name
from daemon.core.model import ZERO, Line, Payment, System, Value
from daemon.core.pairing import PaymentMatch
from daemon.core.view import Scene, View

Aligned = tuple[PostingLine | None, Line | None]
_Same = Callable[[PostingLine, Line], bool]


class Entry(Value, frozen=True, kw_only=True):
    """One side of a ledger row: ``amount`` is what it adds to what the client owes."""

    amount: Decimal
    date: dt.date
    note: str = ""


class Row(Value, frozen=True, kw_only=True):
    """A document, payment or allocation as it stands on either side; an allocation moves credit and adds nothing."""

    what: str
    label: str
    provet: Entry | None = None
    xero: Entry | None = None


def view_of(scene: Scene, provet_id: str, xero_id: str) -> View | None:
    """The view that a record of its family belongs to: its own document, or the one that a payment is on."""
    on = {payment.id: payment.document_id for payment in scene.family.payments if payment.id in (provet_id, xero_id)}
    wanted = {provet_id, xero_id, *on.values()} - {""}
    views = scene.views.values()
    return next((v for v in views if v.document.id in wanted or (v.xero is not None and v.xero.id in wanted)), None)


def align(mine: Sequence[PostingLine], theirs: Sequence[Line]) -> tuple[Aligned, ...]:
    """Lines that belong together, in Provet's order: equal in text and amount, then in text, then in amount; what is
    left stands alone, Xero's last."""
    partners: dict[int, int] = {}
    tests: tuple[_Same, ...] = (
        lambda one, other: _text(one) == _text(other) and one.gross == other.gross,
        lambda one, other: _text(one) == _text(other),
        lambda one, other: one.gross == other.gross,
    )
    for same in tests:
        for place, line in enumerate(mine):
            free = (at for at in range(len(theirs)) if at not in partners.values() and same(line, theirs[at]))
            if place not in partners and (found := next(free, None)) is not None:
                partners[place] = found
    pairs: list[Aligned] = [
        (line, theirs[partners[place]] if place in partners else None) for place, line in enumerate(mine)
    ]
    return (*pairs, *((None, line) for at, line in enumerate(theirs) if at not in partners.values()))


def _text(line: PostingLine | Line) -> str:
    return fold(line.description)


def ledger(scene: Scene) -> tuple[Row, ...]:
    """The documents of a family, each followed by its money, then what is set off between them."""
    rows = [row for view in scene.views.values() for row in _rows(view, scene.rules.method_names)]
    return (*rows, *_allocations(scene))


def owed(scene: Scene) -> tuple[Decimal, Decimal]:
    """What the client owes on a family in Provet and in Xero."""
    views = scene.views.values()
    xero = sum((view.xero_balance + view.duplicate_balance for view in views), ZERO)
    return sum((view.provet_balance for view in views), ZERO), xero


def _rows(view: View, names: Mapping[str, str]) -> Iterator[Row]:
    noun = "credit note" if view.credit else "invoice"
    yield Row(what=noun, label=view.posted.posting.label, provet=_provet_document(view), xero=_xero_document(view))
    for duplicate in view.match.duplicates:
        entry = Entry(amount=view.sign * duplicate.gross, date=duplicate.date, note=duplicate.number)
        yield Row(what=noun, label=f"{view.posted.posting.label}, once more", xero=entry)
    for match in (view.payments, view.inner):
        yield from _money(match, view, names)
    for reversal in view.unmatched:
        yield Row(what="reversal", label=view.posted.posting.label, provet=_provet_money(reversal, view, names))
    if view.foreign and not view.credit and view.booked is not None:
        entry = Entry(amount=-view.foreign, date=view.booked.date, note="credit from outside")
        yield Row(what="credit", label=view.booked.number, xero=entry)


def _provet_document(view: View) -> Entry:
    note = "void" if view.void else view.excluded and f"left out: {view.excluded}"
    gross = ZERO if view.void else view.sign * abs(view.document.gross)
    return Entry(amount=gross, date=view.document.date, note=note)


def _xero_document(view: View) -> Entry | None:
    if view.xero is None:
        return None
    amount = ZERO if view.booked is None else view.sign * view.xero.gross
    note = view.xero.number if view.booked is not None else f"{view.xero.number} void"
    return Entry(amount=amount, date=view.xero.date, note=note)


def _money(match: PaymentMatch, view: View, names: Mapping[str, str]) -> Iterator[Row]:
    what, label = "refund" if view.credit else "payment", view.posted.posting.label
    for pair in match.pairs:
        mine, theirs = _provet_money(pair.provet, view, names), _xero_money(pair.xero, view)
        yield Row(what=what, label=label, provet=mine, xero=theirs)
    for payment in (*match.provet_only, *(payment for payment, _ in match.gone_in_xero)):
        yield Row(what=what, label=label, provet=_provet_money(payment, view, names))
    for payment in (*match.xero_only, *(payment for payment, _ in match.gone_in_provet)):
        yield Row(what=what, label=label, xero=_xero_money(payment, view))


def _provet_money(payment: Payment, view: View, names: Mapping[str, str]) -> Entry:
    amount = -view.sign * settlement(view.document, payment)
    return Entry(amount=amount, date=payment.date, note=method_name(payment.method, names) if payment.method else "")


def _xero_money(payment: Payment, view: View) -> Entry:
    locks = ["bank-reconciled"] * payment.reconciled + ["in a batch"] * bool(payment.batch_id)
    note = ", ".join([f"account {payment.method}" if payment.method else "", *locks]).strip(", ")
    return Entry(amount=-view.sign * payment.amount, date=payment.date, note=note)


def _allocations(scene: Scene) -> Iterator[Row]:
    """Credit set off between documents of the family: what is on the same document belongs together, equal amounts
    first."""
    numbers = {view.booked.id: view for view in scene.views.values() if view.booked is not None}
    theirs = [
        (numbers[a.document_id], note, a)
        for note in scene.family.of(System.XERO)
        if note.credit and note.id in numbers
        for a in note.allocations
        if a.document_id in numbers
    ]
    for view, payment in _applied(scene):
        amount = settlement(view.document, payment)
        on_it = sorted((each for each in theirs if each[0] is view), key=lambda each: each[2].amount != amount)
        same = on_it[0] if on_it else None
        if same is not None:
            theirs.remove(same)
        xero = Entry(amount=amount, date=same[2].date, note=same[1].number) if same is not None else None
        label = view.posted.posting.label
        yield Row(what="set off", label=label, provet=Entry(amount=amount, date=payment.date), xero=xero)
    for view, note, allocation in theirs:
        entry = Entry(amount=allocation.amount, date=allocation.date, note=note.number)
        yield Row(what="set off", label=view.posted.posting.label, xero=entry)


def _applied(scene: Scene) -> Iterator[tuple[View, Payment]]:
    for payment in scene.family.payments_of(System.PROVET):
        view = scene.views.get(payment.document_id)
        if view is not None and not view.credit and payment.method == CREDIT_APPLIED and not payment.cancelled:
            yield view, payment


def lines_of(view: View) -> tuple[Aligned, ...]:
    """The lines of a document as it reads in Xero beside those that stand there."""
    return align(view.posted.posting.lines, view.xero.lines if view.xero is not None else ())
