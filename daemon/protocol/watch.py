"""What operators watch beside discrepancies: steps in doubt, the audit log searched, and what is left out of Xero."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from daemon.protocol.base import PAGE_MAX, TEXT_MAX, Message, Short
from daemon.protocol.discrepancies import RecordView, SubjectView
from daemon.protocol.evidence import StepView
from daemon.protocol.records import AuditEntry

Text = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)]


class DoubtView(Message, frozen=True, kw_only=True):
    """One write of which nobody knows yet whether it took effect, and the discrepancy that it was to correct.

    ``subject`` has the links to the records that it is about, ``sought`` is what is looked for, ``remedy`` what a
    person can do should looking never settle it; ``look_at`` is when it is looked for again, None while its practice
    does not run.
    """

    practice: str
    discrepancy: str
    correction: str
    kind: str
    label: str
    amount: str
    currency: str
    option: str
    approved_by: str
    step: StepView
    sought: str
    remedy: str
    look_at: dt.datetime | None = None
    subject: SubjectView = SubjectView(label="", provet=None, xero=None)


class DoubtPage(Message, frozen=True, kw_only=True):
    """The longest in doubt first, at most five hundred of ``total``."""

    total: int
    doubts: tuple[DoubtView, ...]


class AuditQuery(Message, frozen=True, kw_only=True):
    """A search of the audit log, newest first, below the number ``before`` (0: from the newest on).

    ``practice``, ``actor``, ``action`` and ``subject`` are beginnings; ``text`` is looked for in all that an entry
    says. Case does not matter.
    """

    before: Annotated[int, msgspec.Meta(ge=0, le=10**15)] = 0
    practice: Short = ""
    actor: Short = ""
    action: Short = ""
    subject: Short = ""
    text: Text = ""
    limit: Limit = 100


class AuditFound(Message, frozen=True, kw_only=True):
    """What a search found in the part of the log that it looked at.

    ``before`` asks for the next part, 0 if this was the last: it may stand though nothing was found. ``newest`` is the
    number of the newest entry of the whole log.
    """

    entries: tuple[AuditEntry, ...]
    before: int
    newest: int


class ExcludedQuery(Message, frozen=True, kw_only=True):
    """Documents left out of Xero; "" filters nothing. ``text`` is looked for in label, reason and id."""

    practice: Short = ""
    reason: Text = ""
    text: Text = ""
    offset: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0
    limit: Limit = 100


class ExcludedRow(Message, frozen=True, kw_only=True):
    """One of them: ``amount`` is what is open on it, ``gross`` what it came to."""

    practice: str
    label: str
    reason: str
    amount: str
    gross: str
    currency: str
    date: dt.date
    provet: RecordView


class ReasonSum(Message, frozen=True, kw_only=True):
    """All that is left out for one reason in one currency."""

    reason: str
    count: int
    amount: str
    currency: str


class ExcludedPage(Message, frozen=True, kw_only=True):
    """A window of the list, the largest amount first; ``reasons`` are of the practice.

    ``total`` and what is open on all, ``amounts`` by currency, are of the filter.
    """

    total: int
    documents: tuple[ExcludedRow, ...]
    amounts: dict[str, str]
    reasons: tuple[ReasonSum, ...]
