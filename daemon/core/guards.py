"""The blast radius of automatic writes: when they must stop until a person has looked. Counts nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import money, rate_text
from daemon.core.correction import Option
from daemon.core.discrepancy import Finding, Policy, Subject
from daemon.core.model import ZERO, Value

GUARD_FAMILY = "practice:guard"
SHARE_FROM = 20
FAILURES_MAX = 5


class Limits(Value, frozen=True, kw_only=True):
    """What a practice lets the program write without a person; ``share_max`` is a fraction of one."""

    writes_per_cycle: int
    money_per_cycle: Decimal
    writes_per_day: int
    money_per_day: Decimal
    share_max: Decimal


class Volume(Value, frozen=True, kw_only=True):
    """A number of automatic writes and the money that they move."""

    writes: int = 0
    money: Decimal = ZERO


class Side(Value, frozen=True, kw_only=True):
    """One class of record in one system, as ``name`` tells people ("invoices in Xero").

    ``moved`` of the ``linked`` records changed or vanished since they were last agreed on; ``living`` records stand
    now, ``living_before`` stood before this comparison.
    """

    name: str
    linked: int = 0
    moved: int = 0
    living: int = 0
    living_before: int = 0


class Load(Value, frozen=True, kw_only=True):
    """What is about to be written and what was.

    ``planned`` is in none of the other volumes; ``cycle`` was written in this cycle, ``hour`` and ``day`` in the last
    hour and day. ``failures`` counts, per kind of discrepancy, corrections that failed in a row.
    """

    planned: Volume = Volume()
    cycle: Volume = Volume()
    hour: Volume = Volume()
    day: Volume = Volume()
    sides: tuple[Side, ...] = ()
    failures: dict[str, int] = msgspec.field(default_factory=dict)


def tripped(limits: Limits, load: Load) -> tuple[str, ...]:
    """Why automatic writes must stop, one plain sentence each; empty if they may go on."""
    return (*_volumes(limits, load), *_sides(limits, load.sides), *_failures(load))


def _volumes(limits: Limits, load: Load) -> Iterator[str]:
    if not load.planned.writes:
        return
    writes = max(load.cycle.writes, load.hour.writes) + load.planned.writes
    amount = max(load.cycle.money, load.hour.money) + load.planned.money
    yield from _over(writes, limits.writes_per_cycle, amount, limits.money_per_cycle, "a cycle or an hour")
    writes, amount = load.day.writes + load.planned.writes, load.day.money + load.planned.money
    yield from _over(writes, limits.writes_per_day, amount, limits.money_per_day, "a day")


def _over(writes: int, writes_max: int, amount: Decimal, amount_max: Decimal, period: str) -> Iterator[str]:
    if writes > writes_max:
        yield f"{writes} automatic writes in {period} are more than the {writes_max} allowed"
    if amount > amount_max:
        yield f"Automatic writes of {money(amount)} in {period} are more than the {money(amount_max)} allowed"


def _sides(limits: Limits, sides: Sequence[Side]) -> Iterator[str]:
    for side in sides:
        if side.living == 0 and side.living_before >= SHARE_FROM:
            yield f"There are no {side.name} any more, where there were {side.living_before}"
        elif side.linked >= SHARE_FROM and side.moved > limits.share_max * side.linked:
            share = rate_text(100 * limits.share_max)
            yield f"{side.moved} of {side.linked} linked {side.name} changed or vanished, more than {share} %"


def _failures(load: Load) -> Iterator[str]:
    for kind, count in sorted(load.failures.items()):
        if count >= FAILURES_MAX:
            yield f"{count} corrections of {kind} failed in a row"


def guard_finding(practice: str, reasons: Sequence[str]) -> Finding:
    """The discrepancy of a tripped guard; approving its only option lets automatic writes go on."""
    resume = Option(
        id="resume",
        title="Let automatic writes go on",
        steps=(),
        consequences=("Nothing is written by this itself; what was written so far no longer counts",),
        recommended=True,
    )
    return Finding(
        practice=practice,
        kind="guard.tripped",
        family=GUARD_FAMILY,
        subject=Subject(label="Automatic writes"),
        policy=Policy.PERSON,
        amount=ZERO,
        summary=f"Automatic writes stopped: {'; '.join(reasons)}",
        options=(resume,),
    )
