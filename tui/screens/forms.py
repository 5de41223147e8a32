"""Forms of decisions: several lines with sensible defaults, sent with Enter from any of them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input
from textual.worker import Worker

from daemon.protocol import REASON_MAX
from daemon.safe import safe
from tui.drawing import Piece
from tui.entries import Entry
from tui.prose import Line, Prose
from tui.screens.typing import Typing
from tui.widgets import TextLine

Send = Callable[[dict[str, str]], Awaitable[str]]
"""Does what the answers ask for; gives why it was refused, "" if it was not."""


class Form(Typing[dict[str, str]]):
    """Asks for some lines of text; dismissed with what stands in each once it was taken, or with nothing after Esc.

    What is wrong stands beneath its line, whoever says so, and all that was typed stays. A default is selected when its
    line is entered: typing replaces it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("tab", "app.focus_next", "Next line", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Line before", show=False, priority=True),
    ]
    """Tab goes first, so that what follows it in one burst of keys goes into the next line."""

    def __init__(self, lines: Sequence[Piece], what: str, entries: Sequence[Entry], send: Send) -> None:
        super().__init__()
        self._lines = lines
        self._what = what
        self._entries = tuple(entries)
        self._send = send
        self._sending = False
        self.first_default = self._entries[0].default

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog form", can_focus=False):
            yield Prose([(f"{text}\n", role) for text, role in self._lines], classes="words")
            for entry in self._entries:
                yield Prose([(entry.label, "head"), (f"  {safe(entry.hint)}", "dim")], classes="words")
                yield TextLine(entry.default, id=f"entry-{entry.name}", max_length=REASON_MAX, compact=True)
                yield Line(id=f"wrong-{entry.name}", classes="wrong")
            yield Line(id="keys-of-form")

    def on_mount(self) -> None:
        for entry in self._entries:
            self._complain(entry, "")
        self._say_keys()

    def on_input_submitted(self) -> None:
        if self._sending:
            return
        texts = {entry.name: self._input(entry).value.strip() for entry in self._entries}
        wrong = [(entry, why) for entry in self._entries if (why := _wrong(entry, texts[entry.name]))]
        for entry in self._entries:
            self._complain(entry, dict(wrong).get(entry, ""))
        if wrong:
            self._return_to(wrong[0][0])
        else:
            self._sending = True
            self._say_keys()
            _: Worker[None] = self.run_worker(partial(self._ask, texts))

    def action_cancel(self) -> None:
        self.dismiss({})

    async def _ask(self, texts: dict[str, str]) -> None:
        refusal = await self._send(texts)
        self._sending = False
        if not self.is_current:
            return
        if not refusal:
            self.dismiss(texts)
            return
        self._say_keys()
        entry = next((each for each in self._entries if re.search(rf"\b{each.name}\b", refusal)), self._entries[0])
        self._complain(entry, refusal)
        self._return_to(entry)

    def _return_to(self, entry: Entry) -> None:
        line = self._input(entry).focus()
        line.action_select_all()

    def _complain(self, entry: Entry, text: str) -> None:
        self.query_one(f"#wrong-{entry.name}", Line).show([(safe(text), "bad")] if text else [])

    def _say_keys(self) -> None:
        keys = "Tab goes on, " if len(self._entries) > 1 else ""
        text = "sending…" if self._sending else f"{keys}Enter {self._what}, Esc leaves everything as it is."
        self.query_one("#keys-of-form", Line).show([(text, "dim")])

    def _input(self, entry: Entry) -> Input:
        return self.query_one(f"#entry-{entry.name}", Input)


def _wrong(entry: Entry, text: str) -> str:
    if not text:
        return "" if entry.optional else f"needed: {entry.label.casefold()}"
    return entry.complaint(text)
