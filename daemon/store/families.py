"""Families: which of them are dirty, that is, must be judged anew, and loading what they look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from daemon.core.family import Family
from daemon.store import counters
from daemon.store.gathering import gather, under_way
from daemon.store.tx import Tx


def dirty(tx: Tx, practice: str, limit: int) -> list[tuple[str, int]]:
    """At most ``limit`` dirty families by id, so clients before invoices, each with the number to hand to ``clean``."""
    rows = tx.execute(
        "SELECT id, dirty_seq FROM family WHERE practice = ? AND dirty_seq > 0 ORDER BY id LIMIT ?",
        (practice, limit),
    )
    return [(family, int(seq)) for family, seq in rows]


def mark(tx: Tx, practice: str, family_ids: Iterable[str]) -> None:
    """Make families dirty, also those that are already: whoever judges one at this moment must not clean it."""
    wanted = dict.fromkeys(family_ids)
    if not wanted:
        return
    seq = counters.take(tx, counters.DIRT)
    tx.executemany(
        "INSERT INTO family (practice, id, dirty_seq) VALUES (?, ?, ?)"
        " ON CONFLICT (practice, id) DO UPDATE SET dirty_seq = excluded.dirty_seq",
        [(practice, family, seq) for family in wanted],
    )


def mark_all(tx: Tx, practice: str) -> None:
    """Make every family of a practice dirty."""
    tx.execute("UPDATE family SET dirty_seq = ? WHERE practice = ?", (counters.take(tx, counters.DIRT), practice))


def clean(tx: Tx, practice: str, family_id: str, seen_seq: int) -> None:
    """Make a family clean unless something dirtied it after ``seen_seq`` was read."""
    tx.execute(
        "UPDATE family SET dirty_seq = 0 WHERE practice = ? AND id = ? AND dirty_seq = ?",
        (practice, family_id, seen_seq),
    )


def seq(tx: Tx, practice: str, family_id: str) -> int:
    """The number to hand to ``clean`` for a family that is loaded in the same transaction."""
    rows = tx.execute("SELECT dirty_seq FROM family WHERE practice = ? AND id = ?", (practice, family_id))
    return int(rows[0][0]) if rows else 0


def busy(tx: Tx, practice: str, family_id: str) -> bool:
    """Whether a write of the family is decided, under way or in doubt."""
    return bool(under_way(tx, practice, [family_id]))


def load(tx: Tx, practice: str, family_id: str) -> Family:
    """One family; an empty one if nothing is stored of it."""
    return gather(tx, practice, [family_id])[0]


def load_many(tx: Tx, practice: str, family_ids: Sequence[str]) -> list[Family]:
    """Families in the order asked for, with few queries however many they are (some hundreds at a time)."""
    return gather(tx, practice, family_ids)
