"""Decisions of people, each one transaction: checked against what stands now, noted in the audit log."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from daemon.control.operations import UnknownId
from daemon.core.correction import UNFINISHED, Correction, CorrectionStatus, Option, moved
from daemon.core.discrepancy import Discrepancy, Status, facts_of
from daemon.core.rules import Mode
from daemon.errors import Invalid
from daemon.practice import Practice
from daemon.protocol import Approval, Operator, Outcome
from daemon.reconciler import notices
from daemon.store import audit, corrections, discrepancies, state
from daemon.store.tx import Tx


def found(tx: Tx, discrepancy_id: str) -> Discrepancy:
    """The discrepancy of that id; raises ``UnknownId``."""
    discrepancy = discrepancies.get(tx, discrepancy_id)
    if discrepancy is None:
        raise UnknownId(f"no discrepancy {discrepancy_id}", hint="reconcile list --status all shows every id")
    return discrepancy


class Decisions:
    """Decisions on one practice. ``four_eyes_over`` is the amount above which two people must agree; zero is off."""

    def __init__(self, practice: Practice, four_eyes_over: Decimal) -> None:
        self._practice = practice
        self._four_eyes_over = four_eyes_over

    def approve(self, tx: Tx, discrepancy: Discrepancy, option_id: str, expect: str, operator: Operator) -> Approval:
        """Choose an option; the first of two people leaves it proposed."""
        refusal = self._refusal(tx)
        if refusal:
            return Approval(discrepancy=discrepancy.id, outcome=Outcome.REFUSED, message=refusal)
        option = self._option(discrepancy, option_id)
        if expect and expect != option.fingerprint:
            moved_on = "what this option relies on has changed since it was shown; look at it again"
            return Approval(discrepancy=discrepancy.id, outcome=Outcome.STALE, message=moved_on)
        if discrepancy.finding.family == notices.GUARD:
            return self._lift_guard(tx, discrepancy, operator)
        pending = self._pending(tx, discrepancy)
        if pending is not None and pending.status is not CorrectionStatus.PROPOSED:
            raise Invalid(f"a correction of {discrepancy.id} is already {pending.status}", hint="wait for it to end")
        if self._needs_second(discrepancy) and not _second_person(pending, option, operator):
            return self._propose(tx, discrepancy, option, pending, operator)
        return self._accept(tx, discrepancy, option, pending, operator)

    def _refusal(self, tx: Tx) -> str:
        known = state.practice_state(tx, self._practice.id)
        if self._practice.settings.mode is Mode.OBSERVE:
            return "the practice is in observe mode, which never writes: set mode in the settings"
        if known.released_at is None:
            return f"the first comparison is not released: reconcile release {self._practice.id}"
        return ""

    def _option(self, discrepancy: Discrepancy, option_id: str) -> Option:
        if discrepancy.status is Status.CLOSED:
            raise Invalid(f"{discrepancy.id} is closed", hint="its difference is gone; nothing is left to approve")
        option = discrepancy.finding.option(option_id)
        if option is not None:
            return option
        names = ", ".join(o.id for o in discrepancy.finding.options)
        hint = f"it has: {names}" if names else "it has none: its cause must be mended first, or it is hand-work"
        raise Invalid(f"{discrepancy.id} has no option {option_id or 'to recommend'}", hint=hint)

    def _pending(self, tx: Tx, discrepancy: Discrepancy) -> Correction | None:
        return next((c for c in corrections.of_discrepancy(tx, discrepancy.id) if c.status in UNFINISHED), None)

    def _needs_second(self, discrepancy: Discrepancy) -> bool:
        return Decimal(0) < self._four_eyes_over < discrepancy.finding.amount

    def _propose(
        self, tx: Tx, discrepancy: Discrepancy, option: Option, pending: Correction | None, operator: Operator
    ) -> Approval:
        if pending is not None and pending.fingerprint != option.fingerprint:
            corrections.put(tx, moved(pending, CorrectionStatus.STALE, error="another option was proposed"))
            pending = None
        if pending is None:
            pending = self._new(discrepancy, option, operator, CorrectionStatus.PROPOSED)
            corrections.put(tx, pending)
            self._audit(tx, operator, "proposed", discrepancy.id, {"option": option.id})
            discrepancies.put(tx, discrepancy)
        limit = f"{self._four_eyes_over} {self._practice.settings.currency}"
        return Approval(
            discrepancy=discrepancy.id,
            outcome=Outcome.WAITING_SECOND_PERSON,
            message=f"above {limit} a second person must approve it too",
        )

    def _accept(
        self, tx: Tx, discrepancy: Discrepancy, option: Option, pending: Correction | None, operator: Operator
    ) -> Approval:
        if pending is not None and pending.fingerprint == option.fingerprint:
            both = f"{pending.approved_by}, {operator.login}"
            accepted = msgspec.structs.replace(moved(pending, CorrectionStatus.APPROVED), approved_by=both)
        else:
            accepted = self._new(discrepancy, option, operator, CorrectionStatus.APPROVED)
        corrections.put(tx, accepted)
        discrepancies.put(tx, msgspec.structs.replace(discrepancy, status=Status.APPROVED))
        detail = {"option": option.id, "fingerprint": option.fingerprint, "correction": accepted.id}
        self._audit(tx, operator, "approved", discrepancy.id, detail)
        return Approval(discrepancy=discrepancy.id, outcome=Outcome.ACCEPTED)

    def _new(
        self, discrepancy: Discrepancy, option: Option, operator: Operator, status: CorrectionStatus
    ) -> Correction:
        return Correction(
            id=self._practice.new_id(),
            practice=self._practice.id,
            discrepancy_id=discrepancy.id,
            family=discrepancy.finding.family,
            option=option.id,
            fingerprint=option.fingerprint,
            steps=option.steps,
            status=status,
            approved_by=operator.login,
            created_at=self._practice.clock.utc(),
        )

    def reject(self, tx: Tx, discrepancy: Discrepancy, reason: str, operator: Operator) -> None:
        """Leave it as it is until its facts change."""
        pending = self._pending(tx, discrepancy)
        if pending is not None and pending.status not in {CorrectionStatus.PROPOSED, CorrectionStatus.APPROVED}:
            raise Invalid(f"its correction is already {pending.status}", hint="wait for it to end")
        if pending is not None:
            corrections.put(tx, moved(pending, CorrectionStatus.REJECTED, error=reason))
        facts = facts_of(discrepancy.finding)
        discrepancies.put(tx, msgspec.structs.replace(discrepancy, status=Status.REJECTED, rejected_facts=facts))
        self._audit(tx, operator, "rejected", discrepancy.id, {"reason": reason})

    def release(self, tx: Tx, operator: Operator) -> None:
        """Release the first comparison: from now on the practice's mode counts."""
        known = state.practice_state(tx, self._practice.id)
        if known.last_full is None:
            raise Invalid("the first comparison is not finished", hint="wait for it: reconcile sync --wait")
        if known.released_at is None:
            fresh = msgspec.structs.replace(known, released_at=self._now(), released_by=operator.login, importing=True)
            state.put_state(tx, self._practice.id, fresh)
            self._audit(tx, operator, "released", self._practice.id, {})

    def pause(self, tx: Tx, reason: str, operator: Operator) -> None:
        """Stop all writes; detection goes on."""
        known = state.practice_state(tx, self._practice.id)
        fresh = msgspec.structs.replace(known, paused_by=operator.login, pause_reason=reason)
        state.put_state(tx, self._practice.id, fresh)
        self._audit(tx, operator, "paused", self._practice.id, {"reason": reason})

    def resume(self, tx: Tx, operator: Operator) -> None:
        """Start writes again, and lift a tripped guard."""
        known = state.practice_state(tx, self._practice.id)
        lifted = {"guard": known.guard} if known.guard else {}
        state.put_state(tx, self._practice.id, msgspec.structs.replace(known, paused_by="", pause_reason=""))
        self._without_guard(tx)
        self._audit(tx, operator, "resumed", self._practice.id, lifted)

    def _lift_guard(self, tx: Tx, discrepancy: Discrepancy, operator: Operator) -> Approval:
        """The approval of a tripped guard: nothing is written by it, so that it is applied at once."""
        self._without_guard(tx)
        self._audit(tx, operator, "approved", discrepancy.id, {"option": "resume"})
        return Approval(discrepancy=discrepancy.id, outcome=Outcome.APPLIED, message="automatic writes go on")

    def _without_guard(self, tx: Tx) -> None:
        """Let automatic writes go on; what was written before no longer counts."""
        known = state.practice_state(tx, self._practice.id)
        if known.guard:
            fresh = msgspec.structs.replace(known, guard="", guard_lifted_at=self._now())
            state.put_state(tx, self._practice.id, fresh)
        notices.post(tx, self._practice, notices.GUARD, ())

    def _now(self) -> dt.datetime:
        return self._practice.clock.utc()

    def _audit(self, tx: Tx, operator: Operator, action: str, subject: str, detail: dict[str, str]) -> None:
        audit.append(
            tx,
            at=self._now(),
            practice=self._practice.id,
            actor=operator.login,
            action=action,
            subject=subject,
            detail=detail,
        )


def _second_person(pending: Correction | None, option: Option, operator: Operator) -> bool:
    return pending is not None and pending.fingerprint == option.fingerprint and pending.approved_by != operator.login
