"""The terminal UI in a real pseudo-terminal: how long until it has painted, and until a key is answered whole."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SILENCE_S = 0.15
_FIRST_S = 0.6
"""Until the first answer: a key that changes nothing costs this much of the measurement's time."""
_PATIENCE_S = 30.0


def cpu_s(*pids: int) -> float:
    """Seconds on a processor of all threads of these processes so far."""
    stats = [file.read_text() for pid in pids for file in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(stat.split()[0]) for stat in stats) / 1e9


class Screen:
    """A terminal of 120 x 40 with the UI in it."""

    def __init__(self, pid: int, terminal: int, began: float) -> None:
        self.began = began
        self.pid = pid
        self._terminal = terminal

    def until(self, word: bytes) -> float:
        """Seconds from the start of the process until this word has been painted."""
        painted = b""
        while word not in painted:
            painted += self._read(_PATIENCE_S) or b""
        return time.perf_counter() - self.began

    def answered(self, key: bytes) -> float:
        """Seconds from a key until the last of what it changes is painted; silence after that is not counted."""
        pressed = last = time.perf_counter()
        os.write(self._terminal, key)
        silence = _FIRST_S
        while self._read(silence) is not None:
            last, silence = time.perf_counter(), _SILENCE_S
        return last - pressed

    def peak_mb(self) -> float:
        """The most memory that the process had so far."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def _read(self, seconds: float) -> bytes | None:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready and seconds == _PATIENCE_S:
            raise SystemExit("the UI painted nothing")
        return os.read(self._terminal, 65536) if ready else None


@contextmanager
def screen(socket: Path, folder: Path) -> Iterator[Screen]:
    """The UI on a daemon's socket, remembering nothing."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if not pid:
        env = {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": str(folder), "COLUMNS": "120", "LINES": "40"}
        os.execve(sys.executable, [sys.executable, "-m", "tui", "--socket", str(socket)], env)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        yield Screen(pid, terminal, began)
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        os.close(terminal)
