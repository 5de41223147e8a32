"""The control endpoints of a running sandbox under ``/_sandbox/``: look, break things, act, put the clock forward.

For people and tests on this machine: requests from web pages (an ``Origin`` header) or for other hosts are refused.
docs/sandbox.md describes each endpoint.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec
from aiohttp import web

from daemon.sandbox.faults import FaultPlan, Kind
from daemon.sandbox.hands import act
from daemon.sandbox.world import World

T = TypeVar("T")
PREFIX = "/_sandbox"
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Steps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often the clinic acts."""

    n: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1


class Advance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the clock goes forward."""

    advance_s: float


def control_routes(world: World, system: str) -> list[web.RouteDef]:
    """The endpoints on the server of ``system``. ``requests`` and ``act`` are that system's, the rest the sandbox's."""
    control = Control(world, system)
    return [
        web.get(f"{PREFIX}/requests", _guarded(control.requests)),
        web.get(f"{PREFIX}/faults", _guarded(control.faults)),
        web.post(f"{PREFIX}/faults", _guarded(control.set_faults)),
        web.delete(f"{PREFIX}/faults", _guarded(control.clear_faults)),
        web.get(f"{PREFIX}/act", _guarded(control.hands)),
        web.post(f"{PREFIX}/act", _guarded(control.act)),
        web.post(f"{PREFIX}/step", _guarded(control.step)),
        web.get(f"{PREFIX}/planted", _guarded(control.planted)),
        web.get(f"{PREFIX}/clock", _guarded(control.now)),
        web.post(f"{PREFIX}/clock", _guarded(control.advance)),
        web.route("*", PREFIX + "{path:(/.*)?}", _guarded(control.unknown)),
    ]


class Control:
    """The handlers of one server."""

    def __init__(self, world: World, system: str) -> None:
        self._world = world
        self._system = system

    async def requests(self, incoming: web.Request) -> web.Response:
        """The log of this system; ``?writes=1`` only what could change a ledger."""
        log = self._world.hosts[self._system].log
        entries = log.entries(writes_only=incoming.query.get("writes") == "1")
        return _json({"dropped": log.dropped, "total": len(entries), "requests": entries})

    async def faults(self, _incoming: web.Request) -> web.Response:
        """The plan in force, with the times that are left."""
        return _json(self._world.faults.plan)

    async def set_faults(self, incoming: web.Request) -> web.Response:
        """Replace the plan; takes a list of rules or a whole plan."""
        body = await incoming.read()
        if body.lstrip().startswith(b"["):
            body = b'{"rules":' + body + b"}"
        self._world.faults.plan = _decode(body, FaultPlan)
        return await self.faults(incoming)

    async def clear_faults(self, incoming: web.Request) -> web.Response:
        """End all faults."""
        self._world.faults.plan = FaultPlan()
        return await self.faults(incoming)

    async def hands(self, _incoming: web.Request) -> web.Response:
        """What people may do in this system, and with which arguments."""
        hands = self._world.hands[self._system]
        return _json({name: {"says": hand.says, "arguments": hand.arguments} for name, hand in hands.items()})

    async def act(self, incoming: web.Request) -> web.Response:
        """Do one thing as a person in this system."""
        order = _decode(await incoming.read(), dict[str, Any])
        done = act(self._world.hands[self._system], order, self._world.clock.utc(), self._world.rng)
        self._world.collect()
        return _json({"done": done})

    async def step(self, incoming: web.Request) -> web.Response:
        """Let the clinic act."""
        steps = _decode(await incoming.read() or b"{}", Steps)
        return _json({"done": self._world.step(steps.n)})

    async def planted(self, _incoming: web.Request) -> web.Response:
        """What the clinic left for a person to decide."""
        return _json(self._world.clinic.planted())

    async def now(self, _incoming: web.Request) -> web.Response:
        """The sandbox's time."""
        return _json({"now": self._world.clock.utc(), "ahead_s": self._world.clock.ahead_s})

    async def advance(self, incoming: web.Request) -> web.Response:
        """Put the clock forward; late requests that are due by then land."""
        self._world.clock.advance(_decode(await incoming.read(), Advance).advance_s)
        self._world.changed = True
        self._world.land_due()
        return await self.now(incoming)

    async def unknown(self, incoming: web.Request) -> web.Response:
        """Say what there is."""
        known = "requests, faults, act, step, planted, clock"
        return _json({"error": f"no {incoming.method} {incoming.path} here; there are {known}"}, status=404)


def _guarded(handler: Handler) -> Handler:
    async def guard(incoming: web.Request) -> web.StreamResponse:
        if "Origin" in incoming.headers or incoming.url.host not in LOCAL_NAMES:
            return _json({"error": "control is for programs on this machine, not for web pages"}, status=403)
        try:
            return await handler(incoming)
        except ValueError as error:
            return _json({"error": str(error)}, status=400)

    return guard


def _decode(body: bytes, wanted: type[T]) -> T:
    try:
        return msgspec.json.Decoder(wanted, float_hook=Decimal).decode(body)
    except msgspec.DecodeError as error:
        kinds = f" (kinds: {', '.join(Kind)})" if "enum" in str(error) else ""
        raise ValueError(f"{error}{kinds}") from error


def _json(value: object, *, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value, enc_hook=str) + b"\n"
    return web.Response(status=status, body=body, content_type="application/json")
