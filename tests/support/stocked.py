"""A real desk over a store full of made-up discrepancies of one released practice; the two systems play no part."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import msgspec

from daemon.core.discrepancy import Discrepancy, Finding, Policy, Status, Subject
from daemon.core.model import Kind, Ref, System
from daemon.store import discrepancies, state
from daemon.store.tx import Tx
from tests.support.fake_books import START, finding
from tests.support.workshop import Workshop, workshop

PRACTICE = "riverside"
SEED = 7


def made(number: int, rng: random.Random) -> Finding:
    """Every tenth is on hold, and clients come back every seventh."""
    found = finding(number, rng, PRACTICE)
    policy = Policy.HOLD if number % 10 == 0 else found.policy
    client = str(number % 7) if number % 7 else ""
    named = f"Client {client}" if client else ""
    return msgspec.structs.replace(found, policy=policy, client=client, client_name=named)


def held_by(tx: Tx, *causes: tuple[str, ...]) -> None:
    """For each of these, a document over 10.00 that waits for its causes."""
    for number, (first, *also) in enumerate(causes):
        found = made(number, random.Random(SEED))
        about = Ref(system=System.PROVET, kind=Kind.DOCUMENT, id=f"waiting-{number}")
        found = msgspec.structs.replace(
            found,
            kind="invoice.missing",
            subject=Subject(label=f"Invoice WAIT-{number}", provet=about),
            family=f"invoice:waiting-{number}",
            policy=Policy.HOLD,
            options=(),
            client="",
            amount=Decimal(10),
            cause=first,
            also=tuple(also),
            summary=f"WAIT-{number} is held",
        )
        row = Discrepancy(finding=found, status=Status.OPEN, first_seen=START, last_seen=START)
        discrepancies.put(tx, row)


@asynccontextmanager
async def stocked(folder: Path, count: int, *changes: tuple[str, str]) -> AsyncIterator[Workshop]:
    """``changes`` replace texts of the settings file."""

    def changed(text: str) -> str:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return text

    async with workshop(folder, clients=2, invoices=2, change=changed) as shop:
        rng, now = random.Random(SEED), shop.clock.utc()

        def fill(tx: Tx) -> None:
            for number in range(count):
                found = made(number, rng)
                discrepancies.put(tx, Discrepancy(finding=found, status=Status.OPEN, first_seen=now, last_seen=now))
            known = state.practice_state(tx, PRACTICE)
            state.put_state(tx, PRACTICE, msgspec.structs.replace(known, released_at=now, last_cycle=now))

        await shop.app.db.write(fill)
        yield shop
