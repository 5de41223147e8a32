"""The overview: one row for each practice, what needs a person first, and what the chosen one is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from daemon.protocol import Event, PracticeState, PracticeStatus
from daemon.safe import safe
from tui import calls
from tui.desk import Desk
from tui.drawing import Piece, head, practice_columns, practice_row
from tui.plain import amount, when
from tui.screens.dialogs import Confirm, Reason
from tui.screens.keybar import KeyBar
from tui.screens.view import View
from tui.widgets import Line, Rows

_WRITING = (PracticeState.IN_SYNC, PracticeState.DRIFT, PracticeState.AWAITING_RELEASE)
"""States that no pause and no guard can hide behind."""


class Overview(View):
    ABOUT: ClassVar[str] = "Every practice and its health; what needs a person stands first."
    DECIDES: ClassVar[frozenset[str]] = frozenset({"sync", "pause", "resume", "release"})
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
        yield Line(id="about")

    def headline(self) -> str:
        status = self.desk.state.status
        return f"{len(status.practices)} practices · reconciled {status.version}" if status else "practices"

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
        return super().refusal(action) or _needless(action, practice)

    def action_sync(self) -> None:
        if practice := self._chosen():
            self.start(partial(self._sync, practice))

    def action_pause(self) -> None:
        if practice := self._chosen():
            lines: list[Piece] = [(f"Pause all writes of {safe(practice.name)}? Detection goes on.", "head")]
            self.app.push_screen(Reason(lines, "pause"), lambda reason: self._pause(practice, reason or ""))

    def action_resume(self) -> None:
        if practice := self._chosen():
            lines = _question("Resume the automatic writes of", practice)
            self.app.push_screen(Confirm(lines, "Resume"), lambda yes: self._resume(practice, yes=bool(yes)))

    def action_release(self) -> None:
        if practice := self._chosen():
            lines = _question("Release the first comparison of", practice)
            self.app.push_screen(Confirm(lines, "Release"), lambda yes: self._release(practice, yes=bool(yes)))

    async def _sync(self, practice: PracticeStatus) -> None:
        if await self.ask(calls.sync(practice.id)):
            self.notify(f"a cycle of {safe(practice.name)} begins", markup=False)

    def _pause(self, practice: PracticeStatus, reason: str) -> None:
        if reason:
            self.start(partial(self.ask, calls.pause(practice.id, reason)))

    def _resume(self, practice: PracticeStatus, *, yes: bool) -> None:
        if yes:
            self.start(partial(self.ask, calls.resume(practice.id)))

    def _release(self, practice: PracticeStatus, *, yes: bool) -> None:
        if yes:
            self.start(partial(self.ask, calls.release(practice.id)))

    def _chosen(self) -> PracticeStatus | None:
        return self._at(self.query_one(Rows).cursor)

    def _at(self, place: int) -> PracticeStatus | None:
        return self.desk.state.practice(self._order[place]) if place < len(self._order) else None

    def _draw(self, place: int) -> list[Piece] | None:
        practice = self._at(place)
        return practice_row(practice, self.desk.world.utc(), practice_columns(self.size.width)) if practice else None

    def _redraw(self) -> None:
        """Draw anew; the cursor stays on its practice when the order changes."""
        rows = self.query_one(Rows)
        chosen = self._chosen()
        self._order = tuple(practice.id for practice in self.desk.state.practices)
        known = chosen is not None and chosen.id in self._order
        cursor = self._order.index(chosen.id) if chosen and known else min(rows.cursor, max(len(self._order) - 1, 0))
        rows.place(cursor, len(self._order))
        self.query_one("#head", Line).show([("  ", ""), *head(practice_columns(self.size.width))])
        self.query_one("#about", Line).show(self._about())
        self.query_one(KeyBar).show()

    def _about(self) -> list[Piece]:
        state = self.desk.state
        practice = self._chosen()
        if practice is None:
            return [(" no practice is configured\n" if state.status else " waiting for the daemon…\n", "dim")]
        lines: list[Piece] = [(f" {safe(practice.name)}  ", "head"), (f"{safe(practice.mode)} mode\n", "dim")]
        lines += [(f" ! {safe(warning)}\n", "warn") for warning in practice.warnings]
        for kind, count in sorted(practice.open.items(), key=lambda item: -item[1])[:8]:
            lines.append((f" {count:>7,} {safe(kind)}\n", ""))
        lines.append((f" last cycle {when(practice.last_cycle)} · excluded {practice.excluded:,}\n", "dim"))
        room = max(self.size.height - len(state.practices) - len(lines) - 7, 0)
        lines += [
            (f" {_clock(a.at)} {safe(a.practice)}: {safe(a.text)}\n", "dim") for a in state.activity[-room:] if room
        ]
        return lines


def _needless(action: str, practice: PracticeStatus) -> str:
    """Why an action would change nothing."""
    if action == "release" and practice.state is not PracticeState.AWAITING_RELEASE:
        return f"{practice.name} does not wait for a release"
    if action == "resume" and practice.state in _WRITING:
        return f"nothing has stopped the writes of {practice.name}"
    if action == "pause" and practice.state is PracticeState.PAUSED:
        return f"{practice.name} is paused already"
    return ""


def _clock(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%H:%M:%S")


def _question(what: str, practice: PracticeStatus) -> list[Piece]:
    money = f"{amount(practice.open_amount)} {safe(practice.currency)}"
    return [
        (f"{what} {safe(practice.name)}?", "head"),
        (f"{practice.open_total:,} discrepancies over {money} are open; what policy allows is then written.", ""),
    ]
