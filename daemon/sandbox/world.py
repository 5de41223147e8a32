"""The running sandbox as one value: both systems with their people, the clinic, time, faults and owed webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Protocol

from daemon.ports import Clock
from daemon.sandbox.delivery import Delivery, Post
from daemon.sandbox.faults import FaultPlan
from daemon.sandbox.hands import Hand
from daemon.sandbox.host import Faults, Host
from daemon.sandbox.shifted_clock import ShiftedClock
from daemon.sandbox.system import SimulatedSystem


class Clinic(Protocol):
    """The people of the practice: what they do next, and what they left for somebody to decide."""

    def step(self, now: datetime, rng: Random) -> object:
        """Do one thing in one of the systems; returns what was done, for people to read."""
        ...

    def planted(self) -> object:
        """The awkward cases that wait for a person, as JSON values."""
        ...

    def settings(self) -> Mapping[str, object]:
        """The table of the practice in settings.toml that fits this clinic, without addresses and credentials."""
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """One system with the people who work in it."""

    system: SimulatedSystem
    hands: Mapping[str, Hand] = field(default_factory=dict)


class World:
    """Wires hosts, clinic and delivery. Everything random comes from ``seed``, and differs for each ``generation``."""

    def __init__(self, members: list[Member], clinic: Clinic, *, clock: Clock, post: Post, seed: str) -> None:
        self.clock = ShiftedClock(clock)
        self.clinic = clinic
        self.rng = Random(f"{seed}/people")  # noqa: S311
        self.faults = Faults(FaultPlan(), Random(f"{seed}/faults"))  # noqa: S311
        self.delivery = Delivery(
            post,
            clock=self.clock,
            rng=Random(f"{seed}/webhooks"),  # noqa: S311
            faults=lambda: self.faults.plan.webhooks,
        )
        self.hands = {member.system.name: member.hands for member in members}
        self.hosts = {member.system.name: self._host(member.system, seed) for member in members}
        self.changed = True

    def collect(self) -> None:
        """Take the webhooks that either system owes; called after everything that may have changed one."""
        self.changed = True
        for name, host in self.hosts.items():
            self.delivery.enqueue(name, host.system.take_webhooks())

    def step(self, times: int) -> list[object]:
        """Let the clinic act ``times`` times."""
        done: list[object] = []
        for _ in range(times):
            done.append(self.clinic.step(self.clock.utc(), self.rng))
            self.collect()
        return done

    def land_due(self) -> None:
        """Let late requests take effect whose time has come."""
        for host in self.hosts.values():
            host.land_due()

    def _host(self, system: SimulatedSystem, seed: str) -> Host:
        rng = Random(f"{seed}/{system.name}")  # noqa: S311
        return Host(system, clock=self.clock, rng=rng, faults=self.faults, on_change=self.collect)
