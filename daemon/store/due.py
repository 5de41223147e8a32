"""Which automatic discrepancies policy has to look at: those that changed since it last did, and those whose rest is
over. What cannot be corrected rests, so that a cycle costs what changed and not what stands.

Storing a discrepancy makes it due, and so do the end of a correction of its family and changed rules.
"""

from __future__ import annotations

import datetime as dt

from daemon.core.discrepancy import Discrepancy
from daemon.store import discrepancy_rows as rows
from daemon.store.codec import maybe_stamp, stamp
from daemon.store.tx import Tx


def some(tx: Tx, practice: str, now: dt.datetime, limit: int) -> list[Discrepancy]:
    """At most ``limit`` open automatic discrepancies that are due, the longest open first."""
    return rows.select(
        tx,
        "WHERE practice = ? AND due_at <> '' AND due_at <= ? ORDER BY due_at, first_seen, id LIMIT ?",
        (practice, stamp(now), limit),
    )


def rest(tx: Tx, practice: str, discrepancy_id: str, until: dt.datetime | None) -> None:
    """Leave a discrepancy alone until then, or until something about it changes."""
    tx.execute(
        "UPDATE discrepancy SET due_at = ? WHERE practice = ? AND id = ?",
        (maybe_stamp(until), practice, discrepancy_id),
    )


def wake_family(tx: Tx, practice: str, family: str) -> None:
    """A correction of the family ended: what waited for that is due."""
    tx.execute(
        "UPDATE discrepancy SET due_at = ? WHERE practice = ? AND family = ? AND status = 'open'"
        " AND policy = 'automatic'",
        (rows.AT_ONCE, practice, family),
    )


def wake_all(tx: Tx, practice: str) -> None:
    """Rules changed: what was refused may succeed now."""
    tx.execute(
        "UPDATE discrepancy SET due_at = ? WHERE practice = ? AND status = 'open' AND policy = 'automatic'",
        (rows.AT_ONCE, practice),
    )
