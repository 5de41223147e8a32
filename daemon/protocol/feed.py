"""The live feed: a snapshot, then every change."""

from __future__ import annotations

import datetime as dt

from daemon.protocol.base import Message, Operator
from daemon.protocol.discrepancies import DiscrepancyView
from daemon.protocol.health import PracticeStatus, Status


class Snapshot(Message, frozen=True, kw_only=True, tag="snapshot"):
    """The first event of every stream; events up to ``status.seq`` are contained in it."""

    status: Status
    operator: Operator


class Changed(Message, frozen=True, kw_only=True, tag="changed"):
    """A discrepancy appeared or changed."""

    discrepancy: DiscrepancyView
    seq: int


class Closed(Message, frozen=True, kw_only=True, tag="closed"):
    """A discrepancy is gone from the books; its history stays."""

    id: str
    practice: str
    seq: int


class PracticeChanged(Message, frozen=True, kw_only=True, tag="practice"):
    """The health of a practice changed."""

    practice: PracticeStatus


class Activity(Message, frozen=True, kw_only=True, tag="activity"):
    """One line about what the daemon does right now."""

    at: dt.datetime
    practice: str
    text: str


class Resync(Message, frozen=True, kw_only=True, tag="resync"):
    """Events were lost to this client: read anew what is shown."""


Change = Changed | Closed | PracticeChanged | Activity
Event = Snapshot | Change | Resync
