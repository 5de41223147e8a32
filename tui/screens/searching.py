"""A view that is searched as one types: the line takes every key but those that leave it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from daemon.protocol import TEXT_MAX
from daemon.safe import safe
from tui.drawing import Piece
from tui.remembered import ViewMemory
from tui.screens.reading import Reading
from tui.widgets import Rows, TextLine


class Searching(Reading):
    """``searched`` takes what was typed so far. It is remembered."""

    TERMS: ClassVar[str] = "words"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Search", key_display="/", priority=True),
        Binding("enter,down", "leave_filter", "To the list", show=False, priority=True),
    ]

    def searched(self, text: str) -> None:
        """Show what this text lets through."""

    def misread(self, text: str) -> str:  # noqa: ARG002
        """Which word of a search that finds nothing looks like a term and is none, as an addition; "" if none does."""
        return ""

    def body(self) -> Iterable[Widget]:
        yield TextLine(placeholder=f"/ search: {self.TERMS}", id="filter", max_length=TEXT_MAX, compact=True)
        yield from super().body()

    @property
    def search(self) -> str:
        return self.query_one(Input).value

    def nothing(self) -> list[Piece]:
        if text := self.search.strip():
            return [(f" nothing matches{safe(self.misread(text))}: Esc clears the search", "warn")]
        return super().nothing()

    def on_mount(self) -> None:
        self.query_one(Input).value = self.memory.filter
        self.set_focus(self.query_one(Rows))

    def on_input_changed(self, event: Input.Changed) -> None:
        self.searched(event.value)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"filter", "leave_filter"}:
            return isinstance(self.focused, Input) is (action != "filter") and self.is_current
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_leave_filter(self) -> None:
        self.set_focus(self.query_one(Rows))
        self.remember(ViewMemory(filter=self.search))

    def action_back(self) -> None:
        """Leave what is innermost: the line, the search, then the screen."""
        line = self.query_one(Input)
        if self.focused is line:
            self.action_leave_filter()
        elif line.value:
            line.value = ""
            self.remember(ViewMemory())
        else:
            super().action_back()
