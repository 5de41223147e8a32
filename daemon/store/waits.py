"""What waits for what: every cause that a living discrepancy waits for, and what goes on by mending some of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from daemon.core.amounts import cents
from daemon.core.discrepancy import Discrepancy, Status
from daemon.core.model import Value
from daemon.store.codec import execute_in, from_cents, listed
from daemon.store.tx import Tx


class Held(Value, frozen=True, kw_only=True):
    """The open and approved discrepancies of a practice that wait for some causes, each counted once.

    ``freed`` of them wait for nothing else, so that they go on by these; what waits for them in turn is not counted.
    """

    practice: str
    count: int
    amount: Decimal
    freed: int
    freed_amount: Decimal


_GOING_ON = (Status.OPEN, Status.APPROVED)


def note(tx: Tx, discrepancy: Discrepancy) -> None:
    """Put what a discrepancy waits for in the place of what it waited for; a closed one waits for nothing."""
    finding = discrepancy.finding
    tx.execute("DELETE FROM waits WHERE practice = ? AND id = ?", (finding.practice, finding.id))
    causes = finding.causes if discrepancy.status is not Status.CLOSED else ()
    facts = (len(causes), discrepancy.status, cents(finding.amount))
    tx.executemany(
        "INSERT INTO waits (practice, id, cause, causes, status, cents) VALUES (?, ?, ?, ?, ?, ?)",
        [(finding.practice, finding.id, cause, *facts) for cause in causes],
    )


def families(tx: Tx, practice: str, cause_ids: Iterable[str]) -> list[str]:
    """The families with a living discrepancy that waits for one of these causes."""
    rows = execute_in(
        tx,
        "SELECT d.family FROM waits w CROSS JOIN discrepancy d ON d.practice = w.practice AND d.id = w.id"
        " WHERE w.practice || '' = ? AND w.cause IN (...)",
        (practice,),
        cause_ids,
    )
    return list(dict.fromkeys(family for (family,) in rows))


def causes(tx: Tx, ids: Iterable[str]) -> list[str]:
    """Those of these discrepancies that an open or approved one waits for."""
    sql = f"SELECT DISTINCT cause FROM waits WHERE status IN {listed(_GOING_ON)} AND cause IN (...) ORDER BY cause"  # noqa: S608
    return [cause for (cause,) in execute_in(tx, sql, _GOING_ON, ids)]


def held(tx: Tx, cause_ids: Iterable[str]) -> list[Held]:
    """What waits for these causes, which are mended together, in each practice; at most some thousand causes."""
    mended = tuple(dict.fromkeys(cause_ids))
    chosen = f"FROM waits WHERE cause IN {listed(mended)} AND status IN {listed(_GOING_ON)}"
    rows = tx.execute(
        "SELECT practice, SUM(met), SUM(cents), SUM(met * free), SUM(cents * free) FROM ("  # noqa: S608
        f" SELECT practice, COUNT(*) AS met, SUM(cents) AS cents, 1 AS free {chosen} AND causes = 1 GROUP BY practice"
        f" UNION ALL SELECT practice, 1, cents, COUNT(*) = causes {chosen} AND causes > 1"
        " GROUP BY practice, id, cents, causes) AS waiting GROUP BY practice ORDER BY practice",
        (*mended, *_GOING_ON, *mended, *_GOING_ON),
    )
    return [
        Held(
            practice=practice,
            count=int(count),
            amount=from_cents(amount),
            freed=int(freed),
            freed_amount=from_cents(freed_amount),
        )
        for practice, count, amount, freed, freed_amount in rows
    ]
