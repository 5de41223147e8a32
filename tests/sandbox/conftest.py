"""Worlds of echo systems, and their servers on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from daemon.sandbox.control import control_routes
from daemon.sandbox.shell import Shell, bind, origin_of
from daemon.sandbox.world import World
from tests.sandbox.echo import HandClock, echo_world


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def world(clock: HandClock) -> World:
    return echo_world(clock)


@pytest.fixture
async def origin(world: World, clock: HandClock) -> AsyncIterator[str]:
    listener = bind(0)
    shell = Shell(world.hosts["xero"], listener, clock=clock, control=control_routes(world, "xero"))
    await shell.start()
    yield origin_of(listener)
    await shell.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as session:
        yield session
