"""SQLite on one connection: opening it safely, running transactions on it, and what its errors mean.

Everything here is synchronous and belongs to the thread that opened the connection.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Generic, cast

from daemon.errors import Invalid, StoreUnavailable
from daemon.ports import T
from daemon.store.tx import Tx

_BUSY_TIMEOUT_S = 5.0
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA journal_size_limit = 67108864",
)

_FREE_SPACE = "Free some space; nothing is written to Provet or Xero until then."
_CHECK_DISK = "Check the disk, its mount and the owner of the state folder."
_RESTORE = "Stop the service and put the latest good backup in its place."
_STOP_OTHER = "Stop the other program that has the file open."
_MEANINGS = {
    sqlite3.SQLITE_FULL: ("the disk is full", _FREE_SPACE),
    sqlite3.SQLITE_IOERR: ("the disk does not read or write", _CHECK_DISK),
    sqlite3.SQLITE_READONLY: ("the store may not be written", _CHECK_DISK),
    sqlite3.SQLITE_CANTOPEN: ("the store cannot be opened", _CHECK_DISK),
    sqlite3.SQLITE_PERM: ("the store cannot be opened", _CHECK_DISK),
    sqlite3.SQLITE_CORRUPT: ("the store is damaged", _RESTORE),
    sqlite3.SQLITE_NOTADB: ("the store is damaged", _RESTORE),
    sqlite3.SQLITE_BUSY: ("the store is held by another program", _STOP_OTHER),
    sqlite3.SQLITE_LOCKED: ("the store is held by another program", _STOP_OTHER),
}


class SqliteTx:
    """The transaction that is open on a connection."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw

    def execute(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._raw.execute(sql, cast("Sequence[Any]", params)).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._raw.executemany(sql, cast("Iterable[Sequence[Any]]", rows))


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of one transaction, carried from thread to caller."""

    value: T | None = None
    error: BaseException | None = None

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


def lock(path: Path) -> IO[bytes]:
    """Hold the store of that path until the file returned is closed or the process dies.

    Raises ``Invalid`` when somebody else holds it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        held = path.with_name(f"{path.name}.lock").open("wb")
    except OSError as error:
        raise StoreUnavailable(f"the store cannot be opened: {error}", hint=_CHECK_DISK) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise Invalid(f"another process holds the store {path}", hint="Only one daemon may run on it.") from error
    return held


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection that outlives power cuts: write-ahead log, a sync at every commit, no implicit transactions."""
    raw = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    try:
        _set_up(raw)
    except BaseException as error:
        raw.close()
        raise translated(error) from error
    return raw


def _set_up(raw: sqlite3.Connection) -> None:
    mode = raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode not in {"wal", "memory"}:
        raise StoreUnavailable(f"no write-ahead log on this file system (got {mode})", hint=_CHECK_DISK)
    for pragma in _PRAGMAS:
        raw.execute(pragma)


def connect_reader(path: Path) -> sqlite3.Connection:
    """A second connection that may neither write nor move the log into the file."""
    raw = connect(path)
    raw.execute("PRAGMA wal_autocheckpoint = 0")
    raw.execute("PRAGMA query_only = ON")
    return raw


def commit_all(raw: sqlite3.Connection, works: Sequence[Callable[[Tx], object]]) -> list[Outcome[Any]]:
    """Run all works in one transaction, each in a savepoint of its own: one that fails undoes only itself."""
    try:
        raw.execute("BEGIN IMMEDIATE")
        outcomes = [_run_in_savepoint(raw, work) for work in works]
        raw.execute("COMMIT")
        return outcomes
    except BaseException as error:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        return [Outcome(error=_lost(error)) for _ in works]


def _run_in_savepoint(raw: sqlite3.Connection, work: Callable[[Tx], T]) -> Outcome[T]:
    raw.execute("SAVEPOINT work")
    try:
        outcome = Outcome(value=work(SqliteTx(raw)))
    except BaseException as error:
        if not raw.in_transaction:
            raise
        raw.execute("ROLLBACK TO work")
        outcome = Outcome(error=translated(error))
    raw.execute("RELEASE work")
    return outcome


def snapshot(raw: sqlite3.Connection, work: Callable[[Tx], T]) -> Outcome[T]:
    """Run a reading work on one consistent state."""
    try:
        raw.execute("BEGIN")
        return Outcome(value=work(SqliteTx(raw)))
    except BaseException as error:
        return Outcome(error=translated(error))
    finally:
        if raw.in_transaction:
            raw.execute("ROLLBACK")


def translated(error: BaseException) -> BaseException:
    """``StoreUnavailable`` where the disk or the file is at fault; any other error as it is."""
    meaning = _MEANINGS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if meaning is None:
        return error
    unavailable = StoreUnavailable(meaning[0], hint=meaning[1])
    unavailable.__cause__ = error
    return unavailable


def _lost(error: BaseException) -> BaseException:
    """One exception object for each caller, when a whole transaction was undone."""
    known = translated(error)
    if known is not error:
        return known
    lost = StoreUnavailable(f"the transaction was undone: {error}", hint=_CHECK_DISK)
    lost.__cause__ = error
    return lost
