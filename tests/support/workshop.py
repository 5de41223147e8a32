"""A whole daemon against both simulated systems in one process: no socket, no thread, and time that jumps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import UUID

from daemon.app import App, Drivers, open_app
from daemon.core.discrepancy import Discrepancy
from daemon.errors import InDoubt, Unreachable
from daemon.reconciler.engine import Engine
from daemon.sandbox.blueprint import DEFAULT_SHAPE, Blueprint, plan_access
from daemon.sandbox.build import build_world
from daemon.sandbox.hands import act
from daemon.sandbox.inline import InlineExchange
from daemon.sandbox.settings_out import write_settings
from daemon.sandbox.state import Ports
from daemon.sandbox.world import World
from daemon.settings import load
from daemon.store import lists
from daemon.store.database import open_inline
from tests.support import catalogue
from tests.transport.virtual_clock import VirtualClock

T = TypeVar("T")
PROVET, XERO = "http://127.0.0.1:8001", "http://127.0.0.1:8002"


@dataclass(frozen=True, slots=True)
class Workshop:
    """A world, an app over it, and the clock that both share."""

    world: World
    app: App
    clock: VirtualClock

    @property
    def engine(self) -> Engine:
        return self.app.engines["riverside"]

    async def settle_down(self, *, full: bool = False) -> None:
        """Cycles until nothing is left to write."""
        await self.clock.drive(self.engine.settle_down(full=full))

    async def found(self, **wanted: object) -> list[Discrepancy]:
        """The open discrepancies; docs/discrepancies.md names all that they offer."""
        query = lists.Query(limit=500, **wanted)  # type: ignore[arg-type]
        rows = list((await self.app.db.read(lambda tx: lists.page(tx, query))).rows)
        for row in rows:
            catalogue.check(row.finding)
        return rows

    def act(self, system: str, do: str, **arguments: object) -> object:
        """Let people do something in a system; returns what the hand returns."""
        done = act(self.world.hands[system], {"do": do, **arguments}, self.clock.utc(), self.world.rng)
        self.world.collect()
        return done

    def writes(self, system: str) -> list[str]:
        """Method and path of every request that was meant to change a system."""
        entries = self.world.hosts[system].log.entries(writes_only=True)
        return [f"{entry.method} {entry.path}" for entry in entries]


@asynccontextmanager
async def workshop(
    folder: Path,
    seed: int = 7,
    *,
    change: Callable[[str], str] = str,
    clock: VirtualClock | None = None,
    **shape: object,
) -> AsyncIterator[Workshop]:
    """A fresh clinic and a daemon that has not looked at it yet. ``change`` edits the text of the settings file."""
    clock = clock or VirtualClock()
    size = {"clients": 20, "invoices": 60, "tidy": True, "seed": seed, "limits": "wide", **shape}
    clinic = type(DEFAULT_SHAPE)(**size)  # type: ignore[arg-type]
    access = plan_access(clinic, PROVET, XERO, 8003)
    blueprint = Blueprint(
        shape=clinic, access=access, ports=Ports(8001, 8002, 8003), begun=clock.utc(), generation=0, saved=None
    )
    world = build_world(blueprint, clock, _nobody_listens)
    file = folder / "settings.toml"
    write_settings(file, access, world.clinic.settings(), size=200, run="run")
    file.write_text(change(file.read_text()))
    settings = load(file, {})
    settings.daemon.state_dir.mkdir(parents=True)
    drivers = Drivers(
        clock=clock,
        new_id=_ids(seed),
        offload=_inline,
        exchange=InlineExchange(
            {PROVET: world.hosts["provet"], XERO: world.hosts["xero"]},
            clock=clock,
            unreachable=Unreachable,
            in_doubt=InDoubt,
        ),
        db=open_inline(),
    )
    async with open_app(settings, drivers) as app:
        yield Workshop(world, app, clock)


async def _nobody_listens(*_: object) -> bool:
    return True


async def _inline(work: Callable[[], T]) -> T:
    return work()


def _ids(seed: int) -> Callable[[], str]:
    rng, numbers = Random(seed), count()
    return lambda: str(UUID(int=rng.getrandbits(128) ^ next(numbers), version=4))
