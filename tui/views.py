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


def _doubts(desk: Desk, _: str) -> View:
    from tui.screens.doubts import Doubts

    return Doubts(desk)


def _hand_work(desk: Desk, practice: str) -> View:
    from tui.screens.hand_work import HandWork

    return HandWork(desk, practice)


def _activity(desk: Desk, _: str) -> View:
    from tui.screens.activity import Activity

    return Activity(desk)


def _audit(desk: Desk, practice: str) -> View:
    from tui.screens.audit import Audit

    return Audit(desk, practice)


def _excluded(desk: Desk, practice: str) -> View:
    from tui.screens.excluded import Excluded

    return Excluded(desk, practice)


def _month(desk: Desk, practice: str) -> View:
    from tui.screens.month import Month

    return Month(desk, practice)


VIEWS: tuple[ViewEntry, ...] = (
    ViewEntry("overview", "1", "the practices and their health", _overview),
    ViewEntry("discrepancies", "2", "what differs, to decide on", _discrepancies),
    ViewEntry("doubts", "3", "writes in doubt, and what is looked for", _doubts),
    ViewEntry("hand-work", "4", "what people must do themselves, and where", _hand_work),
    ViewEntry("activity", "5", "what goes on right now, and the call budgets", _activity),
    ViewEntry("audit", "6", "who did what: search, verify", _audit),
    ViewEntry("excluded", "7", "what is left out of Xero, and why", _excluded),
    ViewEntry("month", "8", "the month-end proof", _month, one_practice=True),
)

_BY_NAME = {entry.name: entry for entry in VIEWS}
