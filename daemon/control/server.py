"""The control server: HTTP/1.1 and JSON over a Unix socket, from start to a clean end."""

from __future__ import annotations

import asyncio

from aiohttp import web

from daemon.control.access import Access
from daemon.control.answers import errors_as_json
from daemon.control.feed import Feed, Signal
from daemon.control.listener import Listener
from daemon.control.operations import Operations
from daemon.control.report_routes import ReportRoutes
from daemon.control.routes import Routes, identify
from daemon.control.stream import Streams, pump
from daemon.control.watch_routes import WatchRoutes
from daemon.ports import Clock
from daemon.protocol import BODY_MAX

HEARTBEAT_S = 15.0
_STOP_S = 1.0


class ControlServer:
    """Serves ``operations`` on an open listener; ``ready`` is set when it answers."""

    def __init__(self, operations: Operations, listener: Listener, access: Access, clock: Clock) -> None:
        self.ready = asyncio.Event()
        self._operations = operations
        self._listener = listener
        self._clock = clock
        self._feed = Feed()
        self._app = _application(operations, access, self._feed)

    async def run(self) -> None:
        """Serve until cancelled; then end all streams at once, finish open requests and remove the socket."""
        runner = web.AppRunner(self._app, access_log=None, handle_signals=False, shutdown_timeout=_STOP_S)
        try:
            await runner.setup()
            await web.SockSite(runner, self._listener.sock).start()
            self.ready.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(pump(self._operations, self._feed))
                tasks.create_task(self._beat())
        finally:
            self._feed.end()
            await runner.cleanup()
            self._listener.close()

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(HEARTBEAT_S)
            self._feed.publish(Signal.HEARTBEAT)


def _application(operations: Operations, access: Access, feed: Feed) -> web.Application:
    app = web.Application(client_max_size=BODY_MAX, middlewares=[errors_as_json, identify(access)])
    app.router.add_routes(Routes(operations, Streams(operations, feed)).table())
    app.router.add_routes(ReportRoutes(operations).table())
    app.router.add_routes(WatchRoutes(operations).table())
    return app
