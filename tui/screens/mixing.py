"""The dialog that settles a conflict field by field."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import composing
from tui.composing import PROVET, XERO, Mix
from tui.screens.dialogs import SHARE
from tui.widgets import Line, content

_KEYS = "↑↓ field · ← Provet · → Xero · space other side · p all Provet · x all Xero · Enter takes this · Esc leaves"

_WIDTH, _FRAME = 100, 6
"""Columns of the dialog, as in app.tcss, and those that its border and padding take."""


class Mixing(ModalScreen[str]):
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

    def __init__(self, mix: Mix) -> None:
        super().__init__()
        self.mix = mix

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(content([("Settle it field by field\n", "head")]), classes="words")
            yield Line(id="mix")
            yield Static(content([(_KEYS, "dim")]), classes="words")

    def on_resize(self, _: Resize) -> None:
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
        self.query_one("#mix", Line).show(composing.drawn(self.mix, min(int(self.size.width * SHARE), _WIDTH) - _FRAME))
