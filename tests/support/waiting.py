"""Waiting on conditions of the outside world, bounded and without fixed pauses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
POLL_S = 0.02


def wait_until(condition: Callable[[], T | None], timeout_s: float, what: str) -> T:
    """The first true value of ``condition``; fails with ``what`` when there is none in time."""
    deadline = time.monotonic() + timeout_s
    idle = threading.Event()
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"after {timeout_s:g} s still not: {what}")
        idle.wait(POLL_S)
