"""The dialog that settles a conflict field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widget import Widget

from tui import composing
from tui.composing import PROVET, XERO, Mix
from tui.drawing import Piece
from tui.prose import Prose
from tui.screens.dialogs import SHARE, Passage

_TITLE: Piece = ("Settle it field by field\n\n", "head")
_KEYS = "↑↓ field · ←→ Provet/Xero · p/x all · Enter takes this · Esc leaves"

_WIDTH, _FRAME = 100, 6
"""Columns of the dialog, as in app.tcss, and those that its border and padding take."""
_ABOVE = 3
"""Lines above the first field."""


class Mixing(Passage[str]):
    """Dismissed with the id of the option that was put together; "" after Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next field"),
        Binding("up,k", "move(-1)", "Previous field"),
        Binding("left,h", f"take('{PROVET}')", "From Provet"),
        Binding("right,l", f"take('{XERO}')", "From Xero"),
        Binding("space", "other_side", "Other side"),
        Binding("p", f"all('{PROVET}')", "All from Provet"),
        Binding("x", f"all('{XERO}')", "All from Xero"),
        Binding("enter", "done", "Take this"),
        Binding("escape,q", "cancel", "Cancel"),
    ]

    FOOT = 2

    def __init__(self, mix: Mix) -> None:
        super().__init__(())
        self.mix = mix

    def foot(self) -> Iterable[Widget]:
        yield Prose([(_KEYS, "dim")], id="keys-of-mix")

    def on_resize(self) -> None:
        self._redraw()

    def action_move(self, by: int) -> None:
        self._become(lambda mix: composing.moved(mix, by))

    def action_take(self, source: str) -> None:
        self._become(lambda mix: composing.taken(mix, source))

    def action_all(self, source: str) -> None:
        self._become(lambda mix: composing.all_taken(mix, source))

    def action_other_side(self) -> None:
        self._become(composing.toggled)

    def action_done(self) -> None:
        self.dismiss(self.mix.option_id)

    def action_cancel(self) -> None:
        self.dismiss("")

    def _become(self, change: Callable[[Mix], Mix]) -> None:
        self.mix = change(self.mix)
        self._redraw()

    def _redraw(self) -> None:
        width = min(int(self.size.width * SHARE), _WIDTH) - _FRAME
        self.query_one(".words", Prose).tell([_TITLE, *composing.drawn(self.mix, width)])
        line = _ABOVE + self.mix.cursor
        shown = Region(0, line, 1, 1) if self.mix.cursor else Region(0, 0, 1, line + 1)
        self.call_after_refresh(self._scroll.scroll_to_region, shown, animate=False)
