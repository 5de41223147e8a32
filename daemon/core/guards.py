"""The blast radius of automatic writes: when they must stop until a person has looked. Counts nothing itself.

What a person lets through is exactly what the tripped guard showed them; what comes on top counts anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import money, rate_text
from daemon.core.correction import Correction, CorrectionStatus, Option, essence
from daemon.core.discrepancy import Finding, Policy, Subject
from daemon.core.model import ZERO, Kind, System, Value

GUARD_FAMILY = "practice:guard"
SHARE_FROM = 20
FAILURES_MAX = 5
REPEATS_MAX = 2
_NAMES = {Kind.CONTACT: "contacts", Kind.DOCUMENT: "invoices and credit notes", Kind.PAYMENT: "payments"}


_NEXT = (
    "Look at what is open, then either approve this, and writes go on; or mend first, in either system or in the"
    " settings, what should not be written. Single ones can be approved meanwhile"
)


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


class Shown(Value, frozen=True, kw_only=True):
    """What a tripped guard shows, and so what lifting it lets through.

    ``waiting`` is what is about to be written. By class of record ("invoices and credit notes in Xero"): ``moved``
    counts the linked records that changed or vanished, ``gone`` those that a full comparison did not find.
    """

    waiting: Volume = Volume()
    moved: dict[str, int] = msgspec.field(default_factory=dict)
    gone: dict[str, int] = msgspec.field(default_factory=dict)


class Side(Value, frozen=True, kw_only=True):
    """One class of record in one system, as ``name`` tells people ("invoices and credit notes in Xero").

    ``moved`` of the ``linked`` records changed or vanished since they were last agreed on; ``living`` records stand
    now, ``living_before`` stood before this comparison.
    """

    name: str
    linked: int = 0
    moved: int = 0
    living: int = 0
    living_before: int = 0


class Load(Value, frozen=True, kw_only=True):
    """What is about to be written and what was, as far as no person has looked since.

    ``planned`` is in none of the other volumes; ``cycle`` was written in this cycle, ``hour`` and ``day`` in the last
    hour and day. ``failures`` counts, per kind of discrepancy, corrections that failed in a row, ``repeated`` names
    what would be corrected in the same way over and over. ``lifted`` is what a person let through within the day.
    """

    planned: Volume = Volume()
    cycle: Volume = Volume()
    hour: Volume = Volume()
    day: Volume = Volume()
    sides: tuple[Side, ...] = ()
    failures: dict[str, int] = msgspec.field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    lifted: Shown = Shown()


def volume_words(volume: Volume) -> str:
    """A volume for sentences: "3 writes of 40.00"."""
    return f"{volume.writes} {'write' if volume.writes == 1 else 'writes'} of {money(volume.money)}"


def side_name(system: System, kind: Kind) -> str:
    """What people call one class of record of one system."""
    return f"{_NAMES[kind]} in {system.capitalize()}"


def tripped(limits: Limits, load: Load) -> tuple[str, ...]:
    """Why automatic writes must stop, one plain sentence each; empty if they may go on."""
    return (*_volumes(limits, load), *shifts(limits.share_max, load.sides, load.lifted), *_failures(load))


def _volumes(limits: Limits, load: Load) -> Iterator[str]:
    if not load.planned.writes:
        return
    recent = Volume(writes=max(load.cycle.writes, load.hour.writes), money=max(load.cycle.money, load.hour.money))
    for spent, writes_max, money_max, period in (
        (recent, limits.writes_per_cycle, limits.money_per_cycle, "a cycle or an hour"),
        (load.day, limits.writes_per_day, limits.money_per_day, "a day"),
    ):
        total = _counted(spent, load)
        if total.writes > writes_max:
            yield f"{total.writes} automatic writes in {period} are more than the {writes_max} allowed"
        if total.money > money_max:
            amounts = f"{money(total.money)} in {period} are more than the {money(money_max)}"
            yield f"Automatic writes of {amounts} allowed"


def _counted(spent: Volume, load: Load) -> Volume:
    """What counts of a period with the planned writes, less what a person let through: that is used up first."""
    passed, planned = load.lifted.waiting, load.planned
    writes = max(load.day.writes, spent.writes) - passed.writes
    amount = max(load.day.money, spent.money) - passed.money
    return Volume(
        writes=min(spent.writes, max(writes, 0)) + max(planned.writes + min(writes, 0), 0),
        money=min(spent.money, max(amount, ZERO)) + max(planned.money + min(amount, ZERO), ZERO),
    )


def shifts(share_max: Decimal, sides: Sequence[Side], lifted: Shown) -> Iterator[str]:
    """Sides of which too much changed, vanished or was not found, beyond what a person let through."""
    for side in sides:
        gone = side.living_before - side.living
        if gone > lifted.gone.get(side.name, 0) and _too_many(gone, side.living_before, share_max):
            found = (
                f"Only {side.living} {side.name} were found" if side.living else f"There are no {side.name} any more"
            )
            yield f"{found}, where there were {side.living_before}"
        elif side.moved > lifted.moved.get(side.name, 0) and _too_many(side.moved, side.linked, share_max):
            share = rate_text(100 * share_max)
            yield f"{side.moved} of {side.linked} linked {side.name} changed or vanished, more than {share} %"


def _too_many(count: int, of: int, share_max: Decimal) -> bool:
    return of >= SHARE_FROM and count > share_max * of


def _failures(load: Load) -> Iterator[str]:
    for kind, count in sorted(load.failures.items()):
        if count >= FAILURES_MAX:
            yield f"{count} corrections of {kind} failed in a row"
    for name in load.repeated:
        yield f"{name} was corrected in the same way {REPEATS_MAX} times within a day and differs again"


def repeats(planned: Correction, past: Sequence[Correction], since: dt.datetime) -> bool:
    """Whether a correction would do once more what automatic ones did and somebody keeps reverting."""
    same = [
        each
        for each in past
        if each.approved_by == planned.approved_by
        and each.status is CorrectionStatus.APPLIED
        and each.created_at >= since
        and [*map(essence, each.steps)] == [*map(essence, planned.steps)]
    ]
    return len(same) >= REPEATS_MAX


def still_moved(lifted: Shown, moved: Mapping[str, int]) -> Shown:
    """What remains let through once part of it was mended: a new flood counts anew."""
    left = {name: min(count, moved.get(name, 0)) for name, count in lifted.moved.items()}
    return msgspec.structs.replace(lifted, moved={name: count for name, count in left.items() if count})


def summed(volumes: Iterable[Volume]) -> Volume:
    """Several volumes as one."""
    found = list(volumes)
    return Volume(writes=sum(each.writes for each in found), money=sum((each.money for each in found), ZERO))


def guard_finding(practice: str, reasons: Sequence[str], waiting: Mapping[str, Volume]) -> Finding:
    """The discrepancy of a tripped guard; approving its only option lets through what it shows. ``waiting`` is what it
    stopped, by the kind of discrepancy that would be corrected."""
    whole = summed(waiting.values())
    count = volume_words(whole)
    passing = f"; up to {count} that wait go through, what comes on top counts anew" if whole.writes else ""
    by_kind = [f"{volume_words(each)} for {kind}" for kind, each in sorted(waiting.items()) if each.writes]
    stopped = f". It stopped {count}: {', '.join(by_kind)}" if whole.writes else ""
    resume = Option(
        id="resume",
        title="Let automatic writes go on",
        steps=(),
        consequences=(f"Nothing is written by this itself; what was written so far no longer counts{passing}",),
        relies_on={"reasons": "; ".join(reasons), "waiting": "; ".join((count, *by_kind))},
        recommended=True,
    )
    return Finding(
        practice=practice,
        kind="guard.tripped",
        family=GUARD_FAMILY,
        subject=Subject(label="Automatic writes"),
        policy=Policy.PERSON,
        amount=ZERO,
        summary=f"Automatic writes stopped: {'; '.join(reasons)}{stopped}. {_NEXT}",
        options=(resume,),
    )
