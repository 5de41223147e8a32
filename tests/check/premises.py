"""A clinic and its settings before the daemon ever ran: both simulated systems without sockets, and time that jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from daemon.check.findings import findings
from daemon.check.problems import Problem
from daemon.check.reading import ReadsOnly, read_all
from daemon.check.seen import Seen
from daemon.errors import InDoubt, Unreachable
from daemon.sandbox.blueprint import DEFAULT_SHAPE, Blueprint, plan_access
from daemon.sandbox.build import build_world
from daemon.sandbox.inline import InlineExchange
from daemon.sandbox.settings_out import write_settings
from daemon.sandbox.state import Ports
from daemon.sandbox.world import World
from daemon.settings import Settings, load
from daemon.transport.network import Network
from daemon.transport.tokens import Load, no_state
from tests.transport.virtual_clock import VirtualClock

PROVET, XERO = "http://127.0.0.1:8001", "http://127.0.0.1:8002"


@dataclass(slots=True)
class Premises:
    """``settings`` may be changed between checks, the world at any time."""

    world: World
    file: Path
    settings: Settings
    clock: VirtualClock
    kept: Load = no_state

    def reload(self, change: Callable[[str], str]) -> None:
        """Edit the settings file and read it again."""
        self.file.write_text(change(self.file.read_text()))
        self.settings = load(self.file, {})

    async def read(self) -> dict[str, Seen]:
        hosts = {PROVET: self.world.hosts["provet"], XERO: self.world.hosts["xero"]}
        exchange = InlineExchange(hosts, clock=self.clock, unreachable=Unreachable, in_doubt=InDoubt)
        network = Network(ReadsOnly(exchange), self.clock)
        return await self.clock.drive(read_all(self.settings, network, lambda _: self.kept))

    async def check(self) -> list[Problem]:
        return findings(self.settings, await self.read())


def premises(folder: Path) -> Premises:
    """A tidy clinic and the settings that fit it."""
    clock = VirtualClock()
    shape = type(DEFAULT_SHAPE)(seed=7, clients=5, invoices=10, tidy=True, limits="wide")
    access = plan_access(shape, PROVET, XERO, 8003)
    blueprint = Blueprint(
        shape=shape, access=access, ports=Ports(8001, 8002, 8003), begun=clock.utc(), generation=0, saved=None
    )
    world = build_world(blueprint, clock, _nobody_listens)
    file = folder / "settings.toml"
    write_settings(file, access, world.clinic.settings(), size=10, run="run")
    return Premises(world, file, load(file, {}), clock)


async def _nobody_listens(*_: object) -> bool:
    return True


def texts(problems: list[Problem], level: str = "error") -> list[str]:
    return [problem.text for problem in problems if problem.level == level]
