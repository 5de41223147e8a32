"""Starts and stops a whole sandbox in this process: sockets, world, state, settings file, and what happens by itself.

``reconciled sandbox`` and ``reconciled demo`` both stand on ``open_sandbox``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec

from daemon.ports import Clock
from daemon.sandbox.blueprint import Blueprint, Options, bind_both, plan_sandbox
from daemon.sandbox.build import build_world
from daemon.sandbox.control import PREFIX, control_routes
from daemon.sandbox.delivery import Post
from daemon.sandbox.errors import SandboxError
from daemon.sandbox.postman import HttpPost
from daemon.sandbox.profiles import PROFILES
from daemon.sandbox.settings_out import Access, write_settings
from daemon.sandbox.shell import Shell
from daemon.sandbox.state import Ports, Saved, StateFile
from daemon.sandbox.world import World

log = logging.getLogger(__name__)

BEAT_S = 0.1
LIVE_S = 1.0
SAVE_S = 5.0

Build = Callable[[Blueprint, Clock, Post], World]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that serves."""

    world: World
    access: Access
    settings: Path | None

    def urls(self) -> dict[str, object]:
        """Where everything is, as ``reconciled sandbox`` prints it."""
        return {
            "provet": self.access.provet_url,
            "xero": self.access.xero_url,
            "settings": None if self.settings is None else str(self.settings),
            "control": {
                "provet": f"{self.access.provet_origin}{PREFIX}/",
                "xero": f"{self.access.xero_origin}{PREFIX}/",
            },
        }


@asynccontextmanager
async def open_sandbox(options: Options, clock: Clock, build: Build = build_world) -> AsyncIterator[Sandbox]:
    """Serve until the block ends, then save. SandboxError, in one line, when something stands in the way."""
    async with AsyncExitStack() as stack:
        store = StateFile(options.state) if options.state else None
        if store is not None:
            stack.callback(store.close)
        saved = store.load() if store else None
        listeners = bind_both(saved.ports if saved else Ports())
        for listener in listeners.values():
            stack.callback(listener.close)
        blueprint = plan_sandbox(options, saved, listeners, clock.utc())
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        world = _build(build, blueprint, clock, HttpPost(session), store)
        world.faults.plan = PROFILES[options.faults].plan
        if store is not None:
            _save_or_stop(store, blueprint, world)
            stack.callback(_save_or_stop, store, blueprint, world)
        settings = _write_settings(options, blueprint, world)
        for name, listener in listeners.items():
            shell = Shell(world.hosts[name], listener, clock=world.clock, control=control_routes(world, name))
            stack.push_async_callback(shell.stop)
            await shell.start()
        await stack.enter_async_context(_by_itself(world, store, blueprint, live=options.live))
        yield Sandbox(world, blueprint.access, settings)


def _build(build: Build, blueprint: Blueprint, clock: Clock, post: Post, store: StateFile | None) -> World:
    try:
        return build(blueprint, clock, post)
    except (ValueError, LookupError, TypeError, msgspec.DecodeError) as error:
        if store is None or blueprint.saved is None:
            raise
        raise store.corrupt(error) from error


def _write_settings(options: Options, blueprint: Blueprint, world: World) -> Path | None:
    if options.settings_out is None:
        return None
    file = options.settings_out.absolute()
    size = blueprint.shape.clients + blueprint.shape.invoices
    run = f"{blueprint.begun:%Y%m%dT%H%M%S%f}"
    write_settings(file, blueprint.access, world.clinic.settings(), size=size, run=run)
    return file


def _save(store: StateFile, blueprint: Blueprint, world: World) -> None:
    systems = {name: msgspec.Raw(host.system.dump()) for name, host in world.hosts.items()}
    world.changed = False
    store.save(
        Saved(
            shape=blueprint.shape,
            ports=blueprint.ports,
            begun=blueprint.begun,
            generation=blueprint.generation,
            ahead_s=world.clock.ahead_s,
            provet=systems["provet"],
            xero=systems["xero"],
            planted=msgspec.Raw(msgspec.json.encode(world.clinic.planted())),
            webhooks=world.delivery.pending(),
        )
    )


def _save_or_stop(store: StateFile, blueprint: Blueprint, world: World) -> None:
    try:
        _save(store, blueprint, world)
    except OSError as error:
        raise SandboxError(f"the state cannot be written to {store.path}: {error.strerror}") from error


@asynccontextmanager
async def _by_itself(world: World, store: StateFile | None, blueprint: Blueprint, *, live: bool) -> AsyncIterator[None]:
    """Late requests land, webhooks go out, the state is saved and a live clinic acts, while the block runs."""

    async def land() -> None:
        world.land_due()

    async def act() -> None:
        world.step(1)

    async def save() -> None:
        if store is None or not world.changed:
            return
        began = world.clock.monotonic()
        try:
            _save(store, blueprint, world)
        except OSError as error:
            world.changed = True
            log.warning("the state cannot be written to %s: %s", store.path, error.strerror)
        await world.clock.sleep(10 * (world.clock.monotonic() - began))

    works = [(BEAT_S, land), (BEAT_S, world.delivery.deliver_due), (SAVE_S, save), *([(LIVE_S, act)] if live else [])]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_every(seconds, world.clock, work)) for seconds, work in works]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as failed:
        if len(failed.exceptions) == 1:
            raise failed.exceptions[0] from None
        raise


async def _every(seconds: float, clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await clock.sleep(seconds)
        await work()
