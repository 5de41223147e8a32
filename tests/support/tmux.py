"""A real tmux with ``reconcile`` in its one pane: keys in, the screen as a person would see it out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import pytest

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: apt install tmux")
SIZES = [(80, 24), (200, 50)]

_POLL_S = 0.03
_PATIENCE_S = 30
_SERVERS = count()


class Tmux:
    """A tmux server of its own with one pane."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / f"tmux{next(_SERVERS)}")

    async def run(self, *args: str) -> str:
        """What one tmux command prints."""
        env = {key: value for key, value in os.environ.items() if key not in {"TMUX", "STY", "COLUMNS", "LINES"}}
        process = await asyncio.create_subprocess_exec(
            *("tmux", "-f", "/dev/null", "-S", self._socket, *args),
            env={**env, "TERM": "xterm-256color"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return (await process.communicate())[0].decode(errors="replace")

    async def keys(self, *keys: str) -> None:
        """Press keys by tmux's names for them ("Enter", "C-p"); a text that names none is typed."""
        await self.run("send-keys", "-t", "0", *keys)

    async def typed(self, text: str) -> None:
        """Type a text, whatever it says."""
        await self.run("send-keys", "-t", "0", "-l", text)

    async def pasted(self, text: str) -> None:
        """Paste a text as terminals do."""
        await self.run("set-buffer", text)
        await self.run("paste-buffer", "-p", "-t", "0")

    async def screen(self) -> str:
        return await self.run("capture-pane", "-p", "-t", "0")

    async def shows(self, *texts: str, gone: str = "") -> str:
        """Wait until all of these texts are on the screen and ``gone`` is not; the screen.

        Texts are looked for as words: where a line is folded does not matter.
        """

        def holds(shown: str) -> bool:
            flat = _flat(shown)
            return all(_flat(text) in flat for text in texts) and not (gone and _flat(gone) in flat)

        return await self._until(("capture-pane", "-p", "-t", "0"), holds, f"{texts}, without {gone!r}")

    async def holds(self, text: str) -> None:
        """Wait until tmux's newest buffer is this text."""
        await self._until(("show-buffer",), lambda shown: shown == text, text)

    async def press(self, key: str, *texts: str, gone: str = "") -> str:
        """One key, and what must be seen after it."""
        await self.keys(key)
        return await self.shows(*texts, gone=gone)

    async def _until(self, command: tuple[str, ...], holds: Callable[[str], bool], wanted: str) -> str:
        shown = ""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while not holds(shown := await self.run(*command)):  # noqa: ASYNC110 - tmux tells nobody of a change
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AssertionError(f"after {_PATIENCE_S} s still not: {wanted}\n{shown}") from None
        return shown


def _flat(text: str) -> str:
    """The words alone: without frames, and with single blanks between them."""
    return " ".join("".join(" " if "\u2500" <= char <= "\u259f" else char for char in text).split())


@contextlib.asynccontextmanager
async def pane(socket_path: str, folder: Path, columns: int, rows: int) -> AsyncIterator[Tmux]:
    """``reconcile`` in a tmux pane of that size, with what it remembers in ``folder``."""
    tmux = Tmux(folder)
    command = f"XDG_STATE_HOME={folder} {sys.executable} -m tui --socket {socket_path}; echo back in the shell; cat"
    await tmux.run("new-session", "-d", "-x", str(columns), "-y", str(rows), command)
    try:
        yield tmux
    finally:
        await tmux.run("kill-server")
