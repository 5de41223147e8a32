"""What every command of ``reconcile`` works with, and what its exit status can say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from tui.console import Console
from tui.oneshot import Oneshot

DONE, OPEN, ERROR, NOT_ALLOWED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Session:
    """The daemon, the console, a way to wait, and the present in UTC."""

    daemon: Oneshot
    console: Console
    sleep: Callable[[float], None]
    utc: Callable[[], dt.datetime]
