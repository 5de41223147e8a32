"""What decisions that write nothing make of a made-up discrepancy."""

from __future__ import annotations

import datetime as dt

import msgspec

from daemon.core.discrepancy import Discrepancy, Status, Waiver
from daemon.protocol import Assign, Comment, Decision, Operator, Reject, Snooze, Waive


def decided(found: Discrepancy, decision: Decision, operator: Operator, now: dt.datetime) -> tuple[Discrepancy, str]:
    """The discrepancy afterwards, and what the log says."""
    match decision:
        case Reject(reason=reason):
            return msgspec.structs.replace(found, status=Status.REJECTED), f"rejected: {reason}"
        case Snooze(until=until):
            snoozed = msgspec.structs.replace(found, status=Status.SNOOZED, snoozed_until=until)
            return snoozed, f"snoozed until {until.isoformat()}"
        case Waive():
            waiver = Waiver(
                by=operator.login, reason=decision.reason, at=now, ceiling=decision.ceiling, until=decision.until
            )
            waived = msgspec.structs.replace(found, status=Status.WAIVED, waiver=waiver)
            return waived, f"waived: {decision.reason}"
        case Comment(text=text):
            return found, text
        case Assign(user=user):
            return msgspec.structs.replace(found, assignee=user), f"assigned to {user}"
