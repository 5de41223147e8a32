"""What goes on in all practices right now: cycles, writes, corrections, decisions; and the call budgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from daemon.protocol import Activity as Happening
from daemon.protocol import Event
from tui.desk import Desk
from tui.drawing import Column, Piece
from tui.marks import FOLLOWING, PRACTICES, STOPPED, Mark
from tui.prose import Line
from tui.screens.reading import CURSOR, Reading
from tui.watching import SORTS, activity_columns, activity_row, budgets, chosen

_BUDGETS, _BUDGETS_TALL = 3, 12
_TALL = 40


class Activity(Reading):
    NOTHING = "quiet: nothing has happened yet"
    ABOUT: ClassVar[str] = (
        "What the daemon and people do, the newest first: cycles, writes to the systems, what became of corrections, "
        "decisions. Above: how many calls each practice made today (UTC) and how many its limits still allow. f stops "
        "the list to read in it and goes on with it; Enter opens the discrepancy that a line is about."
    )
    MARKS: ClassVar[Sequence[Mark]] = (FOLLOWING, STOPPED, *PRACTICES.values())
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,space", "follow", "Stop or follow", key_display="f"),
        Binding("t", "sort", "What"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.following = True
        self._sort: str | None = None
        self._shown: list[Happening] = []
        self._stopped: tuple[Happening, ...] = ()
        self._missed = 0

    def body(self) -> Iterable[Widget]:
        yield Line(id="budgets")
        yield from super().body()

    def headline(self) -> str:
        return f"activity · {self.practice_title}"

    def on_mount(self) -> None:
        self._gather()

    async def read(self) -> None:
        """The feed brings it all."""

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Happening) and not self.following:
            self._missed += 1
        self._gather()

    def action_follow(self) -> None:
        self.following = not self.following
        self._stopped, self._missed = self.desk.state.activity, 0
        self._gather(0 if self.following else None)

    def action_sort(self) -> None:
        every = [None, *SORTS]
        self._sort = every[(every.index(self._sort) + 1) % len(every)]
        self._gather(0)

    def on_resize(self) -> None:
        self._gather()

    def count(self) -> int:
        return len(self._shown)

    def columns(self) -> tuple[Column, ...]:
        return activity_columns(self.size.width - CURSOR)

    def row(self, place: int) -> list[Piece] | None:
        found = self._shown[place]
        return activity_row(found, self.desk.state.zone(found.practice), self.desk.world.utc(), self.columns())

    def summary(self) -> list[Piece]:
        sort = f"only {SORTS[self._sort][0]}s" if self._sort is not None else "everything"
        if self.following:
            return [(f" {FOLLOWING.sign} following", FOLLOWING.role), (f" · {sort} (t), the newest first", "dim")]
        missed = f", {self._missed:,} new" if self._missed else ""
        return [(f" {STOPPED.sign} stopped{missed}: f goes on", STOPPED.role), (f" · {sort} (t)", "dim")]

    def nothing(self) -> list[Piece]:
        return self.summary() if self._sort is not None else super().nothing()

    def subject(self) -> str:
        return self._shown[self.cursor].subject if self.cursor < self.count() else ""

    def practice_here(self) -> str:
        found = self._shown[self.cursor].practice if self.cursor < self.count() else ""
        return found or super().practice_here()

    def _gather(self, cursor: int | None = None) -> None:
        """Draw what there is; the cursor stays on its line, at the top it stays at the top."""
        state = self.desk.state
        self.loaded = state.status is not None
        before = self._shown[self.cursor] if self.query(Line) and 0 < self.cursor < self.count() else None
        self._shown = chosen(state.activity if self.following else self._stopped, self.place[1], self._sort)
        if cursor is None and before is not None and before in self._shown:
            cursor = self._shown.index(before)
        self.redraw(cursor)
        room = _BUDGETS_TALL if self.size.height >= _TALL else _BUDGETS
        practices = [each for each in state.practices if self.place[1] in ("", each.id)]
        self.show("budgets", budgets(practices, self.desk.world.utc(), self.size.width, room))
