"""Corrections on their way into the systems, and those that arrived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from daemon.core.aftermath import overwritten, repaired
from daemon.core.correction import UNFINISHED, Before, Correction, CorrectionStatus
from daemon.core.discrepancy import Discrepancy
from daemon.core.model import Document, Kind
from daemon.store import counters, due, links, records
from daemon.store.codec import execute_in, listed, to_json
from daemon.store.tx import Tx

_FAILED_MAX = 200
_decoder = msgspec.json.Decoder(Correction)


def put(tx: Tx, correction: Correction) -> None:
    """Store a correction in place of what stood under its id; its place in the order is that of the first time.

    One that has ended lets the rest of its family go on.
    """
    tx.execute(
        "INSERT INTO correction (practice, id, number, discrepancy_id, family, status, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (practice, id) DO UPDATE SET"
        " family = excluded.family, status = excluded.status, body = excluded.body",
        (
            correction.practice,
            correction.id,
            counters.take(tx, counters.CORRECTIONS),
            correction.discrepancy_id,
            correction.family,
            correction.status,
            to_json(correction),
        ),
    )
    if correction.status not in UNFINISHED:
        due.wake_family(tx, correction.practice, correction.family)


def get(tx: Tx, correction_id: str) -> Correction | None:
    """The correction of that id, of whatever practice."""
    found = _decoded(tx.execute("SELECT body FROM correction WHERE id = ?", (correction_id,)))
    return found[0] if found else None


def of_discrepancy(tx: Tx, discrepancy_id: str) -> list[Correction]:
    """All corrections of a discrepancy, newest first."""
    return _decoded(
        tx.execute("SELECT body FROM correction WHERE discrepancy_id = ? ORDER BY number DESC", (discrepancy_id,))
    )


def shown(tx: Tx, discrepancy: Discrepancy) -> Correction | None:
    """The correction to show with a discrepancy: its newest, or what holds its family in doubt if that has ended."""
    newest = next(iter(of_discrepancy(tx, discrepancy.id)), None)
    if newest is not None and newest.status in UNFINISHED:
        return newest
    sql = (
        "SELECT body FROM correction WHERE practice = ? AND family = ? AND family <> ''"
        " AND status IN ('approved', 'applying', 'in_doubt') AND status = 'in_doubt' ORDER BY number DESC LIMIT 1"
    )
    found = _decoded(tx.execute(sql, (discrepancy.finding.practice, discrepancy.finding.family)))
    return found[0] if found else newest


def with_status(tx: Tx, practice: str, statuses: Iterable[CorrectionStatus], limit: int) -> list[Correction]:
    """At most ``limit`` corrections of a practice in one of these statuses, oldest first."""
    wanted = sorted(set(statuses))
    sql = "SELECT body FROM correction WHERE practice = ? AND status IN (...) ORDER BY number LIMIT ?"
    return _decoded(tx.execute(sql.replace("(...)", listed(wanted)), (practice, *wanted, limit)))


def failures_in_a_row(tx: Tx, practice: str, by: str, since: datetime) -> dict[str, int]:
    """How many corrections of each kind of discrepancy failed since one of that kind was applied, counting those that
    ``by`` approved at ``since`` or later; of the newest few hundred."""
    rows = tx.execute(
        "SELECT d.kind, c.number, c.body FROM correction c JOIN discrepancy d"
        " ON d.practice = c.practice AND d.id = c.discrepancy_id"
        " WHERE c.practice = ? AND c.status = ? ORDER BY c.number DESC LIMIT ?",
        (practice, CorrectionStatus.FAILED, _FAILED_MAX),
    )
    failed: dict[str, list[int]] = {}
    for kind, number, body in rows:
        correction = _decoder.decode(body)
        if correction.approved_by == by and correction.created_at >= since:
            failed.setdefault(kind, []).append(int(number))
    return {kind: _after_success(tx, practice, kind, numbers) for kind, numbers in failed.items()}


def _after_success(tx: Tx, practice: str, kind: str, numbers: Sequence[int]) -> int:
    """How many of these numbers come after the newest applied correction of a kind."""
    rows = tx.execute(
        "SELECT MAX(c.number) FROM correction c JOIN discrepancy d"
        " ON d.practice = c.practice AND d.id = c.discrepancy_id"
        " WHERE c.practice = ? AND c.status = ? AND c.number > ? AND d.kind = ?",
        (practice, CorrectionStatus.APPLIED, min(numbers), kind),
    )
    return sum(number > int(rows[0][0] or 0) for number in numbers)


def last_failure(tx: Tx, discrepancy_id: str) -> Correction | None:
    """The newest correction of a discrepancy that failed."""
    found = _decoded(
        tx.execute(
            "SELECT body FROM correction WHERE discrepancy_id = ? AND status = ? ORDER BY number DESC LIMIT 1",
            (discrepancy_id, CorrectionStatus.FAILED),
        )
    )
    return found[0] if found else None


def given_up(tx: Tx, practice: str, discrepancy_ids: Sequence[str]) -> set[str]:
    """Those of these discrepancies for which a correction was given up that nothing refused."""
    sql = "SELECT body FROM correction WHERE practice = ? AND status = 'failed' AND discrepancy_id IN (...)"
    failed = _decoded(execute_in(tx, sql, (practice,), discrepancy_ids))
    return {each.discrepancy_id for each in failed if each.again_at is not None}


def before(tx: Tx, correction: Correction) -> Before | None:
    """What stands now of all that a correction is about to overwrite; None where it only adds."""
    practice = correction.practice
    stored = (records.get(tx, practice, ref) for ref in dict.fromkeys(overwritten(correction.steps)))
    kept = [record for record in stored if record is not None]
    pairs = [
        link
        for kind, provet_id in dict.fromkeys(repaired(correction.steps))
        for link in links.find(tx, practice, kind, provet_id=provet_id)
    ]
    for contact_id in dict.fromkeys(r.contact_id for r in kept if isinstance(r, Document) and r.contact_id):
        pairs += links.find(tx, practice, Kind.CONTACT, xero_id=contact_id)
    return Before(records=tuple(kept), links=tuple(pairs)) if kept or pairs else None


def _decoded(rows: list[tuple[str]]) -> list[Correction]:
    return [_decoder.decode(body) for (body,) in rows]
