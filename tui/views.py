"""The one list of views: what each is called, the key and the command that go to it, and how it is made.

A new view is one entry here: a screen that is a ``View``, imported when it is first opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.protocol import ListQuery

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.view import View


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """``name`` is the command (``:audit``), ``key`` goes there from every view, ``text`` says what is seen there.

    ``create`` is given the practice that the view is about, "" for all; with ``one_practice`` it always names one.
    """

    name: str
    key: str
    text: str
    create: Callable[[Desk, str], View]
    one_practice: bool = False


def view_entry(name: str) -> ViewEntry:
    """The view of that name; raises ``KeyError``."""
    return _BY_NAME[name]


def _overview(desk: Desk, _: str) -> View:
    from tui.screens.overview import Overview

    return Overview(desk)


def _discrepancies(desk: Desk, practice: str) -> View:
    from tui.screens.discrepancies import Discrepancies

    known = desk.state.practice(practice)
    title = known.name if known else practice or "all practices"
    return Discrepancies(desk, ListQuery(practice=practice), title)


VIEWS: tuple[ViewEntry, ...] = (
    ViewEntry("overview", "1", "the practices and their health", _overview),
    ViewEntry("discrepancies", "2", "what differs, to decide on", _discrepancies),
)

_BY_NAME = {entry.name: entry for entry in VIEWS}
