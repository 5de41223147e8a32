"""The month-end proof as one list: its sums, and long lists of which only what is looked at is here. Pure."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import accumulate

from daemon.protocol import BY_MAX, ApprovalView, DiscrepancyView, ExcludedView, MonthReport, PartSum
from daemon.safe import safe
from tui.drawing import WIDE, Column, Piece, head, laid_out
from tui.listed import list_columns, list_row
from tui.month import bounds, by_lines, chosen_words, totals_lines
from tui.plain import age, amount, counted, fit
from tui.times import at

Row = DiscrepancyView | ExcludedView | ApprovalView
PARTS = ("discrepancies", "excluded", "waivers", "approvals")
_MARGIN = 50
_KEPT_MAX = 2000
_INDENT = "   "


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the report; ``opens`` is the discrepancy that it is about, "" for none."""

    pieces: list[Piece]
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month's report as far as it was read: of each part what is here by place.

    ``ends`` says where a part ended when its end was read: it may have become shorter than the report says.
    """

    report: MonthReport
    rows: Mapping[str, Mapping[int, Row]] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that always stand there, and behind them ``count`` rows of a part."""

    lines: tuple[ReportLine, ...]
    part: str = ""
    count: int = 0

    @property
    def length(self) -> int:
        return len(self.lines) + self.count


@dataclass(frozen=True)
class Layout:
    """Where in the list everything stands."""

    blocks: tuple[Block, ...] = ()

    @cached_property
    def ends(self) -> tuple[int, ...]:
        return tuple(accumulate(block.length for block in self.blocks))

    @property
    def count(self) -> int:
        return self.ends[-1] if self.blocks else 0

    def spot(self, place: int) -> ReportLine | tuple[str, int]:
        """The line that stands at a place, or which row of which part."""
        number = bisect_right(self.ends, place)
        block = self.blocks[number]
        own = place - (self.ends[number] - block.length)
        return block.lines[own] if own < len(block.lines) else (block.part, own - len(block.lines))


def layout(report: MonthReport, width: int) -> Layout:
    """How the report is laid out in that width."""
    money = safe(report.currency)
    blocks = [Block((*_text(totals_lines(report), width), *_by(report, width)))]
    titles = {
        "discrepancies": ("discrepancy", "of families begun by its end"),
        "excluded": ("document", "left out, or left out before and still open"),
        "waivers": ("waiver", "among the discrepancies"),
        "approvals": ("approval", "in the month"),
    }
    for part in PARTS:
        found: PartSum = getattr(report.parts, part)
        noun, what = titles[part]
        sums = f" · {amount(found.amount, report.currency)} {money}" if found.count and part != "approvals" else ""
        if part in ("discrepancies", "waivers") and found.count:
            sums += f", effect {amount(found.effect, report.currency)}"
        lines = _title(f"{counted(found.count, noun)} {what}{sums}")
        if found.count:
            lines.append(ReportLine([(_INDENT, ""), *head(_columns(part, width, report))]))
        blocks.append(Block(tuple(lines), part, found.count))
    hint = f"reconcile report {safe(report.practice)} --month {safe(report.month)}"
    blocks.append(Block((*_title(f"on paper: {hint}"), ReportLine([("for programs: the same with --json", "dim")]))))
    return Layout(tuple(blocks))


def line(sheet: Sheet, where: Layout, place: int, width: int, now: dt.datetime) -> ReportLine | None:
    """What stands at a place; None if it is not here yet."""
    spot = where.spot(place)
    if isinstance(spot, ReportLine):
        return spot
    part, number = spot
    row = sheet.rows.get(part, {}).get(number)
    if row is None:
        gone = number >= sheet.ends.get(part, number + 1)
        return ReportLine([(f"{_INDENT}gone meanwhile: r reads the report again", "warn")]) if gone else None
    opens = "" if isinstance(row, ExcludedView) else row.id
    return ReportLine([(" ", ""), *_drawn(part, row, sheet.report, _columns(part, width, sheet.report), now)], opens)


def wanted(sheet: Sheet, where: Layout, first: int, height: int) -> tuple[str, int] | None:
    """The part and the place to read it from, so that ``height`` lines from ``first`` on and those near are here."""
    end = min(first + height + _MARGIN, where.count)
    for place in (*range(first, end), *range(max(first - _MARGIN, 0), first)):
        spot = where.spot(place)
        if isinstance(spot, tuple):
            part, number = spot
            if number not in sheet.rows.get(part, {}) and number < sheet.ends.get(part, number + 1):
                return part, max(number - _MARGIN, 0)
    return None


