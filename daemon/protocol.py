"""The language of the control socket: every message that the daemon and its clients exchange.

Pure values and their bounds. Money is text with two decimals, times are aware UTC (RFC 3339 with ``Z`` on the wire),
ids are text. Fields may be added; a field that stands here is never renamed or removed.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

DEFAULT_SOCKET = "/run/reconciled/control.sock"
PAGE_MAX = 500
BODY_MAX = 64 * 1024
REASON_MAX = 1000
TEXT_MAX = 200

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all messages: unknown fields are ignored, so that an older client understands a newer daemon."""


class Role(StrEnum):
    """What an operator may do: look, or look and decide."""

    VIEWER = "viewer"
    APPROVER = "approver"


class Operator(Message, frozen=True, kw_only=True):
    """The person behind a connection, as the kernel names them."""

    uid: int
    login: str
    role: Role


class PracticeState(StrEnum):
    """The first of these that applies, in this order."""

    STARTING = "starting"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"
    GUARDED = "guarded"
    AWAITING_RELEASE = "awaiting_release"
    DRIFT = "drift"
    IN_SYNC = "in_sync"


class Budget(Message, frozen=True, kw_only=True):
    """What is left of Xero's limits (None until its first answer) and what today has used."""

    xero_day_remaining: int | None = None
    xero_minute_remaining: int | None = None
    calls_today: int = 0
    bytes_today: int = 0


class PracticeStatus(Message, frozen=True, kw_only=True):
    """Health of one practice. ``open`` and what is summed over it count open and approved discrepancies."""

    id: str
    name: str
    mode: str
    state: PracticeState
    residual: str
    open: dict[str, int]
    open_total: int
    open_amount: str
    in_doubt: int
    hand_work: int
    excluded: int
    last_cycle: dt.datetime | None
    last_full: dt.datetime | None
    budget: Budget
    warnings: tuple[str, ...] = ()
    currency: str = ""

    @property
    def settled(self) -> bool:
        """Nothing is open and no step is in doubt."""
        return not self.open_total and not self.in_doubt


class Status(Message, frozen=True, kw_only=True):
    """The daemon and its practices. ``seq`` is the newest change that this answer contains."""

    version: str
    started_at: dt.datetime
    practices: tuple[PracticeStatus, ...]
    seq: int = 0


class RecordView(Message, frozen=True, kw_only=True):
    """A record in its system with a link that opens it there ("" if there is none)."""

    kind: str
    id: str
    url: str


class SubjectView(Message, frozen=True, kw_only=True):
    label: str
    provet: RecordView | None
    xero: RecordView | None


class FieldView(Message, frozen=True, kw_only=True):
    """One compared field; None where a side does not have the record."""

    name: str
    provet: str | None
    baseline: str | None
    xero: str | None

    @property
    def differs(self) -> bool:
        return self.provet != self.xero


class WriteView(Message, frozen=True, kw_only=True):
    """One write of an option: ``action`` is a stable word, ``summary`` a plain sentence."""

    system: str
    action: str
    summary: str


class OptionView(Message, frozen=True, kw_only=True):
    id: str
    title: str
    recommended: bool
    fingerprint: str
    consequences: tuple[str, ...]
    writes: tuple[WriteView, ...]


class CorrectionView(Message, frozen=True, kw_only=True):
    """A chosen option on its way: ``steps_done`` of ``steps`` are settled."""

    option: str
    status: str
    approved_by: str
    error: str | None
    id: str = ""
    steps_done: int = 0
    steps: int = 0


class WaiverView(Message, frozen=True, kw_only=True):
    by: str
    reason: str
    at: dt.datetime
    ceiling: str | None
    until: dt.date | None


