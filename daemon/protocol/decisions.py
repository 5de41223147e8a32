"""What people decide, and what became of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from daemon.protocol.base import Message, Moment, Reason, Short
from daemon.protocol.discrepancies import CorrectionView, ListQuery

BULK_MAX = 1000

Login = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[\w.@+-]*$")]


class ApproveRequest(Message, frozen=True, kw_only=True, tag="approve"):
    """``option`` "" is the recommended one; ``expect`` "" accepts its present fingerprint.

    Where several fields of a contact are asked (``contact.conflict``, or a change that empties one), ``option`` may be
    put together of one choice for each entry of the discrepancy's ``fields``, also if it is not listed:
    ``field:email=xero,phone=provet``, in any order, ``field:`` before each choice or before the first alone. A person's
    ``name``, ``first_name`` and ``last_name`` come from the same side. ``GET /discrepancies/ID/options/OPTION`` answers
    its writes and the fingerprint to ``expect``.
    """

    option: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    expect: Short = ""


class UndoRequest(Message, frozen=True, kw_only=True):
    """``expect`` is the fingerprint of the undo that was shown; "" accepts the present one."""

    expect: Short = ""


class ReasonRequest(Message, frozen=True, kw_only=True):
    reason: Reason


class Reject(Message, frozen=True, kw_only=True, tag="reject"):
    """Leave it as it is until the facts change."""

    reason: Reason


class Snooze(Message, frozen=True, kw_only=True, tag="snooze"):
    """Out of sight until then, or until the facts change."""

    until: Moment


class Waive(Message, frozen=True, kw_only=True, tag="waive"):
    """Accept the difference up to ``ceiling`` (None: what it is now) and up to and with the day ``until`` (UTC)."""

    reason: Reason
    ceiling: Decimal | None = None
    until: dt.date | None = None


class Comment(Message, frozen=True, kw_only=True, tag="comment"):
    text: Reason


class Assign(Message, frozen=True, kw_only=True, tag="assign"):
    """``user`` "" takes the assignment away, "me" is the one who assigns."""

    user: Login


Decision = Reject | Snooze | Waive | Comment | Assign
BulkDecision = ApproveRequest | Reject | Snooze | Waive


class Outcome(StrEnum):
    """What became of an approval. ``refused``: the practice observes only, or is not released."""

    ACCEPTED = "accepted"
    APPLIED = "applied"
    WAITING_SECOND_PERSON = "waiting_second_person"
    STALE = "stale"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"


class Approval(Message, frozen=True, kw_only=True):
    """Answer to an approval; ``message`` explains anything but success, ``correction`` can be followed by its id."""

    discrepancy: str
    outcome: Outcome
    correction: CorrectionView | None = None
    message: str = ""


class Expected(Message, frozen=True, kw_only=True):
    """What a person was shown of a list before deciding on all of it: its page's total, amount and sequence number."""

    count: int
    amount: str
    seq: int


class BulkRequest(Message, frozen=True, kw_only=True):
    """One decision on everything that ``filter`` lets through; its order and window do not matter."""

    filter: ListQuery
    decision: BulkDecision
    expected: Expected


class BulkRefusal(Message, frozen=True, kw_only=True):
    id: str
    message: str


class Pending(Message, frozen=True, kw_only=True):
    """What waits for a second person, of one currency: how many, and the money at stake in them."""

    currency: str
    count: int
    amount: str


class BulkResult(Message, frozen=True, kw_only=True):
    """How many were decided, how many of those wait for a second person, and which were left as they are, and why.

    ``pending`` is what waits for a second person with its money.
    """

    decided: int
    waiting_second_person: int = 0
    refused: tuple[BulkRefusal, ...] = ()
    pending: tuple[Pending, ...] = ()
