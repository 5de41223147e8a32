"""A real pseudo-terminal with ``reconcile`` in it: keys in, the bytes that a terminal would get out."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import tempfile
import termios
from collections.abc import AsyncIterator

_CONTROL = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;:<=>?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x09\x0b-\x1f]"
)
_MOVE = re.compile(rb"\x1b\[[0-9;]*H")


class Terminal:
    """What one attached UI has written so far, and its keyboard."""

    def __init__(self, fd: int, process: asyncio.subprocess.Process) -> None:
        self.raw = b""
        self._process = process
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

    async def sends(self, code: bytes) -> None:
        """Wait until the terminal was sent these bytes, ever."""
        async with asyncio.timeout(20):
            while code not in self.raw:
                self._more.clear()
                await self._more.wait()

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, as a shell wants it."""
        return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)

    def text(self) -> str:
        """What was drawn since the last keys, as text; each placing of the cursor begins a line."""
        lines = _MOVE.sub(b"\n", self.raw[self._seen :])
        return _CONTROL.sub(b"", lines).decode(errors="replace")

    async def ended_by(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit status."""
        self._process.send_signal(number)
        async with asyncio.timeout(20):
            return await self._process.wait()

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
    state = tempfile.TemporaryDirectory()
    env = {key: value for key, value in os.environ.items() if key not in {"TMUX", "STY"}}
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
        env={**env, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": state.name},
        start_new_session=True,
    )
    os.close(theirs)
    screen = Terminal(ours, process)
    try:
        yield screen
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        screen.close()
        state.cleanup()
