"""One call to a remote system before it has its token."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from daemon.ports import Request


class Priority(IntEnum):
    """Who goes first when calls are short; the lowest number wins."""

    CORRECTION = 0
    HINT = 1
    POLL = 2
    FULL = 3


@dataclass(frozen=True, slots=True)
class Call:
    """A request without its ``Authorization``.

    ``endpoint`` names the limit it counts against where limits go by endpoint ("GET invoice"); ``weight`` is how much.
    """

    request: Request
    priority: Priority
    endpoint: str = ""
    weight: int = 1
