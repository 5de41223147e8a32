"""The health of a practice as operators see it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from daemon.core.amounts import money
from daemon.core.discrepancy import Policy, Status
from daemon.core.guards import volume_words
from daemon.core.model import ZERO
from daemon.core.trend import trend
from daemon.protocol import Budget, OpenSum, PracticeState, PracticeStatus, SystemBudget
from daemon.reconciler.engine import Engine
from daemon.store import assessments, discrepancies, journal, lists, state
from daemon.store.assessments import Totals
from daemon.store.discrepancies import OpenCount
from daemon.store.doubled import doubled
from daemon.store.tx import Tx
from daemon.transport.budget import Usage


def practice_status(tx: Tx, engine: Engine) -> PracticeStatus:
    """One practice's state, sums and warnings, from one snapshot of the store."""
    practice = engine.practice
    known = state.practice_state(tx, practice.id)
    totals = assessments.totals(tx, practice.id)
    window = lists.page(tx, _open(practice.id))
    by_policy = _by_policy(discrepancies.open_counts(tx, practice.id))
    in_doubt = journal.doubts(tx).get(practice.id, 0)
    settings = practice.settings
    twice = doubled(tx, practice.id) if settings.consolidated == "both" else ZERO
    return PracticeStatus(
        id=practice.id,
        name=settings.name,
        mode=settings.mode,
        state=_state(known, practice.fault, window.total, in_doubt),
        residual=money(totals.residual),
        open=window.groups,
        open_total=window.total,
        open_amount=money(window.amount),
        in_doubt=in_doubt,
        hand_work=by_policy[Policy.HAND_WORK].count if Policy.HAND_WORK in by_policy else 0,
        excluded=totals.excluded_count,
        last_cycle=known.last_cycle,
        last_full=known.last_full,
        budget=_budget(engine),
        warnings=tuple(_warnings(engine, known, totals, twice)),
        currency=settings.currency,
        timezone=settings.timezone.key,
        oldest_open=window.rows[0].first_seen if window.rows else None,
        open_by_policy=by_policy,
        proofs=known.proofs,
        trend=trend(known.open_by_hour, practice.clock.utc(), window.total),
    )


def _open(practice: str) -> lists.Query:
    """Everything open of a practice, the oldest first."""
    return lists.Query(practice=practice, statuses=(Status.OPEN, Status.APPROVED), sort=lists.Sort.AGE, limit=1)


def _by_policy(counts: Iterable[OpenCount]) -> dict[str, OpenSum]:
    found: dict[str, tuple[int, Decimal]] = {}
    for each in counts:
        count, amount = found.get(each.policy, (0, ZERO))
        found[each.policy] = count + each.count, amount + each.amount
    return {policy: OpenSum(count=count, amount=money(amount)) for policy, (count, amount) in found.items()}


def _state(known: state.PracticeState, fault: str, open_total: int, in_doubt: int) -> PracticeState:
    """The first that applies, in the order that operators rely on."""
    if known.last_cycle is None and not fault:
        return PracticeState.STARTING
    if known.paused_by:
        return PracticeState.PAUSED
    if fault:
        return PracticeState.DISCONNECTED
    if known.guard:
        return PracticeState.GUARDED
    if known.released_at is None:
        return PracticeState.AWAITING_RELEASE
    return PracticeState.DRIFT if open_total or in_doubt else PracticeState.IN_SYNC


def _budget(engine: Engine) -> Budget:
    xero, provet = engine.practice.xero.usage, engine.practice.provet.usage
    return Budget(
        xero_day_remaining=xero.day_left,
        xero_minute_remaining=xero.minute_left,
        calls_today=xero.calls_today + provet.calls_today,
        bytes_today=xero.bytes_today + provet.bytes_today,
        systems={"xero": _system(xero), "provet": _system(provet)},
    )


def _system(usage: Usage) -> SystemBudget:
    return SystemBudget(calls_today=usage.calls_today, day_remaining=usage.day_left, minute_remaining=usage.minute_left)


def _warnings(engine: Engine, known: state.PracticeState, totals: Totals, twice: Decimal) -> list[str]:
    """What an operator should know without asking."""
    found = []
    if engine.practice.fault:
        found.append(f"not connected: {engine.practice.fault}")
    if engine.practice.held_up:
        found.append(f"waiting for call limits: {engine.practice.held_up}")
    if known.paused_by:
        found.append(f"writes paused by {known.paused_by}: {known.pause_reason}")
    if known.guard:
        waiting = known.shown.waiting
        stopped = f"; it stopped {volume_words(waiting)}" if waiting.writes else ""
        found.append(
            f"automatic writes stopped: {known.guard}{stopped}; look at it: reconcile list --kind guard.tripped"
        )
    if known.released_at is None and known.last_full is not None:
        found.append(f"first comparison waits for release: reconcile release {engine.practice.id}")
    if totals.residual != Decimal(0):
        found.append(f"{money(totals.residual)} of the difference between the books is unexplained")
    if twice:
        found.append(f"{money(twice)} of income stands twice in Xero: consolidated invoices and their originals")
    return found
