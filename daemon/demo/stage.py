"""Everything a demo stands on, in a temporary folder: both simulated systems, and the daemon in a process of its own.

Nothing of it is left when the block ends. Logs go to files in the folder, never to the screen.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from daemon import logs
from daemon.demo.children import daemon_arguments, environment, stopped_at_the_end
from daemon.errors import ReconError
from daemon.ports import Clock
from daemon.safe import safe
from daemon.sandbox.blueprint import Options
from daemon.sandbox.runtime import Sandbox, open_sandbox
from daemon.sandbox.settings_out import PRACTICE

CLIENTS, INVOICES, ADOPTED = 60, 200, 12
RELEASE = f"RECONCILED_PRACTICES__{PRACTICE.upper()}__RELEASE"
READY_S = 30.0
_LOOK_S = 0.05
_TAIL = 10


@dataclass(frozen=True, slots=True)
class Stage:
    """A sandbox and a daemon that serve."""

    sandbox: Sandbox
    settings: Path
    socket: Path


@asynccontextmanager
async def open_stage(seed: int, clock: Clock, *, live: bool) -> AsyncIterator[Stage]:
    """Serve until the block ends. A live clinic goes on working, and its first comparison needs no release.

    Raises ``ReconError`` with the end of the daemon's log if it does not come up, ``SandboxError``.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reconciled-demo-")))
        logs.set_up("info", "json", stack.enter_context((folder / "demo.log").open("w")))
        stack.callback(logs.set_up, "info", "auto", sys.stderr)
        shape = {"seed": seed, "clients": CLIENTS, "invoices": INVOICES, "adopted": ADOPTED}
        settings = folder / "settings.toml"
        sandbox = await stack.enter_async_context(open_sandbox(Options(shape, settings_out=settings, live=live), clock))
        socket = Path(tomllib.loads(settings.read_text())["daemon"]["socket"])
        log = stack.enter_context((folder / "daemon.log").open("w+"))
        release = "automatic" if live else "person"
        await stack.enter_async_context(_daemon(settings, socket, log, release, clock))
        yield Stage(sandbox, settings, socket)


@asynccontextmanager
async def _daemon(settings: Path, socket: Path, log: TextIO, release: str, clock: Clock) -> AsyncIterator[None]:
    """``reconciled run`` in a session of its own, which no key of this terminal reaches."""
    process = await asyncio.create_subprocess_exec(
        *daemon_arguments(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=environment({RELEASE: release}),
        start_new_session=True,
    )
    async with stopped_at_the_end(process):

        async def serves() -> bool:
            return process.returncode is not None or await _answers(socket)

        if not await until(serves, READY_S, clock) or process.returncode is not None:
            raise ReconError(f"the daemon does not start: {_tail(log)}")
        yield


async def until(condition: Callable[[], Awaitable[bool]], patience_s: float, clock: Clock) -> bool:
    """Whether the condition comes true within ``patience_s``."""
    end = clock.monotonic() + patience_s
    while not await condition():
        if clock.monotonic() >= end:
            return False
        await clock.sleep(_LOOK_S)
    return True


async def _answers(socket: Path) -> bool:
    with suppress(OSError):
        _, writer = await asyncio.open_unix_connection(socket)
        writer.close()
        return True
    return False


def _tail(log: TextIO) -> str:
    log.seek(0)
    return safe(" / ".join(line.strip() for line in log.readlines()[-_TAIL:]), 2_000) or "it says nothing"
