"""An import under the documented call limits, in virtual time.

``IMPORT_DOCUMENTS=20000`` makes it as large as a practice of many years; the figures are printed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Awaitable, Sequence
from math import ceil
from pathlib import Path
from random import Random
from typing import TypeVar

from daemon.sandbox.request_log import Entry
from tests.simulation.loop import simulate
from tests.support.workshop import workshop
from tests.transport.virtual_clock import START, VirtualClock

T = TypeVar("T")
DOCUMENTS = int(os.environ.get("IMPORT_DOCUMENTS", "1500"))
WORTH = 0.95 if DOCUMENTS >= 20_000 else 0.90
PER_CALL, PER_MINUTE = 50, 60


class LoopClock(VirtualClock):
    """The time of a simulated loop, which moves by itself."""

    def utc(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def drive(self, work: Awaitable[T]) -> T:
        return await work


def test_an_import_uses_what_the_limits_allow_and_is_never_refused(tmp_path: Path) -> None:
    async def story() -> tuple[list[Entry], list[Entry]]:
        async with workshop(
            tmp_path, clock=LoopClock(), clients=DOCUMENTS // 6, invoices=DOCUMENTS, limits="real"
        ) as shop:
            await shop.settle_down(full=True)
            status = (await shop.app.desk.status()).practices[0]
            assert (status.state, status.residual) == ("in_sync", "0.00")
            return shop.world.hosts["provet"].log.entries(), shop.world.hosts["xero"].log.entries()

    provet, xero = simulate(story, Random(1))
    assert not [entry for entry in (*provet, *xero) if entry.status == 429]
    writes = [entry for entry in xero if entry.method == "PUT"]
    fewest = _fewest_calls(writes)
    took_s = (writes[-1].at - writes[0].at).total_seconds()
    print(f"{len(writes)} calls for {fewest} at best, {took_s:.0f} s, {DOCUMENTS} documents")
    assert fewest / len(writes) >= WORTH
    assert len(writes) >= PER_MINUTE * (took_s // 60), "no minute was wasted"


def _fewest_calls(writes: Sequence[Entry]) -> int:
    """So many calls would do if every one carried all it may; allocations go to their credit note one by one."""
    carried: Counter[str] = Counter()
    for entry in writes:
        (elements,) = json.loads(entry.body).values()
        carried[entry.path.split("?")[0]] += len(elements)
    return sum(ceil(count / PER_CALL) if path.count("/") == 3 else count for path, count in carried.items())
