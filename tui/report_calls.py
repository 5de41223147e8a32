"""The requests behind reports and exports; lists come in windows, read one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

from daemon.protocol import (
    ApprovalView,
    ApprovalWindow,
    DiscrepancyView,
    DiscrepancyWindow,
    ExcludedView,
    ExcludedWindow,
    LinkView,
    LinkWindow,
    Message,
    MonthReport,
)
from tui.calls import Call
from tui.oneshot import Oneshot

M = TypeVar("M", bound=Message)
PartWindow = DiscrepancyWindow | ExcludedWindow | ApprovalWindow
Pairs = Sequence[tuple[str, str]]

_PART_WINDOWS: dict[str, type[PartWindow]] = {
    "discrepancies": DiscrepancyWindow,
    "excluded": ExcludedWindow,
    "waivers": DiscrepancyWindow,
    "approvals": ApprovalWindow,
}
_PATIENCE_S = 1800.0
"""A month of a very large practice takes minutes to add up."""


def month_call(practice: str, month: str, by: str) -> Call[MonthReport]:
    """The totals of a month."""
    pairs = [("month", month), *([("by", by)] if by else [])]
    return Call("GET", _path(practice, "report", pairs), MonthReport, timeout_s=_PATIENCE_S)


def part_call(practice: str, part: str, month: str, offset: int) -> Call[PartWindow]:
    """A window of a part of a month's report, from that place on: ``part`` is one of ``MonthParts``."""
    path = _path(practice, f"report/{part}", [("month", month), ("offset", str(offset))])
    return Call("GET", path, _PART_WINDOWS[part])


def month(daemon: Oneshot, practice: str, month: str, by: str) -> MonthReport:
    return daemon.send(month_call(practice, month, by))


def discrepancies(daemon: Oneshot, practice: str, month: str) -> Iterator[DiscrepancyWindow]:
    """What differs of families begun by the end of the month, window by window."""
    return _windows(daemon, practice, "report/discrepancies", [("month", month)], DiscrepancyWindow, lambda w: w.after)


def excluded(daemon: Oneshot, practice: str, month: str) -> Iterator[ExcludedView]:
    found = _windows(daemon, practice, "report/excluded", [("month", month)], ExcludedWindow, lambda w: w.after)
    return (each for window in found for each in window.excluded)


def approvals(daemon: Oneshot, practice: str, month: str) -> Iterator[ApprovalView]:
    found = _windows(daemon, practice, "report/approvals", [("month", month)], ApprovalWindow, lambda w: w.after)
    return (each for window in found for each in window.approvals)


def exported(daemon: Oneshot, practice: str, statuses: Sequence[str]) -> Iterator[DiscrepancyView]:
    """The discrepancies of some statuses, of all but closed for none."""
    pairs = [("status", status) for status in statuses]
    found = _windows(daemon, practice, "export/discrepancies", pairs, DiscrepancyWindow, lambda w: w.after)
    return (each for window in found for each in window.discrepancies)


def links(daemon: Oneshot, practice: str) -> Iterator[LinkView]:
    found = _windows(daemon, practice, "export/links", [], LinkWindow, lambda w: w.after)
    return (each for window in found for each in window.links)


def _windows(
    daemon: Oneshot, practice: str, what: str, pairs: Pairs, kind: type[M], next_of: Callable[[M], str]
) -> Iterator[M]:
    """The first window is read at once, so that a refusal comes before anything is written."""

    def read(after: str) -> M:
        return daemon.send(Call("GET", _path(practice, what, [*pairs, *([("after", after)] if after else [])]), kind))

    def follow(window: M) -> Iterator[M]:
        yield window
        while after := next_of(window):
            window = read(after)
            yield window

    return follow(read(""))


def _path(practice: str, what: str, pairs: Pairs) -> str:
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"/practices/{quote(practice, safe='') or '-'}/{what}{query}"
