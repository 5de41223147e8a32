"""The HTTP edge: one aiohttp server on loopback for each simulated system, next to its control endpoints.

It translates and carries out replies; what they say is decided in ``host.py``.
"""

from __future__ import annotations

import gzip
import socket

from aiohttp import web

from daemon.ports import Clock, Request, Response
from daemon.sandbox.faults import Ending
from daemon.sandbox.host import Host, Reply

LOOPBACK = "127.0.0.1"
MAX_BODY = 10 << 20
"""Xero takes request bodies of 10 MB (docs/reference/xero.md 6.1)."""
GZIP_FROM = 1400
HOLD_S = 120.0
"""How long an unanswered connection stays open."""
_HOP_HEADERS = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding"})


def bind(port: int) -> socket.socket:
    """A listening loopback socket; port 0 takes a free one. OSError when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def origin_of(listener: socket.socket) -> str:
    """The URL under which a bound socket is reached, without a slash at its end."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


class Shell:
    """Serves one host on a bound socket."""

    def __init__(self, host: Host, listener: socket.socket, *, clock: Clock, control: list[web.RouteDef]) -> None:
        self._host = host
        self._listener = listener
        self._clock = clock
        self._origin = origin_of(listener)
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes([*control, web.route("*", "/{path:.*}", self._answer)])
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)

    async def start(self) -> None:
        """Begin to serve."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()

    async def stop(self) -> None:
        """Close every connection, unanswered ones too."""
        await self._runner.cleanup()

    async def _answer(self, incoming: web.Request) -> web.StreamResponse:
        body = await incoming.read()
        request = Request(incoming.method, self._origin + incoming.raw_path, dict(incoming.headers), body)
        with self._host.in_flight():
            reply = self._host.receive(request)
            if reply.delay_s:
                await self._clock.sleep(reply.delay_s)
            return await self._finish(incoming, reply)

    async def _finish(self, incoming: web.Request, reply: Reply) -> web.StreamResponse:
        if reply.ending is Ending.SILENCE:
            await self._clock.sleep(HOLD_S)
        if reply.ending in {Ending.SILENCE, Ending.DROP}:
            _hang_up(incoming)
            return web.Response()
        response = _encode(reply.response, incoming.headers.get("Accept-Encoding", ""))
        if reply.ending is Ending.CUT:
            return await _send_half(incoming, response)
        await response.prepare(incoming)
        await response.write_eof()
        return response


def _encode(response: Response, accepts: str) -> web.Response:
    headers = {name: value for name, value in response.headers.items() if name.lower() not in _HOP_HEADERS}
    body = response.body
    if len(body) >= GZIP_FROM and "gzip" in accepts.lower():
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["content-encoding"] = "gzip"
    return web.Response(status=response.status, headers=headers, body=body)


async def _send_half(incoming: web.Request, whole: web.Response) -> web.StreamResponse:
    body = whole.body if isinstance(whole.body, bytes) else b""
    half = web.StreamResponse(status=whole.status, headers=whole.headers)
    half.content_length = max(len(body), 2)
    await half.prepare(incoming)
    await half.write(body[: len(body) // 2] or b"{")
    _hang_up(incoming)
    return half


def _hang_up(incoming: web.Request) -> None:
    if incoming.transport is not None:
        incoming.transport.close()
