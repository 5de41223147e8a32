"""Discrepancies: one by its id, counts of them, and what changed since a sequence number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from daemon.core.discrepancy import Discrepancy, Status
from daemon.core.model import Value
from daemon.store import discrepancy_rows as rows
from daemon.store import state
from daemon.store.codec import from_cents, listed, maybe_moment, stamp
from daemon.store.tx import Tx


class OpenCount(Value, frozen=True, kw_only=True):
    """How many discrepancies of a kind and policy are open, and the money at stake in them."""

    kind: str
    policy: str
    count: int
    amount: Decimal


_LIVE = (Status.OPEN, Status.APPROVED)
_DUE_MAX = 1000


def get(tx: Tx, discrepancy_id: str) -> Discrepancy | None:
    """The discrepancy of that id, of whatever practice, closed ones too."""
    found = rows.select(tx, "WHERE id = ?", (discrepancy_id,))
    return found[0] if found else None


def open_in(tx: Tx, practice: str, family: str) -> list[Discrepancy]:
    """The open discrepancies of one family."""
    return rows.select(tx, "WHERE practice = ? AND family = ? AND status = 'open' ORDER BY id", (practice, family))


def beside(tx: Tx, row: Discrepancy, limit: int) -> list[Discrepancy]:
    """At most ``limit`` others of the same family that are not closed, be they waived or put off."""
    where = "WHERE practice = ? AND family = ? AND status <> 'closed' AND id <> ? ORDER BY id LIMIT ?"
    return rows.select(tx, where, (row.finding.practice, row.finding.family, row.id, limit))


def put(tx: Tx, discrepancy: Discrepancy) -> Discrepancy:
    """Store what a person or the program changed of a discrepancy; returns it with its new ``seq``."""
    stamped = msgspec.structs.replace(discrepancy, seq=state.next_seq(tx))
    rows.write(tx, stamped)
    return stamped


def open_by_kind(tx: Tx, practice: str, statuses: Sequence[Status] = _LIVE) -> dict[str, int]:
    """How many discrepancies of a practice are open or approved, by kind; what has none is left out."""
    counted = tx.execute(
        f"SELECT kind, COUNT(*) FROM discrepancy WHERE practice = ? AND status IN {listed(statuses)}"  # noqa: S608
        " AND status <> 'closed' GROUP BY kind ORDER BY kind",
        (practice, *statuses),
    )
    return {kind: int(count) for kind, count in counted}


def open_counts(tx: Tx, practice: str) -> list[OpenCount]:
    """The open and approved discrepancies of a practice by kind and policy; what has none is left out."""
    # By status too, as the index has it: then it is counted as it is read.
    counted = tx.execute(
        "SELECT kind, policy, COUNT(*), SUM(amount_cents) FROM discrepancy"
        " WHERE practice = ? AND status IN (?, ?) AND status <> 'closed' GROUP BY kind, status, policy",
        (practice, *_LIVE),
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for kind, policy, more, cents in counted:
        count, total = found.get((kind, policy), (0, 0))
        found[kind, policy] = count + int(more), total + int(cents)
    return [
        OpenCount(kind=kind, policy=policy, count=count, amount=from_cents(total))
        for (kind, policy), (count, total) in sorted(found.items())
    ]


def due_snoozes(tx: Tx, practice: str, now: datetime) -> list[Discrepancy]:
    """Snoozes and waivers of a practice whose time is over, longest first, at most a thousand."""
    return rows.select(
        tx,
        "WHERE wake_at <> '' AND wake_at <= ? AND practice = ? ORDER BY wake_at, id LIMIT ?",
        (stamp(now), practice, _DUE_MAX),
    )


def next_wake(tx: Tx, practice: str) -> datetime | None:
    """When the next snooze or waiver of a practice ends by time."""
    found = tx.execute(
        "SELECT wake_at FROM discrepancy WHERE wake_at <> '' AND practice = ? ORDER BY wake_at LIMIT 1", (practice,)
    )
    return maybe_moment(found[0][0]) if found else None


def changed_since(tx: Tx, seq: int, limit: int) -> list[Discrepancy]:
    """At most ``limit`` discrepancies that changed after ``seq``, each in its present state, in order of change."""
    return rows.select(tx, "WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit))