class DiscrepancyView(Message, frozen=True, kw_only=True):
    """One discrepancy as people and scripts see it."""

    id: str
    practice: str
    kind: str
    status: str
    policy: str
    subject: SubjectView
    amount: str
    effect: str
    currency: str
    summary: str
    fields: tuple[FieldView, ...]
    options: tuple[OptionView, ...]
    correction: CorrectionView | None
    cause: str | None
    first_seen: dt.datetime
    last_seen: dt.datetime
    assignee: str | None
    waiver: WaiverView | None
    seq: int = 0

    def option(self, option_id: str = "") -> OptionView | None:
        """The option of that id; the recommended one when none is named; None if there is no such option."""
        for option in self.options:
            if option.id == option_id or (not option_id and option.recommended):
                return option
        return None


class HistoryEntry(Message, frozen=True, kw_only=True):
    """Something that happened to a discrepancy: who did what, when, in one sentence."""

    at: dt.datetime
    actor: str
    action: str
    text: str


class Detail(DiscrepancyView, frozen=True, kw_only=True):
    history: tuple[HistoryEntry, ...] = ()


class Page(Message, frozen=True, kw_only=True):
    """A window of a list; ``total``, ``amount`` and ``groups`` (count by kind) are of the whole list."""

    total: int
    discrepancies: tuple[DiscrepancyView, ...]
    amount: str = "0.00"
    groups: dict[str, int] = {}
    seq: int = 0


class Sort(StrEnum):
    """Order of a list. Equal amounts are ordered by age; ``age`` goes by ``first_seen``, descending is newest first."""

    AMOUNT = "amount"
    AGE = "age"
    KIND = "kind"
    LABEL = "label"


Short = Annotated[str, msgspec.Meta(max_length=64)]
Several = Annotated[tuple[Short, ...], msgspec.Meta(max_length=64)]


class ListQuery(Message, frozen=True, kw_only=True):
    """Filter, order and window of a list; "" and None filter nothing.

    ``kind`` is a kind or the word before its dot ("payment"), ``kind_not`` takes out kinds in the same way; ``text`` is
    looked for in label, summary and id without regard to case; both bounds of the amount are inclusive; ``status`` ()
    means all.
    """

    practice: Short = ""
    kind: Short = ""
    kind_not: Several = ()
    status: Several = ("open", "approved")
    policy: Short = ""
    text: Annotated[str, msgspec.Meta(max_length=TEXT_MAX)] = ""
    cause: Short = ""
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    sort: Sort = Sort.AMOUNT
    descending: bool = True
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)] = 200


class ApproveRequest(Message, frozen=True, kw_only=True):
    """``option`` "" is the recommended one; ``expect`` "" accepts its present fingerprint."""

    option: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    expect: Short = ""


class ReasonRequest(Message, frozen=True, kw_only=True):
    reason: Reason


class SyncRequest(Message, frozen=True, kw_only=True):
    """A cycle now: of one practice, or of all when ``practice`` is ""."""

    practice: Short = ""
    full: bool = False


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


class PracticeSync(Message, frozen=True, kw_only=True):
    """One practice of a requested cycle. ``note`` says what it does, or why it is not waited for."""

    id: str
    done: bool
    note: str = ""


class SyncState(Message, frozen=True, kw_only=True):
    token: str
    done: bool
    practices: tuple[PracticeSync, ...] = ()


class AuditEntry(Message, frozen=True, kw_only=True):
    """One line of the audit log; ``number`` counts from 1, ``hash`` chains it to the one before."""

    number: int
    at: dt.datetime
    actor: str
    action: str
    practice: str
    subject: str
    text: str
    hash: str


class AuditPage(Message, frozen=True, kw_only=True):
    entries: tuple[AuditEntry, ...]


class AuditProof(Message, frozen=True, kw_only=True):
    """Whether the chain holds; ``broken_at`` is the number of the first entry that does not fit."""

    ok: bool
    entries: int
    head: str
    broken_at: int | None = None
    message: str = ""


class Problem(Message, frozen=True, kw_only=True):
    code: str
    message: str
    hint: str = ""


class Failure(Message, frozen=True, kw_only=True):
    """The body of every answer that is not 2xx."""

    error: Problem


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
