"""Server-sent events: a snapshot, then every change, to clients that may come, stall and go as they like."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
from aiohttp import web

from daemon.control.feed import Feed, Signal
from daemon.control.operations import Operations
from daemon.protocol import Changed, Closed, Event, Operator, Snapshot

_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
_HEARTBEAT = b": heartbeat\n\n"


class Streams:
    """Serves the live feed; at most ``clients_max`` at once."""

    def __init__(self, operations: Operations, feed: Feed, clients_max: int = 64) -> None:
        self._operations = operations
        self._feed = feed
        self._free = clients_max

    async def serve(self, request: web.Request, operator: Operator) -> web.StreamResponse:
        """Stream until the client leaves or the feed ends."""
        if self._free <= 0:
            raise web.HTTPServiceUnavailable(reason="too many clients follow the feed")
        self._free -= 1
        try:
            with self._feed.subscribe() as queue:
                recent = tuple(self._operations.recent())
                status = await self._operations.status()
                snapshot = Snapshot(status=status, operator=operator, activity=recent)
                response = web.StreamResponse(headers=_HEADERS)
                with contextlib.suppress(ConnectionError):
                    await response.prepare(request)
                    await response.write(encoded(snapshot))
                    while (item := await queue.get()) is not Signal.END:
                        await response.write(_HEARTBEAT if isinstance(item, Signal) else encoded(item))
                    await response.write_eof()
                return response
        finally:
            self._free += 1


def encoded(event: Event) -> bytes:
    """One event in the text/event-stream format; its id is the sequence number where it has one."""
    name = type(event).__struct_config__.tag
    number = f"id: {event.seq}\n" if isinstance(event, Changed | Closed) else ""
    return f"event: {name}\n{number}data: ".encode() + msgspec.json.encode(event) + b"\n\n"


async def pump(operations: Operations, feed: Feed) -> None:
    """Publish every change of the daemon until cancelled."""
    async for change in operations.changes(lambda: feed.heard):
        feed.publish(change)
        await asyncio.sleep(0)
