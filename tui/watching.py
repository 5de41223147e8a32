"""The activity and the call budgets as rows. Pure; every outside text is ``safe``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from daemon.protocol import Activity, PracticeStatus, SystemBudget
from daemon.safe import safe
from tui.drawing import WIDE, Column, Piece, laid_out
from tui.marks import PRACTICES
from tui.plain import age, cells, fit, words
from tui.times import clock

SORTS = {
    "": ("cycle", "dim"),
    "call": ("write", "warn"),
    "correction": ("correction", "good"),
    "decision": ("decision", "head"),
}
"""What an activity is about, and its style."""
_PRACTICE = 14


def activity_columns(width: int) -> tuple[Column, ...]:
    """The columns of the activity; what happened takes what is left of ``width``."""
    columns = [Column("AT", 8), Column("AGO", 6, right=True), Column("PRACTICE", _PRACTICE), Column("SORT", 10)]
    used = sum(column.width + 1 for column in columns)
    return (*columns, Column("WHAT", max(12, width - used - 1)))


def activity_row(found: Activity, zone: str, now: dt.datetime, columns: tuple[Column, ...]) -> list[Piece]:
    """One thing that happened, at its practice's time of day."""
    sort, role = SORTS.get(found.sort, (words(found.sort), ""))
    return laid_out(
        columns,
        {
            "AT": (clock(found.at, zone), "dim"),
            "AGO": (age(found.at, now), "dim"),
            "PRACTICE": (safe(found.practice), ""),
            "SORT": (sort, role),
            "WHAT": (safe(found.text), ""),
        },
    )


def chosen(known: Sequence[Activity], practice: str, sort: str | None) -> list[Activity]:
    """The newest first, of one practice ("" all) and one sort (None all)."""
    return [each for each in reversed(known) if practice in ("", each.practice) and (sort is None or each.sort == sort)]


def budgets(practices: Sequence[PracticeStatus], now: dt.datetime, width: int, lines_max: int) -> list[Piece]:
    """The calls of each practice to both systems today, and what is left; each line a piece that ends it."""
    if not practices:
        return []
    name = 16 if width < WIDE else 28
    titles = f" {fit('PRACTICE', name)} {fit('CYCLE', 6, right=True)}"
    titles += "".join(f" {fit(f'{system} TODAY', 12, right=True)} {fit('LEFT', 7, right=True)}" for system in _SYSTEMS)
    lines: list[Piece] = [(f"{fit(titles + '  STATE', width)}\n", "head")]
    for practice in practices[:lines_max]:
        state, role, _ = PRACTICES[practice.state]
        text = f" {fit(safe(practice.name), name)} {fit(age(practice.last_cycle, now), 6, right=True)}"
        text += "".join(_used(practice.budget.systems.get(system.lower())) for system in _SYSTEMS)
        lines += [(text, ""), (f"  {fit(f'{state} {words(practice.state)}', width - cells(text) - 3)}\n", role)]
    if len(practices) > lines_max:
        lines.append((f" … and {len(practices) - lines_max} more: the overview has them all\n", "dim"))
    return lines


_SYSTEMS = ("XERO", "PROVET")


def _used(budget: SystemBudget | None) -> str:
    if budget is None:
        return f" {fit('-', 12, right=True)} {fit('-', 7, right=True)}"
    left = "-" if budget.day_remaining is None else f"{budget.day_remaining:,}"
    return f" {fit(f'{budget.calls_today:,}', 12, right=True)} {fit(left, 7, right=True)}"