def filled(sheet: Sheet, part: str, begin: int, rows: Sequence[Row], *, last: bool) -> Sheet:
    """The sheet with a window of a part; ``last`` says that the part ends with it."""
    news = {begin + number: row for number, row in enumerate(rows)}
    known = sheet.rows.get(part, {})
    if len(known) > _KEPT_MAX:
        known = {place: row for place, row in known.items() if abs(place - begin) < _KEPT_MAX // 4}
    ends = {**sheet.ends, part: begin + len(rows)} if last or not rows else sheet.ends
    return replace(sheet, rows={**sheet.rows, part: {**known, **news}}, ends=ends)


def residual_line(report: MonthReport) -> list[Piece]:
    """What the report comes to."""
    clean = not Decimal(report.residual)
    money = f"{amount(report.residual, report.currency)} {safe(report.currency)}"
    verdict = "✓ every cent is explained" if clean else "✗ unexplained: see what is open or was rejected"
    return [(f" residual {money}  {verdict}", "good" if clean else "bad")]


def month_before(month: str) -> str:
    """The month before one such as "2026-03"."""
    first = dt.date.fromisoformat(f"{month}-01")
    return f"{first - dt.timedelta(days=1):%Y-%m}"


def month_after(month: str) -> str:
    return f"{dt.date.fromisoformat(f'{month}-28') + dt.timedelta(days=4):%Y-%m}"


def _columns(part: str, width: int, report: MonthReport) -> tuple[Column, ...]:
    """The columns of a part; what says most takes what is left of ``width``."""
    if part == "discrepancies":
        most = amount(report.parts.discrepancies.amount, report.currency)
        return list_columns(width - len(_INDENT), one_practice=True, most=most)
    timed = [Column("AT", 20), Column("AGO", 6, right=True), Column("BY", 10)]
    columns, ends = {
        "excluded": ([Column("DATE", 10), Column("GROSS", 12, right=True), Column("OPEN", 12, right=True)], "REASON"),
        "waivers": ([Column("AMOUNT", 12, right=True), *timed], "REASON"),
        "approvals": ([*timed, Column("OPTION", 20)], "DISCREPANCY"),
    }[part]
    if part == "waivers" and width >= WIDE:
        columns = [*columns, Column("BOUNDS", 34)]
    rest = width - len(_INDENT) - sum(column.width + 1 for column in columns) - 1
    if part == "approvals":
        return (*columns, Column(ends, max(rest, 8)))
    of = "DOCUMENT" if part == "excluded" else "OF"
    half = max((rest - 1) // 2, 8)
    return (*columns, Column(of, half), Column(ends, half))


def _drawn(part: str, row: Row, report: MonthReport, columns: tuple[Column, ...], now: dt.datetime) -> list[Piece]:
    values: dict[str, Piece]
    if isinstance(row, ExcludedView):
        values = {
            "DATE": (row.date.isoformat(), "dim"),
            "GROSS": (amount(row.gross, report.currency), "dim"),
            "OPEN": (amount(row.amount, report.currency), ""),
            "DOCUMENT": (safe(row.label), ""),
            "REASON": (safe(row.reason), "warn"),
        }
    elif isinstance(row, ApprovalView):
        values = {
            **_timed(row.at, row.by, report, now),
            "OPTION": (chosen_words(row), ""),
            "DISCREPANCY": (safe(row.id), "dim"),
        }
    elif part == "discrepancies" or row.waiver is None:
        return list_row(row, now, columns, " ")
    else:
        waiver = row.waiver
        values = {
            **_timed(waiver.at, waiver.by, report, now),
            "AMOUNT": (amount(row.amount, report.currency), ""),
            "BOUNDS": (bounds(waiver.ceiling, waiver.until, report.currency), ""),
            "OF": (safe(row.subject.label), ""),
            "REASON": (safe(waiver.reason), ""),
        }
    return [("  ", ""), *laid_out(columns, values)]


def _timed(moment: dt.datetime, by: str, report: MonthReport, now: dt.datetime) -> dict[str, Piece]:
    return {"AT": (at(moment, report.timezone), ""), "AGO": (age(moment, now), "dim"), "BY": (safe(by), "head")}


def _by(report: MonthReport, width: int) -> list[ReportLine]:
    lines = _text(by_lines(report.by, report.currency), width)
    if len(report.by) >= BY_MAX:
        lines += _title(f"the {BY_MAX:,} with the largest residual; all others differ by no more")
    return lines


def _title(text: str) -> list[ReportLine]:
    return [ReportLine([("", "")]), ReportLine([(text, "head")])]


def _text(lines: Sequence[str], width: int) -> list[ReportLine]:
    """Lines of a table: its titles stand out."""
    titles = next((place for place, text in enumerate(lines) if text), 0)
    return [
        ReportLine([(fit(f" {text}", width), "head" if place == titles else "")]) for place, text in enumerate(lines)
    ]
