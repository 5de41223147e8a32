"""Chooses what may be written now: corrections people approved, then those that policy allows, within the guards."""

from __future__ import annotations

import datetime as dt

from daemon.applier.applier import Applier
from daemon.core.correction import Correction, CorrectionStatus
from daemon.core.discrepancy import Discrepancy
from daemon.core.family import CLIENT_KEY
from daemon.core.rules import Mode, Rules
from daemon.practice import Practice
from daemon.reconciler import guarding
from daemon.reconciler.guarding import POLICY
from daemon.reconciler.judge import judge_dirty
from daemon.reconciler.recheck import Rechecker
from daemon.store import corrections, due, families, journal, state
from daemon.store.state import PracticeState
from daemon.store.tx import Tx

_WINDOW = 200
_IMPORT_WINDOW = 2_000
"""So many that the requests of an import are full: a window leaves one unfilled for each kind of write and round."""
_BEGUN = (CorrectionStatus.APPROVED, CorrectionStatus.APPLYING)


class Corrector:
    """Writes what may be written for one practice, window by window, judging anew after each."""

    def __init__(self, practice: Practice, applier: Applier) -> None:
        self._practice = practice
        self._applier = applier
        self._rechecker = Rechecker(practice)
        self._put_off: set[str] = set()
        self._began = practice.clock.utc()

    async def correct(self, rules: Rules) -> int:
        """Apply until nothing is left to apply; returns how many corrections were started.

        What a passing fault put off is left for the next cycle.
        """
        started = 0
        while batch := await self._next(rules):
            started += len(batch)
            await self._applier.apply(batch, self._rechecker.going_on)
            await judge_dirty(self._practice, rules)
            self._put_off.update(correction.id for correction in batch)
        return started

    def begin_cycle(self) -> None:
        """Take up again what the last cycle put off."""
        self._put_off.clear()
        self._began = self._practice.clock.utc()

    async def _next(self, rules: Rules) -> list[Correction]:
        practice = self._practice
        known = await practice.db.read(lambda tx: state.practice_state(tx, practice.id))
        observes = Mode.OBSERVE in (rules.mode, practice.settings.mode)
        if known.released_at is None or known.paused_by or observes:
            return []
        ready = await practice.db.read(self._ready)
        if ready:
            fit = await self._rechecker.still_fit(ready, rules)
            self._put_off.update(correction.id for correction in ready)
            return fit or await self._next(rules)
        if not rules.mode == practice.settings.mode == Mode.AUTO or known.guard:
            return []
        chosen = await practice.db.write(lambda tx: self._automatic(tx, known))
        return await self._rechecker.look_first(chosen, rules) or (await self._next(rules) if chosen else [])

    async def left_over(self) -> bool:
        """Whether a correction that may be written was put off by a passing fault."""
        practice = self._practice
        known = await practice.db.read(lambda tx: state.practice_state(tx, practice.id))
        if known.released_at is None or known.paused_by or practice.settings.mode is Mode.OBSERVE:
            return False
        return bool(await practice.db.read(lambda tx: corrections.with_status(tx, practice.id, _BEGUN, 1)))

    def _ready(self, tx: Tx) -> list[Correction]:
        """Approved corrections, and those under way whose steps are all settled.

        Of each family one at a time, so that the next is held against what this one leaves; contacts after documents,
        which an archived one would take no more.
        """
        waiting = corrections.with_status(tx, self._practice.id, _BEGUN, _WINDOW + len(self._put_off))
        in_doubt = {intent.family for intent, _ in journal.unsettled(tx, self._practice.id)}
        first = {c.family: c.id for c in reversed(waiting) if c.id not in self._put_off}
        first |= {c.family: c.id for c in waiting if c.status is CorrectionStatus.APPLYING}
        fit = [c for c in waiting if c.id not in self._put_off and c.family not in in_doubt]
        fit = [c for c in fit if first[c.family] == c.id]
        documents = [c for c in fit if not c.family.startswith(CLIENT_KEY)]
        return (documents or fit)[:_WINDOW]

    def _automatic(self, tx: Tx, known: PracticeState) -> list[Correction]:
        """Turn automatic discrepancies that are due into corrections, unless a guard trips."""
        chosen: list[Correction] = []
        window = _IMPORT_WINDOW if known.importing else _WINDOW
        now = self._practice.clock.utc()
        while not chosen and (waiting := due.some(tx, self._practice.id, now, window)):
            chosen = [c for c in (self._correction(tx, row, known) for row in waiting) if c is not None]
        if not chosen:
            return []
        if not known.importing and not guarding.may_go_on(tx, self._practice, chosen, cycle_began=self._began):
            return []
        for correction in chosen:
            corrections.put(tx, correction)
            due.rest(tx, correction.practice, correction.discrepancy_id, None)
        return chosen

    def _correction(self, tx: Tx, row: Discrepancy, known: PracticeState) -> Correction | None:
        """The correction of one discrepancy; None, and it rests, if it was tried in vain since it opened, or its family
        is busy."""
        option, now = row.finding.option(), self._practice.clock.utc()
        if option is None or families.busy(tx, self._practice.id, row.finding.family):
            due.rest(tx, self._practice.id, row.id, None)
            return None
        past = [c for c in corrections.of_discrepancy(tx, row.id) if c.created_at >= row.first_seen]
        same = [c for c in past if c.fingerprint == option.fingerprint]
        if any(_tried(c, known, now) for c in same):
            again = max((c.again_at for c in same if c.again_at is not None and c.again_at > now), default=None)
            due.rest(tx, self._practice.id, row.id, again)
            return None
        return Correction(
            id=self._practice.new_id(),
            practice=self._practice.id,
            discrepancy_id=row.id,
            family=row.finding.family,
            option=option.id,
            title=option.title,
            fingerprint=option.fingerprint,
            steps=option.steps,
            status=CorrectionStatus.APPROVED,
            approved_by=POLICY,
            created_at=self._practice.clock.utc(),
        )


def _tried(correction: Correction, known: PracticeState, now: dt.datetime) -> bool:
    """Whether trying the same once more is in vain: what was refused may succeed once a mapping was mended, what was
    given up after a while."""
    mended = known.rules_changed_at is not None and known.rules_changed_at > correction.created_at
    rested = correction.again_at is not None and correction.again_at <= now
    failed = correction.status is CorrectionStatus.FAILED and not (mended or rested)
    return failed or correction.status is CorrectionStatus.APPLIED
