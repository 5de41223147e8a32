"""Calls noted ahead of being made, in blocks, so that limits hold across a restart.

The calls of a block were made between its note and the next one's; when the last of the newest block was made nobody
knows. So what may have been made since a moment is every block from the newest noted before it.
"""

from __future__ import annotations

from datetime import datetime

from daemon.store.codec import stamp
from daemon.store.tx import Tx


def note(tx: Tx, name: str, weight: int, *, at: datetime, since: datetime) -> None:
    """Note a block of calls, and forget those of before ``since``."""
    tx.execute(
        "INSERT INTO call_block (name, number, at, weight)"
        " SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ? FROM call_block WHERE name = ?",
        (name, stamp(at), weight, name),
    )
    tx.execute(
        "DELETE FROM call_block WHERE name = ?"
        " AND number < (SELECT MAX(b.number) FROM call_block b WHERE b.name = call_block.name AND b.at < ?)",
        (name, stamp(since)),
    )


def spent(tx: Tx, *, since: datetime) -> dict[str, int]:
    """By name, the weight of the calls that may have been made since then."""
    rows = tx.execute(
        "SELECT name, SUM(weight) FROM call_block WHERE number >="
        " COALESCE((SELECT MAX(b.number) FROM call_block b WHERE b.name = call_block.name AND b.at < ?), 0)"
        " GROUP BY name",
        (stamp(since),),
    )
    return {str(name): int(weight) for name, weight in rows}
