"""What measurements share: both simulated systems in this process, and a daemon over them that never waits."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.measure import Stopwatch
from daemon.app import Drivers, open_app
from daemon.clock import SystemClock
from daemon.errors import InDoubt, Unreachable
from daemon.ports import Exchange, Request, Response
from daemon.reconciler.engine import Engine
from daemon.sandbox.blueprint import Blueprint, plan_access
from daemon.sandbox.build import build_world
from daemon.sandbox.inline import InlineExchange
from daemon.sandbox.settings_out import PRACTICE, write_settings
from daemon.sandbox.state import Ports, Shape
from daemon.sandbox.world import World
from daemon.settings import Settings, load

PROVET, XERO = "http://127.0.0.1:8001", "http://127.0.0.1:8002"
WEBHOOK_PORT = 8003
SEED = 7


class HurriedClock(SystemClock):
    """The machine's time, but waiting puts it forward: call limits cost nothing."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def utc(self) -> dt.datetime:
        return super().utc() + dt.timedelta(seconds=self._ahead_s)

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead_s

    async def sleep(self, seconds: float) -> None:
        self._ahead_s += max(seconds, 0.0)
        await asyncio.sleep(0)


class Meter:
    """An ``Exchange`` that counts calls and takes the time of the simulated systems out of the measurement."""

    def __init__(self, exchange: Exchange, watch: Stopwatch) -> None:
        self.calls = {PROVET: 0, XERO: 0}
        self._exchange = exchange
        self._watch = watch

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        """Send one request; see ``daemon.ports.Exchange``."""
        self.calls[PROVET if request.url.startswith(PROVET) else XERO] += 1
        began = time.perf_counter()
        try:
            return await self._exchange(request, timeout_s=timeout_s)
        finally:
            self._watch.away_s += time.perf_counter() - began


class Stage:
    """Two simulated systems and the settings that lead to them."""

    def __init__(self, folder: Path, *, clients: int, invoices: int) -> None:
        self.clock = HurriedClock()
        shape = Shape(seed=SEED, clients=clients, invoices=invoices, tidy=True, limits="wide")
        access = plan_access(shape, PROVET, XERO, WEBHOOK_PORT)
        ports = Ports(8001, 8002, WEBHOOK_PORT)
        begun = self.clock.utc()
        blueprint = Blueprint(shape=shape, access=access, ports=ports, begun=begun, generation=0, saved=None)
        self.world: World = build_world(blueprint, self.clock, _nobody_listens)
        file = folder / "settings.toml"
        write_settings(file, access, self.world.clinic.settings(), size=invoices, run="run")
        self.settings: Settings = load(file, {})

    def exchange(self) -> Exchange:
        """The way to both systems without a socket."""
        hosts = {PROVET: self.world.hosts["provet"], XERO: self.world.hosts["xero"]}
        return InlineExchange(hosts, clock=self.clock, unreachable=Unreachable, in_doubt=InDoubt)

    @asynccontextmanager
    async def daemon(self, exchange: Exchange) -> AsyncIterator[Engine]:
        """The daemon's one practice, with its real clients and its store on disk; nothing runs yet."""
        async with open_app(self.settings, Drivers(clock=self.clock, exchange=exchange)) as app:
            yield app.engines[PRACTICE]


async def _nobody_listens(*_: object) -> bool:
    return True
