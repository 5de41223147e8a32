"""Time as an argument: nothing in this package looks at a clock of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class World:
    """The present in UTC, a blocking wait and an asynchronous one; both in seconds."""

    utc: Callable[[], dt.datetime]
    pause: Callable[[float], None]
    sleep: Callable[[float], Awaitable[None]]
