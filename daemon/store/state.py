"""Small state: what is known of each practice, cursors of polls, sealed secrets and the change sequence."""

from __future__ import annotations

from datetime import datetime

import msgspec

from daemon.core.guards import Shown
from daemon.core.model import Value
from daemon.store import counters
from daemon.store.codec import to_json
from daemon.store.tx import Tx


class PracticeState(Value, frozen=True, kw_only=True):
    """What the program knows of a practice besides its records. Empty text and None mean "not yet" or "not so".

    ``importing`` holds from the release until a cycle has written all it may: guards do not count until then.
    ``guard`` says why automatic writes stopped, ``shown`` how much that is; what was written before ``imported_at`` and
    ``guard_lifted_at`` counts no more, and what a person let through then is ``lifted``.
    ``rules_changed_at`` is when settings or reference data last changed what documents may name.
    ``unmarked`` maps Xero's numbers of documents that another program made to when they were noticed.
    ``proofs`` is when each class of record was last proven equal. ``open_by_hour`` is how many discrepancies were open
    in each of the last hours (``daemon/core/trend.py``).
    """

    released_at: datetime | None = None
    released_by: str = ""
    paused_by: str = ""
    pause_reason: str = ""
    guard: str = ""
    last_cycle: datetime | None = None
    last_full: datetime | None = None
    proofs: dict[str, datetime] = msgspec.field(default_factory=dict)
    settings_hash: str = ""
    rules_changed_at: datetime | None = None
    importing: bool = False
    guard_lifted_at: datetime | None = None
    imported_at: datetime | None = None
    open_by_hour: dict[str, int] = msgspec.field(default_factory=dict)
    shown: Shown = Shown()
    lifted: Shown = Shown()
    unmarked: dict[str, datetime] = msgspec.field(default_factory=dict)


def practice_state(tx: Tx, practice: str) -> PracticeState:
    """What is known of a practice; the empty state of one that is new."""
    rows = tx.execute("SELECT body FROM practice_state WHERE practice = ?", (practice,))
    return msgspec.json.decode(rows[0][0], type=PracticeState) if rows else PracticeState()


def put_state(tx: Tx, practice: str, state: PracticeState) -> None:
    """Store what is known of a practice, whole: read it in the same transaction before changing a part."""
    tx.execute(
        "INSERT INTO practice_state (practice, body) VALUES (?, ?)"
        " ON CONFLICT (practice) DO UPDATE SET body = excluded.body",
        (practice, to_json(state)),
    )


def cursor(tx: Tx, practice: str, name: str) -> str:
    """Where a poll goes on, "" before the first."""
    rows = tx.execute("SELECT value FROM poll_cursor WHERE practice = ? AND name = ?", (practice, name))
    return str(rows[0][0]) if rows else ""


def set_cursor(tx: Tx, practice: str, name: str, value: str) -> None:
    tx.execute(
        "INSERT INTO poll_cursor (practice, name, value) VALUES (?, ?, ?)"
        " ON CONFLICT (practice, name) DO UPDATE SET value = excluded.value",
        (practice, name, value),
    )


def sealed(tx: Tx, name: str) -> bytes | None:
    """A secret as its owner encrypted it."""
    rows = tx.execute("SELECT blob FROM sealed WHERE name = ?", (name,))
    return bytes(rows[0][0]) if rows else None


def set_sealed(tx: Tx, name: str, blob: bytes) -> None:
    """Store a secret that the caller has encrypted."""
    tx.execute(
        "INSERT INTO sealed (name, blob) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET blob = excluded.blob",
        (name, blob),
    )


def next_seq(tx: Tx) -> int:
    """Take the next number of the sequence that orders all changes of the live feed."""
    return counters.take(tx, counters.CHANGES)


def current_seq(tx: Tx) -> int:
    """The number of the last change."""
    return counters.value(tx, counters.CHANGES)
