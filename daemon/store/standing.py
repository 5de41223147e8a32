"""What a new assessment makes of a discrepancy that people may have decided on. Pure: values in, values out.

A decision outlives the closing of its discrepancy: what comes back as it was rejected stays rejected, so that the
program never does what a person refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from daemon.core.discrepancy import Discrepancy, Finding, Policy, Status, Waiver, facts_of


def reassessed(finding: Finding, before: Discrepancy | None, *, now: dt.datetime, under_way: bool) -> Discrepancy:
    """The discrepancy of a finding; ``under_way`` says that a correction of it is not finished."""
    if before is None:
        return Discrepancy(finding=finding, status=Status.OPEN, first_seen=now, last_seen=now)
    status = _status(finding, before, now, under_way=under_way)
    return msgspec.structs.replace(
        before,
        finding=_by_hand(finding) if before.by_hand else finding,
        status=status,
        first_seen=now if before.status is Status.CLOSED and status is Status.OPEN else before.first_seen,
        last_seen=now,
        snoozed_until=before.snoozed_until if status is Status.SNOOZED else None,
        waiver=_bounded(before) if status is Status.WAIVED else None,
        rejected_facts=before.rejected_facts if status is Status.REJECTED else "",
    )


def let_go(row: Discrepancy, causes: Mapping[str, Discrepancy]) -> Discrepancy:
    """What waits for an edit that a person waived or rejected goes its own way: nothing will be edited."""
    finding, cause = row.finding, causes.get(row.finding.cause or "")
    decided = cause is not None and cause.status in {Status.WAIVED, Status.REJECTED}
    if not decided or finding.policy is not Policy.HOLD or not finding.options:
        return row
    finding = msgspec.structs.replace(finding, policy=Policy.AUTOMATIC, cause=None)
    return msgspec.structs.replace(row, finding=_by_hand(finding) if row.by_hand else finding)


def _by_hand(finding: Finding) -> Finding:
    """What a person has undone waits for a person, whatever policy says."""
    automatic = finding.policy is Policy.AUTOMATIC
    return msgspec.structs.replace(finding, policy=Policy.PERSON) if automatic else finding


def closed(before: Discrepancy) -> Discrepancy:
    """The discrepancy once its difference is gone; only the decision that was in force is remembered.

    What a person undid and then approved is a matter for policy again.
    """
    status = before.status
    return msgspec.structs.replace(
        before,
        status=Status.CLOSED,
        snoozed_until=before.snoozed_until if status is Status.SNOOZED else None,
        waiver=_bounded(before) if status is Status.WAIVED else None,
        rejected_facts=before.rejected_facts if status is Status.REJECTED else "",
        by_hand=before.by_hand and status is not Status.APPROVED,
    )


def _status(finding: Finding, before: Discrepancy, now: dt.datetime, *, under_way: bool) -> Status:
    if before.status is Status.APPROVED:
        return Status.APPROVED if under_way else Status.OPEN
    if _in_force(before, Status.REJECTED) and before.rejected_facts == facts_of(finding):
        return Status.REJECTED
    if _in_force(before, Status.SNOOZED) and before.snoozed_until and now < before.snoozed_until:
        return Status.SNOOZED if facts_of(finding) == facts_of(before.finding) else Status.OPEN
    waiver = _bounded(before) if _in_force(before, Status.WAIVED) else None
    grown = not finding.difference and facts_of(finding) != facts_of(before.finding)
    return Status.WAIVED if waiver and not grown and _covers(waiver, finding, now) else Status.OPEN


def _in_force(before: Discrepancy, decision: Status) -> bool:
    return before.status in {decision, Status.CLOSED}


def _bounded(before: Discrepancy) -> Waiver | None:
    """The waiver with its ceiling spelt out: where none was named, the difference at the time of waiving."""
    waiver = before.waiver
    if waiver is None or waiver.ceiling is not None:
        return waiver
    return msgspec.structs.replace(waiver, ceiling=before.finding.difference)


def _covers(waiver: Waiver, finding: Finding, now: dt.datetime) -> bool:
    in_time = waiver.until is None or now.astimezone(dt.UTC).date() <= waiver.until
    return in_time and waiver.ceiling is not None and finding.difference <= waiver.ceiling
