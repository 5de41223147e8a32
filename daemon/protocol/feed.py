"""The live feed: a snapshot, then every change."""

from __future__ import annotations

import datetime as dt

from daemon.protocol.base import Message, Operator
from daemon.protocol.discrepancies import DiscrepancyView
from daemon.protocol.health import PracticeStatus, Status


class Activity(Message, frozen=True, kw_only=True, tag="activity"):
    """One line about what the daemon does right now.

    ``sort`` is ``call`` (a write to a system), ``correction`` (what became of one), ``decision`` (of a person) or "";
    ``subject`` is the id of the discrepancy that it is about, "" for none.
    """

    at: dt.datetime
    practice: str
    text: str
    sort: str = ""
    subject: str = ""


class Snapshot(Message, frozen=True, kw_only=True, tag="snapshot"):
    """The first event of every stream; events up to ``status.seq`` are contained in it.

    ``activity`` is what happened last, the newest last: no event of the stream repeats it.
    """

    status: Status
    operator: Operator
    activity: tuple[Activity, ...] = ()


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


class Resync(Message, frozen=True, kw_only=True, tag="resync"):
    """Events were lost to this client: read anew what is shown."""


Change = Changed | Closed | PracticeChanged | Activity
Event = Snapshot | Change | Resync
