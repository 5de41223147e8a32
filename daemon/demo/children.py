"""The program's own commands as child processes: the daemon, the terminal UI, one command of ``reconcile``."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_OWN = ("RECONCILED_", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_")
"""Variables that steer a daemon; those of whoever starts a demo must not reach the demo's."""
STOP_S = 10.0


def daemon_arguments(settings: Path) -> Sequence[str]:
    """The command line of the service."""
    return (*_python("daemon"), "run", "--settings", str(settings))


def ui_arguments(socket: Path) -> Sequence[str]:
    """The command line ``reconcile`` on the daemon at ``socket``."""
    return (*_python("tui"), "--socket", str(socket))


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: this one's, without what would steer a daemon, and with ``extra``."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OWN)} | dict(extra)


def _python(package: str) -> Sequence[str]:
    return (sys.executable, "-P", "-m", package)


@asynccontextmanager
async def stopped_at_the_end(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """However the block ends, the child is asked to end, and killed if it does not."""
    try:
        yield
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
