"""The store as callers see it: a database that runs whole transactions, and the two ways to open one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from daemon.ports import T
from daemon.store.tx import Tx

__all__ = ["Database", "Tx", "backup", "epoch", "open_aiosqlite", "open_inline"]


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
    raise NotImplementedError


def open_inline(path: str = ":memory:") -> Database:
    raise NotImplementedError


def backup(source: Path, target: Path) -> None:
    raise NotImplementedError


def epoch(tx: Tx) -> int:
    raise NotImplementedError
