"""What every screen is."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import Screen

T = TypeVar("T")


class Base(Screen[T]):
    """What it has asked for ends with it."""

    async def _message_loop_exit(self) -> None:
        """As Textual's, but what it has asked for is given up before its widgets go: no answer finds it in parts."""
        self.workers.cancel_node(self)
        await super()._message_loop_exit()
