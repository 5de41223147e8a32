"""Feeds the guards of a practice, trips them, and lifts them for what they showed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import msgspec

from daemon.applier.outcomes import amount_of
from daemon.core.correction import Correction, LocalStep, Step
from daemon.core.discrepancy import Policy, Status
from daemon.core.guards import (
    SHARE_FROM,
    Limits,
    Load,
    Shown,
    Side,
    Volume,
    guard_finding,
    repeats,
    shifts,
    side_name,
    still_moved,
    summed,
    tripped,
)
from daemon.core.kinds import moved_records
from daemon.core.model import ZERO, Kind, System
from daemon.practice import Practice
from daemon.reconciler import notices
from daemon.store import audit, corrections, discrepancies, journal, links, lists, records, state
from daemon.store.codec import from_cents
from daemon.store.state import PracticeState
from daemon.store.tx import Tx

POLICY = "policy"
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
_WINDOW, _SHOWN_MAX = 500, 5000
_EVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_Records = tuple[System, Kind]


def may_go_on(tx: Tx, practice: Practice, chosen: Sequence[Correction], *, cycle_began: dt.datetime) -> bool:
    """Whether these automatic corrections may be written; trips the guard if not."""
    known = state.practice_state(tx, practice.id)
    moved = _moved(tx, practice.id)
    counts = {side_name(*each): count for each, count in moved.items()}
    remaining = still_moved(known.lifted, counts)
    if remaining != known.lifted:
        known = msgspec.structs.replace(known, lifted=remaining)
        state.put_state(tx, practice.id, known)
    load = Load(
        planned=_volume([step for correction in chosen for step in correction.steps]),
        cycle=_spent(tx, practice, cycle_began, known),
        hour=_spent(tx, practice, practice.clock.utc() - _HOUR, known),
        day=_spent(tx, practice, practice.clock.utc() - _DAY, known),
        sides=tuple(_sides(tx, practice, moved)),
        failures=corrections.failures_in_a_row(tx, practice.id, POLICY, _looked(known)),
        repeated=tuple(_repeated(tx, practice, chosen, known)),
        lifted=_lifted(practice, known),
    )
    reasons = tripped(_limits(practice), load)
    if reasons:
        trip(tx, practice, reasons, Shown(moved=counts))
    return not reasons


def plausible(tx: Tx, practice: Practice, system: System, kind: Kind, scan: int) -> bool:
    """Whether a full comparison found enough of what was there before; trips the guard if not."""
    gone, living = records.unseen(tx, practice.id, system, kind, scan)
    known = state.practice_state(tx, practice.id)
    side = Side(name=side_name(system, kind), living=living - gone, living_before=living)
    reasons = tuple(shifts(practice.settings.guards.share_max, (side,), known.lifted))
    if reasons:
        trip(tx, practice, reasons, Shown(gone={side.name: gone}))
    elif gone:
        _let_through(tx, practice, known, side.name, gone)
    return not reasons


def _let_through(tx: Tx, practice: Practice, known: PracticeState, name: str, gone: int) -> None:
    """What a person let vanish has now vanished: it counts among what they let move, and not once more."""
    if name in known.lifted.gone:
        left = {other: count for other, count in known.lifted.gone.items() if other != name}
        moved = known.lifted.moved | {name: known.lifted.moved.get(name, 0) + gone}
        lifted = msgspec.structs.replace(known.lifted, gone=left, moved=moved)
        state.put_state(tx, practice.id, msgspec.structs.replace(known, lifted=lifted))


def trip(tx: Tx, practice: Practice, reasons: Sequence[str], shown: Shown) -> None:
    """Stop automatic writes, and say why and what waits; reasons add up while nobody has looked."""
    known = state.practice_state(tx, practice.id)
    fresh = [reason for reason in reasons if reason not in known.guard]
    if known.guard and not fresh:
        return
    text = "; ".join(filter(None, (known.guard, *fresh)))
    waiting = _waiting(tx, practice.id)
    whole = Shown(
        waiting=summed(waiting.values()),
        moved=known.shown.moved | shown.moved,
        gone=known.shown.gone | shown.gone,
    )
    state.put_state(tx, practice.id, msgspec.structs.replace(known, guard=text, shown=whole))
    notices.post(tx, practice, notices.GUARD, (guard_finding(practice.id, text.split("; "), waiting),))
    audit.append(
        tx,
        at=practice.clock.utc(),
        practice=practice.id,
        actor="daemon",
        action="guard",
        subject=practice.id,
        detail={"reason": text},
    )


def lift(tx: Tx, practice: Practice) -> None:
    """Let automatic writes go on, and what the guard showed go through."""
    known = state.practice_state(tx, practice.id)
    if known.guard:
        now = practice.clock.utc()
        lifted = msgspec.structs.replace(known, guard="", guard_lifted_at=now, lifted=known.shown, shown=Shown())
        state.put_state(tx, practice.id, lifted)
        practice.compare_anew = practice.compare_anew or bool(known.shown.gone)
    notices.post(tx, practice, notices.GUARD, ())


def imported(tx: Tx, practice: Practice) -> None:
    """The first import is done: from now on guards count, beginning with what the released comparison left open."""
    known = state.practice_state(tx, practice.id)
    if known.importing and not known.paused_by:
        moved = {side_name(*each): count for each, count in _moved(tx, practice.id).items()}
        done = msgspec.structs.replace(
            known, importing=False, imported_at=practice.clock.utc(), lifted=Shown(moved=moved)
        )
        state.put_state(tx, practice.id, done)


def _limits(practice: Practice) -> Limits:
    guards = practice.settings.guards
    return Limits(
        writes_per_cycle=guards.writes_per_cycle,
        money_per_cycle=guards.money_per_cycle,
        writes_per_day=guards.writes_per_day,
        money_per_day=guards.money_per_day,
        share_max=guards.share_max,
    )


def _volume(steps: Sequence[Step]) -> Volume:
    remote = [step for step in steps if not isinstance(step, LocalStep)]
    return Volume(writes=len(remote), money=sum((amount_of(step) for step in remote), ZERO))


def _looked(known: PracticeState) -> dt.datetime:
    """When a person last looked at what was written."""
    return max(filter(None, (known.imported_at, known.guard_lifted_at)), default=_EVER)


def _spent(tx: Tx, practice: Practice, since: dt.datetime, known: PracticeState) -> Volume:
    count, cents = journal.spent(tx, practice.id, max(since, _looked(known)))
    return Volume(writes=count, money=from_cents(cents))


def _lifted(practice: Practice, known: PracticeState) -> Shown:
    """What a person let through; writes for a day, the rest as long as it stands."""
    recent = known.guard_lifted_at is not None and known.guard_lifted_at >= practice.clock.utc() - _DAY
    return known.lifted if recent else msgspec.structs.replace(known.lifted, waiting=Volume())


def _moved(tx: Tx, practice: str) -> Counter[_Records]:
    """How many linked records of each class changed or vanished, as far as nobody has decided on them."""
    moved: Counter[_Records] = Counter()
    for kind, count in discrepancies.open_by_kind(tx, practice, (Status.OPEN,)).items():
        for each in moved_records(kind):
            moved[each] += count
    return moved


def _sides(tx: Tx, practice: Practice, moved: Counter[_Records]) -> list[Side]:
    """The classes of which enough moved to matter; pairs are counted for those alone."""
    least = practice.settings.guards.share_max * SHARE_FROM
    return [
        Side(name=side_name(system, kind), moved=count, linked=links.count(tx, practice.id, kind))
        for (system, kind), count in sorted(moved.items())
        if count > least
    ]


def _repeated(tx: Tx, practice: Practice, chosen: Sequence[Correction], known: PracticeState) -> list[str]:
    since = max(practice.clock.utc() - _DAY, _looked(known))
    again = [c for c in chosen if repeats(c, corrections.of_discrepancy(tx, c.discrepancy_id), since)]
    rows = (discrepancies.get(tx, correction.discrepancy_id) for correction in again)
    return [row.finding.subject.label for row in rows if row is not None]


def _waiting(tx: Tx, practice: str) -> dict[str, Volume]:
    """The automatic writes that wait, of the oldest few thousand discrepancies, by their kind."""
    found: dict[str, Volume] = {}
    for offset in range(0, _SHOWN_MAX, _WINDOW):
        query = lists.Query(
            practice=practice,
            statuses=(Status.OPEN,),
            policy=Policy.AUTOMATIC,
            sort=lists.Sort.AGE,
            offset=offset,
            limit=_WINDOW,
        )
        page = lists.page(tx, query)
        for finding in (row.finding for row in page.rows):
            option = finding.option()
            volume = _volume(option.steps if option is not None else ())
            found[finding.kind] = summed((found.get(finding.kind, Volume()), volume))
        if offset + _WINDOW >= page.total:
            break
    return found
