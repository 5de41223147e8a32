"""Documents left out of Xero as rows, sums and a card; and which window of them to ask for. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from daemon.protocol import PAGE_MAX, ExcludedPage, ExcludedQuery, ExcludedRow, ReasonSum
from daemon.safe import safe
from tui.drawing import WIDE, Column, Piece, laid_out
from tui.plain import age, amount, counted, fit

_MARGIN = 50
_KEPT_MAX = 2000


@dataclass(frozen=True, slots=True)
class Window:
    """What is here of a list; ``total`` is None until the first answer, ``stale`` says that it may have moved."""

    query: ExcludedQuery
    total: int | None = None
    rows: Mapping[int, ExcludedRow] = field(default_factory=dict)
    amounts: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[ReasonSum, ...] = ()
    stale: bool = True


def wanted(window: Window, first: int, height: int) -> ExcludedQuery | None:
    """The window to ask for so that ``height`` rows from ``first`` on can be drawn; None if they are here."""
    total = window.total
    needed = range(first, first + height if total is None else min(first + height, total))
    if not window.stale and all(place in window.rows for place in needed):
        return None
    offset = max(0, first - _MARGIN)
    limit = min(first - offset + height + _MARGIN, PAGE_MAX)
    return msgspec.structs.replace(window.query, offset=offset, limit=limit)


def filled(window: Window, asked: ExcludedQuery, page: ExcludedPage) -> Window:
    """The window with an answer; one to an older question changes nothing."""
    if msgspec.structs.replace(asked, offset=0, limit=window.query.limit) != window.query:
        return window
    news = {asked.offset + place: row for place, row in enumerate(page.documents)}
    rows = news if window.stale or len(window.rows) > _KEPT_MAX else {**window.rows, **news}
    return replace(window, total=page.total, rows=rows, amounts=page.amounts, reasons=page.reasons, stale=False)


def next_reason(window: Window) -> str:
    """The reason to show after the present one; "" is all of them."""
    every = ["", *dict.fromkeys(each.reason for each in window.reasons)]
    here = window.query.reason
    return every[(every.index(here) + 1) % len(every)] if here in every else ""


def reason_lines(reasons: Sequence[ReasonSum], chosen: str, lines_max: int, width: int) -> list[Piece]:
    """How many and how much by reason, each line a piece; the chosen one marked."""
    lines: list[Piece] = []
    for each in reasons[:lines_max]:
        on = each.reason == chosen
        money = f"{amount(each.amount, each.currency)} {safe(each.currency)}"
        text = f" {'▸' if on else ' '}{each.count:>8,}  {fit(money, 20, right=True)}  {safe(each.reason)}"
        lines.append((f"{fit(text, width)}\n", "head" if on else ""))
    if len(reasons) > lines_max:
        lines.append(
            (f"  {'…':>8}  and {counted(len(reasons) - lines_max, 'reason')} more: t goes through them\n", "dim")
        )
    return lines


def excluded_columns(width: int) -> tuple[Column, ...]:
    """The columns of documents left out; the document takes what is left of ``width``."""
    columns = [Column("OPEN", 13, right=True)]
    if width >= WIDE:
        columns += [Column("GROSS", 13, right=True), Column("PRACTICE", 14), Column("AGE", 6, right=True)]
    columns += [Column("DATE", 10)]
    rest = width - sum(column.width + 1 for column in columns) - 2
    reason = min(rest // 2, 60)
    return (*columns, Column("DOCUMENT", max(10, rest - reason)), Column("REASON", max(10, reason)))


def excluded_row(found: ExcludedRow, now: dt.datetime, columns: tuple[Column, ...]) -> list[Piece]:
    """One document on one line."""
    begun = dt.datetime.combine(found.date, dt.time(), dt.UTC)
    return laid_out(
        columns,
        {
            "OPEN": (amount(found.amount, found.currency), ""),
            "GROSS": (amount(found.gross, found.currency), "dim"),
            "PRACTICE": (safe(found.practice), "dim"),
            "AGE": (age(begun, now), "dim"),
            "DATE": (found.date.isoformat(), "dim"),
            "DOCUMENT": (safe(found.label), ""),
            "REASON": (safe(found.reason), "warn"),
        },
    )


def excluded_card(found: ExcludedRow) -> list[Piece]:
    """One document whole."""
    money = safe(found.currency)
    link = f"\n {safe(found.provet.url)} (y copies it)" if found.provet.url else ""
    return [
        (f" {safe(found.label)}", "head"),
        (f" · {safe(found.practice)} · {found.date.isoformat()}\n", "dim"),
        (f" gross {amount(found.gross, found.currency)} {money}, open ", ""),
        (f"{amount(found.amount, found.currency)} {money}\n", "head"),
        (f" left out: {safe(found.reason)}{link}", "warn"),
    ]
