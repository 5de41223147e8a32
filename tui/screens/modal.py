"""What every dialog is."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from tui.screens.base import Base

T = TypeVar("T")


class Modal(ModalScreen[T], Base[T]):
    """Lies on a view until it is answered."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """As Textual's; but an answer that comes behind another closes nothing of what lies beneath."""
        return super().dismiss(result) if self.is_current else AwaitComplete()
