"""The machine's drivers of the ports for time, ids and work off the loop. Only ``app`` hands them out."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from daemon.ports import T


class SystemClock:
    """The machine's own time."""

    def utc(self) -> datetime:
        """Now, aware, in UTC. It may jump when the machine's clock is set: measure with ``monotonic``."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment, never going back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; a negative time is no time."""
        await asyncio.sleep(seconds)


def new_id() -> str:
    """A random UUID as 36 characters."""
    return str(uuid.uuid4())


def offload(work: Callable[[], T], /) -> Awaitable[T]:
    """Run ``work`` in a thread of the loop's pool; cancelling the caller does not stop it."""
    return asyncio.to_thread(work)
