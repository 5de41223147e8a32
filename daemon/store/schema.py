"""Bringing a SQLite file to the present shape: check, numbered migrations, epoch."""

from __future__ import annotations

import sqlite3
from importlib import resources

from daemon.errors import Invalid, StoreUnavailable
from daemon.store import counters
from daemon.store.sqlite import SqliteTx, translated


def prepare(raw: sqlite3.Connection) -> None:
    """Check the file, migrate it and raise its epoch; on any error the connection is closed."""
    try:
        _check(raw)
        _migrate(raw)
        counters.take(SqliteTx(raw), counters.EPOCH)
    except BaseException as error:
        raw.close()
        raise translated(error) from error


def _check(raw: sqlite3.Connection) -> None:
    problem = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise StoreUnavailable(
            f"the store is damaged: {problem}", hint="Stop the service and put the latest good backup in its place."
        )


def _migrate(raw: sqlite3.Connection) -> None:
    done = int(raw.execute("PRAGMA user_version").fetchone()[0])
    scripts = migrations()
    if done > len(scripts):
        raise Invalid(
            f"the store has shape {done}, this version knows {len(scripts)}", hint="Install the newer version again."
        )
    for number, script in enumerate(scripts[done:], done + 1):
        try:
            raw.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise


def migrations() -> list[str]:
    """The migration scripts in order; the first brings an empty file to shape 1."""
    folder = resources.files("daemon.store") / "migrations"
    scripts = sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name)
    return [script.read_text(encoding="utf-8") for script in scripts]
