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
_KEPT_MAX = 1000


def content(pieces: list[Piece]) -> Content:
    """Pieces as content of a widget: plain text with styles, never markup."""
    return Content.assemble(*((text, _ROLES.get(role, "")) for text, role in pieces))


class Line(Static):
    """Some pieces of text; hidden while there are none."""

    _shown: list[Piece] | None = None

    def show(self, pieces: list[Piece]) -> None:
        if pieces == self._shown:
            return
        self._shown = pieces
        self.display = bool(pieces)
        self.update(content(pieces), layout=self.styles.is_auto_height)


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
    """A list of any length with a cursor; ``draw(place)`` gives the pieces of a row, or None if it is not here yet.

    What was drawn is kept until ``redraw``.
    """

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

    cursor: reactive[int] = reactive(0, repaint=False)
    count: reactive[int] = reactive(0, repaint=False)

    class Viewed(Message):
        """Another part of the list, or another row of it, is looked at."""

    class Chosen(Message):
        """The row under the cursor is wanted."""

    def __init__(self, draw: Callable[[int], list[Piece] | None], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draw = draw
        self._drawn: dict[int, list[Piece]] = {}
        self._strips: dict[int, Strip] = {}
        self._known_styles: dict[tuple[str, bool], Style] = {}

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
        before = self.cursor
        self.set_reactive(Rows.cursor, cursor)
        self.count = count
        if cursor != before:
            self.scroll_to(y=max(self.first + cursor - before, 0), animate=False, immediate=True)
            self._refresh_rows(before, cursor)
        self._show_cursor()
        self.redraw()

    def redraw(self) -> None:
        """Draw anew those of the visible rows that are not what they were."""
        visible = range(self.first, min(self.first + self.height, self.count))
        fresh = {place: self._row(place) for place in visible}
        changed = [place for place, pieces in fresh.items() if self._drawn.get(place) != pieces]
        self._strips = {place: strip for place, strip in self._strips.items() if place in fresh}
        for place in changed:
            self._strips.pop(place, None)
        self._drawn = fresh
        self._refresh_rows(*changed)

    def render_line(self, y: int) -> Strip:
        place = self.first + y
        if place >= self.count:
            return Strip.blank(self.size.width, self._style("", on=False))
        if place == self.cursor:
            return self._strip(place, on=True)
        strip = self._strips.get(place)
        if strip is None:
            strip = self._strips[place] = self._strip(place, on=False)
        return strip

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._known_styles.clear()
        self._strips.clear()

    def watch_count(self) -> None:
        self.virtual_size = Size(self.size.width, self.count)
        self.refresh()

    def watch_cursor(self, before: int, cursor: int) -> None:
        self._refresh_rows(before, cursor)
        self._show_cursor()
        self.post_message(self.Viewed())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if len(self._drawn) > _KEPT_MAX:
            self._forget()
        self.post_message(self.Viewed())

    def on_resize(self, _: Resize) -> None:
        self._forget()
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

    def _refresh_rows(self, *places: int) -> None:
        ys = (place - self.first for place in places)
        if lines := [Region(0, y, self.size.width, 1) for y in ys if 0 <= y < self.height]:
            self.refresh(*lines)

    def _forget(self) -> None:
        self._drawn.clear()
        self._strips.clear()

    def _row(self, place: int) -> list[Piece]:
        return self._draw(place) or [("…", "dim")]

    def _strip(self, place: int, *, on: bool) -> Strip:
        pieces = self._drawn.get(place)
        if pieces is None:
            pieces = self._drawn[place] = self._row(place)
        segments = [Segment("▸ " if on else "  ", self._style("head", on=on))]
        segments += [Segment(text, self._style(role, on=on)) for text, role in pieces]
        return Strip(segments).adjust_cell_length(self.size.width, self._style("", on=on))

    def _style(self, role: str, *, on: bool) -> Style:
        known = self._known_styles.get((role, on))
        if known is None:
            base = self.get_component_rich_style("rows--cursor") if on else self.rich_style
            known = base + self.get_component_rich_style(f"rows--{role}", partial=True) if role else base
            self._known_styles[role, on] = known
        return known
