"""Both drivers of the store, each on a fresh file or in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.store.database import Database, open_aiosqlite, open_inline


@pytest.fixture(params=["aiosqlite", "inline"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_aiosqlite(tmp_path / "store.db") if request.param == "aiosqlite" else open_inline()
    yield database
    await database.close()
