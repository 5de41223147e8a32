"""Text of pieces: wrapped lines stand under where their first begins."""

from __future__ import annotations

import re

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.drawing import Piece

ROLES = {
    "head": "bold",
    "key": "bold $text-accent",
    "dim": "$text-muted",
    "good": "$text-success",
    "warn": "$text-warning",
    "bad": "bold $text-error",
}
"""How each role of a piece looks."""
_BEGINNING = re.compile(r" *(?:→ |\d+\. |\S+ {2,}(?=\S))?")
_BEGINNING_SHARE = 3


def content(pieces: list[Piece]) -> Content:
    """Pieces as content of a widget: plain text with styles, never markup."""
    return Content.assemble(*((text, ROLES.get(role, "")) for text, role in pieces))


def wrapped(text: Content, width: int) -> Content:
    """The text with lines of at most this many columns, each going on beneath where it began.

    A line begins behind its indent and what marks it: an arrow, a number, or one word set apart by two spaces.
    """
    return Content("\n").join([part for line in text.split(allow_blank=True) for part in _parts(line, width)])


def _parts(line: Content, width: int) -> list[Content]:
    found = _BEGINNING.match(line.plain)
    beginning = found.group() if found else ""
    indent = cell_len(beginning)
    if line.cell_length <= width or not 0 < indent * _BEGINNING_SHARE <= width:
        return [line]
    mark, rest = line.divide([len(beginning)])
    first, *others = rest.wrap(width - indent)
    return [mark + first, *(other.pad_left(indent) for other in others)]


class Prose(Widget):
    """Pieces to read."""

    DEFAULT_CSS = "Prose { height: auto; }"

    def __init__(self, pieces: list[Piece], *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._text = content(pieces)

    def tell(self, pieces: list[Piece]) -> None:
        """Give these to read instead."""
        self._text = content(pieces)
        self.refresh(layout=self.styles.is_auto_height)

    def render(self) -> Content:
        return self._wrapped(self.content_size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return self._wrapped(width).get_height(self.styles.get_rules(), width)

    def _wrapped(self, width: int) -> Content:
        return wrapped(self._text, width) if width and self.styles.text_wrap == "wrap" else self._text


class Line(Prose):
    """Some pieces of text; hidden while there are none."""

    _shown: list[Piece] | None = None

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__([], id=id, classes=classes)

    def show(self, pieces: list[Piece]) -> None:
        if pieces == self._shown:
            return
        self._shown = pieces
        self.display = bool(pieces)
        self.tell(pieces)


class Head(Line):
    """The titles above a list."""

    class Clicked(Message):
        """The title in this column of the screen was clicked."""

        def __init__(self, x: int) -> None:
            super().__init__()
            self.x = x

    def on_click(self, event: Click) -> None:
        self.post_message(self.Clicked(event.x))
