"""One simulated system together with its faults, its late requests and its log.

Both drivers (HTTP in ``shell.py``, direct calls in ``inline.py``) ask ``receive`` and do what the ``Reply`` says, so
that they cannot differ. No sockets here, and no waiting.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol, runtime_checkable

from daemon.ports import Clock, Request, Response
from daemon.sandbox.faults import Ending, Fault, FaultPlan, Kind, Lands, decide
from daemon.sandbox.request_log import READS, Entry, RequestLog
from daemon.sandbox.system import SimulatedSystem


@runtime_checkable
class CountsInFlight(Protocol):
    """A system with a limit on calls in flight; the host tells it how many are, the one being handled included."""

    in_flight: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller is to see, after ``delay_s``."""

    ending: Ending
    response: Response
    delay_s: float = 0.0


@dataclass(slots=True)
class Faults:
    """The plan in force; one for both systems, replaced at run time."""

    plan: FaultPlan
    rng: Random

    def draw(self, system: str, request: Request) -> Fault | None:
        """Decide on one request and spend the rule that fired."""
        fault, rules = decide(self.plan.rules, system, request, self.rng)
        if fault is not None:
            self.plan = FaultPlan(rules, self.plan.webhooks)
        return fault


class Host:
    """Runs one system. ``on_change`` is called after every executed request that may have changed it."""

    def __init__(
        self, system: SimulatedSystem, *, clock: Clock, rng: Random, faults: Faults, on_change: Callable[[], None]
    ) -> None:
        self.system = system
        self.log = RequestLog()
        self._clock = clock
        self._rng = rng
        self._faults = faults
        self._on_change = on_change
        self._late: list[tuple[datetime, int, Request, Entry]] = []
        self._sequence = 0
        self._in_flight = 0

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Counts one call from its arrival to its answer."""
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    def receive(self, request: Request) -> Reply:
        """Take one request, faults included, and say what its caller is to see."""
        self.land_due()
        entry = self.log.add(request, self._clock.utc())
        fault = self._faults.draw(self.system.name, request)
        if fault is None:
            reply = Reply(Ending.ANSWER, self._execute(request, entry))
        else:
            entry.fault = fault.kind
            reply = self._reply_with(fault, request, entry)
        entry.status = reply.response.status if reply.ending is Ending.ANSWER else None
        return reply

    def land_due(self) -> None:
        """Execute the late requests whose time has come, each at its own time."""
        while self._late and self._late[0][0] <= self._clock.utc():
            due, _, request, entry = heapq.heappop(self._late)
            self._execute(request, entry, at=due)

    def _reply_with(self, fault: Fault, request: Request, entry: Entry) -> Reply:
        real = Response(0)
        if fault.lands is Lands.NOW:
            real = self._execute(request, entry)
        elif fault.lands is Lands.LATER:
            self._sequence += 1
            due = self._clock.utc() + timedelta(seconds=fault.seconds)
            heapq.heappush(self._late, (due, self._sequence, request, entry))
        return Reply(fault.ending, fault.answer or real, fault.seconds if fault.kind is Kind.SLOW else 0.0)

    def _execute(self, request: Request, entry: Entry, at: datetime | None = None) -> Response:
        if isinstance(self.system, CountsInFlight):
            self.system.in_flight = self._in_flight if at is None else 1
        response = self.system.handle(request, at or self._clock.utc(), self._rng)
        entry.executed = response.status
        if request.method not in READS:
            self._on_change()
        return response
