"""The production driver of the ``Exchange`` port: aiohttp with a time limit, a size limit and no redirects."""

from __future__ import annotations

from types import TracebackType

import aiohttp
from yarl import URL

from daemon.errors import InDoubt, Invalid, ReconError, Unreachable
from daemon.ports import Request, Response
from daemon.transport.status import TRIED_AGAIN, TooLarge, place

BODY_MAX = 32 * 1024 * 1024
CHUNK = 64 * 1024
CONNECT_S = 10.0
_NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class _Lost(Exception):
    """A connection that broke after it was made."""


_BROKEN = (_Lost, aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, aiohttp.ClientResponseError, OSError)


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending a GET, PUT or DELETE again by itself when the connection breaks: a PUT creates."""
    try:
        return await handler(request)
    except _NOT_CONNECTED:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        name = type(error).__name__
    raise _Lost(name)


class AiohttpExchange:
    """Sends requests over HTTP; use as an asynchronous context manager.

    Errors name the vendor's exception class and never chain it: its texts can hold tokens and query strings. Only
    reads reuse connections: one that dies while idle would leave a write in doubt for nothing.
    """

    def __init__(self, *, body_max: int = BODY_MAX) -> None:
        self._body_max = body_max
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> AiohttpExchange:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; the exchange can be used again afterwards."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        """See ``daemon.ports.Exchange``; the size limit raises ``TooLarge``, a kind of ``InDoubt``."""
        failure: ReconError
        where = place(request)
        try:
            return await self._send(request, timeout_s)
        except _NOT_CONNECTED as error:
            failure = Unreachable(f"{where}: no connection ({type(error).__name__})", hint=TRIED_AGAIN)
        except TimeoutError:
            failure = InDoubt(f"{where}: no whole answer within {timeout_s:g} s")
        except _BROKEN as error:
            failure = InDoubt(f"{where}: the connection was lost ({type(error).__name__})")
        except (aiohttp.ClientError, ValueError) as error:
            failure = Invalid(f"{where}: not a usable request ({type(error).__name__})", hint="check base_url")
        raise failure

    async def _send(self, request: Request, timeout_s: float) -> Response:
        session = self._session(reuse=request.method == "GET")
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(CONNECT_S, timeout_s))
        async with session.request(
            request.method,
            URL(request.url, encoded=True),
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
            timeout=timeout,
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status, headers, await self._body(request, response))

    async def _body(self, request: Request, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > self._body_max:
                raise TooLarge(f"{place(request)}: the answer is larger than {self._body_max // 1024} KiB")
        return bytes(body)

    def _session(self, *, reuse: bool) -> aiohttp.ClientSession:
        if reuse not in self._sessions:
            self._sessions[reuse] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=not reuse),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"user-agent": "reconciled"},
                middlewares=(_once,),
            )
        return self._sessions[reuse]
