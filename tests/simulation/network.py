"""What lies between a life and the two systems: requests and answers that take their time, or get lost; webhooks.

A request that has left belongs to the network: it arrives whether or not its sender still lives, or still waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from daemon.core.model import System
from daemon.errors import InDoubt, Unreachable
from daemon.ports import Request, Response
from daemon.provet.hooks import read_hook
from daemon.reconciler.engine import Engine
from daemon.reconciler.intake import Stream
from daemon.sandbox.faults import Ending
from daemon.sandbox.host import Faults, Host, Reply
from daemon.sandbox.system import Webhook
from daemon.webhooks import _PROVET_STREAMS, _XERO_STREAMS
from daemon.xero.webhooks import read_events
from tests.simulation.hazards import Hazards
from tests.simulation.life import Life
from tests.simulation.trace import Trace
from tests.simulation.witness import Witness

PICKUP_S = 0.05


@dataclass(slots=True)
class _Journey:
    """One request under way, and who waits for its answer."""

    request: Request
    answer: asyncio.Future[Response]


class Network:
    """Carries requests to the hosts, keyed by origin."""

    def __init__(
        self, hosts: Mapping[str, Host], faults: Faults, hazards: Hazards, witness: Witness, trace: Trace
    ) -> None:
        self._hosts = hosts
        self._faults = faults
        self._hazards = hazards
        self._witness = witness
        self._trace = trace
        self.arrived: Callable[[], None] = lambda: None

    def send(self, life: Life, request: Request) -> asyncio.Future[Response]:
        """Put a request on its way; the future gets its answer, or ``InDoubt`` once the connection is lost."""
        loop = asyncio.get_running_loop()
        journey = _Journey(request, loop.create_future())
        loop.call_later(self._hazards.travel_s(reading=request.method == "GET"), self._arrive, life, journey)
        return journey.answer

    def _arrive(self, life: Life, journey: _Journey) -> None:
        url = urlsplit(journey.request.url)
        host = self._hosts[f"{url.scheme}://{url.netloc}"]
        self._faults.plan = self._hazards.plan(reading=journey.request.method == "GET")
        with host.in_flight():
            reply = host.receive(journey.request)
        what = f"{journey.request.method} {url.path} -> {reply.ending} {reply.response.status}"
        self._trace.note(host.system.name, what)
        self.arrived()
        if reply.ending is not Ending.SILENCE:
            served = self._witness.served(journey.request, reply)
            delay_s = self._hazards.travel_s(reading=journey.request.method == "GET") + reply.delay_s
            asyncio.get_running_loop().call_later(delay_s, self._answer, life, journey, reply, served)

    def _answer(self, life: Life, journey: _Journey, reply: Reply, served: Callable[[], None]) -> None:
        if journey.answer.done() or not life.alive:
            return
        if reply.ending is not Ending.ANSWER:
            journey.answer.set_exception(InDoubt("the connection was closed before the answer was whole"))
            return
        served()
        headers = {name.lower(): value for name, value in reply.response.headers.items()}
        journey.answer.set_result(Response(reply.response.status, headers, reply.response.body))


class LifeExchange:
    """The exchange port of one life."""

    def __init__(self, network: Network, life: Life, hazards: Hazards, witness: Witness) -> None:
        self._network = network
        self._life = life
        self._hazards = hazards
        self._witness = witness

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        """Send one request; see ``daemon.ports.Exchange``."""
        where = f"{request.method} {urlsplit(request.url).path}"
        self._life.point(f"before {where}")
        if self._hazards.unreachable():
            await asyncio.sleep(PICKUP_S)
            raise Unreachable("no connection")
        self._witness.leaving(request, self._life)
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._network.send(self._life, request)
        except TimeoutError as error:
            raise InDoubt(f"no answer within {timeout_s:g} s") from error
        self._life.point(f"after {where}")
        self._witness.answered(request, response)
        return response


def hinted(webhook: Webhook) -> tuple[Stream, ...]:
    """The streams that a delivery names, as the daemon's endpoints read it."""
    if "/xero" in webhook.url:
        return tuple(
            Stream(System.XERO, kind)
            for event in read_events(webhook.body)
            for kind in _XERO_STREAMS.get(event.category, ())
        )
    hints = read_hook(webhook.headers["content-type"], webhook.body)
    return tuple(Stream(System.PROVET, kind) for hint in hints for kind in _PROVET_STREAMS[hint.kind])


class Doorbell:
    """Where the systems' webhooks ring: the engine of the present life, if there is one."""

    def __init__(self) -> None:
        self.engine: Engine | None = None

    async def post(self, webhook: Webhook) -> int | None:
        """Take one delivery; None while nobody is at home."""
        if self.engine is None:
            return None
        streams = hinted(webhook)
        if streams:
            self.engine.hint(streams)
        return 200
