"""Discrepancies as people and scripts see them, and lists of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from daemon.protocol.base import PAGE_MAX, TEXT_MAX, Message, Moment, Several, Short
from daemon.protocol.evidence import EffectView, LedgerView, LinePair, StepView


class RecordView(Message, frozen=True, kw_only=True):
    """A record in its system with a link that opens it there ("" if there is none)."""

    kind: str
    id: str
    url: str


class CandidateView(Message, frozen=True, kw_only=True):
    """A further record that may be meant, as its ``system`` names it."""

    label: str
    system: str
    record: RecordView


class SubjectView(Message, frozen=True, kw_only=True):
    """What it is about, with the ``candidates`` that may be meant beside it."""

    label: str
    provet: RecordView | None
    xero: RecordView | None
    candidates: tuple[CandidateView, ...] = ()


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


class OptionView(Message, frozen=True, kw_only=True, omit_defaults=True):
    """One way to correct it. In a ``Detail`` only stand ``effect``; ``relies_on``, the values that an approval is bound
    to; and ``second_over``, the amount above which two people must agree, if they must: what differs counts, or the
    largest sum that is written if it is more."""

    id: str
    title: str
    recommended: bool
    fingerprint: str
    consequences: tuple[str, ...]
    writes: tuple[WriteView, ...]
    effect: EffectView | None = None
    relies_on: dict[str, str] = msgspec.field(default_factory=dict)
    second_over: str = ""


class CorrectionView(Message, frozen=True, kw_only=True):
    """A chosen option on its way: ``steps_done`` of ``steps`` writes to the two systems are settled.

    ``title`` is how the option was called when it was chosen.
    ``at`` is when it was first decided; a ``proposed`` one waits for somebody other than ``approved_by``. ``progress``
    has its writes one by one, in a ``Detail`` and when a correction is asked for by its id.
    """

    option: str
    status: str
    approved_by: str
    error: str | None
    title: str = ""
    id: str = ""
    steps_done: int = 0
    steps: int = 0
    at: dt.datetime | None = None
    progress: tuple[StepView, ...] = ()


class WaiverView(Message, frozen=True, kw_only=True):
    by: str
    reason: str
    at: dt.datetime
    ceiling: str | None
    until: dt.date | None


class DiscrepancyView(Message, frozen=True, kw_only=True):
    """One discrepancy as people and scripts see it. ``causes`` are all that it waits for, ``cause`` first: lists are
    filtered and grouped by each of them. ``client`` is the id of the Provet client whom it is about, "" if none."""

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
    snoozed_until: dt.datetime | None = None
    seq: int = 0
    causes: tuple[str, ...] = ()
    client: str = ""

    def option(self, option_id: str = "") -> OptionView | None:
        """The option of that id; the recommended one when none is named; None if there is no such option."""
        for option in self.options:
            if option.id == option_id or (not option_id and option.recommended):
                return option
        return None


class Waiting(Message, frozen=True, kw_only=True):
    """The open and approved discrepancies that wait for some causes, each counted once, and their money.

    ``freed`` of them wait for nothing else and go on once those are mended; what waits for them is not counted.
    """

    currency: str
    count: int
    amount: str
    freed: int
    freed_amount: str


class StillOpen(Message, frozen=True, kw_only=True):
    """Another discrepancy of the same documents or client that is not closed."""

    id: str
    kind: str
    summary: str


class HistoryEntry(Message, frozen=True, kw_only=True):
    """Something that happened to a discrepancy: who did what, when, in one sentence."""

    at: dt.datetime
    actor: str
    action: str
    text: str


class Detail(DiscrepancyView, frozen=True, kw_only=True):
    """A discrepancy with all that a person weighs before deciding.

    ``lines`` are those of its document, at most two hundred; ``refusal`` says why no option can be approved now, "" if
    nothing forbids it, ``undo_refusal`` why nothing can be undone; above ``four_eyes_over`` (zero: never) two people
    must agree; ``closed_through`` is the last closed day of the books; ``timezone`` the practice's; ``settle_s`` how
    long a write in doubt may still land; ``cause_summary`` says what its causes are; ``client_name`` whom it is
    about, "" where that is nobody or unknown; ``waiting`` what waits for it, None if nothing does; ``still_open`` is
    what else is not closed of the same documents or client: once this one is closed, both systems agree only without.
    """

    history: tuple[HistoryEntry, ...] = ()
    lines: tuple[LinePair, ...] = ()
    ledger: LedgerView | None = None
    refusal: str = ""
    undo_refusal: str = ""
    four_eyes_over: str = "0.00"
    closed_through: dt.date | None = None
    timezone: str = "UTC"
    settle_s: int = 0
    cause_summary: str = ""
    client_name: str = ""
    waiting: Waiting | None = None
    still_open: tuple[StillOpen, ...] = ()


class Page(Message, frozen=True, kw_only=True):
    """A window of a list; ``total``, ``amount`` and ``groups`` (count by kind) are of the whole list.

    ``place`` is where the one stands that the query wanted to ``find``; None if it is not in the list.
    """

    total: int
    discrepancies: tuple[DiscrepancyView, ...]
    amount: str = "0.00"
    groups: dict[str, int] = msgspec.field(default_factory=dict)
    place: int | None = None
    seq: int = 0


class Sort(StrEnum):
    """Order of a list. Equal amounts are ordered by age; ``age`` goes by ``first_seen``, descending is newest first."""

    AMOUNT = "amount"
    AGE = "age"
    KIND = "kind"
    LABEL = "label"
    PRACTICE = "practice"
    STATUS = "status"


class ListQuery(Message, frozen=True, kw_only=True):
    """Filter, order and window of a list; "" and None filter nothing.

    ``kind`` is a kind or the word before its dot ("payment"), ``kind_not`` takes out kinds in the same way; ``text`` is
    looked for in label, summary, client and ids without regard to case; both bounds of the amount are inclusive;
    ``status`` () means all; ``seen_from`` and ``seen_before`` bound ``first_seen``. ``assignee``, ``cause`` and
    ``client`` "none" mean those without. ``find`` asks for the place of one by its id.
    """

    practice: Short = ""
    practice_not: Several = ()
    kind: Short = ""
    kind_not: Several = ()
    status: Several = ("open", "approved")
    policy: Short = ""
    policy_not: Several = ()
    text: Annotated[str, msgspec.Meta(max_length=TEXT_MAX)] = ""
    text_not: Several = ()
    cause: Short = ""
    client: Short = ""
    assignee: Short = ""
    assignee_not: Several = ()
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    seen_from: Moment | None = None
    seen_before: Moment | None = None
    find: Short = ""
    sort: Sort = Sort.AMOUNT
    descending: bool = True
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)] = 200
