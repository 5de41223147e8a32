"""The terminal UI's Textual application: one desk, a stack of screens, and what every screen shares."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen

from daemon.protocol import Event, ListQuery
from daemon.safe import safe
from tui.desk import Desk
from tui.drawing import WIDE
from tui.screens.dialogs import Help
from tui.screens.discrepancies import Discrepancies
from tui.screens.overview import Overview
from tui.screens.view import View
from tui.world import World


class ReconcileApp(App[None]):
    """Attached to one daemon for as long as it is open."""

    TITLE = "reconcile"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command_palette", "Commands", key_display=":"),
        Binding("ctrl+c", "quit", "Quit", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
        self.desk = desk

    def on_mount(self) -> None:
        self.push_screen(Overview(self.desk))
        self.call_after_refresh(self._connect)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from super().get_system_commands(screen)
        yield SystemCommand("Discrepancies", "of all practices", lambda: self._open(ListQuery(), "all practices"))
        for practice in self.desk.state.practices:
            name, query = safe(practice.name), ListQuery(practice=practice.id)
            yield SystemCommand(
                f"Discrepancies of {name}".replace("[", "("),
                f"{practice.open_total:,} open",
                lambda query=query, name=name: self._open(query, name),
            )

    def action_help(self) -> None:
        bindings = [active.binding for active in self.screen.active_bindings.values() if active.enabled]
        keys: dict[str, list[str]] = {}
        for binding in bindings:
            if binding.description:
                keys.setdefault(binding.description, []).append(self.get_key_display(binding))
        self.push_screen(Help([(" ".join(names), what) for what, names in keys.items()]))

    def _open(self, query: ListQuery, title: str) -> None:
        self.push_screen(Discrepancies(self.desk, query, title))

    def _connect(self) -> None:
        self.run_worker(self.desk.run(self._tell), exclusive=True)

    def _tell(self, event: Event | None) -> None:
        """Let every screen hear of an event; one that is closing has lost its widgets already."""
        for screen in self.screen_stack:
            if isinstance(screen, View) and screen.is_mounted:
                with suppress(NoMatches):
                    screen.hear(event)


def run_app(socket: str, world: World) -> int:
    """Open the UI on the daemon's socket; returns the exit status."""
    app = ReconcileApp(Desk(socket, world))
    app.run()
    return app.return_code or 0
