"""A real pseudo-terminal with ``reconcile`` in it: keys in, the bytes that a terminal would get out."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import AsyncIterator

_CONTROL = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;:<=>?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x09\x0b-\x1f]"
)
_MOVE = re.compile(rb"\x1b\[[0-9;]*H")


class Terminal:
    """What one attached UI has written so far, and its keyboard."""

    def __init__(self, fd: int) -> None:
        self.raw = b""
        self._fd = fd
        self._seen = 0
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(fd, self._read)

    def keys(self, text: str) -> None:
        """Type; what is waited for next must be drawn after this."""
        self._seen = len(self.raw)
        os.write(self._fd, text.encode())

    async def shows(self, *texts: str) -> None:
        """Wait until each text has been drawn since the last keys."""
        async with asyncio.timeout(20):
            while missing := [text for text in texts if text not in self.text()]:
                self._more.clear()
                try:
                    await self._more.wait()
                except asyncio.CancelledError:
                    sys.stderr.write(f"still missing: {missing}\n{self.text()[-4000:]}\n")
                    raise

    def text(self) -> str:
        """What was drawn since the last keys, as text; each placing of the cursor begins a line."""
        lines = _MOVE.sub(b"\n", self.raw[self._seen :])
        return _CONTROL.sub(b"", lines).decode(errors="replace")

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            self.raw += os.read(self._fd, 1 << 16)
        self._more.set()


@contextlib.asynccontextmanager
async def terminal(socket_path: str, columns: int, rows: int) -> AsyncIterator[Terminal]:
    """``reconcile`` attached to ``socket_path`` in a terminal of that size; it is quit on leaving."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tui",
        "--socket",
        socket_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
    )
    os.close(theirs)
    screen = Terminal(ours)
    try:
        yield screen
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        screen.close()
