"""A control server on a real Unix socket around operations; as a program it is a toy daemon to try the UI on.

python -m tests.support.serving /tmp/toy.sock 5000
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from daemon.control.access import Access
from daemon.control.listener import open_listener
from daemon.control.operations import Operations
from daemon.control.server import ControlServer
from tests.support.fake_books import finding
from tests.support.fake_operations import FakeOperations


class WallTime:
    """The real clock."""

    def utc(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@contextlib.asynccontextmanager
async def serving(operations: Operations, path: Path, access: Access | None = None) -> AsyncIterator[ControlServer]:
    """A running server; on leaving it is cancelled and cleaned up."""
    listener = open_listener(path, {})
    server = ControlServer(operations, listener, access or Access(own_uid=os.getuid()), WallTime())
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(server.run())
        await server.ready.wait()
        try:
            yield server
        finally:
            running.cancel()


async def _toy(path: Path, count: int) -> None:
    operations = FakeOperations(count)
    operations.now = dt.datetime.now(dt.UTC)
    async with serving(operations, path):
        number = count
        while True:
            await asyncio.sleep(0.5)
            operations.step()
            if operations.rng.random() < 0.1:
                number += 1
                operations.now = dt.datetime.now(dt.UTC)
                operations.add(finding(number, operations.rng))
                operations.say("riverside", f"change poll: 1 record of Xero, finding {number}")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_toy(Path(sys.argv[1]), int(sys.argv[2])))
