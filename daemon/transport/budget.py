"""How many calls may still be made: exact windows of the last minute, a day's allowance, concurrency, priorities.

Nothing here sends anything. Limits and what teaches them: docs/reference/xero.md 3, docs/reference/provet.md 2.5.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from bisect import insort
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from daemon.errors import RateLimited
from daemon.ports import Clock
from daemon.transport.call import Priority

MINUTE_S = 60.0
DAY_S = 86_400.0
PATIENCE_S = 120.0
PROBE_S = 900.0
RESERVES = {Priority.CORRECTION: 0.0, Priority.HINT: 0.02, Priority.POLL: 0.05, Priority.FULL: 0.15}
_MARGIN_S = 0.001
_BLOCKS_PER_MINUTE = 10

Note = Callable[[str, int], Awaitable[None]]
"""Notes durably that calls of that weight may be made in the window of that name."""


class Window:
    """What was spent in the last minute, exact: a call counts from its start until a minute after its end.

    So whatever minute the remote side counts, and however long a call travels, no more than ``limit`` fall into it.
    Calls are noted in blocks before the first of a block is made: a process that is killed forgets none.
    """

    def __init__(self, limit: int, name: str = "", note: Note | None = None) -> None:
        self.limit = limit
        self._name = name
        self._note_block = note
        self._noted = 0
        self._landed: deque[tuple[float, int]] = deque()
        self._spent = 0
        self._flying = 0
        self._closed_until = 0.0

    def wait_s(self, weight: int, now: float) -> float:
        """Seconds until a call of that weight may fit, 0 if it fits now; a weight above the limit counts as it."""
        self._forget(now)
        closed_s = max(self._closed_until - now, 0.0)
        over = self._spent + self._flying + min(weight, self.limit) - self.limit
        if over <= 0:
            return closed_s
        for ended, spent in self._landed:
            over -= spent
            if over <= 0:
                return max(closed_s, ended + MINUTE_S - now + _MARGIN_S)
        return max(closed_s, MINUTE_S)

    def lacks_note(self, weight: int) -> bool:
        """Whether a call of that weight must be noted before it is made."""
        return self._note_block is not None and self._noted < weight

    async def note_block(self, weight: int) -> None:
        """Note a block of calls that holds one of that weight."""
        block = max(self.limit // _BLOCKS_PER_MINUTE, weight)
        if self._note_block is not None:
            await self._note_block(self._name, block)
        self._noted += block

    def remember(self, weight: int, then: float) -> None:
        """Count calls that an earlier process may have made until then."""
        self._spend(min(weight, self.limit), then)

    def start(self, weight: int) -> None:
        self._flying += weight
        self._noted -= weight

    def land(self, weight: int, now: float) -> None:
        self._flying -= weight
        self._spend(weight, now)

    def left(self, now: float) -> int:
        self._forget(now)
        return max(self.limit - self._spent - self._flying, 0)

    def learn_left(self, left: int, now: float) -> None:
        """Believe the remote side when it counts more calls than we made, as after a restart."""
        missing = self.left(now) - left
        if missing > 0:
            self._spend(missing, now)

    def close(self, seconds: float, now: float) -> None:
        """Let nothing through for that long."""
        self._closed_until = max(self._closed_until, now + seconds)

    def _spend(self, weight: int, now: float) -> None:
        self._landed.append((now, weight))
        self._spent += weight

    def _forget(self, now: float) -> None:
        while self._landed and self._landed[0][0] + MINUTE_S <= now:
            self._spent -= self._landed.popleft()[1]


class DayAllowance:
    """Calls left until the remote side's day ends, which it alone knows: its own figure counts.

    Less urgent calls leave a reserve to more urgent ones. A day that seems used up is probed now and then, by what is
    not urgent only after nobody heard of it for a while: when the remote side's day began anew nothing else tells.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit
        self._learned_at = -DAY_S
        self._probe_at = 0.0

    def check(self, priority: Priority, now: float) -> None:
        """Raises ``RateLimited`` if what is left is not for this priority."""
        if now - self._learned_at >= DAY_S:
            self.learn_left(self.limit, now)
        if self.left > self.limit * RESERVES[priority]:
            return
        if now >= self._probe_at and (priority <= Priority.HINT or now >= self._learned_at + PROBE_S):
            self._probe_at = now + PROBE_S
            return
        raise RateLimited("the day's calls are used up", retry_after_s=PROBE_S, problem="day")

    def spend(self) -> None:
        self.left = max(self.left - 1, 0)

    def learn_left(self, left: int, now: float) -> None:
        self.left = left
        self._learned_at = now


