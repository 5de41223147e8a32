"""The command line behind ``:``: completes as one types, lists what is possible, runs what is understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.suggester import Suggester
from textual.widgets import Input

from tui.commanding import Command, CommandError, completions, understood
from tui.drawing import Piece
from tui.prose import Line
from tui.screens.typing import Typing
from tui.widgets import TextLine

_LENGTH_MAX = 100


class CommandLine(Typing[str]):
    """Answers with the action to run; "" if the operator thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "Cancel"),
        Binding("tab,down", "complete(1)", "Complete", priority=True),
        Binding("shift+tab,up", "complete(-1)", "Complete", priority=True),
    ]

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands
        self._typed = ""
        self._place = -1
        self._problem = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="command"):
            yield Line(id="possible")
            yield TextLine(
                placeholder="command, Tab completes", max_length=_LENGTH_MAX, compact=True, suggester=self._suggester()
            )

    def on_mount(self) -> None:
        self._redraw()

    def on_input_changed(self, event: Input.Changed) -> None:
        shown = self._possible()
        if not (0 <= self._place < len(shown)) or shown[self._place][0] != event.value:
            self._typed, self._place = event.value, -1
        self._problem = ""
        self._redraw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self.dismiss("")
            return
        try:
            self.dismiss(understood(event.value, self._commands))
        except CommandError as error:
            self._problem = str(error)
            self._redraw()

    def action_complete(self, by: int) -> None:
        shown = self._possible()
        line = self.query_one(Input)
        if len(shown) == 1 and shown[0][0] == line.value and self._takes_more(line.value):
            self._typed, self._place = f"{line.value} ", -1
            shown = self._possible()
        if shown:
            self._place = (self._place + by) % len(shown) if self._place >= 0 else (0 if by > 0 else len(shown) - 1)
            line.value = shown[self._place][0]
            line.cursor_position = len(line.value)
            self._redraw()

    def action_leave(self) -> None:
        self.dismiss("")

    def _possible(self) -> list[tuple[str, str]]:
        return completions(self._typed, self._commands)

    def _takes_more(self, line: str) -> bool:
        return any(command.name == line and command.choices for command in self._commands)

    def _suggester(self) -> Suggester:
        return _Completing(self._commands)

    def _redraw(self) -> None:
        lines: list[Piece] = []
        possible = self._possible()
        width = max((len(line) for line, _ in possible), default=0)
        for place, (line, text) in enumerate(possible):
            on = place == self._place
            lines += [(f"{'▸' if on else ' '} {line:<{width}}  ", "head" if on else ""), (f"{text}\n", "dim")]
        if self._problem:
            lines.append((f"  {self._problem}\n", "bad"))
        if lines:
            text, role = lines[-1]
            lines[-1] = (text.rstrip("\n"), role)
        self.query_one("#possible", Line).show(lines)


class _Completing(Suggester):
    """Shows in the line itself how it would go on."""

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._commands = commands

    async def get_suggestion(self, value: str) -> str | None:
        found = completions(value, self._commands) if value else []
        return next((line for line, _ in found if line.startswith(value)), None)
