"""A view over something of its own that the daemon is asked for: read, read again after changes, drawn as a list."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from functools import partial
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from daemon.protocol import DiscrepancyView, Event, Message, Resync, Snapshot
from daemon.safe import safe
from tui import calls
from tui.calls import Call, ControlError
from tui.desk import Desk
from tui.drawing import Column, Piece, head
from tui.entries import said
from tui.prose import Head, Line
from tui.screens.keybar import KeyBar
from tui.screens.review import Reached, open_review
from tui.screens.view import View
from tui.state import Connection
from tui.widgets import Rows

M = TypeVar("M", bound=Message)

_EVENTS_S = 0.3
CURSOR = 2
"""Columns that the cursor takes before a row."""


class Reading(View):
    """``read`` asks, ``count`` and ``row`` draw the list, ``summary`` stands above it and ``card`` below.

    What was read stays on the screen while the connection is lost, and is read again when it is back.
    """

    NOTHING: ClassVar[str] = "nothing here"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reread", "Read again", show=False),
        Binding("y", "copy", "Copy id", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.loaded = False
        self.problem = ""
        self._busy = self._again = self._pending = False

    async def read(self) -> None:
        """Ask for what is shown."""

    def count(self) -> int:
        return 0

    def row(self, place: int) -> list[Piece] | None:  # noqa: ARG002
        """One row, None while it is not here."""
        return None

    def columns(self) -> tuple[Column, ...]:
        return ()

    def summary(self) -> list[Piece]:
        return []

    def nothing(self) -> list[Piece]:
        """What stands there when there is no row."""
        return [(f" ✓ {self.NOTHING}", "good")]

    def card(self) -> list[Piece]:
        """What there is to know of the row under the cursor."""
        return []

    def subject(self) -> str:
        """The id of the discrepancy under the cursor, "" if there is none."""
        return ""

    def concerned(self, event: Event) -> bool:  # noqa: ARG002
        """Whether an event means that what is shown may have changed."""
        return False

    def body(self) -> Iterable[Widget]:
        yield Line(id="summary")
        yield Head(id="head")
        yield Rows(self.row, id="list")
        yield Line(id="card")

    @property
    def cursor(self) -> int:
        return self.query_one(Rows).cursor

    @property
    def practice_title(self) -> str:
        """The practice that is looked at, in words."""
        known = self.desk.state.practice(self.place[1])
        return known.name if known else self.place[1] or "all practices"

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Rows))
        self.redraw()

    def on_screen_resume(self) -> None:
        self.look()

    def on_resize(self) -> None:
        self.redraw()

    def tick(self) -> None:
        super().tick()
        self.redraw()

    def told(self, event: Event | None, /) -> None:
        if isinstance(event, Snapshot | Resync) or (event and self.concerned(event)):
            self.reread_soon()
        self.redraw()

    def on_rows_viewed(self) -> None:
        self.redraw()

    def on_rows_chosen(self) -> None:
        self.chosen()

    def chosen(self) -> None:
        """The row under the cursor is wanted."""
        if subject := self.subject():
            self.start(partial(self.open, subject), "open")
        elif self.count():
            self.explain("this line is about no discrepancy")

    def action_copy(self) -> None:
        if subject := self.subject():
            self.copy(subject)

    def copy(self, text: str) -> None:
        self.app.copy_to_clipboard(safe(text))
        self.notify(f"copied {safe(text)}", markup=False)

    def action_reread(self) -> None:
        self.look()

    def look(self) -> None:
        """Ask for what is missing; while an answer is on its way, afterwards."""
        self._pending = False
        if self._busy:
            self._again = True
        else:
            self._busy = True
            self.start(self._read)

    def reread_soon(self) -> None:
        """Read again in a moment, once for many events."""
        if not self._pending:
            self._pending = True
            self.set_timer(_EVENTS_S, self.look)

    async def answered(self, call: Call[M]) -> M | None:
        """The daemon's answer; None if there is none, which then stands where the list begins."""
        try:
            found = await self.desk.ask(call)
        except ControlError as error:
            self.problem = said(error.problem)
            return None
        self.problem, self.loaded = "", True
        return found

    async def open(self, discrepancy_id: str) -> None:
        """Go to the review of a discrepancy."""
        if found := await self.ask(calls.show(discrepancy_id)):
            self.review(found)

    def neighbour(self, by: int, left: str) -> Reached | Awaitable[Reached]:  # noqa: ARG002
        """What the review of ``left`` goes on to."""
        return None

    def review(self, found: DiscrepancyView) -> None:
        open_review(self, found, self.neighbour)

    def redraw(self, cursor: int | None = None) -> None:
        """Draw anew what was read; the cursor stays, or goes to that place."""
        for rows in self.query(Rows):
            place = rows.cursor if cursor is None else cursor
            rows.place(min(place, max(self.count() - 1, 0)), self.count())
            columns = self.columns() if self.count() else ()
            self.show("summary", self._summary())
            self.query_one(Head).show([(" " * CURSOR, ""), *head(columns)] if columns else [])
            self.show("card", self.card() if self.count() else [])

    def show(self, name: str, pieces: list[Piece]) -> None:
        """Draw the line of that name, without a blank line after the last."""
        for line in self.query(f"#{name}").results(Line):
            *before, (last, role) = pieces or [("", "")]
            line.show([*before, (last.rstrip("\n"), role)] if pieces else [])

    async def _read(self) -> None:
        try:
            await self.read()
            while self._again:
                self._again = False
                await self.read()
        finally:
            self._busy = False
        self.redraw()
        for keys in self.query(KeyBar):
            keys.show_keys()

    def _summary(self) -> list[Piece]:
        live = self.desk.state.connection is Connection.LIVE
        if self.problem and (live or not self.loaded):
            return [(f" ! cannot be read: {safe(self.problem)} (r reads again)", "bad")]
        if not self.loaded:
            return [(" loading…", "dim")]
        return self.summary() if self.count() else self.nothing()
