"""The sandbox's own time: a clock that people can put forward to rehearse what takes hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from daemon.ports import Clock

LONGEST_SHIFT_S = 366 * 86_400.0


class ShiftedClock:
    """A ``Clock`` ahead of another one. Sleeping and measuring stay with the other clock."""

    def __init__(self, base: Clock, ahead_s: float = 0.0) -> None:
        self._base = base
        self.ahead_s = ahead_s

    def utc(self) -> datetime:
        """The shifted time, aware."""
        return self._base.utc() + timedelta(seconds=self.ahead_s)

    def monotonic(self) -> float:
        """Seconds for measuring, not shifted."""
        return self._base.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the clock below."""
        await self._base.sleep(seconds)

    def advance(self, seconds: float) -> None:
        """Put the clock forward; never back, at most a year at a time (ValueError)."""
        if not 0 <= seconds <= LONGEST_SHIFT_S:
            raise ValueError(f"the clock goes forward by 0 to {LONGEST_SHIFT_S:.0f} seconds, not by {seconds:g}")
        self.ahead_s += seconds
