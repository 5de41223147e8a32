"""The month-end proof and the export: totals of both sides, and windows over what explains their difference."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

import msgspec

from daemon.protocol.base import Message, Short
from daemon.protocol.discrepancies import DiscrepancyView

Month = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


BY_MAX = 1000


class By(StrEnum):
    """What a residual is broken down by."""

    CLIENT = "client"
    DAY = "day"


class SideTotals(Message, frozen=True, kw_only=True):
    """One system's month. Documents and payments that belong in Xero, each in the month of its own date.

    ``vat`` (by percentage) and ``accounts`` (net, by Xero code) are less credits. ``receivable`` is what is open today
    on all documents of families begun by the end of the month, the excluded among them.
    """

    invoices: str
    credits: str
    payments: str
    receivable: str
    vat: dict[str, str]
    accounts: dict[str, str] = msgspec.field(default_factory=dict)


class ResidualRow(Message, frozen=True, kw_only=True):
    """Where the books differ for one client or day: ``residual`` = provet - xero - excluded - effect.

    ``label`` is the client's name, "" for a day and where it is not known.
    """

    key: str
    label: str = ""
    provet: str
    xero: str
    excluded: str
    effect: str
    residual: str


class PartSum(Message, frozen=True, kw_only=True):
    """How many one list of a month's report has, and what they come to: ``effect`` is signed, of discrepancies only."""

    count: int
    amount: str = "0.00"
    effect: str = "0.00"


class MonthParts(Message, frozen=True, kw_only=True):
    """The lists of a month's report. ``waivers`` are those of the ``discrepancies`` that a person accepted."""

    discrepancies: PartSum
    excluded: PartSum
    waivers: PartSum
    approvals: PartSum


class Recoded(Message, frozen=True, kw_only=True):
    """How many documents of equal net stand on other accounts in Xero, which is no discrepancy.

    ``accounts`` is their part of the difference of both sides' ``accounts`` (Provet less Xero), by code.
    """

    count: int = 0
    accounts: dict[str, str] = msgspec.field(default_factory=dict)


class MonthReport(Message, frozen=True, kw_only=True):
    """The totals of a month; what explains them is read in windows. ``seq`` tells whether something changed since.

    ``by`` has at most ``BY_MAX`` rows, the largest residual first.
    """

    practice: str
    month: str
    currency: str
    made_at: dt.datetime
    provet: SideTotals
    xero: SideTotals
    residual: str
    seq: int
    parts: MonthParts
    timezone: str = "UTC"
    by: tuple[ResidualRow, ...] = ()
    recoded: Recoded = Recoded()


class ExcludedView(Message, frozen=True, kw_only=True):
    """A document left out of Xero: ``amount`` is what is open on it, ``gross`` what it came to."""

    label: str
    reason: str
    amount: str
    gross: str
    date: dt.date
    id: str


class ApprovalView(Message, frozen=True, kw_only=True):
    """Who approved what and when; ``id`` is the discrepancy's, ``title`` how the option was called."""

    id: str
    by: str
    at: dt.datetime
    option: str = ""
    title: str = ""


class LinkView(Message, frozen=True, kw_only=True):
    """A confirmed pair of records."""

    kind: str
    provet: str
    xero: str
    origin: str
    created_in: str | None


class DiscrepancyWindow(Message, frozen=True, kw_only=True):
    """Some of a list in a fixed order; ``after`` asks for the next ones, "" if these are the last."""

    discrepancies: tuple[DiscrepancyView, ...]
    after: str = ""
    seq: int = 0


class ExcludedWindow(Message, frozen=True, kw_only=True):
    excluded: tuple[ExcludedView, ...]
    after: str = ""


class ApprovalWindow(Message, frozen=True, kw_only=True):
    approvals: tuple[ApprovalView, ...]
    after: str = ""


class LinkWindow(Message, frozen=True, kw_only=True):
    links: tuple[LinkView, ...]
    after: str = ""


class ReportQuery(Message, frozen=True, kw_only=True):
    """Which month, and by what its residual is broken down ("" = not at all).

    A list goes on by id behind ``after``; with ``offset`` it is the window from that place on in the order in which it
    is read: discrepancies with the largest amount first, documents left out and approvals by time.
    """

    month: Month
    by: By | None = None
    after: Annotated[str, msgspec.Meta(max_length=300)] = ""
    offset: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None


class ExportQuery(Message, frozen=True, kw_only=True):
    """``status`` () leaves out what is closed."""

    status: tuple[Short, ...] = ()
    after: Annotated[str, msgspec.Meta(max_length=300)] = ""
