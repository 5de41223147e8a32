"""The command palette: Textual's, where no key can come too early or too late."""

from __future__ import annotations

from contextlib import suppress

from textual.command import CommandPalette

from tui.screens.modal import Modal


class Palette(CommandPalette, Modal[None]):
    def _action_command_list(self, action: str) -> None:
        """As Textual's; but a page key that comes before the list is laid out does nothing (Textual 8.2 fails)."""
        with suppress(KeyError):
            super()._action_command_list(action)
