"""The exchange port without sockets: calls the simulated systems directly, with the same faults as over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from daemon.ports import Clock, Request, Response
from daemon.sandbox.faults import Ending
from daemon.sandbox.host import Host

MakeError = Callable[[str], Exception]


class InlineExchange:
    """An ``Exchange`` over hosts keyed by origin (``http://127.0.0.1:8001``).

    ``unreachable`` and ``in_doubt`` make the two exceptions that the port promises: no such origin, and no whole
    answer. Waiting (slow answers, time-outs) goes through ``clock``.
    """

    def __init__(self, hosts: Mapping[str, Host], *, clock: Clock, unreachable: MakeError, in_doubt: MakeError) -> None:
        self._hosts = hosts
        self._clock = clock
        self._unreachable = unreachable
        self._in_doubt = in_doubt

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        """Send one request; see ``daemon.ports.Exchange``."""
        parts = urlsplit(request.url)
        host = self._hosts.get(f"{parts.scheme}://{parts.netloc}")
        if host is None:
            raise self._unreachable(f"nothing listens at {parts.netloc}")
        with host.in_flight():
            reply = host.receive(request)
            waits_s = timeout_s if reply.ending is Ending.SILENCE else min(reply.delay_s, timeout_s)
            if waits_s:
                await self._clock.sleep(waits_s)
        if reply.ending is Ending.SILENCE or reply.delay_s > timeout_s:
            raise self._in_doubt(f"no answer from {parts.netloc} within {timeout_s:g} s")
        if reply.ending is not Ending.ANSWER:
            raise self._in_doubt(f"{parts.netloc} closed the connection before its answer was whole")
        return _as_received(reply.response)


def _as_received(response: Response) -> Response:
    return Response(response.status, {name.lower(): value for name, value in response.headers.items()}, response.body)
