"""Inside a real tmux: it is drawn, typed at, and what is copied arrives in tmux's own buffer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.fake_operations import FakeOperations

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Tmux:
    """A tmux server of its own with one pane."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "tmux")

    async def run(self, *args: str) -> str:
        env = {key: value for key, value in os.environ.items() if key not in {"TMUX", "STY", "COLUMNS", "LINES"}}
        process = await asyncio.create_subprocess_exec(
            *("tmux", "-f", "/dev/null", "-S", self._socket, *args),
            env={**env, "TERM": "xterm-256color"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return (await process.communicate())[0].decode(errors="replace")

    async def keys(self, *keys: str) -> None:
        await self.run("send-keys", "-t", "0", *keys)

    async def shows(self, *texts: str) -> None:
        await self._until(("capture-pane", "-p", "-t", "0"), lambda shown: all(text in shown for text in texts))

    async def holds(self, text: str) -> None:
        """Wait until tmux's newest buffer is this text."""
        await self._until(("show-buffer",), lambda shown: shown == text)

    async def _until(self, command: tuple[str, ...], holds: Callable[[str], bool]) -> None:
        shown = ""
        try:
            async with asyncio.timeout(20):
                while not holds(shown):
                    shown = await self.run(*command)
        except TimeoutError:
            sys.stderr.write(shown)
            raise


@contextlib.asynccontextmanager
async def pane(socket_path: str, folder: Path, columns: int, rows: int) -> AsyncIterator[Tmux]:
    """``reconcile`` in a tmux pane of that size."""
    tmux = Tmux(folder)
    command = f"XDG_STATE_HOME={folder} {sys.executable} -m tui --socket {socket_path}; echo back in the shell; cat"
    await tmux.run("new-session", "-d", "-x", str(columns), "-y", str(rows), command)
    try:
        yield tmux
    finally:
        await tmux.run("kill-server")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (200, 50)])
async def test_what_is_copied_arrives_in_tmux(
    socket_path: str, operations: FakeOperations, tmp_path: Path, columns: int, rows: int
) -> None:
    largest = max(operations.found.values(), key=lambda found: (found.finding.amount, found.first_seen))
    async with pane(socket_path, tmp_path, columns, rows) as tmux:
        await tmux.shows("● live", "Riverside")
        await tmux.keys("d")
        await tmux.shows("12 ·", "AMOUNT")
        await tmux.keys("y")
        await tmux.holds(largest.id)
        await tmux.keys("1", "q")
        await tmux.shows("back in the shell")


async def test_a_resize_folds_and_unfolds_the_columns(socket_path: str, tmp_path: Path) -> None:
    async with pane(socket_path, tmp_path, 200, 50) as tmux:
        await tmux.shows("● live", "LAST DAY", "Oaktree Small Animals")
        await tmux.run("resize-window", "-x", "60", "-y", "20", "-t", "0")
        await tmux.shows("● live", "STATE", "RESIDUAL", "? Help")
        await tmux.run("resize-window", "-x", "200", "-y", "50", "-t", "0")
        await tmux.shows("LAST DAY")


async def test_the_theme_is_there_again_in_the_next_session(socket_path: str, tmp_path: Path) -> None:
    async with pane(socket_path, tmp_path, 80, 24) as tmux:
        await tmux.shows("● live")
        await tmux.keys(":", "theme high-contrast-l", "Enter")
        kept = tmp_path / "reconcile" / "ui.json"
        async with asyncio.timeout(20):
            while not kept.exists():
                await tmux.run("list-panes")
    async with pane(socket_path, tmp_path, 80, 24) as tmux:
        await tmux.shows("● live")
        light = "\x1b[48;5;254m reconcile"
        assert light in await tmux.run("capture-pane", "-e", "-p", "-t", "0")
