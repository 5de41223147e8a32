"""The live feed: every change goes to every client through a queue of its own that is bounded.

A client that does not keep up loses what is queued and is told to read anew; it never slows the daemon.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from enum import Enum

from daemon.protocol import Change, Resync

QUEUE_MAX = 256


class Signal(Enum):
    """What a stream is told beside changes: the connection lives, or the daemon ends it."""

    HEARTBEAT = "heartbeat"
    END = "end"


Item = Change | Resync | Signal
Subscription = asyncio.Queue[Item]


class Feed:
    """Fans changes out to the subscribed streams."""

    def __init__(self, queue_max: int = QUEUE_MAX) -> None:
        self._queue_max = queue_max
        self._queues: list[Subscription] = []
        self._ended = False

    @property
    def heard(self) -> bool:
        """Whether any stream is subscribed."""
        return bool(self._queues)

    @contextlib.contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """A queue that receives everything published from now on."""
        queue: Subscription = asyncio.Queue(self._queue_max)
        self._queues.append(queue)
        if self._ended:
            queue.put_nowait(Signal.END)
        try:
            yield queue
        finally:
            self._queues.remove(queue)

    def publish(self, item: Item) -> None:
        """Queue an item for every stream without waiting; a full queue is emptied and holds ``Resync`` instead."""
        for queue in self._queues:
            if queue.full():
                _drain(queue)
                queue.put_nowait(Resync())
            if not queue.full():
                queue.put_nowait(item)

    def end(self) -> None:
        """End every stream at once, and those that come later."""
        self._ended = True
        for queue in self._queues:
            _drain(queue)
            queue.put_nowait(Signal.END)


def _drain(queue: Subscription) -> None:
    while not queue.empty():
        queue.get_nowait()
