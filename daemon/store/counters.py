"""Named counters that only grow: sequence numbers, scans, the epoch."""

from __future__ import annotations

from daemon.store.tx import Tx

EPOCH = "epoch"
CHANGES = "changes"
DIRT = "dirt"
CORRECTIONS = "corrections"


def take(tx: Tx, name: str, count: int = 1) -> int:
    """Advance a counter and return the last of the ``count`` numbers taken."""
    rows = tx.execute(
        "INSERT INTO counter (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value",
        (name, count),
    )
    return int(rows[0][0])


def value(tx: Tx, name: str) -> int:
    """The last number taken, 0 before the first."""
    rows = tx.execute("SELECT value FROM counter WHERE name = ?", (name,))
    return int(rows[0][0]) if rows else 0
