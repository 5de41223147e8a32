"""Rows of which only the visible ones are drawn, and the lines that one types into."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import (
    Click,
    Key,
    MouseDown,
    MouseEvent,
    MouseMove,
    MouseScrollDown,
    MouseScrollUp,
    MouseUp,
    Paste,
    Resize,
)
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui.drawing import Piece
from tui.prose import ROLES

_EDITING = {
    key: binding.action for binding in Input.BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",")
}
_KEPT_MAX = 1000
_BAR, _WHEEL = 2, 2
_PATIENCE_S = 0.1
_NOT_HERE: list[Piece] = [("…", "dim")]


class _Shown(NamedTuple):
    """What is on one line of the screen; ``bar`` says whether it is the scroll bar's thumb, None without a bar."""

    strip: Strip
    bar: bool | None


class TextLine(Input):
    """A line of text that takes every key when its turn comes, however fast they follow each other."""

    async def on_key(self, event: Key) -> None:
        """Edit at once: as a binding, a key that deletes would wait until what is typed behind it is there too."""
        if action := _EDITING.get(event.key):
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def on_paste(self, event: Paste) -> None:
        """Take the first line of what is pasted, as far as there is room, and say what is left out."""
        event.prevent_default()
        event.stop()
        line, *more = event.text.splitlines() or [""]
        start, end = sorted(self.selection)
        room = (self.max_length or len(line)) - len(self.value) + end - start
        self.replace(line[:room], start, end)
        if more or len(line) > room:
            fits = min(len(line), room)
            self.notify(f"of what was pasted, {fits:,} characters of the first line fit", severity="warning")

    async def taken(self) -> None:
        """Wait until what was typed stands here, the line has said so, and all around it have heard of that."""
        for node in (self, *self.ancestors_with_self):
            if isinstance(node, Widget):
                heard = asyncio.get_running_loop().create_future()
                if node.call_later(heard.set_result, None):
                    await asyncio.wait({heard, node.task}, return_when=asyncio.FIRST_COMPLETED)


class FilterLine(TextLine):
    """A line of text that paints itself alone as it is typed: its cursor stands still, and its text moves nothing."""

    virtual_size = Reactive(Size(0, 0), repaint=False)

    def __init__(self, *, placeholder: str, id: str, max_length: int) -> None:  # noqa: A002
        super().__init__(placeholder=placeholder, id=id, max_length=max_length, compact=True)
        self.cursor_blink = False


