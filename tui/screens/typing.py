"""Modal screens that ask for text: what is typed before their first line is there belongs into that line."""

from __future__ import annotations

from typing import TypeVar

from textual.events import Key
from textual.widgets import Input

from tui.screens.modal import Modal

T = TypeVar("T")


class Typing(Modal[T]):
    """Keys that come early are handed to ``take``; on mounting, the first line gets them and the focus."""

    first_default = ""
    """What stands in the first line before anything is typed."""

    def __init__(self) -> None:
        super().__init__()
        self._early: list[Key] = []
        self._taken = 0

    def on_mount(self) -> None:
        self.query(Input).first().focus()
        for key in self._early:
            self.take(key)

    def take(self, key: Key) -> bool:
        """Type a key that was meant for the first line but came before it; False if it is none of its keys."""
        if not (key.is_printable or key.key == "enter"):
            return False
        if not self.query(Input):
            self._early.append(key)
            return True
        line = self.query(Input).first()
        if key.key == "enter":
            self.call_later(line.action_submit)
            return True
        line.select_on_focus = False
        typed = "" if not self._taken and line.value == self.first_default else line.value
        line.value = f"{typed[: self._taken]}{key.character}{typed[self._taken :]}"
        line.cursor_position = len(line.value)
        self._taken += 1
        return True
