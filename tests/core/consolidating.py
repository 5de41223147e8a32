"""A consolidated invoice with two originals in the model world, and what tests ask of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from daemon.core.assess import Assessment, assess
from daemon.core.discrepancy import Finding, Policy
from daemon.core.model import Document, Payment, System
from daemon.core.rules import Consolidated, Rules
from tests.core.builders import (
    DAY,
    RULES,
    family,
    invoice,
    paid,
    row,
    rules,
)
from tests.core.test_laws import check_explained, check_well_formed
from tests.core.world import VOID, World

CARE, FOOD = row("60.00"), row("40.00", "5", description="Food")
CLOSED = rules(locked_through=DAY)
ORIGINALS, BOTH, HOLD = (
    rules(consolidated=scheme) for scheme in (Consolidated.ORIGINALS, Consolidated.BOTH, Consolidated.HOLD)
)


def whole(gross: str = "100.00", *more: Any, **fields: Any) -> Document:
    return invoice("3", gross, CARE, FOOD, *more, **{"consolidates": ("1", "2"), **fields})


def closing(first: str = "60.00", second: str = "40.00") -> tuple[Payment, Payment]:
    return paid("61", first, "1", method="6"), paid("62", second, "2", method="6")


def consolidated(practice: Rules = RULES, *more: Any, big: Document | None = None, by_row: bool = False) -> World:
    """Invoices 1 of 60 and 2 of 40, consolidated into 3; nothing is in Xero but the contact."""
    seen = family(invoice("1", "60.00", CARE), invoice("2", "40.00", FOOD), big or whole(), *closing(), *more)
    return World(seen, practice, cancel_by_row=by_row)


def judged(world: World) -> Assessment:
    found = assess(world.family(), world.practice)
    check_explained(found)
    check_well_formed(found)
    return found


def finding(world: World, kind: str) -> Finding:
    found = judged(world)
    return next(each for each in found.findings if each.kind == kind)


def brought_in(practice: Rules = RULES, *more: Any, **fields: Any) -> World:
    """The same with everything in Xero that policy brings there."""
    world = consolidated(practice, *more, **fields)
    settle(world)
    return world


def quiet(world: World) -> bool:
    return settle(world).findings == ()


def partner(world: World, identifier: str) -> Document:
    return next(
        d
        for d in world.documents.values()
        if d.system is System.XERO and d.reference == f"Provet invoice {identifier}" and d.status is not VOID
    )


def due(world: World) -> list[Decimal]:
    """What is open in Xero on 1, 2 and 3."""
    return [world.left(partner(world, identifier).id) for identifier in ("1", "2", "3")]


def on_account(world: World, code: str = "816") -> Decimal:
    """An account in Xero: lines of living documents, less what living payments take from it."""
    side = {d.id: -1 if d.credit else 1 for d in world.documents.values() if d.system is System.XERO}
    living = [d for d in world.documents.values() if d.system is System.XERO and d.status is not VOID]
    lines = sum(side[d.id] * line.gross for d in living for line in d.lines if line.account == code)
    taken = (p for p in world.payments.values() if p.system is System.XERO and p.method == code and not p.cancelled)
    return lines - sum(side[p.document_id] * p.amount for p in taken)


def revoke(world: World) -> None:
    world.cancel("61")
    world.cancel("62")
    world.change("3", status=VOID)


def by_mark(world: World, payment: str) -> list[Payment]:
    return [p for p in world.payments.values() if p.note == f"Provet payment {payment}" and not p.cancelled]


def again() -> Document:
    return invoice("4", "100.00", CARE, FOOD, consolidates=("1", "2"), date=DAY + dt.timedelta(days=1))


def settle(world: World) -> Assessment:
    """Carry out what policy allows until nothing is left; what stays is explained and well formed."""
    for _ in range(6):
        found = assess(world.family(), world.practice)
        check_explained(found)
        check_well_formed(found)
        world.note(found.links)
        chosen = [finding for finding in found.findings if finding.policy is Policy.AUTOMATIC]
        if not chosen:
            return found
        for finding in chosen:
            world.apply(finding.options[0].steps)
    raise AssertionError([finding.summary for finding in found.findings])