class Rows(Widget, can_focus=True, inherit_bindings=False):
    """A list of any length with a cursor; ``draw(place)`` gives the pieces of a row, or None if it is not here yet.

    What was drawn is kept until ``redraw``, and only lines that differ from what is on screen are painted. While rows
    are not here yet, or ``place`` says that others come, what is on screen stays for a tenth of a second, so that an
    answer is painted once.
    """

    DEFAULT_CSS = "Rows { width: 1fr; height: 1fr; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("rows--cursor", "rows--track", "rows--thumb"),
        *(f"rows--{role}" for role in ROLES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down"),
        Binding("up,k", "move(-1)", "Up"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "move(-1000000000)", "First", show=False),
        Binding("end,G", "move(1000000000)", "Last", show=False),
        Binding("enter", "choose", "Open", key_display="↵"),
        Binding("l,right", "choose", "Open", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False, init=False)
    virtual_size = Reactive(Size(0, 0), repaint=False)

    class Viewed(Message):
        """Another part of the list, or another row of it, is looked at."""

    class Chosen(Message):
        """The row under the cursor is wanted; there may be none."""

    def __init__(self, draw: Callable[[int], list[Piece] | None], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.count = 0
        """How many rows there are."""
        self.first = 0
        """The place of the topmost visible row."""
        self._draw = draw
        self._drawn: dict[int, list[Piece] | None] = {}
        self._strips: dict[tuple[int, bool], Strip] = {}
        self._shown: dict[int, _Shown] = {}
        self._awaited = False
        self._patience: Timer | None = None
        self._known_styles: dict[tuple[str, bool], Style] = {}

    @property
    def height(self) -> int:
        """How many rows are visible."""
        return max(self.size.height, 1)

    def place(self, cursor: int, count: int, *, later: bool = False) -> None:
        """Set cursor and length at once; what is on screen moves with the cursor.

        ``later`` says that rows to put there are on their way.
        """
        before = self.cursor
        self.set_reactive(Rows.cursor, cursor)
        self._awaited = later
        if count != self.count:
            self._become(count)
        self._look(self.first + cursor - before)
        self._show_cursor()
        self.redraw()

    def redraw(self) -> None:
        """Draw anew what is visible, and paint those of its lines that are not what they were."""
        fresh = {place: self._draw(place) for place in self._visible}
        same = {place for place, pieces in fresh.items() if self._drawn.get(place) == pieces}
        self._strips = {key: strip for key, strip in self._strips.items() if key[0] in same}
        self._drawn = fresh
        self._paint()

    def render_line(self, y: int) -> Strip:
        shown = self._shown[y] = self._line(y)
        if shown.bar is None:
            return shown.strip
        segment = Segment(" " * _BAR, self._style("thumb" if shown.bar else "track", on=False))
        return Strip.join([shown.strip, Strip([segment], _BAR)])

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return self.count

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._known_styles.clear()
        self._strips.clear()

    def watch_cursor(self) -> None:
        self._show_cursor()
        self._paint()
        self.post_message(self.Viewed())

    def on_resize(self, _: Resize) -> None:
        self._forget()
        self._look(self.first)
        self._show_cursor()
        self.post_message(self.Viewed())

    def on_mouse_down(self, event: MouseDown) -> None:
        if self._on_bar(event.x):
            self.capture_mouse()
            self._drag(event.y)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._drag(event.y)

    def on_mouse_up(self, _: MouseUp) -> None:
        self.release_mouse()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll(_WHEEL, event)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll(-_WHEEL, event)

    def on_click(self, event: Click) -> None:
        place = self.first + event.y
        if place < self.count and not self._on_bar(event.x):
            self.cursor = place
            if event.chain > 1:
                self.post_message(self.Chosen())

    def action_move(self, by: int) -> None:
        before = self.cursor
        self.cursor = min(max(before + by, 0), max(self.count - 1, 0))
        if self.cursor == before:
            self._show_cursor()
            self._paint()

    def action_page(self, by: int) -> None:
        self.action_move(by * max(self.height - 1, 1))

    def action_choose(self) -> None:
        self.post_message(self.Chosen())

    @property
    def _visible(self) -> range:
        return range(self.first, min(self.first + self.height, self.count))

    @property
    def _overflows(self) -> bool:
        return self.count > self.height

    def _become(self, count: int) -> None:
        before, self.count = self._overflows, count
        if before != self._overflows:
            self._strips.clear()
        if self.styles.is_auto_height:
            self.refresh(layout=True)

    def _on_bar(self, x: int) -> bool:
        return self._overflows and x >= self.size.width - _BAR

    def _drag(self, y: int) -> None:
        self._view(round(y * (self.count - self.height) / max(self.height - 1, 1)))

    def _scroll(self, by: int, event: MouseEvent) -> None:
        event.stop()
        self._view(self.first + by)

    def _view(self, first: int) -> None:
        """Look at another part, wherever the cursor is."""
        if self._look(first):
            self._paint()
            self.post_message(self.Viewed())

    def _look(self, first: int) -> bool:
        """Put this place to the top, or what is nearest to it; whether that is another than before."""
        before = self.first
        self.first = max(min(first, self.count - self.height), 0) if self.size.height else 0
        if len(self._drawn) > _KEPT_MAX:
            self._forget()
        return self.first != before

    def _show_cursor(self) -> None:
        self._look(min(max(self.first, self.cursor - self.height + 1), self.cursor))

    def _paint(self) -> None:
        """Paint what differs, unless what it should be is on its way and not overdue."""
        if not self.size.height:
            return
        if not self._awaited and all(self._pieces(place) is not None for place in self._visible):
            self._paint_now()
        elif self._patience is None:
            self._patience = self.set_timer(_PATIENCE_S, self._paint_now)

    def _paint_now(self) -> None:
        if self._patience:
            self._patience.stop()
            self._patience = None
        self._awaited = False
        changed = [y for y in range(self.size.height) if self._shown.get(y) != self._line(y)]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _forget(self) -> None:
        self._drawn.clear()
        self._strips.clear()

    def _line(self, y: int) -> _Shown:
        """What belongs on a line: its row, and whether the scroll bar's thumb is beside it (None: there is no bar)."""
        if not self._overflows:
            return _Shown(self._strip(self.first + y), None)
        length = max(self.height * self.height // self.count, 1)
        top = round(self.first * (self.height - length) / (self.count - self.height))
        return _Shown(self._strip(self.first + y), top <= y < top + length)

    def _pieces(self, place: int) -> list[Piece] | None:
        if place not in self._drawn:
            self._drawn[place] = self._draw(place)
        return self._drawn[place]

    def _strip(self, place: int) -> Strip:
        on = place == self.cursor
        known = self._strips.get((place, on))
        if known is None:
            known = self._strips[place, on] = self._drawn_strip(place, on=on)
        return known

    def _drawn_strip(self, place: int, *, on: bool) -> Strip:
        width = self.size.width - (_BAR if self._overflows else 0)
        if place >= self.count:
            return Strip.blank(width, self._style("", on=False))
        segments = [Segment("▸ " if on else "  ", self._style("head", on=on))]
        segments += [Segment(text, self._style(role, on=on)) for text, role in self._pieces(place) or _NOT_HERE]
        return Strip(segments).adjust_cell_length(width, self._style("", on=on))

    def _style(self, role: str, *, on: bool) -> Style:
        known = self._known_styles.get((role, on))
        if known is None:
            base = self.get_component_rich_style("rows--cursor") if on else self.rich_style
            own = role and not on
            known = base + self.get_component_rich_style(f"rows--{role}", partial=True) if own else base
            self._known_styles[role, on] = known
        return known
