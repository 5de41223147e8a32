"""One process of the daemon as the simulation runs it: it may die at any point where it touches the world.

Killing is not cancelling: from its death on every effect of a life raises, so that no ``finally`` can repair anything.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from daemon.store.sqlite import commit_all, snapshot
from daemon.store.tx import Tx
from tests.simulation.hazards import Disk, Hazards
from tests.simulation.trace import Trace

T = TypeVar("T")
START = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
HOP_S = 0.002


class Killed(BaseException):
    """This life is over. Not an ``Exception``: nothing of the program may handle it."""


class WorldClock:
    """The time that both systems and the people live by."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def utc(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self._loop.time() - 1000.0)

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Life:
    """One process from its start to its end, ``dies_after`` so many points, never if that is None."""

    def __init__(self, number: int, clock: WorldClock, trace: Trace, *, dies_after: int | None = None) -> None:
        self.number = number
        self.clock = clock
        self.trace = trace
        self.alive = True
        self.ended = asyncio.Event()
        self.stop: Callable[[], object] = lambda: None
        self._left = dies_after

    def point(self, where: str) -> None:
        """A place where the process may be killed; raises ``Killed`` if it is, or was."""
        if self._left is not None and self.alive:
            self._left -= 1
            if self._left < 0:
                self.die(f"killed {where}")
        if not self.alive:
            raise Killed

    def lasts(self) -> None:
        """It is not killed any more."""
        self._left = None

    def die(self, why: str) -> None:
        """End without another word."""
        if self.alive:
            self.trace.note("life", f"{self.number} {why}")
            self.alive = False
            self.ended.set()


class LifeClock:
    """The clock of one life: its time of day may be wrong, its monotonic time is not."""

    def __init__(self, life: Life, hazards: Hazards) -> None:
        self._life = life
        self._hazards = hazards

    def utc(self) -> dt.datetime:
        return self._life.clock.utc() + dt.timedelta(seconds=self._hazards.ahead_s)

    def monotonic(self) -> float:
        return self._life.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0))
        if not self._life.alive:
            raise Killed


class _BrittleTx:
    """A transaction that is broken off at its n-th statement."""

    def __init__(self, tx: Tx, left: int, error: BaseException) -> None:
        self._tx = tx
        self._left = left
        self._error = error

    def _next(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise self._error

    def execute(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self._next()
        return self._tx.execute(sql, params)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._next()
        self._tx.executemany(sql, rows)


class LifeStore:
    """The store of one life over the file that all lives share: a queue in front of one connection.

    Each transaction is a point before and after. The disk may be full, and a stop may come in the middle. ``committed``
    is called after each that lasts.
    """

    def __init__(self, raw: sqlite3.Connection, life: Life, hazards: Hazards, committed: Callable[[], None]) -> None:
        self._raw = raw
        self._life = life
        self._hazards = hazards
        self._told = committed
        self._waiting: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()

    async def read(self, work: Callable[[Tx], T]) -> T:
        self._life.point("before a read of the store")
        result: T = await self._queued(lambda: snapshot(self._raw, work).result())
        self._life.point("after a read of the store")
        return result

    async def write(self, work: Callable[[Tx], T]) -> T:
        self._life.point("before a write of the store")
        result: T = await self._queued(lambda: self._write(work))
        self._life.point("after a write of the store")
        return result

    def _write(self, work: Callable[[Tx], T]) -> Any:
        broken = self._hazards.next_write()
        return self._committed(work) if broken is None else self._broken_off(work, *broken)

    def _committed(self, work: Callable[[Tx], T]) -> T:
        result: T = commit_all(self._raw, [work])[0].result()
        self._told()
        return result

    def _broken_off(self, work: Callable[[Tx], T], kind: Disk, statements: int) -> T:
        """A transaction that may not reach its end; then nothing of it stays."""
        self._life.trace.note("disk", f"{kind} at statement {statements}")
        before = self._dump()
        try:
            return self._committed(lambda tx: work(_BrittleTx(tx, statements, self._error(kind))))
        except BaseException:
            self._life.trace.hold(self._dump() == before, "a transaction that failed left something behind")
            raise

    def _dump(self) -> list[str]:
        return list(self._raw.iterdump())

    async def close(self) -> None:
        """The file belongs to the simulation."""

    async def _queued(self, run: Callable[[], Any]) -> Any:
        """Wait for one's turn: a caller that is cancelled meanwhile does not take its transaction back."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((run, answer))
        loop.call_later(HOP_S, self._next)
        return await answer

    def _next(self) -> None:
        run, answer = self._waiting.popleft()
        if not self._life.alive:
            if not answer.done():
                answer.set_exception(Killed())
            return
        try:
            result = run()
        except BaseException as error:
            if not answer.done():
                answer.set_exception(error)
            return
        if not answer.done():
            answer.set_result(result)

    def _error(self, kind: Disk) -> BaseException:
        if kind is Disk.FULL:
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            return full
        self._life.stop()
        return asyncio.CancelledError()
