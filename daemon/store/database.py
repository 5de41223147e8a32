"""The store as callers see it: a database that runs whole transactions, and the two ways to open one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol

from daemon.errors import StoreUnavailable
from daemon.ports import T
from daemon.store import counters
from daemon.store.inline import InlineDatabase
from daemon.store.schema import prepare
from daemon.store.sqlite import connect, lock, snapshot
from daemon.store.threaded import open_threaded
from daemon.store.tx import Tx

__all__ = ["Database", "Tx", "backup", "epoch", "open_aiosqlite", "open_inline", "peek", "raise_epoch"]


class Database(Protocol):
    """Runs whole transactions. ``work`` is a plain function that may run in another thread; it must not block.

    Raises ``StoreUnavailable`` when the disk refuses; an exception of ``work`` undoes its transaction and comes out.
    """

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` on one consistent snapshot of all that was committed; it may not write."""
        ...

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` as one transaction, durable when this returns.

        Cancelling the caller neither stops nor halves the transaction.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the files."""
        ...


async def open_aiosqlite(path: Path) -> Database:
    """Open the store of the service and raise its epoch.

    Raises ``Invalid`` when another process holds it or a newer version wrote it, ``StoreUnavailable`` when the disk or
    the file is at fault.
    """
    return await open_threaded(path)


def open_inline(path: Path | str = ":memory:") -> Database:
    """Open a store without threads, for simulation and tests; raises as ``open_aiosqlite`` does."""
    with ExitStack() as stack:
        if path != ":memory:":
            stack.enter_context(lock(Path(path)))
        raw = connect(path)
        prepare(raw)
        stack.callback(raw.close)
        return InlineDatabase(raw, stack.pop_all())


def epoch(tx: Tx) -> int:
    """The number of times the store was opened: a process whose own number is lower has been replaced."""
    return counters.value(tx, counters.EPOCH)


def raise_epoch(tx: Tx) -> int:
    """Do what opening does to the epoch, for a simulation that restarts on an open store."""
    return counters.take(tx, counters.EPOCH)


def peek(path: Path, work: Callable[[Tx], T]) -> T:
    """Read from a store that a daemon may be working on, without changing anything of it; blocks."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as raw:
            return snapshot(raw, work).result()
    except sqlite3.Error as error:
        raise StoreUnavailable(
            f"the store cannot be read: {error}", hint="Check access to daemon.state_dir."
        ) from error


def backup(source: Path, target: Path) -> None:
    """Write a consistent, checked copy of the store, also while a daemon runs on it; blocks, so call it off the loop.

    ``target`` appears whole or not at all and replaces what was there.
    """
    partial = target.with_name(f"{target.name}.partial")
    try:
        _copy(source, partial)
        partial.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"no backup was made: {error}", hint="Check space and access at the target.") from error
    finally:
        partial.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        problem = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if problem != "ok":
        raise StoreUnavailable(f"no backup was made: the copy is damaged ({problem})")
