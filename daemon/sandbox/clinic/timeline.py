"""Things that happen in order of time, each of which may bring others later."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable
from random import Random

Act = Callable[[dt.datetime], object]
OPENS_H, OPEN_MINUTES = 8, 10 * 60


class Timeline:
    """A queue of acts; those after ``now`` never happen."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._queue: list[tuple[dt.datetime, int, Act]] = []
        self._added = 0

    def at(self, moment: dt.datetime, act: Act) -> None:
        if moment <= self._now:
            self._added += 1
            heapq.heappush(self._queue, (moment, self._added, act))

    def run(self) -> None:
        """Do everything, earliest first, what is added on the way included."""
        while self._queue:
            moment, _, act = heapq.heappop(self._queue)
            act(moment)


def opening_hours(first: dt.date, last: dt.date, rng: Random) -> dt.datetime:
    """A random minute of the working day between two dates, both included."""
    day = first + dt.timedelta(days=rng.randrange((last - first).days + 1))
    minute = rng.randrange(OPEN_MINUTES)
    return dt.datetime(day.year, day.month, day.day, OPENS_H, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
