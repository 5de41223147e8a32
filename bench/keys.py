"""The terminal UI in a real pseudo-terminal: how long until it has painted, and until a key is answered whole.

The clock of a key runs from writing its bytes to the terminal until the last byte of what it changes has been read
back: the echo, the daemon's answer, the rows, their scroll bar, the sums above them. It has been answered when nothing
has been painted for a while and neither the UI nor the daemon has worked in that time, so that a slow answer is waited
for, however late it comes. Only paints confined to the header and to the line of the daemon's newest activity are left
out: what the daemon does meanwhile is told there, and no key that is measured changes them alone.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SILENCE_S = 0.25
"""Longer than what is near a new list waits to be fetched, and than any time-out of the UI before it paints."""
_RESTING_S = 0.003
"""Less work on a processor than this within the silence is none."""
_PATIENCE_S = 30.0
_COLUMNS, _LINES = 120, 40
_TOLD = {1, _LINES - 1}
"""The lines of the header and of the newest activity, counted from one as terminals do."""
_MOVED = re.compile(rb"\x1b\[(\d+)(?:;\d+)?H")


def cpu_s(*pids: int) -> float:
    """Seconds on a processor of all threads of these processes so far."""
    stats = [file.read_text() for pid in pids for file in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(stat.split()[0]) for stat in stats) / 1e9


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds from a key until the last of what it changes is painted (0: it changes nothing), and the bytes of all."""

    seconds: float
    painted: int


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

    def answered(self, key: bytes, daemon: int) -> Answer:
        """Press a key and wait until the UI and the process ``daemon`` have come to rest."""
        pressed = last = time.perf_counter()
        os.write(self._terminal, key)
        painted, worked = 0, cpu_s(self.pid, daemon)
        while True:
            chunk = self._read(_SILENCE_S)
            if chunk is None:
                before, worked = worked, cpu_s(self.pid, daemon)
                if worked - before < _RESTING_S or time.perf_counter() - last > _PATIENCE_S:
                    return Answer(last - pressed, painted)
            elif not _tells_only(chunk):
                last, painted = time.perf_counter(), painted + len(chunk)

    def peak_mb(self) -> float:
        """The most memory that the process had so far."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def _read(self, seconds: float) -> bytes | None:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready and seconds == _PATIENCE_S:
            raise SystemExit("the UI painted nothing")
        return os.read(self._terminal, 65536) if ready else None


def _tells_only(chunk: bytes) -> bool:
    """Whether all that was painted is in the lines that tell what the daemon does."""
    lines = {int(line) for line in _MOVED.findall(chunk)}
    return bool(lines) and lines <= _TOLD


@contextmanager
def screen(socket: Path, folder: Path) -> Iterator[Screen]:
    """The UI on a daemon's socket, remembering nothing."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if not pid:
        own = {"TERM": "xterm-256color", "XDG_STATE_HOME": str(folder), "COLUMNS": f"{_COLUMNS}", "LINES": f"{_LINES}"}
        env = {**os.environ, **own}
        os.execve(sys.executable, [sys.executable, "-m", "tui", "--socket", str(socket)], env)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    try:
        yield Screen(pid, terminal, began)
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        os.close(terminal)