class Gate:
    """Lets calls through one by one: by priority, then in order of arrival, as windows and concurrency allow."""

    def __init__(
        self, clock: Clock, windows: Sequence[Window], *, concurrent: int, day: DayAllowance | None = None
    ) -> None:
        self._clock = clock
        self._windows = windows
        self._concurrent = concurrent
        self._day = day
        self._in_flight = 0
        self._waiting: list[tuple[Priority, int]] = []
        self._numbers = count()
        self._change = asyncio.Event()

    @asynccontextmanager
    async def slot(self, priority: Priority, weight: int = 1) -> AsyncIterator[None]:
        """Wait for a turn and hold it.

        Raises ``RateLimited`` instead of waiting if the turn is further off than ``PATIENCE_S``.
        """
        await self._turn(priority, weight)
        try:
            yield
        finally:
            self._in_flight -= 1
            now = self._clock.monotonic()
            for window in self._windows:
                window.land(weight, now)
            self._tell()

    async def _turn(self, priority: Priority, weight: int) -> None:
        ticket = (priority, next(self._numbers))
        insort(self._waiting, ticket)
        try:
            while not await self._ready(ticket, weight):
                pass
            self._start(priority, weight)
        finally:
            self._waiting.remove(ticket)
            self._tell()

    def _may_go(self, ticket: tuple[Priority, int]) -> bool:
        return self._waiting[0] == ticket and self._in_flight < self._concurrent

    async def _ready(self, ticket: tuple[Priority, int], weight: int) -> bool:
        """Whether the call may start at once; if not, waits for one of the things that it lacks."""
        if not self._may_go(ticket):
            await self._change.wait()
        elif wait_s := self._wait_s(weight):
            await self._clock.sleep(wait_s)
        elif lacking := [window for window in self._windows if window.lacks_note(weight)]:
            await lacking[0].note_block(weight)
        else:
            return True
        return False

    def _wait_s(self, weight: int) -> float:
        now = self._clock.monotonic()
        wait_s = max(window.wait_s(weight, now) for window in self._windows)
        if wait_s > PATIENCE_S:
            raise RateLimited("the call limit is used up", retry_after_s=wait_s, problem="closed")
        return wait_s

    def _start(self, priority: Priority, weight: int) -> None:
        if self._day is not None:
            self._day.check(priority, self._clock.monotonic())
            self._day.spend()
        self._in_flight += 1
        for window in self._windows:
            window.start(weight)

    def _tell(self) -> None:
        self._change.set()
        self._change = asyncio.Event()


@dataclass(frozen=True, slots=True)
class Usage:
    """What has been used and what is left; None where the system has no such limit."""

    calls_today: int
    bytes_today: int
    minute_left: int | None
    minute_limit: int | None
    day_left: int | None
    day_limit: int | None


class Tally:
    """Calls and decompressed bytes read since midnight UTC."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._day: dt.date | None = None
        self._calls = 0
        self._bytes = 0

    def add(self, size: int) -> None:
        self._turn_over()
        self._calls += 1
        self._bytes += size

    @property
    def today(self) -> tuple[int, int]:
        self._turn_over()
        return self._calls, self._bytes

    def _turn_over(self) -> None:
        today = self._clock.utc().date()
        if today != self._day:
            self._day, self._calls, self._bytes = today, 0, 0
