"""The composition root: hands drivers to everything, owns every task, and ends them in order."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import structlog
from aiohttp import web

from daemon import clock as machine
from daemon import logs, webhooks
from daemon.connect import connect, open_network
from daemon.control.access import Access, group_id
from daemon.control.listener import Listener, open_listener
from daemon.control.server import ControlServer
from daemon.desk.desk import Desk
from daemon.errors import Invalid
from daemon.metrics import endpoints as metrics
from daemon.notify import notify
from daemon.ports import Clock, Exchange, NewId, Offload
from daemon.pulse import Pulse
from daemon.reconciler.engine import Engine
from daemon.sealing import seal_in
from daemon.settings import Listen, Settings, load
from daemon.store.database import Database, epoch, open_aiosqlite
from daemon.transport.aiohttp_exchange import AiohttpExchange

log = structlog.get_logger(__name__)

STORE = "reconciled.sqlite"
_WATCH_S = 20.0


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives the ports. The machine's own by default; a simulation or a rehearsal hands in others.

    ``exchange`` and ``db`` of None are opened, and closed again, by ``open_app``.
    """

    clock: Clock = field(default_factory=machine.SystemClock)
    new_id: NewId = machine.new_id
    offload: Offload = machine.offload
    exchange: Exchange | None = None
    db: Database | None = None


@dataclass(frozen=True, slots=True)
class App:
    """One process's practices over one store."""

    settings: Settings
    db: Database
    engines: Mapping[str, Engine]
    desk: Desk
    pulse: Pulse


def store_path(settings: Settings) -> Path:
    """Where the store of these settings lives."""
    return settings.daemon.state_dir / STORE


@asynccontextmanager
async def open_app(settings: Settings, drivers: Drivers | None = None) -> AsyncIterator[App]:
    """Open the store and connect every practice; nothing runs yet. Raises ``Invalid`` if the store cannot be had."""
    by = drivers or Drivers()
    async with AsyncExitStack() as stack:
        store = by.db or await _open_store(settings, stack)
        exchange = by.exchange if by.exchange is not None else await _open_exchange(stack)
        pulse, network = Pulse(), await open_network(exchange, by.clock, store)
        number = await store.read(epoch)
        seal = seal_in(settings.daemon.state_dir)
        engines = {
            name: Engine(
                connect(
                    name,
                    practice,
                    network,
                    store,
                    epoch=number,
                    new_id=by.new_id,
                    offload=by.offload,
                    pulse=pulse,
                    seal=seal,
                )
            )
            for name, practice in settings.practices.items()
        }
        desk = Desk(
            store,
            engines,
            pulse,
            by.clock,
            by.new_id,
            version=version("reconciled"),
            four_eyes_over=settings.control.four_eyes_over,
        )
        yield App(settings, store, engines, desk, pulse)


async def _open_exchange(stack: AsyncExitStack) -> Exchange:
    return await stack.enter_async_context(AiohttpExchange())


async def _open_store(settings: Settings, stack: AsyncExitStack) -> Database:
    folder = settings.daemon.state_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        hint = "create it for the service's user, or set daemon.state_dir"
        raise Invalid(f"cannot create {folder}: {error.strerror}", hint=hint) from error
    db = await open_aiosqlite(store_path(settings))
    stack.push_async_callback(db.close)
    return db


async def run(path: Path, environ: Mapping[str, str]) -> int:
    """The service: runs until SIGTERM or SIGINT, which end it within ten seconds. Returns the exit status."""
    settings = load(path, environ)
    logs.set_up(settings.daemon.log_level, settings.daemon.log_format, sys.stderr)
    async with open_app(settings) as app:
        await _serve(app, path, environ, _listen(settings, environ))
    return 0


def _listen(settings: Settings, environ: Mapping[str, str]) -> Listener:
    access = _access(settings)
    settings.daemon.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    return open_listener(settings.daemon.socket, environ, access.socket_gid)


def _access(settings: Settings) -> Access:
    return Access(
        own_uid=os.getuid(),
        viewer_gid=group_id(settings.control.viewer_group),
        approver_gid=group_id(settings.control.approver_group),
    )


async def _serve(app: App, path: Path, environ: Mapping[str, str], listener: Listener) -> None:
    """Serve until told to stop. What the program is made of is left out of full collections of garbage from then on:
    nobody's key waits for them."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, _reload, app, path, environ)
    server = ControlServer(app.desk, listener, _access(app.settings), machine.SystemClock())
    async with AsyncExitStack() as stack:
        await _endpoints(app, stack)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(server.run())]
            tasks += [group.create_task(engine.run()) for engine in app.engines.values()]
            tasks.append(group.create_task(_watch(environ)))
            await server.ready.wait()
            await app.desk.load()
            gc.freeze()
            notify("READY=1", environ)
            log.info("ready", count=len(app.engines))
            await stop.wait()
            notify("STOPPING=1", environ)
            for task in tasks:
                task.cancel()


async def _endpoints(app: App, stack: AsyncExitStack) -> None:
    """Serve webhooks and metrics where settings name an address."""
    daemon, clock = app.settings.daemon, machine.SystemClock()
    if daemon.webhook_listen is not None:
        hooks = webhooks.application([webhooks.hooked(engine) for engine in app.engines.values()])
        await _serve_at(hooks, daemon.webhook_listen, stack)
    if daemon.metrics_listen is not None:
        measures = metrics.application(app.db, app.engines, app.desk, app.pulse, clock)
        await _serve_at(measures, daemon.metrics_listen, stack)


async def _serve_at(endpoints: web.Application, address: Listen, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(endpoints, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, address.host, address.port).start()
    except OSError as error:
        raise Invalid(f"cannot listen on {address.host}:{address.port}: {error.strerror}") from error


def _reload(app: App, path: Path, environ: Mapping[str, str]) -> None:
    """Take over what may change while running: rules and mappings of the practices. A faulty file changes nothing."""
    try:
        fresh = load(path, environ)
    except Invalid as error:
        log.warning("settings not taken over", reason=str(error), count=len(error.problems))
        return
    for name, engine in app.engines.items():
        if name in fresh.practices:
            engine.practice.settings = fresh.practices[name]
            engine.ask(full=True)
    log.info("settings taken over", count=len(app.engines))


async def _watch(environ: Mapping[str, str]) -> None:
    """Feed systemd's watchdog from the loop itself."""
    while True:
        notify("WATCHDOG=1", environ)
        await asyncio.sleep(_WATCH_S)
