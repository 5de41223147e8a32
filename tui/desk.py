"""What all screens share: the state, the connection that feeds it, and a way to ask the daemon. No Textual here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from daemon.protocol import Event, Message, Resync
from tui import calls
from tui.calls import Call, ControlError
from tui.remembered import Keeper
from tui.state import State, fold, lost, with_status
from tui.world import World

if TYPE_CHECKING:
    from tui.client import Client
    from tui.monthly import Sheet

_MONTHS_MAX = 12
MonthKey = tuple[str, str, str]
"""Practice, month, and by what it is broken down."""

M = TypeVar("M", bound=Message)


class Desk:
    """Holds the newest ``state``; ``run`` keeps it so. ``keeper`` holds what is remembered between sessions.

    ``socket`` is the daemon's, as an absolute path.
    """

    def __init__(self, path: str, world: World, keeper: Keeper | None = None) -> None:
        self.state = State()
        self.world = world
        self.keeper = keeper or Keeper()
        self._path = path
        self.socket = str(Path(path).absolute())
        self.months: dict[MonthKey, Sheet] = {}
        """Reports of months as far as they were read, the newest last."""
        self._client: Client | None = None

    def keep_month(self, key: MonthKey, sheet: Sheet) -> None:
        """Keep a report for when it is looked at again; of many the newest."""
        self.months.pop(key, None)
        self.months[key] = sheet
        while len(self.months) > _MONTHS_MAX:
            del self.months[next(iter(self.months))]

    async def run(self, tell: Callable[[Event | None], None]) -> None:
        """Follow the daemon for ever; ``tell`` is called after each change of state, with None after a loss."""
        from tui.client import Client, follow

        def on_lost(error: ControlError) -> None:
            self.state = lost(self.state, error.problem)
            tell(None)

        async with Client(self._path) as client:
            self._client = client
            async for event in follow(client, self.world.sleep, on_lost):
                self.state = fold(self.state, event)
                if isinstance(event, Resync):
                    await self._resync(client)
                tell(event)

    async def ask(self, call: Call[M]) -> M:
        """The daemon's answer; raises ``ControlError``."""
        if self._client is None:
            raise ControlError("unreachable", "not connected yet", "wait a moment")
        return await self._client.send(call)

    async def _resync(self, client: Client) -> None:
        try:
            self.state = with_status(self.state, await client.send(calls.status()))
        except ControlError as error:
            self.state = lost(self.state, error.problem)
