"""What the processes over one store share."""

from __future__ import annotations

import asyncio
import random

from daemon.connect import open_network
from daemon.ports import Request, Response
from daemon.store.database import open_inline
from daemon.transport.budgets import XeroLimits
from daemon.transport.call import Call, Priority
from tests.transport.virtual_clock import VirtualClock


async def nobody(request: Request, *, timeout_s: float) -> Response:
    raise AssertionError(f"{request.url} within {timeout_s} s")


async def test_a_minute_holds_across_processes_that_were_killed() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance, clock, db = random.Random(seed), VirtualClock(), open_inline()
    made: list[float] = []

    async def call(slot: Call) -> None:
        async with budget.slot(slot):
            await clock.sleep(0.1)
            made.append(clock.now)

    for _ in range(40):
        network = await open_network(nobody, clock, db)
        budget = network.budgets.xero("https://x/", "app", "tenant", XeroLimits())
        for _ in range(chance.randrange(1, 90)):
            await clock.drive(call(Call(Request("GET", "https://x/"), Priority.POLL)))
        clock.now += chance.choice([0.0, 5.0, 50.0, 500.0])
    await db.close()
    assert max(sum(1 for one in made if begun <= one < begun + 60) for begun in made) <= 60
    assert len(made) > 60


async def test_practices_of_one_app_share_its_minute_without_waiting_twice() -> None:
    clock, db = VirtualClock(), open_inline()
    network = await open_network(nobody, clock, db)
    budgets = [network.budgets.xero("https://x/", "app", name, XeroLimits()) for name in ("one", "two")]

    async def calls(place: int) -> None:
        for _ in range(50):
            async with budgets[place].slot(Call(Request("GET", "https://x/"), Priority.POLL)):
                await clock.sleep(0.1)

    await clock.drive(asyncio.gather(calls(0), calls(1)))
    await db.close()
    assert clock.now < 1010
