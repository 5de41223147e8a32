"""``reconciled demo`` in a real terminal: the UI on a clinic at work, and nothing left when it is quit or hung up."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import AsyncIterator

from tests.support.terminal import Terminal


@contextlib.asynccontextmanager
async def demo_in_a_terminal() -> AsyncIterator[tuple[Terminal, asyncio.subprocess.Process]]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    process = await asyncio.create_subprocess_exec(
        *("setsid", "--ctty", "--wait", sys.executable, "-P", "-m", "daemon", "demo"),
        stdin=theirs,
        stdout=theirs,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    os.close(theirs)
    screen = Terminal(ours, process)
    try:
        yield screen, process
    finally:
        with contextlib.suppress(OSError):
            screen.close()
        await process.communicate()


async def test_the_ui_shows_the_practice_and_quits_cleanly(scratch):
    async with demo_in_a_terminal() as (screen, process):
        await screen.shows("Riverside Vets", "live")
        screen.keys("q")
        assert process.stderr is not None
        assert await process.stderr.read() == b""
        assert await process.wait() == 0
    assert list(scratch.iterdir()) == []


async def test_a_terminal_that_goes_away_takes_everything_with_it(scratch):
    async with demo_in_a_terminal() as (screen, process):
        await screen.shows("Riverside Vets")
        screen.close()
        assert process.stderr is not None
        await process.stderr.read()
    assert list(scratch.iterdir()) == []
