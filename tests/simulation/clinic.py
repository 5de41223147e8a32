"""The tiny clinic of the simulation: made once in a process, taken up as it was at the start of every run."""

from __future__ import annotations

import atexit
import dataclasses
import shutil
import sqlite3
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import msgspec

from daemon.ports import Clock
from daemon.sandbox.blueprint import DEFAULT_SHAPE, Blueprint, plan_access
from daemon.sandbox.build import build_world
from daemon.sandbox.delivery import Post
from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.provet.config import Cancellation
from daemon.sandbox.settings_out import write_settings
from daemon.sandbox.state import Ports, Saved
from daemon.sandbox.world import World
from daemon.sandbox.xero import XeroSystem
from daemon.sandbox.xero.auth import Refresh
from daemon.sandbox.xero.config import GRANTED_SCOPES
from daemon.settings import Settings, load
from daemon.store.database import open_inline
from daemon.store.inline import InlineDatabase
from daemon.store.schema import prepare
from daemon.store.sqlite import connect
from tests.simulation.life import START

PROVET, XERO = "http://127.0.0.1:8001", "http://127.0.0.1:8002"
PRACTICE = "riverside"
CONSENT = "the-first-refresh-token"
SHAPE = type(DEFAULT_SHAPE)(seed=5, clients=3, invoices=3, tidy=True, limits="real")
LIVELY = {"poll_s": 300, "settle_s": 120}


class StoppedClock:
    """The moment at which every run begins."""

    def utc(self) -> object:
        return START

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@dataclass(frozen=True, slots=True)
class Variant:
    """How the two systems and the app's grant differ between scripts."""

    rotating: bool
    by_status: bool


@dataclass(frozen=True, slots=True)
class _Made:
    provet: bytes
    xero: bytes
    settings: dict[bool, Settings]
    store: bytes


def _blueprint(generation: int, saved: Saved | None) -> Blueprint:
    access = plan_access(SHAPE, PROVET, XERO, 8003)
    return Blueprint(SHAPE, access, Ports(8001, 8002, 8003), START, generation, saved)


@cache
def _made() -> _Made:
    """The clinic's past, its settings for both grants, and an empty store."""
    folder = Path(tempfile.mkdtemp(prefix="simulation-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = build_world(_blueprint(0, None), StoppedClock(), _nobody)  # type: ignore[arg-type]
    world.delivery.restore(())
    provet, xero = (world.hosts[name].system for name in ("provet", "xero"))
    provet.take_webhooks(), xero.take_webhooks()
    settings = {rotating: _settings(folder / f"{rotating}", world, rotating=rotating) for rotating in (False, True)}
    empty = open_inline()
    assert isinstance(empty, InlineDatabase)
    return _Made(provet.dump(), xero.dump(), settings, empty._raw.serialize())


async def _nobody(_: object) -> int | None:
    return None


def _settings(folder: Path, world: World, *, rotating: bool) -> Settings:
    folder.mkdir()
    file = folder / "settings.toml"
    write_settings(file, _blueprint(0, None).access, world.clinic.settings(), size=200, run="run")
    text = file.read_text().replace("settle_s = 5", "".join(f"{name} = {value}\n" for name, value in LIVELY.items()))
    if rotating:
        text = text.replace("[practices.riverside.xero]", '[practices.riverside.xero]\ngrant = "authorization_code"')
        (folder / "settings.toml.secrets" / f"practices__{PRACTICE}__xero__refresh_token").write_text(CONSENT)
    file.write_text(text)
    settings = load(file, {})
    settings.daemon.state_dir.mkdir(parents=True)
    assert settings.practices[PRACTICE].settle_s == LIVELY["settle_s"]
    return settings


def settings_of(variant: Variant) -> Settings:
    return _made().settings[variant.rotating]


def world_of(variant: Variant, generation: int, clock: Clock, post: Post) -> World:
    """Both systems with the clinic's past; ``generation`` decides every id that is new."""
    made = _made()
    saved = Saved(
        shape=SHAPE,
        ports=Ports(8001, 8002, 8003),
        begun=START,
        generation=generation,
        ahead_s=0.0,
        provet=msgspec.Raw(made.provet),
        xero=msgspec.Raw(made.xero),
        planted=msgspec.Raw(b"[]"),
        webhooks=[],
    )
    world = build_world(_blueprint(generation, saved), clock, post)
    xero = xero_of(world)
    xero.identity.state.refresh[CONSENT] = Refresh(GRANTED_SCOPES, START)
    if variant.by_status:
        configure(world, cancellation=Cancellation.STATUS)
    return world


def configure(world: World, *, list_lag_s: float | None = None, **provet_changes: object) -> None:
    """Change how the systems behave while they run."""
    if list_lag_s is not None:
        xero = xero_of(world)
        xero.config = dataclasses.replace(xero.config, list_lag_s=list_lag_s)
    if provet_changes:
        provet = provet_of(world)
        provet.config = provet._books.config = dataclasses.replace(provet.config, **provet_changes)


def provet_of(world: World) -> ProvetSystem:
    system = world.hosts["provet"].system
    assert isinstance(system, ProvetSystem)
    return system


def xero_of(world: World) -> XeroSystem:
    system = world.hosts["xero"].system
    assert isinstance(system, XeroSystem)
    return system


def new_store() -> InlineDatabase:
    """An empty store in memory."""
    raw: sqlite3.Connection = connect(":memory:")
    raw.deserialize(_made().store)
    prepare(raw)
    held = ExitStack()
    held.callback(raw.close)
    return InlineDatabase(raw, held)


def rng_of(*names: object) -> Random:
    """A source of chance of its own for each purpose."""
    return Random("/".join(str(name) for name in names))
