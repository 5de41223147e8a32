"""Both drivers of the store, each on a fresh file or in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from daemon.store.database import Database, open_aiosqlite, open_inline

Opener = Callable[[str, Path], Awaitable[Database]]


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Opens stores by driver and path, and closes at the end what a test leaves open."""
    stores: list[Database] = []

    async def opened(driver: str, path: Path) -> Database:
        stores.append(await open_aiosqlite(path) if driver == "aiosqlite" else open_inline(path))
        return stores[-1]

    yield opened
    for store in stores:
        await store.close()


@pytest.fixture(params=["aiosqlite", "inline"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_aiosqlite(tmp_path / "store.db") if request.param == "aiosqlite" else open_inline()
    yield database
    await database.close()
