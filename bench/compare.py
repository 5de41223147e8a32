"""Two large ledgers compared, by the daemon and in memory: what runs in the processes that are measured.

The daemon's store lies in ``folder``, so that one process goes on where another ended. ``day`` (ISO) dates the ledgers:
those who share a store must name the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bench.in_memory import differences
from bench.ledgers import Ledgers
from bench.library import Library
from bench.measure import Figures, Stopwatch
from bench.stage import Meter, Stage
from daemon.practice import Practice
from daemon.reconciler.intake import ALL_STREAMS, Intake
from daemon.reconciler.judge import judge_dirty
from daemon.reconciler.reference import read_rules
from daemon.store import families, links, lists
from daemon.store.tx import Tx
from daemon.transport.call import Priority

_WINDOW = 10_000


async def in_memory(folder: str, invoices: int, day: str) -> Figures:
    """The naive comparison; some invoices have moved in Xero."""
    watch = Stopwatch()
    ledgers = Ledgers(invoices, dt.date.fromisoformat(day), wave=1)
    exchange = Meter(Library(ledgers, Stage(Path(folder), clients=1, invoices=1).exchange()), watch)
    with watch:
        found = await differences(exchange)
    return watch.figures(invoices=invoices, found=found)


async def first(folder: str, invoices: int, day: str) -> Figures:
    """The daemon's first comparison: everything is new to it, and everything agrees."""
    return await _compared(folder, Ledgers(invoices, dt.date.fromisoformat(day)), lambda intake: intake.full())


async def full(folder: str, invoices: int, day: str) -> Figures:
    """The daemon's nightly comparison: it knows both sides, and some invoices have moved in Xero."""
    return await _compared(folder, Ledgers(invoices, dt.date.fromisoformat(day), wave=1), lambda intake: intake.full())


async def poll(folder: str, invoices: int, day: str) -> Figures:
    """The daemon's change poll when the same invoices have moved once more."""
    ledgers = Ledgers(invoices, dt.date.fromisoformat(day), wave=2)
    return await _compared(folder, ledgers, lambda intake: intake.changes(ALL_STREAMS, Priority.POLL))


async def store(folder: str, invoices: int, day: str) -> Figures:
    """Taking both ledgers in, unjudged. Leaves a store behind that knows every invoice as agreed."""
    watch = Stopwatch()
    ledgers = Ledgers(invoices, dt.date.fromisoformat(day))
    async with _opened(folder, ledgers, watch) as practice:
        await read_rules(practice, fresh=True)
        with watch:
            await Intake(practice).full()
        figures = watch.figures(invoices=invoices, found=0)
        await practice.db.write(lambda tx: _agree(tx, practice.id, ledgers))
    return figures


async def _compared(folder: str, ledgers: Ledgers, read: Callable[[Intake], Awaitable[None]]) -> Figures:
    watch = Stopwatch()
    async with _opened(folder, ledgers, watch) as practice:
        rules = await read_rules(practice, fresh=True)
        with watch:
            await read(Intake(practice))
            await judge_dirty(practice, rules)
        page = await practice.db.read(lambda tx: lists.page(tx, lists.Query(limit=1)))
        return watch.figures(invoices=ledgers.count, found=page.total)


@asynccontextmanager
async def _opened(folder: str, ledgers: Ledgers, watch: Stopwatch) -> AsyncIterator[Practice]:
    stage = Stage(Path(folder), clients=1, invoices=1)
    async with stage.daemon(Meter(Library(ledgers, stage.exchange()), watch)) as engine:
        yield engine.practice


def _agree(tx: Tx, practice: str, ledgers: Ledgers) -> None:
    for number in ledgers.changed(None):
        links.put(tx, practice, ledgers.link(number))
    while dirty := families.dirty(tx, practice, _WINDOW):
        for family, seq in dirty:
            families.clean(tx, practice, family, seq)
