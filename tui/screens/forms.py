"""Forms of decisions: several lines with sensible defaults, sent with Enter from any of them; and a message to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from daemon.protocol import REASON_MAX
from daemon.safe import safe
from tui.drawing import Piece
from tui.screens.typing import Typing
from tui.widgets import Line, content

Complaint = Callable[[str], str]


def no_complaint(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a form; ``complaint`` says what is wrong with a text, "" if nothing."""

    name: str
    label: str
    default: str = ""
    hint: str = ""
    complaint: Complaint = no_complaint
    optional: bool = False


class Form(Typing[dict[str, str]]):
    """Asks for some lines of text; dismissed with what stands in each, or with nothing after Esc.

    A default is selected when its line is entered: typing replaces it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("tab", "app.focus_next", "Next line", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Line before", show=False, priority=True),
    ]
    """Tab goes first, so that what follows it in one burst of keys goes into the next line."""

    def __init__(self, lines: Sequence[Piece], what: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._lines = lines
        self._what = what
        self._entries = tuple(entries)
        self.first_default = self._entries[0].default

    def compose(self) -> ComposeResult:
        keys = "Tab goes on, " if len(self._entries) > 1 else ""
        last = f"{keys}Enter {self._what}, Esc leaves everything as it is."
        with VerticalScroll(classes="dialog form", can_focus=False):
            yield Static(content([(f"{text}\n", role) for text, role in self._lines]), classes="words")
            for entry in self._entries:
                yield Static(content([(entry.label, "head"), (f"  {entry.hint}", "dim")]), classes="words")
                yield Input(entry.default, id=f"entry-{entry.name}", max_length=REASON_MAX, compact=True)
            yield Line(id="wrong")
            yield Static(content([(last, "dim")]), classes="words")

    def on_mount(self) -> None:
        self.query_one("#wrong", Line).show([])

    def on_input_submitted(self) -> None:
        texts = {entry.name: self._input(entry).value.strip() for entry in self._entries}
        for entry in self._entries:
            if wrong := _wrong(entry, texts[entry.name]):
                self.query_one("#wrong", Line).show([(safe(wrong), "bad")])
                self._input(entry).focus()
                return
        self.dismiss(texts)

    def action_cancel(self) -> None:
        self.dismiss({})

    def _input(self, entry: Entry) -> Input:
        return self.query_one(f"#entry-{entry.name}", Input)


def _wrong(entry: Entry, text: str) -> str:
    if not text:
        return "" if entry.optional else f"needed: {entry.label.casefold()}"
    return entry.complaint(text)


class Told(ModalScreen[None]):
    """Something to read before going on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q,space", "dismiss", "Close")]

    def __init__(self, lines: Sequence[Piece]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            with VerticalScroll():
                yield Static(content([(f"{text}\n", role) for text, role in self._lines]), classes="words")
            yield Static(content([("Enter or Esc closes this", "dim")]), classes="words")
