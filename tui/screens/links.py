"""The addresses of a record in its own systems: to open with the terminal's own click, and to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tui.prose import Prose
from tui.screens.modal import Modal


class Links(Modal[None]):
    """Each link as a hyperlink of the terminal (OSC 8); its number copies it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"copy({number})", f"Copy link {number}") for number in range(1, 5)),
        Binding("escape,q,enter,o", "dismiss", "Close"),
    ]

    def __init__(self, links: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._links = tuple(links)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            for number, (name, url) in enumerate(self._links, 1):
                yield Prose([(f"{number} {name}", "head")], classes="words")
                yield Static(Content.assemble((url, Style(link=url, underline=True)), "\n"), classes="words")
            yield Prose([("A number copies its link; your terminal may open it by a click", "dim")])

    def action_copy(self, number: int) -> None:
        if number <= len(self._links):
            name, url = self._links[number - 1]
            self.app.copy_to_clipboard(url)
            self.notify(f"copied the link to {name}", markup=False)
            self.dismiss()
