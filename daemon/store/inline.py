"""The driver for simulation and tests: plain sqlite3 in the calling thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack

from daemon.ports import T
from daemon.store.sqlite import commit_all, snapshot
from daemon.store.tx import Tx


class InlineDatabase:
    """One connection for everything; a transaction is over before anybody else can run."""

    def __init__(self, raw: sqlite3.Connection, held: ExitStack) -> None:
        self._raw = raw
        self._held = held

    async def read(self, work: Callable[[Tx], T]) -> T:
        self._raw.execute("PRAGMA query_only = ON")
        try:
            return snapshot(self._raw, work).result()
        finally:
            self._raw.execute("PRAGMA query_only = OFF")

    async def write(self, work: Callable[[Tx], T]) -> T:
        outcome = commit_all(self._raw, [work])[0]
        result: T = outcome.result()
        return result

    async def close(self) -> None:
        self._held.close()
