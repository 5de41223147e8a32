"""Discrepancies that are not about a family: a lost connection, a tripped guard, a record that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.core.discrepancy import Finding, Policy, Status, Subject
from daemon.core.model import ZERO, Record
from daemon.errors import ReconError
from daemon.practice import Practice
from daemon.provet.access import USEFUL
from daemon.store import assessments, lists
from daemon.store.tx import Tx
from daemon.transport.answers import Batch, Unreadable
from daemon.transport.status import Forbidden

CONNECTION = "practice:connection"
GUARD = "practice:guard"
PERMISSIONS = "practice:permissions"
_SHOWN_MAX = 500
_LIVING = tuple(status for status in Status if status is not Status.CLOSED)


def post(tx: Tx, practice: Practice, place: str, findings: Sequence[Finding]) -> None:
    """Put ``findings`` in the place of what stood there before; none closes it."""
    assessments.post(tx, practice.id, place, findings, now=practice.clock.utc())


def lost(practice: Practice, error: ReconError) -> Finding:
    """The connection to a system is lost, be it that its tokens are refused, or the app is connected and lacks a
    permission: what to mend stands in the summary."""
    kind = "permission.missing" if isinstance(error, Forbidden) else "connection.lost"
    hint = f". {error.hint}" if error.hint else ""
    access = f"May not {error.access} in {error.system}" if isinstance(error, Forbidden) and error.system else ""
    label = access or (f"Connection to {error.system}" if error.system else "Connection")
    held = ". Nothing is written meanwhile; it goes on by itself"
    return finding_of(practice, kind, CONNECTION, label, f"{error}{hint}{held}", Policy.HOLD)


def permissions(tx: Tx, practice: Practice) -> None:
    """Show what the integration may not read in Provet though the work goes on without it, and at what price."""
    forbidden = practice.references.provet.forbidden if practice.references is not None else ()
    mend = "have the permission added to the integration's permission group in Provet"
    findings = [
        finding_of(
            practice,
            "permission.missing",
            PERMISSIONS,
            f"May not read {name} in Provet",
            f"Provet does not let the integration read {name}: {USEFUL[name]}; {mend}",
            Policy.HOLD,
        )
        for name in forbidden
    ]
    post(tx, practice, PERMISSIONS, findings)


def set_aside(tx: Tx, practice: Practice, stream: str, batch: Batch[Record]) -> None:
    """Show records that do not decode, and close what was shown of those that now do."""
    for unreadable in batch.unreadable:
        finding = _unreadable(practice, stream, unreadable)
        post(tx, practice, finding.family, (finding,))
        practice.unreadable.add(finding.family)
    for record in batch.records if practice.unreadable else ():
        place = f"record:{stream}/{record.id}"
        if place in practice.unreadable:
            post(tx, practice, place, ())
            practice.unreadable.discard(place)


def readable_again(tx: Tx, practice: Practice, stream: str, aside: Sequence[Unreadable]) -> None:
    """Close what was shown of records that a full comparison could read as ever, or that are gone by now; ``aside`` are
    those that it could not read."""
    still = {_unreadable(practice, stream, each).family for each in aside}
    shown = lists.page(
        tx, lists.Query(practice=practice.id, kind="record.unreadable", statuses=_LIVING, limit=_SHOWN_MAX)
    )
    for row in shown.rows:
        place = row.finding.family
        if place.startswith(f"record:{stream}/") and place not in still:
            post(tx, practice, place, ())
            practice.unreadable.discard(place)


def _unreadable(practice: Practice, stream: str, unreadable: Unreadable) -> Finding:
    name = f"{stream}/{unreadable.id or unreadable.place}"
    summary = f"A {unreadable.kind} cannot be read: {unreadable.place}. The rest goes on without it"
    return finding_of(practice, "record.unreadable", f"record:{name}", f"Record {name}", summary, Policy.PERSON)


def finding_of(practice: Practice, kind: str, place: str, label: str, summary: str, policy: Policy) -> Finding:
    """A finding that no family has; ``label`` names its subject."""
    return Finding(
        practice=practice.id,
        kind=kind,
        family=place,
        subject=Subject(label=label),
        policy=policy,
        amount=ZERO,
        summary=summary,
    )
