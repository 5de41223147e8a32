"""The asynchronous client: calls and the live feed over one aiohttp session. Knows nothing of any screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import aiohttp
import msgspec

from daemon.protocol import Event, Message
from tui.calls import Call, ControlError, answer, unreachable

M = TypeVar("M", bound=Message)
Sleep = Callable[[float], Awaitable[None]]

_PATIENCE_S = 30.0
_FEED_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=45)
_BODY_MAX = 64 * 1024 * 1024
_EVENT_MAX = 4 * 1024 * 1024
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0)

_EVENTS: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class Client:
    """Talks to the daemon on a Unix socket; use as an async context manager."""

    def __init__(self, path: str) -> None:
        self.path = path
        connector = aiohttp.UnixConnector(path)
        self._session = aiohttp.ClientSession("http://localhost", connector=connector, read_bufsize=_EVENT_MAX)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, call: Call[M]) -> M:
        """The daemon's answer; raises ``ControlError``."""
        try:
            timeout = aiohttp.ClientTimeout(total=call.timeout_s, sock_connect=_PATIENCE_S)
            async with self._session.request(
                call.method, call.path, data=call.body or None, timeout=timeout
            ) as response:
                return answer(call, response.status, await _body(response))
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.path, _os_error(error)) from None

    async def events(self) -> AsyncIterator[Event]:
        """The live feed until the connection ends; raises ``ControlError`` if it cannot be had."""
        try:
            async with self._session.get("/events", timeout=_FEED_TIMEOUT) as response:
                if response.status != 200:
                    answer(Call("GET", "/events", Message), response.status, await _body(response))
                async for line in response.content:
                    if line.startswith(b"data: "):
                        yield _event(line[6:])
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise unreachable(self.path, _os_error(error)) from None


async def follow(client: Client, sleep: Sleep, on_lost: Callable[[ControlError], None]) -> AsyncIterator[Event]:
    """The live feed for ever: after every loss it tells ``on_lost``, waits a little longer and connects again."""
    losses = 0
    while True:
        problem = ControlError("unreachable", "the daemon ended the connection", "it comes back by itself")
        try:
            async for event in client.events():
                losses = 0
                yield event
        except ControlError as error:
            problem = error
        on_lost(problem)
        await sleep(_BACKOFF_S[min(losses, len(_BACKOFF_S) - 1)])
        losses += 1


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _BODY_MAX:
            raise ControlError("bad_answer", f"the daemon's answer is larger than {_BODY_MAX} bytes")
    return bytes(body)


def _event(line: bytes) -> Event:
    try:
        return _EVENTS.decode(line)
    except msgspec.DecodeError as error:
        raise ControlError(
            "bad_answer", f"cannot read an event: {error}", "is the daemon of another version?"
        ) from None


def _os_error(error: Exception) -> OSError:
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error
    if isinstance(error, TimeoutError):
        return TimeoutError("no answer in time")
    return error if isinstance(error, OSError) else OSError(str(error) or type(error).__name__)
