"""Dialogs: a question whose safe answer has the focus, and the keys of the present view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from daemon.safe import safe
from tui.drawing import Piece
from tui.widgets import content


def _text(lines: Sequence[Piece]) -> Static:
    return Static(content(_ended(lines)), classes="words")


def _ended(lines: Sequence[Piece]) -> list[Piece]:
    return [(f"{text}\n", role) for text, role in lines]


class Confirm(ModalScreen[bool]):
    """A question with "No" focused; True only for a deliberate yes.

    One that ``waits_for`` something takes no yes until that is shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
        Binding("left,right,h,l", "app.focus_next", "Other button", show=False),
    ]

    def __init__(self, lines: Sequence[Piece], yes: str, waits_for: str = "") -> None:
        super().__init__()
        self._lines = [*lines, (f"Looking at {waits_for}…", "dim")] if waits_for else lines
        self._yes = yes
        self._waits_for = waits_for

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            with VerticalScroll(can_focus=False):
                yield _text(self._lines)
            with Horizontal(classes="buttons"):
                yield Button("No (n)", id="no")
                yield Button(f"{self._yes} (y)", id="yes", variant="warning")

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    def show(self, lines: Sequence[Piece]) -> None:
        """Ask with these lines instead, and take a yes to them."""
        self._lines, self._waits_for = lines, ""
        for words in self.query(".words").results(Static):
            words.update(content(_ended(lines)))

    def withdraw(self) -> None:
        """There is nothing to ask: close without an answer."""
        if self.is_current:
            self.dismiss(False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        if yes and self._waits_for:
            self.notify(f"wait until it is shown {safe(self._waits_for)}", severity="warning", markup=False)
        else:
            self.dismiss(yes)


class Help(ModalScreen[None]):
    """What the screen beneath is about, and the keys that work on it, as its bindings say."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, lines: Sequence[Piece]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            with VerticalScroll():
                yield _text(self._lines)
            last = "Esc closes this; j, k and PgDn go on where there is more."
            yield Static(content([(last, "dim")]), classes="words")

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
