"""Wakes whoever follows the daemon: what changed stands in the store, only the wake-up and passing remarks go here."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import deque

from daemon.core.model import Value

_REMARKS_MAX = 200


class Remark(Value, frozen=True, kw_only=True):
    """One line of activity: what happens right now, for whoever watches."""

    at: dt.datetime
    practice: str
    text: str


class Pulse:
    """A bell with one listener: rung when the store changed or something was remarked.

    ``signs`` is when each practice last said what it does.
    """

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self._remarks: deque[Remark] = deque(maxlen=_REMARKS_MAX)
        self._practices: dict[str, None] = {}
        self.signs: dict[str, dt.datetime] = {}

    def beat(self, practice: str) -> None:
        """Say that something of a practice changed in the store."""
        self._practices[practice] = None
        self._bell.set()

    def remark(self, at: dt.datetime, practice: str, text: str) -> None:
        """Say what happens, a sign of life of the practice; old remarks that nobody fetched are dropped."""
        self.signs[practice] = at
        self._remarks.append(Remark(at=at, practice=practice, text=text))
        self._bell.set()

    async def wait(self) -> tuple[list[str], list[Remark]]:
        """Wait for the next ring; the practices that changed and the remarks since the last call."""
        await self._bell.wait()
        self._bell.clear()
        practices, self._practices = list(self._practices), {}
        remarks = list(self._remarks)
        self._remarks.clear()
        return practices, remarks
