"""Rows and lines as pieces of text, each with the role that decides its style. Pure; every outside text is ``safe``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from daemon.protocol import DiscrepancyView, PracticeState, PracticeStatus, Role, Sort
from daemon.safe import safe
from tui.listing import Listing
from tui.plain import age, amount, fit, words
from tui.state import Connection, State

WIDE = 120
"""Columns from which on a screen has room for more."""

Piece = tuple[str, str]
"""Text and its role: "", "head", "dim", "good", "warn" or "bad"."""

_STATES = {
    PracticeState.IN_SYNC: ("✓", "good"),
    PracticeState.DRIFT: ("≠", "warn"),
    PracticeState.PAUSED: ("‖", "warn"),
    PracticeState.STARTING: ("…", "dim"),
    PracticeState.AWAITING_RELEASE: ("?", "warn"),
    PracticeState.GUARDED: ("!", "bad"),
    PracticeState.DISCONNECTED: ("✗", "bad"),
}
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


def practice_columns(width: int) -> tuple[Column, ...]:
    """The columns that fit ``width``; the most important ones always do."""
    wide = width >= WIDE
    columns = [
        Column("PRACTICE", 28 if wide else 14),
        Column("STATE", 18),
        Column("RESIDUAL", 11, right=True),
        Column("OPEN", 7, right=True),
        Column("AMOUNT", 14, right=True),
        Column("PROVEN", 8, right=True),
    ]
    if wide:
        columns[5:5] = [Column("DOUBT", 6, right=True), Column("BY HAND", 8, right=True), Column("MODE", 8)]
        columns.append(Column("CALLS LEFT", 11, right=True))
    return tuple(columns)


def practice_row(practice: PracticeStatus, now: dt.datetime, columns: tuple[Column, ...]) -> list[Piece]:
    """One practice: its state as sign, word and colour, and the numbers a person acts on."""
    sign, role = _STATES[practice.state]
    left = practice.budget.xero_day_remaining
    values = {
        "PRACTICE": (safe(practice.name), ""),
        "STATE": (f"{sign} {words(practice.state)}", role),
        "RESIDUAL": (amount(practice.residual), "" if _is_zero(practice.residual) else "bad"),
        "OPEN": (f"{practice.open_total:,}", "warn" if practice.open_total else "dim"),
        "AMOUNT": (amount(practice.open_amount), ""),
        "DOUBT": (str(practice.in_doubt), "bad" if practice.in_doubt else "dim"),
        "BY HAND": (str(practice.hand_work), "warn" if practice.hand_work else "dim"),
        "MODE": (safe(practice.mode), "dim"),
        "PROVEN": (age(practice.last_full, now), "dim"),
        "CALLS LEFT": ("-" if left is None else f"{left:,}", "dim"),
    }
    return _row(columns, values)


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


def header(state: State, title: str) -> list[Piece]:
    """The first line of every screen: where one is, as whom, and whether it is live."""
    pieces: list[Piece] = [(" reconcile ", "head"), (f" {safe(title)} ", "")]
    if state.operator:
        looks_only = state.operator.role is Role.VIEWER
        pieces.append((f" {safe(state.operator.login)} ({state.operator.role}) ", "dim"))
        pieces += [(" read-only ", "warn")] if looks_only else []
    if state.connection is Connection.LIVE:
        pieces.append((" ● live", "good"))
    else:
        pieces.append((f" ○ {state.connection.value}", "bad"))
    return pieces


def banner(state: State) -> list[Piece]:
    """What stands in the way of being live; empty if nothing does."""
    if state.connection is Connection.LIVE or state.problem is None:
        return []
    if state.connection is Connection.LOST:
        return [(f" connection to the daemon lost, reconnecting: {safe(state.problem.message)}", "bad")]
    return [(f" waiting: {safe(state.problem.message)}; {safe(state.problem.hint)}", "bad")]


def activity_line(state: State, width: int) -> list[Piece]:
    """The newest thing the daemon did."""
    if not state.activity:
        return [(fit(" quiet", width), "dim")]
    last = state.activity[-1]
    clock = last.at.astimezone(dt.UTC).strftime("%H:%M:%S")
    return [(fit(f" {clock} {safe(last.practice)}: {safe(last.text)}", width), "dim")]


def _row(columns: tuple[Column, ...], values: dict[str, Piece]) -> list[Piece]:
    pieces: list[Piece] = []
    for column in columns:
        text, role = values[column.title]
        pieces.append((fit(text, column.width, right=column.right) + " ", role))
    return pieces


def _is_zero(text: str) -> bool:
    return not text.strip("-0.,")
