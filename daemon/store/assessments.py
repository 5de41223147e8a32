"""What assessments of families found: saving one, and the totals of a practice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from daemon.core.amounts import cents
from daemon.core.assess import Books
from daemon.core.correction import UNFINISHED
from daemon.core.discrepancy import SHARED_CAUSE, Discrepancy, Exclusion, Finding, Status
from daemon.core.model import Kind, Link, System, Value
from daemon.store import discrepancies, families, reach, waits
from daemon.store import discrepancy_rows as rows
from daemon.store import links as stored_links
from daemon.store.codec import execute_in, from_cents, stamp
from daemon.store.standing import closed, let_go, reassessed
from daemon.store.tx import Tx

_EXPLAINING = (Status.OPEN, Status.APPROVED, Status.SNOOZED, Status.WAIVED)


class Totals(Value, frozen=True, kw_only=True):
    """A practice in sums: ``residual`` = provet - xero - excluded - effect."""

    provet: Decimal
    xero: Decimal
    excluded: Decimal
    effect: Decimal
    residual: Decimal
    excluded_count: int


def save(
    tx: Tx,
    practice: str,
    family_id: str,
    *,
    findings: Sequence[Finding],
    causes: Sequence[Finding] = (),
    exclusions: Sequence[Exclusion],
    links: Sequence[Link],
    books: Books,
    now: datetime,
    seen_seq: int,
) -> list[Discrepancy]:
    """Replace what was known of a family by a new assessment and clean it; returns the discrepancies that changed.

    ``causes`` are shared with other families: one closes when nothing living names it any more.

    ``seen_seq`` is what ``families.dirty`` gave before the family was loaded: if something dirtied it since, it stays
    dirty. Families that wait for a difference that is gone become dirty.
    """
    if any((finding.practice, finding.family) != (practice, family_id) for finding in findings):
        raise AssertionError(f"a finding of {practice} {family_id} names another family")
    changed = _save_findings(tx, practice, [*causes, *findings], now)
    changed += _close_missing(tx, practice, family_id, findings)
    changed += _close_orphans(tx, practice)
    _replace_exclusions(tx, practice, family_id, exclusions)
    free = [link for link in links if _is_free(tx, practice, link)]
    new = [link.xero_id for link in free if link.kind is Kind.DOCUMENT and not _stands(tx, practice, link)]
    for link in free:
        stored_links.put(tx, practice, link)
    met = reach.concerned(tx, practice, System.XERO, Kind.DOCUMENT, new) if new else []
    families.mark(tx, practice, (family for family in met if family != family_id))
    _save_books(tx, practice, family_id, books)
    families.clean(tx, practice, family_id, seen_seq)
    if len(free) < len(links):
        families.mark(tx, practice, [family_id])
    return changed


def post(tx: Tx, practice: str, place: str, findings: Sequence[Finding], *, now: datetime) -> list[Discrepancy]:
    """Put ``findings`` in the place of what stood there before, for places that are no family and are never judged.

    None closes it; returns the discrepancies that changed.
    """
    return _save_findings(tx, practice, findings, now) + _close_missing(tx, practice, place, findings)


def _is_free(tx: Tx, practice: str, link: Link) -> bool:
    """Whether no other client took the contact of a new pair while it was being judged; else it is judged anew.

    A pair that stands stays: after a merge two clients share a contact.
    """
    if link.kind is not Kind.CONTACT:
        return True
    taken = stored_links.find(tx, practice, link.kind, xero_id=link.xero_id)
    return not taken or any(other.provet_id == link.provet_id for other in taken)


def _stands(tx: Tx, practice: str, link: Link) -> bool:
    return bool(stored_links.find(tx, practice, link.kind, provet_id=link.provet_id, xero_id=link.xero_id))


def wake(tx: Tx, practice: str, now: datetime) -> list[Discrepancy]:
    """Open what was snoozed or waived until now, as it was last found; returns what opened."""
    due = discrepancies.due_snoozes(tx, practice, now)
    return [discrepancies.put(tx, reassessed(row.finding, row, now=now, under_way=False)) for row in due]


def _save_findings(tx: Tx, practice: str, findings: Sequence[Finding], now: datetime) -> list[Discrepancy]:
    ids = [finding.id for finding in findings]
    known = {before.id: before for before in rows.select_ids(tx, practice, ids)}
    under_way = _under_way(tx, ids)
    judged = {f.id: reassessed(f, known.get(f.id), now=now, under_way=f.id in under_way) for f in findings}
    changed = []
    for id_, row in judged.items():
        before, after = known.get(id_), let_go(row, judged)
        if before is None or msgspec.structs.replace(after, last_seen=before.last_seen) != before:
            changed.append(discrepancies.put(tx, after))
    unchanged = [id_ for id_ in ids if id_ not in {each.id for each in changed}]
    sql = "UPDATE discrepancy SET last_seen = ? WHERE practice = ? AND id IN (...)"
    execute_in(tx, sql, (stamp(now), practice), unchanged)
    return changed


def _close_missing(tx: Tx, practice: str, family_id: str, findings: Sequence[Finding]) -> list[Discrepancy]:
    """Close what this family had and has no more, and let those go on that waited for it."""
    found = {finding.id for finding in findings}
    living = rows.select(
        tx, "WHERE practice = ? AND family = ? AND status <> 'closed' ORDER BY id", (practice, family_id)
    )
    gone = [discrepancies.put(tx, closed(before)) for before in living if before.id not in found]
    waiting = waits.families(tx, practice, (each.id for each in gone))
    families.mark(tx, practice, (family for family in waiting if family != family_id))
    return gone


def _close_orphans(tx: Tx, practice: str) -> list[Discrepancy]:
    """Close shared causes that nothing living waits for."""
    orphans = rows.select(
        tx,
        "WHERE practice = ? AND family = ? AND status <> 'closed' AND NOT EXISTS ("
        " SELECT 1 FROM waits w WHERE w.cause = discrepancy.id) ORDER BY id",
        (practice, SHARED_CAUSE),
    )
    return [discrepancies.put(tx, closed(orphan)) for orphan in orphans]


def _under_way(tx: Tx, discrepancy_ids: Sequence[str]) -> set[str]:
    """Those of these discrepancies that have an unfinished correction."""
    sql = "SELECT discrepancy_id, status FROM correction WHERE discrepancy_id IN (...)"
    return {id_ for id_, status in execute_in(tx, sql, (), discrepancy_ids) if status in UNFINISHED}


def _replace_exclusions(tx: Tx, practice: str, family_id: str, exclusions: Sequence[Exclusion]) -> None:
    tx.execute("DELETE FROM exclusion WHERE practice = ? AND family = ?", (practice, family_id))
    tx.executemany(
        "INSERT INTO exclusion (practice, family, provet_id, label, reason, amount_cents) VALUES (?, ?, ?, ?, ?, ?)",
        [(practice, family_id, each.provet_id, each.label, each.reason, cents(each.amount)) for each in exclusions],
    )


def _save_books(tx: Tx, practice: str, family_id: str, books: Books) -> None:
    tx.execute(
        "INSERT INTO family (practice, id, provet_cents, xero_cents) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (practice, id) DO UPDATE"
        " SET provet_cents = excluded.provet_cents, xero_cents = excluded.xero_cents",
        (practice, family_id, cents(books.provet), cents(books.xero)),
    )


def totals(tx: Tx, practice: str) -> Totals:
    """The sums of a practice as last assessed."""
    provet, xero = tx.execute(
        "SELECT COALESCE(SUM(provet_cents), 0), COALESCE(SUM(xero_cents), 0) FROM family"
        " WHERE practice = ? AND (provet_cents <> 0 OR xero_cents <> 0)",
        (practice,),
    )[0]
    excluded, count = tx.execute(
        "SELECT COALESCE(SUM(amount_cents), 0), COUNT(*) FROM exclusion WHERE practice = ?", (practice,)
    )[0]
    effect = tx.execute(
        "SELECT COALESCE(SUM(effect_cents), 0) FROM discrepancy"
        " WHERE practice = ? AND status <> 'closed' AND status IN (?, ?, ?, ?)",
        (practice, *_EXPLAINING),
    )[0][0]
    return Totals(
        provet=from_cents(provet),
        xero=from_cents(xero),
        excluded=from_cents(excluded),
        effect=from_cents(effect),
        residual=from_cents(provet - xero - excluded - effect),
        excluded_count=int(count),
    )
