"""The month-end proof as a list to read through: totals, residual, and everything that explains a difference. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from daemon.safe import safe
from tui.drawing import Column, Piece, head
from tui.listed import list_columns, list_row
from tui.month import (
    MonthProof,
    approval_lines,
    by_lines,
    excluded_lines,
    totals_lines,
    waiver_lines,
)
from tui.plain import amount, counted, fit

ROWS_MAX = 1000
"""How many of a list are read; the command line has them all."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the report; ``opens`` is the discrepancy that it is about, "" for none."""

    pieces: list[Piece]
    opens: str = ""


def report_lines(proof: MonthProof, width: int, now: dt.datetime) -> list[ReportLine]:
    """The whole report in lines of that width."""
    lines = _text(totals_lines(proof), width)
    lines += _text(by_lines(proof.by), width)
    lines += _title(f"{_many(proof.discrepancies, 'discrepancy')} of families begun by the end of the month")
    if proof.discrepancies:
        columns: tuple[Column, ...] = list_columns(width - 4, one_practice=True)
        lines.append(ReportLine([("   ", ""), *head(columns)]))
        lines += [ReportLine([(" ", ""), *list_row(each, now, columns, " ")], each.id) for each in proof.discrepancies]
    lines += _title(f"{_many(proof.excluded, 'document')} left out, or left out before and still open")
    lines += _text(excluded_lines(proof.excluded), width)
    lines += _title(f"{_many(proof.waivers, 'waiver')}")
    lines += _with_ids(waiver_lines(proof.waivers), [each.id for each in proof.waivers], width)
    lines += _title(f"{_many(proof.approvals, 'approval')} in the month")
    lines += _with_ids(approval_lines(proof.approvals), [each.id for each in proof.approvals], width)
    hint = f"reconcile report {safe(proof.practice)} --month {safe(proof.month)}"
    lines += _title(f"on paper: {hint}   for programs: the same with --json")
    return lines


def residual_line(proof: MonthProof) -> list[Piece]:
    """What the report comes to."""
    clean = not Decimal(proof.residual)
    money = f"{amount(proof.residual, proof.currency)} {safe(proof.currency)}"
    verdict = "✓ every cent is explained" if clean else "✗ unexplained: look at the discrepancies"
    return [(f" residual {money}  {verdict}", "good" if clean else "bad")]


def month_before(month: str) -> str:
    """The month before one such as "2026-03"."""
    first = dt.date.fromisoformat(f"{month}-01")
    return f"{first - dt.timedelta(days=1):%Y-%m}"


def month_after(month: str) -> str:
    return f"{dt.date.fromisoformat(f'{month}-28') + dt.timedelta(days=4):%Y-%m}"


def _many(found: Sequence[object], noun: str) -> str:
    more = f"the first {len(found):,} " if len(found) >= ROWS_MAX else ""
    return f"{more}{counted(len(found), noun)}"


def _title(text: str) -> list[ReportLine]:
    return [ReportLine([("", "")]), ReportLine([(text, "head")])]


def _text(lines: Sequence[str], width: int) -> list[ReportLine]:
    """Lines of a table: its titles stand out, and differences do."""
    return [ReportLine([(fit(f" {line}", width), "head" if place == 0 else "")]) for place, line in enumerate(lines)]


def _with_ids(lines: Sequence[str], ids: Sequence[str], width: int) -> list[ReportLine]:
    drawn = _text(lines, width)
    if not ids:
        return drawn
    return [drawn[0], *(ReportLine(line.pieces, id_) for line, id_ in zip(drawn[1:], ids, strict=True))]
