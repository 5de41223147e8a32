"""Fixtures: made-up operations served on a real Unix socket, and the command line run against it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving


@dataclass(frozen=True)
class Ran:
    """What a finished command left."""

    exit: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def error(self) -> dict[str, str]:
        found = json.loads(self.err)["error"]
        assert set(found) == {"code", "message", "hint"}
        return found


Reconcile = Callable[..., Awaitable[Ran]]


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations(count=12)


@pytest.fixture
async def socket_path(operations: FakeOperations, tmp_path: Path) -> AsyncIterator[str]:
    path = tmp_path / "control.sock"
    async with serving(operations, path):
        yield str(path)


@pytest.fixture
def reconcile(socket_path: str) -> Reconcile:
    async def run(*args: str, socket: str = socket_path) -> Ran:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tui",
            *args,
            env={**os.environ, "RECONCILED_SOCKET": socket},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Ran(process.returncode or 0, out.decode(), err.decode())

    return run
