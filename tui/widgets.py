"""The two widgets everything is drawn with: a line of pieces, and rows of which only the visible ones are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from tui.drawing import Piece

_ROLES = {
    "head": "bold",
    "key": "bold $accent",
    "dim": "$text-muted",
    "good": "$text-success",
    "warn": "$text-warning",
    "bad": "bold $text-error",
}


def content(pieces: list[Piece]) -> Content:
    """Pieces as content of a widget: plain text with styles, never markup."""
    return Content.assemble(*((text, _ROLES.get(role, "")) for text, role in pieces))


class Line(Static):
    """Some pieces of text; hidden while there are none."""

    def show(self, pieces: list[Piece]) -> None:
        self.display = bool(pieces)
        self.update(content(pieces))


class Head(Line):
    """The titles above a list."""

    class Clicked(Message):
        """The title in this column of the screen was clicked."""

        def __init__(self, x: int) -> None:
            super().__init__()
            self.x = x

    def on_click(self, event: Click) -> None:
        self.post_message(self.Clicked(event.x))


class Rows(ScrollView, can_focus=True, inherit_bindings=False):
    """A list of any length with a cursor; ``draw(place)`` gives the pieces of a row, or None if it is not here yet."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", *(f"rows--{role}" for role in _ROLES)}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "move(-1000000000)", "First", show=False),
        Binding("end,G", "move(1000000000)", "Last", show=False),
        Binding("enter", "choose", "Open", key_display="↵"),
        Binding("l,right", "choose", "Open", show=False),
    ]

    cursor: reactive[int] = reactive(0)
    count: reactive[int] = reactive(0)

    class Viewed(Message):
        """Another part of the list, or another row of it, is looked at."""

    class Chosen(Message):
        """The row under the cursor is wanted."""

    def __init__(self, draw: Callable[[int], list[Piece] | None], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draw = draw

    @property
    def first(self) -> int:
        """The place of the topmost visible row."""
        return int(self.scroll_offset.y)

    @property
    def height(self) -> int:
        """How many rows are visible."""
        return max(self.scrollable_content_region.height, 1)

    def place(self, cursor: int, count: int) -> None:
        """Set cursor and length at once; what is on screen moves with the cursor."""
        shift = cursor - self.cursor
        self.set_reactive(Rows.cursor, cursor)
        self.count = count
        if shift:
            self.scroll_to(y=max(self.first + shift, 0), animate=False, immediate=True)
        self._show_cursor()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        place = self.first + y
        width = self.size.width
        if place >= self.count:
            return Strip.blank(width, self.rich_style)
        pieces = self._draw(place)
        on = place == self.cursor
        segments = [Segment("▸ " if on else "  ", self._style("head", on=on))]
        segments += [Segment(text, self._style(role, on=on)) for text, role in (pieces or [("…", "dim")])]
        return Strip(segments).adjust_cell_length(width, self._style("", on=on))

    def watch_count(self) -> None:
        self.virtual_size = Size(self.size.width, self.count)

    def watch_cursor(self) -> None:
        self._show_cursor()
        self.refresh()
        self.post_message(self.Viewed())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Viewed())

    def on_resize(self, _: Resize) -> None:
        self.virtual_size = Size(self.size.width, self.count)
        self._show_cursor()
        self.post_message(self.Viewed())

    def on_click(self, event: Click) -> None:
        place = self.first + event.y
        if place < self.count:
            self.cursor = place
            if event.chain > 1:
                self.post_message(self.Chosen())

    def action_move(self, by: int) -> None:
        self.cursor = min(max(self.cursor + by, 0), max(self.count - 1, 0))

    def action_page(self, by: int) -> None:
        self.action_move(by * max(self.height - 1, 1))

    def action_choose(self) -> None:
        if self.count:
            self.post_message(self.Chosen())

    def _show_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, immediate=True, force=True)

    def _style(self, role: str, *, on: bool) -> Style:
        base = self.get_component_rich_style("rows--cursor") if on else self.rich_style
        return base + self.get_component_rich_style(f"rows--{role}", partial=True) if role else base
