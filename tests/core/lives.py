"""Random lives of one invoice family: what staff do in Provet, and bookkeepers in Xero, between two comparisons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from daemon.core.model import Allocation, Document, Line, System
from daemon.core.rules import Rules
from tests.core.builders import (
    DAY,
    booked,
    client,
    contact,
    contact_link,
    credit_note,
    family,
    invoice,
    paid,
    row,
    rules,
    xero_paid,
)
from tests.core.world import FINAL, VOID, World

CENTS = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(0, 40).map(lambda days: DAY + dt.timedelta(days=days))
RATES = st.sampled_from(["0", "5", "20"])
METHODS = st.sampled_from(["1", "1", "1", "0", "0", "8", "12", "17", "5"])

Act = Callable[[World, st.DrawFn], None]


@st.composite
def provet_rows(draw: st.DrawFn) -> tuple[Line, ...]:
    amounts = draw(st.lists(st.tuples(CENTS, RATES, st.integers(1, 4)), min_size=1, max_size=3))
    return tuple(
        row(str(gross * quantity), rate, quantity=quantity, unit_gross=gross) for gross, rate, quantity in amounts
    )


def signed(lines: tuple[Line, ...], sign: int) -> tuple[Line, ...]:
    return tuple(
        row(str(line.gross * sign), str(line.tax_rate), quantity=line.quantity * sign, unit_gross=line.unit_gross)
        for line in lines
    )


def total(lines: tuple[Line, ...]) -> Decimal:
    return sum((line.gross for line in lines), Decimal(0))


@st.composite
def practices(draw: st.DrawFn) -> Rules:
    """A practice whose books may be closed on either side in the middle of what happens."""
    closed = st.none() | st.none() | st.integers(0, 30).map(lambda days: DAY + dt.timedelta(days=days))
    return rules(locked_through=draw(closed), provet_open_from=draw(closed))


@st.composite
def worlds(draw: st.DrawFn, practice: Rules) -> World:
    """A Provet invoice with credit notes in any sign pattern, payments and refunds; nothing in Xero but a contact."""
    rows = draw(provet_rows())
    sign = draw(st.sampled_from([1, 1, 1, -1]))
    documents = [invoice("1", str(total(rows) * sign), *signed(rows, sign), date=draw(DAYS))]
    for identifier in ("2", "3")[: draw(st.integers(0, 2))]:
        parent = draw(st.sampled_from(documents))
        documents.append(draw(credits_of(parent, identifier)))
    known = draw(st.booleans())
    contacts = (client(), contact()) if known else (client(),)
    world = World(
        family(*documents, contacts=contacts, links=(contact_link(),) if known else ()),
        practice,
        cancel_by_row=draw(st.booleans()),
    )
    for _ in range(draw(st.integers(0, 3))):
        pay_in_provet(world, draw)
    return world


@st.composite
def credits_of(draw: st.DrawFn, parent: Document, identifier: str) -> Document:
    rows = draw(provet_rows())
    sign = draw(st.sampled_from([1, -1, -1]))
    gross = str(total(rows) * sign)
    return credit_note(identifier, gross, *signed(rows, sign), credits=parent.id, date=max(parent.date, draw(DAYS)))


def _provet(world: World) -> list[Document]:
    return [d for d in world.documents.values() if d.system is System.PROVET and d.status is FINAL]


def _booked(world: World) -> list[Document]:
    return [d for d in world.documents.values() if d.system is System.XERO and d.status is FINAL]


def pay_in_provet(world: World, draw: st.DrawFn) -> None:
    """A payment or refund, within what is due as a rule."""
    document = draw(st.sampled_from(_provet(world))) if _provet(world) else None
    due = abs(world.provet_due(document.id)) if document else Decimal(0)
    if document is None or not due:
        return
    value = draw(st.sampled_from([due, (due / 2).quantize(Decimal("0.01")), due + 7])) or due
    sign = -1 if document.gross < 0 else 1
    method = draw(METHODS)
    world.add(paid(world.new_id(), str(value * sign), document.id, method=method, date=draw(DAYS)))


def change_payment_in_provet(world: World, draw: st.DrawFn) -> None:
    """Sum, date or method of a payment, which Provet lets staff change in place."""
    standing = [p for p in world.payments.values() if p.system is System.PROVET and not p.cancelled]
    if standing:
        payment = draw(st.sampled_from(standing))
        less = (payment.amount / 2).quantize(Decimal("0.01")) or payment.amount
        changes: list[dict[str, Any]] = [{"amount": less}, {"date": draw(DAYS)}, {"method": draw(METHODS)}]
        world.change(payment.id, **draw(st.sampled_from(changes)))


def cancel_in_provet(world: World, draw: st.DrawFn) -> None:
    reversed_by = {(p.document_id, -p.amount) for p in world.payments.values()}
    standing = [
        p
        for p in world.payments.values()
        if p.system is System.PROVET and not p.cancelled and (p.document_id, p.amount) not in reversed_by
    ]
    if standing:
        world.cancel(draw(st.sampled_from(standing)).id)


def redate_in_provet(world: World, draw: st.DrawFn) -> None:
    if documents := _provet(world):
        world.change(draw(st.sampled_from(documents)).id, date=draw(DAYS))


def resize_in_provet(world: World, draw: st.DrawFn) -> None:
    if documents := _provet(world):
        document, rows = draw(st.sampled_from(documents)), draw(provet_rows())
        rows = signed(rows, -1 if document.gross < 0 else 1)
        fresh = invoice("1", str(total(rows)), *rows)
        world.change(document.id, gross=fresh.gross, tax=fresh.tax, lines=fresh.lines)


def void_in_provet(world: World, draw: st.DrawFn) -> None:
    if documents := _provet(world):
        world.change(draw(st.sampled_from(documents)).id, status=VOID)


def credit_in_provet(world: World, draw: st.DrawFn) -> None:
    if documents := _provet(world):
        world.add(draw(credits_of(draw(st.sampled_from(documents)), world.new_id())))


def pay_in_xero(world: World, draw: st.DrawFn) -> None:
    due = [d for d in _booked(world) if world.left(d.id) > 0]
    if due:
        document = draw(st.sampled_from(due))
        left = world.left(document.id)
        value = draw(st.sampled_from([left, (left / 2).quantize(Decimal("0.01"))])) or left
        world.add(xero_paid(f"p{world.new_id()}", str(value), document.id, date=draw(DAYS), method="090"))


def type_in_on_both_sides(world: World, draw: st.DrawFn) -> None:
    """The same money entered by staff and by a bookkeeper."""
    links = {link.xero_id: link.provet_id for link in world.links.values()}
    both = [d for d in _booked(world) if world.left(d.id) > 0 and d.id in links]
    if both:
        document = draw(st.sampled_from(both))
        mine, value = world.documents[links[document.id]], world.left(document.id)
        days = dt.timedelta(days=draw(st.integers(0, 5)))
        day = draw(DAYS)
        sign = -1 if mine.gross < 0 else 1
        world.add(paid(world.new_id(), str(value * sign), mine.id, date=day))
        world.add(xero_paid(f"p{world.new_id()}", str(value), document.id, date=day + days, method="090"))


def delete_in_xero(world: World, draw: st.DrawFn) -> None:
    living = [p for p in world.payments.values() if p.system is System.XERO and not p.cancelled and not p.locked]
    if living:
        world.change(draw(st.sampled_from(living)).id, cancelled=True)


def reconcile_in_xero(world: World, draw: st.DrawFn) -> None:
    living = [p for p in world.payments.values() if p.system is System.XERO and not p.cancelled]
    if living:
        world.change(draw(st.sampled_from(living)).id, reconciled=True)


def edit_in_xero(world: World, draw: st.DrawFn) -> None:
    """Date, contact or amounts, as far as Xero lets a person."""
    free = [d for d in _booked(world) if not world.taken(d.id) and not world.credited(d)]
    if not free:
        return
    document = draw(st.sampled_from(free))
    rows = draw(provet_rows())
    typed = booked(invoice("1", str(total(rows)), *rows))
    edits: list[dict[str, Any]] = [
        {"date": draw(DAYS)},
        {"contact_id": "somebody-else"},
        {"lines": typed.lines, "gross": typed.gross, "tax": typed.tax},
    ]
    if document.id in {link.xero_id for link in world.links.values()}:
        edits.append({"reference": "PO 7"})
    world.change(document.id, **draw(st.sampled_from(edits)))


def void_in_xero(world: World, draw: st.DrawFn) -> None:
    free = [d for d in _booked(world) if not world.taken(d.id) and not world.credited(d)]
    if free:
        world.change(draw(st.sampled_from(free)).id, status=VOID)


def copy_in_xero(world: World, draw: st.DrawFn) -> None:
    """ "Copy to new" keeps the reference, and with it the mark."""
    if documents := [d for d in _booked(world) if d.reference.startswith("Provet")]:
        document = draw(st.sampled_from(documents))
        number = f"COPY-{world.new_id()}"
        copy = booked(invoice("1"), f"x{world.new_id()}", number=number, reference=document.reference)
        fields = {"gross": document.gross, "balance": document.gross, "tax": document.tax, "lines": document.lines}
        world.documents[copy.id] = copy
        world.change(copy.id, **fields, credit=document.credit, date=document.date)


def use_foreign_credit_in_xero(world: World, draw: st.DrawFn) -> None:
    """Somebody sets a prepayment of theirs against one of our invoices."""
    due = [d for d in _booked(world) if not d.credit and world.left(d.id) > 0]
    if due:
        document = draw(st.sampled_from(due))
        world.change(document.id, credited=document.credited + world.left(document.id))


def use_credit_elsewhere_in_xero(world: World, draw: st.DrawFn) -> None:
    """Somebody sets our credit note against an invoice that has nothing to do with it."""
    free = [d for d in _booked(world) if d.credit and world.left(d.id) > 0]
    if free:
        note = draw(st.sampled_from(free))
        stray = Allocation(document_id="stranger", amount=world.left(note.id), date=DAY, id=f"a{world.new_id()}")
        world.change(note.id, allocations=(*note.allocations, stray))


def take_credit_off_in_xero(world: World, draw: st.DrawFn) -> None:
    notes = [d for d in _booked(world) if d.credit and any(a.document_id in world.documents for a in d.allocations)]
    if notes:
        note = draw(st.sampled_from(notes))
        gone = next(a for a in note.allocations if a.document_id in world.documents)
        target = world.documents[gone.document_id]
        world.change(note.id, allocations=tuple(a for a in note.allocations if a.id != gone.id))
        world.change(target.id, credited=target.credited - gone.amount)


ORDINARY: tuple[Act, ...] = (pay_in_provet, pay_in_xero, credit_in_provet, take_credit_off_in_xero)
ACTS: tuple[Act, ...] = (
    *ORDINARY,
    change_payment_in_provet,
    type_in_on_both_sides,
    cancel_in_provet,
    redate_in_provet,
    resize_in_provet,
    void_in_provet,
    delete_in_xero,
    reconcile_in_xero,
    edit_in_xero,
    void_in_xero,
    copy_in_xero,
    use_foreign_credit_in_xero,
    use_credit_elsewhere_in_xero,
)


def live(world: World, draw: st.DrawFn, acts: tuple[Act, ...] = ACTS) -> None:
    """Some of these acts, one after the other."""
    for act in draw(st.lists(st.sampled_from(acts), max_size=4)):
        act(world, draw)
