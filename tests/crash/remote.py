"""Both simulated systems in the parent process, reached by a forked child through a socket: they survive its death."""

from __future__ import annotations

import asyncio
import datetime as dt
import pickle
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from daemon.errors import InDoubt
from daemon.ports import Request, Response
from daemon.sandbox.faults import Ending
from daemon.sandbox.host import Host

FASTER = 1000
BEGUN = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
_LENGTH = struct.Struct("!I")


class FastClock:
    """A thousand seconds in one, the same in every process: waiting for a doubt takes no time."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def utc(self) -> dt.datetime:
        return BEGUN + dt.timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._begun) * FASTER

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / FASTER)


def serve(link: socket.socket, hosts: Mapping[str, Host]) -> None:
    """Answer one child's requests in their order, until it is gone."""
    while True:
        head = _exactly(link, _LENGTH.size)
        body = _exactly(link, _LENGTH.unpack(head)[0]) if head else b""
        if not body:
            return
        number, request = pickle.loads(body)
        url = urlsplit(request.url)
        reply = hosts[f"{url.scheme}://{url.netloc}"].receive(request)
        answer = reply.response if reply.ending is Ending.ANSWER else None
        try:
            link.sendall(_framed((number, answer)))
        except BrokenPipeError:
            return


def _exactly(link: socket.socket, size: int) -> bytes:
    """So many bytes; none if the other side has closed or died before it had sent them."""
    found = b""
    while len(found) < size:
        try:
            part = link.recv(size - len(found))
        except ConnectionResetError:
            return b""
        if not part:
            return b""
        found += part
    return found


def _framed(value: Any) -> bytes:
    body = pickle.dumps(value)
    return _LENGTH.pack(len(body)) + body


class LinkExchange:
    """The exchange port of a child."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._waiting: dict[int, asyncio.Future[Response | None]] = {}
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def open(self) -> None:
        """Take the socket into the running loop."""
        self._reader, self._writer = await asyncio.open_connection(sock=self._link)

    async def listen(self) -> None:
        """Hand answers to whoever waits for them; runs until cancelled."""
        while True:
            (size,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            number, response = pickle.loads(await self._reader.readexactly(size))
            self._waiting.pop(number).set_result(response)

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        """Send one request; see ``daemon.ports.Exchange``. A fault of the remote side is a lost connection."""
        number = id(request)
        self._waiting[number] = answer = asyncio.get_running_loop().create_future()
        self._writer.write(_framed((number, request)))
        response = await answer
        if response is None:
            raise InDoubt("the connection was closed before the answer was whole")
        return Response(response.status, {k.lower(): v for k, v in response.headers.items()}, response.body)
