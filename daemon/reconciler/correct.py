"""Chooses what may be written now: corrections people approved, then those that policy allows, within the guards."""

from __future__ import annotations

import datetime as dt

import msgspec

from daemon.applier.applier import Applier
from daemon.applier.outcomes import amount_of
from daemon.core.correction import Correction, CorrectionStatus, LocalStep
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.core.guards import Limits, Load, Volume, guard_finding, tripped
from daemon.core.model import ZERO
from daemon.core.rules import Mode, Rules
from daemon.practice import Practice
from daemon.reconciler import notices
from daemon.reconciler.judge import judge_dirty
from daemon.reconciler.recheck import Rechecker
from daemon.store import audit, corrections, families, journal, lists, state
from daemon.store.codec import from_cents
from daemon.store.state import PracticeState
from daemon.store.tx import Tx

_WINDOW = 200
_IMPORT_WINDOW = 2_000
"""So many that the requests of an import are full: a window leaves one unfilled for each kind of write and round."""
POLICY = "policy"
_BEGUN = (CorrectionStatus.APPROVED, CorrectionStatus.APPLYING)
_TRIED = frozenset({CorrectionStatus.FAILED, CorrectionStatus.APPLIED})
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Corrector:
    """Writes what may be written for one practice, window by window, judging anew after each."""

    def __init__(self, practice: Practice, applier: Applier) -> None:
        self._practice = practice
        self._applier = applier
        self._rechecker = Rechecker(practice)
        self._put_off: set[str] = set()

    async def correct(self, rules: Rules) -> int:
        """Apply until nothing is left to apply; returns how many corrections were started.

        What a passing fault put off is left for the next cycle.
        """
        started = 0
        while batch := await self._next(rules):
            started += len(batch)
            await self._applier.apply(batch)
            await judge_dirty(self._practice, rules)
            self._put_off.update(correction.id for correction in batch)
        return started

    def begin_cycle(self) -> None:
        """Take up again what the last cycle put off."""
        self._put_off.clear()

    async def _next(self, rules: Rules) -> list[Correction]:
        practice = self._practice
        known = await practice.db.read(lambda tx: state.practice_state(tx, practice.id))
        if known.released_at is None or known.paused_by or rules.mode is Mode.OBSERVE:
            return []
        ready = await practice.db.read(self._ready)
        if ready:
            fit = await self._rechecker.still_fit(ready, rules)
            self._put_off.update(correction.id for correction in ready)
            return fit or await self._next(rules)
        if rules.mode is not Mode.AUTO or known.guard:
            return []
        return await practice.db.write(lambda tx: self._automatic(tx, known))

    async def left_over(self) -> bool:
        """Whether a correction that may be written was put off by a passing fault."""
        practice = self._practice
        known = await practice.db.read(lambda tx: state.practice_state(tx, practice.id))
        if known.released_at is None or known.paused_by or practice.settings.mode is Mode.OBSERVE:
            return False
        return bool(await practice.db.read(lambda tx: corrections.with_status(tx, practice.id, _BEGUN, 1)))

    def _ready(self, tx: Tx) -> list[Correction]:
        """Approved corrections, and those under way whose steps are all settled."""
        waiting = corrections.with_status(tx, self._practice.id, _BEGUN, _WINDOW + len(self._put_off))
        in_doubt = {intent.family for intent, _ in journal.unsettled(tx, self._practice.id)}
        fit = [c for c in waiting if c.id not in self._put_off and c.family not in in_doubt]
        return fit[:_WINDOW]

    def _automatic(self, tx: Tx, known: PracticeState) -> list[Correction]:
        """Turn open automatic discrepancies into corrections, unless a guard trips."""
        chosen: list[Correction] = []
        window = _IMPORT_WINDOW if known.importing else _WINDOW
        offset = 0
        while not chosen:
            query = lists.Query(
                practice=self._practice.id,
                statuses=(Status.OPEN,),
                policy=Policy.AUTOMATIC,
                sort=lists.Sort.AGE,
                offset=offset,
                limit=window,
            )
            page = lists.page(tx, query)
            chosen = [c for c in (self._correction(tx, row) for row in page.rows) if c is not None]
            offset += window
            if offset >= page.total:
                break
        if not chosen:
            return []
        reasons = () if known.importing else tripped(self._limits(), self._load(tx, chosen, known))
        if reasons:
            self._trip(tx, known, reasons)
            return []
        for correction in chosen:
            corrections.put(tx, correction)
        return chosen

    def _correction(self, tx: Tx, row: Discrepancy) -> Correction | None:
        """The correction of one discrepancy; None if it was tried in vain since it opened, or its family is busy."""
        option = row.finding.option()
        if option is None or families.busy(tx, self._practice.id, row.finding.family):
            return None
        before = [c for c in corrections.of_discrepancy(tx, row.id) if c.created_at >= row.first_seen]
        if any(c.fingerprint == option.fingerprint and c.status in _TRIED for c in before):
            return None
        return Correction(
            id=self._practice.new_id(),
            practice=self._practice.id,
            discrepancy_id=row.id,
            family=row.finding.family,
            option=option.id,
            fingerprint=option.fingerprint,
            steps=option.steps,
            status=CorrectionStatus.APPROVED,
            approved_by=POLICY,
            created_at=self._practice.clock.utc(),
        )

    def _limits(self) -> Limits:
        guards = self._practice.settings.guards
        return Limits(
            writes_per_cycle=guards.writes_per_cycle,
            money_per_cycle=guards.money_per_cycle,
            writes_per_day=guards.writes_per_day,
            money_per_day=guards.money_per_day,
            share_max=guards.share_max,
        )

    def _load(self, tx: Tx, chosen: list[Correction], known: PracticeState) -> Load:
        remote = [step for correction in chosen for step in correction.steps if not isinstance(step, LocalStep)]
        planned = Volume(writes=len(remote), money=sum((amount_of(step) for step in remote), ZERO))
        return Load(planned=planned, hour=self._spent(tx, _HOUR, known), day=self._spent(tx, _DAY, known))

    def _spent(self, tx: Tx, period: dt.timedelta, known: PracticeState) -> Volume:
        """What was written in the period, as far as no person has looked at it since."""
        since = self._practice.clock.utc() - period
        looked = [at for at in (known.imported_at, known.guard_lifted_at) if at is not None]
        count, cents = journal.spent(tx, self._practice.id, max([since, *looked]))
        return Volume(writes=count, money=from_cents(cents))

    def _trip(self, tx: Tx, known: PracticeState, reasons: tuple[str, ...]) -> None:
        practice = self._practice
        text = "; ".join(reasons)
        state.put_state(tx, practice.id, msgspec.structs.replace(known, guard=text))
        notices.post(tx, practice, notices.GUARD, (guard_finding(practice.id, reasons),))
        audit.append(
            tx,
            at=practice.clock.utc(),
            practice=practice.id,
            actor="daemon",
            action="guard",
            subject=practice.id,
            detail={"reason": text},
        )
