"""What of a discrepancy is worth copying: numbered, and copied with its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.drawing import Piece
from tui.plain import cells, fit
from tui.prose import Prose
from tui.screens.modal import Modal

_MOST = 9


class Copying(Modal[None]):
    """Offers texts, each with its name; ``y`` copies the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"copy({number})", f"Copy {number}") for number in range(1, _MOST + 1)),
        Binding("y,enter", "copy(1)", "Copy the first"),
        Binding("escape,q", "dismiss", "Close"),
    ]

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._texts = tuple(texts)[:_MOST]

    def compose(self) -> ComposeResult:
        width = max(cells(name) for name, _ in self._texts)
        lines: list[Piece] = [("Copy\n", "head")]
        for number, (name, text) in enumerate(self._texts, 1):
            lines += [(f"{number} ", "key"), (f"{fit(name, width)}  ", "dim"), (f"{text}\n", "")]
        with Vertical(classes="dialog"):
            yield Prose(lines, classes="words")
            yield Prose([("A number copies, y the first, Esc copies nothing", "dim")], classes="words")

    def action_copy(self, number: int) -> None:
        if number <= len(self._texts):
            name, text = self._texts[number - 1]
            self.app.copy_to_clipboard(text)
            self.notify(f"copied the {name}: {text}", markup=False)
            self.dismiss()
