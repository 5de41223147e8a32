"""The overview: one row for each practice, what needs a person first, and what the chosen one is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from daemon.protocol import Event, PracticeStatus
from tui.desk import Desk
from tui.drawing import WIDE, Column, Piece, head
from tui.marks import PRACTICES, Mark
from tui.plain import counted
from tui.practices import about, columns, recent, row
from tui.prose import Line
from tui.screens import steering
from tui.screens.keybar import KeyBar
from tui.screens.view import View
from tui.widgets import Rows

_CURSOR = 2
_FRAME = 6
"""Lines of header, head, activity, keys, and room between."""
_KINDS, _KINDS_WIDE = 6, 16
_LOADING = " waiting for the daemon…\n"
_NOTHING = " no practice is configured: add one to settings.toml and reload the daemon\n"


class Overview(View):
    ABOUT: ClassVar[str] = "Every practice and its health; what needs a person stands first."
    MARKS: ClassVar[Sequence[Mark]] = tuple(PRACTICES.values())
    DECIDES: ClassVar[frozenset[str]] = frozenset(steering.STEERED)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "app.view('discrepancies')", "Discrepancies"),
        Binding("s", "sync", "Sync"),
        Binding("p", "pause", "Pause"),
        Binding("u", "resume", "Resume"),
        Binding("R", "release", "Release"),
        Binding("q", "app.quit", "Quit"),
        Binding("escape,left,h", "nothing", "", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._order: tuple[str, ...] = ()

    def body(self) -> Iterable[Widget]:
        yield Line(id="head")
        yield Rows(self._draw, id="practices")
        with Horizontal(id="below"):
            yield Line(id="about")
            yield Line(id="recent")

    def headline(self) -> str:
        status = self.desk.state.status
        return f"{counted(len(status.practices), 'practice')} · reconciled {status.version}" if status else "practices"

    def tick(self) -> None:
        super().tick()
        self._redraw()

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Rows))
        self._redraw()

    def told(self, _: Event | None, /) -> None:
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def on_rows_viewed(self) -> None:
        self._redraw()

    def on_rows_chosen(self) -> None:
        if practice := self._chosen():
            self.call_later(self.app.run_action, f"view('discrepancies', {practice.id!r})")

    def practice_here(self) -> str:
        practice = self._chosen()
        return practice.id if practice else ""

    def action_nothing(self) -> None:
        """There is nothing behind the overview."""

    def refusal(self, action: str) -> str:
        if action not in self.DECIDES:
            return ""
        practice = self._chosen()
        if practice is None:
            return "there is no practice here yet"
        return super().refusal(action) or steering.refusal(action, practice)

    def action_sync(self) -> None:
        self._steer("sync")

    def action_pause(self) -> None:
        self._steer("pause")

    def action_resume(self) -> None:
        self._steer("resume")

    def action_release(self) -> None:
        self._steer("release")

    def _steer(self, action: str) -> None:
        if practice := self._chosen():
            steering.steer(self, action, practice)

    def _chosen(self) -> PracticeStatus | None:
        return self._at(self.query_one(Rows).cursor)

    def _at(self, place: int) -> PracticeStatus | None:
        return self.desk.state.practice(self._order[place]) if place < len(self._order) else None

    def _draw(self, place: int) -> list[Piece] | None:
        practice = self._at(place)
        return row(practice, self.desk.world.utc(), self._columns()) if practice else None

    def _columns(self) -> tuple[Column, ...]:
        return columns(self.size.width - _CURSOR, self.desk.state.practices)

    def _redraw(self) -> None:
        """Draw anew; the cursor stays on its practice when the order changes."""
        rows = self.query_one(Rows)
        chosen = self._chosen()
        self._order = tuple(practice.id for practice in self.desk.state.practices)
        known = chosen is not None and chosen.id in self._order
        cursor = self._order.index(chosen.id) if chosen and known else min(rows.cursor, max(len(self._order) - 1, 0))
        rows.place(cursor, len(self._order))
        self.query_one("#head", Line).show([(" " * _CURSOR, ""), *head(self._columns())] if self._order else [])
        self._redraw_below()
        self.query_one(KeyBar).show_keys()

    def _redraw_below(self) -> None:
        state, practice = self.desk.state, self._chosen()
        wide = self.size.width >= WIDE
        lines: list[Piece] = [(_NOTHING if state.status else _LOADING, "dim")]
        if practice:
            lines = about(practice, self.desk.world.utc(), kinds_max=_KINDS_WIDE if wide else _KINDS)
        room = (
            self.size.height - len(self._order) - _FRAME - (0 if wide else sum(text.count("\n") for text, _ in lines))
        )
        zones = {each.id: each.timezone for each in state.practices}
        newest = recent(state.activity, zones, room, self.size.width // 2 - 1 if wide else self.size.width)
        self.query_one("#about", Line).show(lines if wide else [*lines, *newest])
        self.query_one("#recent", Line).show(newest if wide else [])
