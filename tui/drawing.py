"""Rows and lines as pieces of text, each with the role that decides its style. Pure; every outside text is ``safe``."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.protocol import Role
from daemon.safe import safe
from tui.plain import cells, fit
from tui.state import Connection, State
from tui.times import clock

_PROGRAM = " reconcile  "
_LOGIN_MAX = 24
WIDE = 120
"""Columns from which on a screen has room for more."""

Piece = tuple[str, str]
"""Text and its role: "", "head", "dim", "good", "warn" or "bad"."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its title, its width, and whether it is flush right."""

    title: str
    width: int
    right: bool = False


def head(columns: tuple[Column, ...]) -> list[Piece]:
    """The titles of columns."""
    return [(fit(column.title, column.width, right=column.right) + " ", "head") for column in columns]


def header(state: State, title: str, practice: str, width: int) -> list[Piece]:
    """The first line of every screen: where one is on the left; as whom, and whether it is live, on the right.

    Beside that, whether ``practice`` is paused; for "", how many of all are.
    """
    right: list[Piece] = []
    if state.operator:
        viewer = state.operator.role is Role.VIEWER
        right.append((f" {safe(state.operator.login, _LOGIN_MAX)} ({state.operator.role}) ", "dim"))
        right += [("read-only ", "warn")] if viewer else []
    paused, known = state.paused(practice)
    if paused:
        right.append(("paused " if paused == known else f"{paused} of {known} paused ", "warn"))
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
        return [(f" ! connection to the daemon lost, reconnecting; what is shown is from before: {message}", "bad")]
    return [(f" ! waiting: {message}; {hint}", "bad")]


def activity_line(state: State, width: int) -> list[Piece]:
    """The newest thing the daemon did, at its practice's time of day."""
    if not state.activity:
        return [(fit(" quiet", width), "dim")]
    last = state.activity[-1]
    at = clock(last.at, state.zone(last.practice))
    return [(fit(f" {at} {safe(last.practice)}: {safe(last.text)}", width), "dim")]


def laid_out(columns: tuple[Column, ...], values: dict[str, Piece]) -> list[Piece]:
    """A row: the value of each column in its width."""
    pieces: list[Piece] = []
    for column in columns:
        text, role = values[column.title]
        pieces.append((fit(text, column.width, right=column.right) + " ", role))
    return pieces
