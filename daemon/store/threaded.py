"""The driver of the service: aiosqlite, one connection that writes and one that reads, each in its own thread.

One task owns the writing connection. It takes all transactions that wait, commits them together and answers each, so
that neither a cancelled nor a failing caller can leave anything behind on the connection.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite

from daemon.errors import StoreUnavailable
from daemon.ports import T
from daemon.store.schema import prepare
from daemon.store.sqlite import Outcome, commit_all, connect, connect_reader, lock, snapshot
from daemon.store.tx import Tx

_BATCH_MAX = 256


class _Thread:
    """A SQLite connection together with the only thread that may touch it."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._failure: BaseException | None = None
        self._proxy = aiosqlite.Connection(self._open, 1)

    def _open(self) -> sqlite3.Connection:
        """Open the connection, or one to nothing: a thread that could not is stopped in order, like any other."""
        try:
            self._raw = self._connect()
        except BaseException as error:
            self._failure = error
            self._raw = sqlite3.connect(":memory:")
        return self._raw

    async def start(self) -> _Thread:
        """Open the connection; raises what opening it raised."""
        await self._proxy
        if self._failure is not None:
            await self.close()
            raise self._failure
        return self

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` as one visit to the thread; cancelling the caller does not stop it."""
        result: T = await self._proxy._execute(work, self._raw)  # type: ignore[no-untyped-call]  # noqa: SLF001
        return result

    async def close(self) -> None:
        await self._proxy.close()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A transaction on its way, and where its outcome goes."""

    work: Callable[[Tx], object]
    answer: asyncio.Future[Outcome[Any]]

    def settle(self, outcome: Outcome[Any]) -> None:
        if not self.answer.done():
            self.answer.set_result(outcome)


class ThreadedDatabase:
    """Made by ``open_threaded``; must be closed."""

    def __init__(self, writer: _Thread, reader: _Thread, held: AsyncExitStack) -> None:
        self._writer = writer
        self._reader = reader
        self._held = held
        self._waiting: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._closed = False
        self._committer = asyncio.create_task(self._commit_batches(), name="store committer")

    async def read(self, work: Callable[[Tx], T]) -> T:
        self._refuse_if_closed()
        outcome: Outcome[T] = await self._reader.run(partial(snapshot, work=work))
        return outcome.result()

    async def write(self, work: Callable[[Tx], T]) -> T:
        self._refuse_if_closed()
        waiting = _Waiting(work, asyncio.get_running_loop().create_future())
        self._waiting.put_nowait(waiting)
        result: T = (await waiting.answer).result()
        return result

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._waiting.put_nowait(None)
        await asyncio.wait([self._committer])
        await self._held.aclose()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed")

    async def _commit_batches(self) -> None:
        batch: list[_Waiting] = []
        try:
            while batch := await self._next_batch():
                works = [waiting.work for waiting in batch]
                outcomes = await self._writer.run(partial(commit_all, works=works))
                for waiting, outcome in zip(batch, outcomes, strict=True):
                    waiting.settle(outcome)
        finally:
            self._closed = True
            self._abandon(batch)

    async def _next_batch(self) -> list[_Waiting]:
        """All that wait, in order, at least one; empty once the store is closed and nothing waits any more."""
        first = await self._waiting.get()
        batch = [first] if first else []
        while batch and not self._waiting.empty() and len(batch) < _BATCH_MAX:
            following = self._waiting.get_nowait()
            if following is None:
                self._waiting.put_nowait(None)
                break
            batch.append(following)
        return batch

    def _abandon(self, batch: list[_Waiting]) -> None:
        """Answer everybody who still waits when the loop itself is torn down."""
        while not self._waiting.empty():
            batch += [waiting] if (waiting := self._waiting.get_nowait()) else []
        for waiting in batch:
            waiting.settle(Outcome(error=StoreUnavailable("the store was stopped before it could answer")))


async def open_threaded(path: Path) -> ThreadedDatabase:
    async with AsyncExitStack() as stack:
        stack.enter_context(lock(path))
        writer = await _Thread(partial(_connect_writer, path)).start()
        stack.push_async_callback(writer.close)
        reader = await _Thread(partial(connect_reader, path)).start()
        stack.push_async_callback(reader.close)
        return ThreadedDatabase(writer, reader, stack.pop_all())


def _connect_writer(path: Path) -> sqlite3.Connection:
    raw = connect(path)
    prepare(raw)
    return raw
