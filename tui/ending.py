"""Ended from outside (SIGTERM, SIGHUP): the terminal is put back first, and a stuck one delays the end only so long."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

GRACE_S = 3
SIGNALED = 128


@contextlib.contextmanager
def ended_by_signals(leave: Callable[[int], bool]) -> Iterator[None]:
    """Call ``leave`` with the exit status when the process is told to end; False from it ends the process at once."""

    def told(number: int, _: FrameType | None) -> None:
        if leave(SIGNALED + number):
            signal.alarm(GRACE_S)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)
