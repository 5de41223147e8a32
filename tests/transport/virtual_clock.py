"""A clock that stands still until everybody waits for it, and then jumps to the next appointment."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
from collections.abc import Awaitable
from itertools import count
from typing import TypeVar

T = TypeVar("T")
START = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)


class VirtualClock:
    def __init__(self) -> None:
        self.now = 1000.0
        self._appointments: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def utc(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.now - 1000.0)

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._appointments, (self.now + seconds, next(self._numbers), future))
        await future

    async def drive(self, work: Awaitable[T]) -> T:
        """Run ``work`` to its end, moving the clock; fails where nothing would ever happen again."""
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(50):
                await asyncio.sleep(0)
            if task.done():
                break
            assert self._appointments, "everybody waits and nobody wakes them"
            due, _, future = heapq.heappop(self._appointments)
            self.now = max(self.now, due)
            if not future.done():
                future.set_result(None)
        return task.result()
