"""Corrections on their way into the systems, and those that arrived."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from daemon.core.aftermath import overwritten, repaired
from daemon.core.correction import UNFINISHED, Before, Correction, CorrectionStatus
from daemon.core.discrepancy import Discrepancy
from daemon.core.model import Document, Kind
from daemon.store import counters, links, records
from daemon.store.codec import listed, to_json
from daemon.store.tx import Tx

_decoder = msgspec.json.Decoder(Correction)


def put(tx: Tx, correction: Correction) -> None:
    """Store a correction in place of what stood under its id; its place in the order is that of the first time."""
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


def last_failure(tx: Tx, discrepancy_id: str) -> Correction | None:
    """The newest correction of a discrepancy that failed."""
    found = _decoded(
        tx.execute(
            "SELECT body FROM correction WHERE discrepancy_id = ? AND status = ? ORDER BY number DESC LIMIT 1",
            (discrepancy_id, CorrectionStatus.FAILED),
        )
    )
    return found[0] if found else None


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
