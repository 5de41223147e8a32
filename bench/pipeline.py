"""Provet into an empty Xero, by the daemon and one by one: what runs in the processes that are measured."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.measure import Figures, Stopwatch
from bench.one_by_one import import_all
from bench.stage import XERO, Meter, Stage
from daemon.reconciler.engine import Engine

DOCUMENTS_PER_CLIENT = 6


async def daemon(documents: int) -> Figures:
    """One full comparison of the daemon with all that it writes; raises ``RuntimeError`` unless it ends in step."""
    return await _measured(documents, _settle_down)


async def one_by_one(documents: int) -> Figures:
    """The naive import of the same clinic."""
    return await _measured(documents, lambda engine: import_all(engine.practice))


async def _settle_down(engine: Engine) -> int:
    await engine.settle_down(full=True)
    if not engine.served or engine.practice.fault:
        raise RuntimeError(f"the daemon did not come to its end: {engine.practice.fault}")
    return engine.practice.written.total()


async def _measured(documents: int, work: Callable[[Engine], Awaitable[int]]) -> Figures:
    clients = max(documents // DOCUMENTS_PER_CLIENT, 1)
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), clients=clients, invoices=documents)
        meter = Meter(stage.exchange(), watch)
        async with stage.daemon(meter) as engine:
            with watch:
                writes = await work(engine)
    return watch.figures(documents=documents, writes=writes, xero_calls=meter.calls[XERO])
