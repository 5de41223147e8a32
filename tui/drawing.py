"""Rows and lines as pieces of text, each with the role that decides its style. Pure; every outside text is ``safe``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from daemon.protocol import DiscrepancyView, Role, Sort
from daemon.safe import safe
from tui.listing import Listing
from tui.plain import age, amount, cells, fit, words
from tui.state import Connection, State
from tui.times import clock

_PROGRAM = " reconcile  "
_LOGIN_MAX = 24
WIDE = 120
"""Columns from which on a screen has room for more."""

Piece = tuple[str, str]
"""Text and its role: "", "head", "dim", "good", "warn" or "bad"."""

_STATUSES = {
    "open": (" ", ""),
    "approved": ("»", "warn"),
    "closed": ("✓", "good"),
    "rejected": ("✗", "dim"),
    "snoozed": ("z", "dim"),
    "waived": ("~", "dim"),
}
_SORTED = {Sort.AMOUNT: "AMOUNT", Sort.AGE: "AGE", Sort.KIND: "KIND", Sort.LABEL: "SUBJECT"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its title, its width, and whether it is flush right."""

    title: str
    width: int
    right: bool = False


def list_columns(width: int, *, one_practice: bool = False) -> tuple[Column, ...]:
    """The columns of the discrepancies; the subject takes what is left of ``width``."""
    columns = [Column("", 1), Column("AMOUNT", 13, right=True), Column("KIND", 25)]
    if not one_practice:
        columns.append(Column("PRACTICE", 10))
    if width >= WIDE:
        columns += [Column("STATUS", 9), Column("AGE", 7, right=True)]
    used = sum(column.width + 1 for column in columns)
    return (*columns, Column("SUBJECT", max(8, width - used - 1)))


def list_row(row: DiscrepancyView, now: dt.datetime, columns: tuple[Column, ...]) -> list[Piece]:
    """One discrepancy on one line."""
    sign, role = _STATUSES.get(row.status, ("?", ""))
    values = {
        "": (sign, role),
        "AMOUNT": (amount(row.amount), ""),
        "KIND": (safe(row.kind), role),
        "PRACTICE": (safe(row.practice), "dim"),
        "STATUS": (words(row.status), role),
        "AGE": (age(row.first_seen, now), "dim"),
        "SUBJECT": (safe(f"{row.subject.label}: {row.summary}"), role),
    }
    return _row(columns, values)


def head(columns: tuple[Column, ...], listing: Listing | None = None) -> list[Piece]:
    """The titles; an arrow shows by what and which way the list is sorted."""
    query = listing.query if listing else None
    pieces: list[Piece] = []
    for column in columns:
        title = column.title
        if query and title and title == _SORTED[query.sort]:
            title += "↓" if query.descending else "↑"
        pieces.append((fit(title, column.width, right=column.right) + " ", "head"))
    return pieces


def groups_line(listing: Listing) -> list[Piece]:
    """How many, how much, and of which kinds; the largest groups first."""
    if listing.total is None:
        return [("loading…", "dim")]
    pieces: list[Piece] = [(f"{listing.total:,}", "head"), (f" · {amount(listing.amount)}", "")]
    for kind, count in sorted(listing.groups.items(), key=lambda item: (-item[1], item[0])):
        pieces.append((f"  {count:,} {safe(kind)}", "dim"))
    return pieces


def header(state: State, title: str, width: int) -> list[Piece]:
    """The first line of every screen: where one is on the left; as whom, and whether it is live, on the right."""
    right: list[Piece] = []
    if state.operator:
        viewer = state.operator.role is Role.VIEWER
        right.append((f" {safe(state.operator.login, _LOGIN_MAX)} ({state.operator.role}) ", "dim"))
        right += [("read-only ", "warn")] if viewer else []
    live = state.connection is Connection.LIVE
    right.append(("● live " if live else f"○ {state.connection.value} ", "good" if live else "bad"))
    room = width - len(_PROGRAM) - sum(cells(text) for text, _ in right)
    return [(_PROGRAM, "head"), (fit(safe(title), max(room, 0)), ""), *right]


def banner(state: State) -> list[Piece]:
    """What stands in the way of being live, and what is done about it; empty if nothing does."""
    if state.connection is Connection.LIVE or state.problem is None:
        return []
    message, hint = safe(state.problem.message), safe(state.problem.hint)
    if state.connection is Connection.LOST:
        return [(f" ! connection to the daemon lost, reconnecting: {message}; what is shown is from before", "bad")]
    return [(f" ! waiting: {message}; {hint}", "bad")]


def activity_line(state: State, width: int) -> list[Piece]:
    """The newest thing the daemon did, at its practice's time of day."""
    if not state.activity:
        return [(fit(" quiet", width), "dim")]
    last = state.activity[-1]
    at = clock(last.at, state.zone(last.practice))
    return [(fit(f" {at} {safe(last.practice)}: {safe(last.text)}", width), "dim")]


def _row(columns: tuple[Column, ...], values: dict[str, Piece]) -> list[Piece]:
    pieces: list[Piece] = []
    for column in columns:
        text, role = values[column.title]
        pieces.append((fit(text, column.width, right=column.right) + " ", role))
    return pieces
