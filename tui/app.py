"""The terminal UI's Textual application: one desk, a stack of screens, and what every screen shares."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import ClassVar

import msgspec
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.events import Event as TextualEvent
from textual.events import Key
from textual.notifications import SeverityLevel
from textual.screen import Screen

from daemon.protocol import Event
from daemon.safe import safe
from tui.attached import attached_lines
from tui.clipboard import doubt, fill_tmux_buffer, sequences
from tui.commanding import Command, with_argument
from tui.desk import Desk
from tui.drawing import WIDE, Piece
from tui.driver import QuickDriver
from tui.ending import ended_by_signals
from tui.keys import help_lines
from tui.remembered import Keeper, memory_path
from tui.screens.commandline import CommandLine
from tui.screens.dialogs import Confirm, Help
from tui.screens.keybar import keys_of
from tui.screens.palette import Palette
from tui.screens.steering import STEERED, steer
from tui.screens.typing import Typing
from tui.screens.view import View
from tui.themes import OWN, UNMEASURED, legible
from tui.views import VIEWS, view_entry
from tui.widgets import TextLine
from tui.world import World


class ReconcileApp(App[None]):
    """Attached to one daemon for as long as it is open."""

    TITLE = "reconcile"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command", "Commands", key_display=":"),
        Binding("ctrl+p", "command_palette", "Find a command", show=False),
        Binding("ctrl+c", "quit", "Quit", show=False),
    ]

    def __init__(self, desk: Desk, env: Mapping[str, str] | None = None) -> None:
        """``env`` describes the terminal."""
        super().__init__(driver_class=QuickDriver)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
        self.desk = desk
        self._env = env or {}
        self._doubt_told = False
        self._loop_running: asyncio.AbstractEventLoop | None = None

    def on_mount(self) -> None:
        self._loop_running = asyncio.get_running_loop()
        for name in [name for name in self.available_themes if name in UNMEASURED]:
            self.unregister_theme(name)
        for theme in OWN:
            self.register_theme(theme)
        if self.desk.keeper.memory.theme in self.available_themes:
            self.theme = self.desk.keeper.memory.theme
        self.action_view(VIEWS[0].name)
        self.call_after_refresh(self._connect)

    @property
    def _background_screens(self) -> list[Screen[object]]:
        """As Textual's, without the screens that an opaque one covers: as they change, nothing is painted."""
        return [] if self.screen.styles.background.a == 1 else super()._background_screens

    def get_css_variables(self) -> dict[str, str]:
        return legible(super().get_css_variables(), self.theme)

    def commands(self) -> tuple[Command, ...]:
        """What can be typed behind ``:`` here and now: the views, the program's own words, and this view's keys."""
        practices = tuple(practice.id for practice in self.desk.state.practices)
        views = (Command(entry.name, entry.text, f"app.view({entry.name!r})", practices) for entry in VIEWS)
        return (*views, *self._own_commands(), *self._keys_as_commands())

    def _own_commands(self) -> Iterable[Command]:
        yield Command("help", "the keys that work here", "app.help")
        yield Command("theme", "the colours", "app.theme", tuple(sorted(self.available_themes)), needs=True)
        yield Command("quit", "leave; the daemon goes on", "app.quit")
        practices = tuple(practice.id for practice in self.desk.state.practices)
        for name, text in STEERED.items():
            yield Command(name, text, f"app.steer({name!r})", practices)

    def _keys_as_commands(self) -> Iterable[Command]:
        taken = {entry.name for entry in VIEWS} | {"help", "theme", "quit", "commands", *STEERED}
        for active in self.screen.active_bindings.values():
            name = active.binding.description.casefold().replace(" ", "-")
            if isinstance(active.node, View) and active.enabled and name and name not in taken:
                taken.add(name)
                key = self.get_key_display(active.binding)
                prefix = "" if active.binding.action.startswith("app.") else "screen."
                yield Command(name, f"as the key {key}", f"{prefix}{active.binding.action}")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """The same commands as behind ``:``, to be searched."""
        for command in self.commands():
            if not command.needs:
                yield SystemCommand(
                    command.name, command.text, partial(self.call_later, self.run_action, command.action)
                )
            for choice in command.choices:
                run = partial(self.call_later, self.run_action, with_argument(command.action, choice))
                yield SystemCommand(f"{command.name} {choice}", command.text, run)

    async def on_event(self, event: TextualEvent) -> None:
        """As Textual does; but a key waits for what was typed before it, and for the screen that it is meant for."""
        if isinstance(event, Key):
            if isinstance(self.focused, TextLine):
                await self.focused.taken()
            await self.screen._mounted_event.wait()  # noqa: SLF001
        await super().on_event(event)

    def on_key(self, event: Key) -> None:
        """What a quick hand types before the line that it is meant for is there belongs into that line."""
        if isinstance(self.screen, Typing) and self.screen.take(event):
            event.prevent_default()

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_command(self) -> None:
        def typed(action: str | None) -> None:
            if action:
                self.call_later(self.run_action, action)

        self.push_screen(CommandLine(self.commands()), typed)

    def action_view(self, name: str, practice: str | None = None) -> None:
        """Go to a view: back to it if it is behind the present one, with all that was done there."""
        entry = view_entry(name)
        if practice is None and isinstance(self.screen, View):
            practice = self.screen.practice_here() if entry.one_practice else self.screen.place[1]
        place = (name, practice or "")
        behind = next((s for s in reversed(self.screen_stack) if isinstance(s, View) and s.place == place), None)
        if behind:
            while self.screen is not behind:
                if isinstance(self.screen, View) and not self.screen.may_leave():
                    return
                self.pop_screen()
        else:
            view = entry.create(self.desk, place[1])
            view.place = place
            self.push_screen(view)

    def pop_screen(self) -> AwaitComplete:
        """As Textual's; what the screen has asked for is given up at once: no answer opens a dialog upon another."""
        self.workers.cancel_node(self.screen)
        return super().pop_screen()

    def action_steer(self, action: str, practice: str = "") -> None:
        """Do something with a practice: the one that is named, else the one that is looked at, else the only one."""
        if isinstance(self.screen, View):
            known = self.desk.state.practices
            wanted = practice or self.screen.practice_here() or (known[0].id if len(known) == 1 else "")
            if found := self.desk.state.practice(wanted):
                steer(self.screen, action, found)
            else:
                self.screen.explain(
                    f"{action} needs a practice: {', '.join(each.id for each in known) or 'there is none'}"
                )

    def action_theme(self, name: str) -> None:
        self.theme = name
        self.desk.keeper.keep(lambda memory: msgspec.structs.replace(memory, theme=name))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy to the clipboard of the terminal that the person sits at; whoever calls this shows the text as well.

        Nothing tells whether it arrived: where it may not, the first copy says behind that what to do then.
        """
        if (way_out := doubt(self._env)) and not self._doubt_told:
            self._doubt_told = True
            self.call_later(self.notify, way_out, markup=False)
        if self._driver:
            self._driver.write(sequences(safe(text), self._env))
        if self._env.get("TMUX"):
            self.run_worker(fill_tmux_buffer(safe(text)), group="clipboard", exclusive=True)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,  # noqa: ARG002
        markup: bool = True,  # noqa: ARG002
    ) -> None:
        """Say something in passing, in a line of the view that is looked at: nothing lies upon what is decided on."""
        views = [screen for screen in self.screen_stack if isinstance(screen, View) and screen.is_mounted]
        if views:
            views[-1].say(f"{title}: {message}" if title else message, severity)

    def leave(self, status: int) -> bool:
        """End from outside with this exit status, the terminal put back; False if it is not open yet."""
        if self._loop_running is None:
            return False
        self._loop_running.call_soon_threadsafe(partial(self.exit, return_code=status))
        return True

    async def action_quit(self) -> None:
        """Leave; what that would break off is asked about first."""
        left = next((text for view in self.screen_stack if isinstance(view, View) and (text := view.unfinished())), "")
        if not left:
            self.exit()
            return
        asked: list[Piece] = [("Leave before all is sent?", "head"), (f"{left}. What is not sent stays as it is.", "")]
        self.push_screen(Confirm(lambda: asked, "Leave"), lambda yes: self.exit() if yes else None)

    def action_help(self) -> None:
        screen = self.screen
        about, marks = (screen.ABOUT, screen.MARKS) if isinstance(screen, View) else ("", ())
        attached = attached_lines(self.desk.state, self.desk.socket)
        self.push_screen(Help([*help_lines(keys_of(self.screen), about, marks), *attached]))

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """As Textual does; but an action that its view refuses says why instead of nothing."""
        target, name, _ = self._parse_action(action, default_namespace or self, namespaces)
        if isinstance(target, View) and target.is_current and (refusal := target.refusal(name)):
            target.explain(refusal)
            return True
        return await super().run_action(action, default_namespace, namespaces)

    def _connect(self) -> None:
        self.run_worker(self.desk.run(self._tell), exclusive=True)

    def _tell(self, event: Event | None) -> None:
        """Let every screen hear of an event; one that is closing has lost its widgets already."""
        for screen in self.screen_stack:
            if isinstance(screen, View) and screen.is_mounted:
                with suppress(NoMatches):
                    screen.hear(event)


def run_app(socket: str, world: World, env: Mapping[str, str]) -> int:
    """Open the UI on the daemon's socket; returns the exit status."""
    app = ReconcileApp(Desk(socket, world, Keeper(memory_path(env))), env)
    with ended_by_signals(app.leave):
        app.run()
    return app.return_code or 0
