"""A system that remembers what it was told, a clock that stands still, and a clinic of one: the shell's test bed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from daemon.ports import Clock, Request, Response
from daemon.sandbox.blueprint import Blueprint
from daemon.sandbox.delivery import Post
from daemon.sandbox.hands import hands_of
from daemon.sandbox.system import Webhook
from daemon.sandbox.world import Member, World

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class HandClock:
    """Stands still until it is told to sleep or moved."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []

    def utc(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class EchoSystem:
    """Answers with what it was asked; every POST is kept and owes one webhook."""

    def __init__(self, name: str, webhook_url: str = "") -> None:
        self.name = name
        self.kept: list[str] = []
        self.times: list[datetime] = []
        self.webhook_url = webhook_url
        self.in_flight = 1
        self._owed: list[Webhook] = []

    def handle(self, request: Request, now: datetime, rng: Random) -> Response:
        if request.method == "POST":
            self.kept.append(request.body.decode())
            self.times.append(now)
            self.tell(request.body)
        big = "x" * 5000 if "big" in request.url else ""
        answer = {
            "url": request.url.partition("/echo")[2],
            "body": request.body.decode(),
            "big": big,
            "n": len(self.kept),
        }
        return Response(
            201,
            {"Content-Type": "application/json", "X-Drawn": str(rng.random()), "X-In-Flight": str(self.in_flight)},
            json.dumps(answer).encode(),
        )

    def tell(self, body: bytes) -> None:
        if self.webhook_url:
            self._owed.append(Webhook(self.webhook_url, {"x-from": self.name}, body))

    def take_webhooks(self) -> list[Webhook]:
        owed, self._owed = self._owed, []
        return owed

    def dump(self) -> bytes:
        return json.dumps(self.kept).encode()

    def restore(self, state: bytes) -> None:
        self.kept = json.loads(state)


class EchoPeople:
    """One hand that is allowed and one that is not."""

    def __init__(self, system: EchoSystem) -> None:
        self._system = system

    def keep(self, what: str, times: int = 1, *, now: datetime) -> str:
        """Keep something by hand."""
        if not what:
            raise ValueError("nothing to keep")
        self._system.kept.extend([what] * times)
        self._system.tell(what.encode())
        return f"{what} at {now:%H:%M}"

    def forget(self) -> None:
        """Not for everybody."""
        self._system.kept.clear()


class EchoClinic:
    """Keeps one thing at each step."""

    def __init__(self, system: EchoSystem) -> None:
        self._system = system

    def step(self, now: datetime, rng: Random) -> object:
        self._system.kept.append("stepped")
        return {"kept": "stepped"}

    def planted(self) -> object:
        return [{"case": "none"}]

    def settings(self) -> dict[str, object]:
        return {"name": "Echo", "start_date": START.date(), "tax": {"20": "OUTPUT2"}, "xero": {"no_tax_type": "NONE"}}


class Postman:
    """Answers webhooks with the statuses it was given, 200 when they are used up."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.got: list[bytes] = []

    async def __call__(self, webhook: Webhook) -> int | None:
        self.got.append(webhook.body)
        return self.statuses.pop(0) if self.statuses else 200


def echo_world(clock: HandClock, post: Postman | None = None) -> World:
    """A world of two echo systems that send their webhooks to a loopback address."""
    systems = [EchoSystem(name, f"http://127.0.0.1:9/{name}") for name in ("provet", "xero")]
    members = [Member(system, hands_of(EchoPeople(system), ["keep"])) for system in systems]
    return World(members, EchoClinic(systems[0]), clock=clock, post=post or Postman(), seed="7")


class WallClock:
    """Real time, for tests of a whole running sandbox."""

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def build_echo(blueprint: Blueprint, clock: Clock, post: Post) -> World:
    """A ``Build`` whose systems are echoes; they send webhooks to the daemon's port if there is one."""
    port = blueprint.ports.webhooks
    systems = [EchoSystem(name, f"http://127.0.0.1:{port}/{name}" if port else "") for name in ("provet", "xero")]
    members = [Member(system, hands_of(EchoPeople(system), ["keep"])) for system in systems]
    world = World(members, EchoClinic(systems[0]), clock=clock, post=post, seed=f"7/{blueprint.generation}")
    if blueprint.saved is not None:
        systems[0].restore(bytes(blueprint.saved.provet))
        systems[1].restore(bytes(blueprint.saved.xero))
        world.clock.advance(blueprint.saved.ahead_s)
        world.delivery.restore(blueprint.saved.webhooks)
    return world


class FastClock(HandClock):
    """Sleeps hardly at all, so that what happens every few seconds happens at once."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.001)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that is to happen within seconds."""
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not happen")
