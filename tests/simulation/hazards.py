"""All that goes wrong in one simulated run, drawn from its seed: how often, how badly, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from daemon.sandbox.faults import FaultPlan, Kind, Rule, WebhookFaults

LOST = (
    Kind.DROP_BEFORE,
    Kind.DROP_AFTER,
    Kind.ERROR_AFTER,
    Kind.ERROR_BEFORE,
    Kind.TIMEOUT_AFTER,
    Kind.TIMEOUT_BEFORE,
    Kind.TRUNCATED,
    Kind.GARBAGE,
    Kind.UNAVAILABLE,
)
REFUSED = (Kind.LIMIT_CONCURRENT, Kind.LIMIT_MINUTE, Kind.LIMIT_APP)
CALM = WebhookFaults()
CALM = WebhookFaults()
READS_SHARE = 0.2
SLOWEST_S = 100.0
"""No request lands later than this: less than ``settle_s``, which is 120 s here."""


class Disk(StrEnum):
    """How a transaction is broken off."""

    FULL = "full"
    STOPPED = "stopped"


@dataclass(slots=True)
class Weather:
    """Probabilities and sizes. All zeros is calm."""

    lost: float = 0.0
    refused: float = 0.0
    unreachable: float = 0.0
    slow: float = 0.0
    deaths: int = 0
    lives_points: int = 80
    disk_full: float = 0.0
    disk_full_writes: int = 1
    stopped: float = 0.0
    webhooks: WebhookFaults = CALM
    xero_lag_s: float = 0.0
    provet_lag_s: int = 0
    clock_jumps: tuple[float, ...] = ()
    tokens_lost: int = 0
    second_thoughts: float = 0.0


@dataclass(slots=True)
class Hazards:
    """The weather of one run and the chance that goes with it; ``calm`` ends it for good."""

    weather: Weather
    rng: Random
    ahead_s: float = 0.0
    _full_left: int = field(default=0)

    def plan(self, *, reading: bool) -> FaultPlan:
        """What the simulated systems do by themselves to a request; reads are spared more often than not."""
        weather = self.weather
        if not (weather.lost or weather.refused):
            return FaultPlan((), weather.webhooks)
        share = READS_SHARE if reading else 1.0
        lost = tuple(Rule(kind, probability=share * weather.lost / len(LOST)) for kind in LOST)
        refused = tuple(Rule(kind, probability=share * weather.refused / len(REFUSED)) for kind in REFUSED)
        return FaultPlan((*lost, *refused), weather.webhooks)

    def calm(self) -> None:
        """Nothing goes wrong any more, and the time of day is right."""
        self.weather = Weather()
        self.ahead_s = 0.0
        self._full_left = 0

    def unreachable(self) -> bool:
        return bool(self.weather.unreachable) and self.rng.random() < self.weather.unreachable

    def travel_s(self, *, reading: bool) -> float:
        """How long a request or an answer is under way."""
        slow = self.weather.slow * (READS_SHARE if reading else 1.0)
        if slow and self.rng.random() < slow:
            return self.rng.uniform(1.0, SLOWEST_S)
        return self.rng.uniform(0.01, 0.3)

    def dies_after(self) -> int | None:
        """After how many points the next life ends, if it does not last."""
        if not self.weather.deaths:
            return None
        self.weather.deaths -= 1
        return self.rng.randrange(self.weather.lives_points)

    def next_write(self) -> tuple[Disk, int] | None:
        """Whether and where the next transaction breaks off."""
        weather = self.weather
        if not (weather.disk_full or weather.stopped):
            return None
        if self._full_left:
            self._full_left -= 1
            return Disk.FULL, self.rng.randrange(4)
        if self.rng.random() < weather.disk_full:
            self._full_left = self.rng.randrange(weather.disk_full_writes)
            return Disk.FULL, self.rng.randrange(12)
        if self.rng.random() < weather.stopped:
            return Disk.STOPPED, self.rng.randrange(12)
        return None


def drawn(rng: Random) -> Weather:
    """The weather of a seed: each kind of trouble is left out now and then, so that others show by themselves."""

    def maybe(*values: float) -> float:
        return rng.choice((0.0, *values))

    return Weather(
        lost=maybe(0.1, 0.3, 0.5),
        refused=maybe(0.0, 0.05, 0.2),
        unreachable=maybe(0.0, 0.05),
        slow=maybe(0.05, 0.25),
        deaths=int(maybe(1, 2, 3, 6)),
        lives_points=rng.choice((20, 60, 150, 400)),
        disk_full=maybe(0.0, 0.0, 0.02),
        disk_full_writes=rng.choice((1, 1, 5)),
        stopped=maybe(0.0, 0.01),
        webhooks=WebhookFaults(maybe(0.3), maybe(0.5), maybe(0.3, 1.0)),
        xero_lag_s=maybe(0.0, 5.0, 40.0),
        provet_lag_s=int(maybe(0, 0, 10, 60)),
        clock_jumps=tuple(rng.choice((-3600.0, 3600.0, 86_400.0)) for _ in range(int(maybe(0, 1, 2)))),
        tokens_lost=int(maybe(0, 1, 2)),
        second_thoughts=maybe(0.0, 0.2, 0.5),
    )
