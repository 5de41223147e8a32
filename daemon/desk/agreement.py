"""Who must agree to a decision: one person, or above a limit two different ones; the first of them only proposes it."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from daemon.applier.outcomes import amount_of
from daemon.core.correction import UNFINISHED, Correction, CorrectionStatus, Option, moved
from daemon.core.discrepancy import Discrepancy, Finding
from daemon.core.model import ZERO, Value
from daemon.desk.notes import note, of_option
from daemon.errors import Invalid
from daemon.practice import Practice
from daemon.protocol import Operator
from daemon.store import corrections, discrepancies
from daemon.store.tx import Tx

_S = CorrectionStatus


class Wish(Value, frozen=True, kw_only=True):
    """What one person wants done about a discrepancy, and the money at stake.

    ``undoes`` is the correction that it takes back.
    """

    discrepancy: Discrepancy
    option: Option
    operator: Operator
    at_stake: Decimal
    undoes: str = ""


def at_stake(finding: Finding, option: Option) -> Decimal:
    """The money that a decision is about: what differs, or the largest sum that one of the writes moves if it is more.

    A payment of 500 that is deleted and booked anew is 500, though it may differ by 10.
    """
    return max(finding.amount, *(amount_of(step) for step in option.steps), ZERO)


class Agreement:
    """``four_eyes_over`` is the amount above which two people must agree; zero is off."""

    def __init__(self, practice: Practice, four_eyes_over: Decimal) -> None:
        self._practice = practice
        self.four_eyes_over = four_eyes_over

    def needs_second(self, stake: Decimal) -> bool:
        """Whether two people must agree to a decision about that much money."""
        return ZERO < self.four_eyes_over < stake

    @property
    def second_wanted(self) -> str:
        """Why a decision waits, for people."""
        return f"above {self.four_eyes_over} {self._practice.settings.currency} a second person must approve it too"

    def approve(self, tx: Tx, wish: Wish) -> Correction:
        """The correction that is wished for: approved, or proposed while a second person must agree.

        Raises ``Invalid`` if another one is on its way.
        """
        pending = _pending(tx, wish.discrepancy)
        if pending is not None and pending.status is _S.APPROVED:
            raise Invalid(f"a correction of {wish.discrepancy.id} is already approved", hint="wait for it to end")
        proposal = self._proposal(tx, wish)
        names = self._names(wish, proposal)
        if not names:
            return self._propose(tx, wish, proposal)
        asked = proposal or self._new(wish, _S.PROPOSED)
        agreed = msgspec.structs.replace(moved(asked, _S.APPROVED), approved_by=names)
        corrections.put(tx, agreed)
        return agreed

    def consent(self, tx: Tx, wish: Wish) -> str:
        """Who agreed to a wish that writes nothing, by name; "" while a second person must."""
        proposal = self._proposal(tx, wish)
        names = self._names(wish, proposal)
        if not names:
            self._propose(tx, wish, proposal)
        elif proposal is not None:
            done = moved(moved(moved(proposal, _S.APPROVED), _S.APPLYING), _S.APPLIED)
            corrections.put(tx, msgspec.structs.replace(done, approved_by=names))
        return names

    def _proposal(self, tx: Tx, wish: Wish) -> Correction | None:
        """What was proposed of the same content since the discrepancy opened; anything else gives way."""
        pending = _pending(tx, wish.discrepancy)
        if pending is None:
            return None
        of_now = pending.created_at >= wish.discrepancy.first_seen
        if of_now and pending.status is _S.PROPOSED and pending.fingerprint == wish.option.fingerprint:
            return pending
        corrections.put(tx, moved(pending, _S.STALE, error="something else was decided"))
        return None

    def _names(self, wish: Wish, proposal: Correction | None) -> str:
        first = (proposal.approved_by,) if proposal is not None else ()
        names = dict.fromkeys((*first, wish.operator.login))
        return "" if self.needs_second(wish.at_stake) and len(names) < 2 else ", ".join(names)

    def _propose(self, tx: Tx, wish: Wish, proposal: Correction | None) -> Correction:
        if proposal is None:
            proposal = self._new(wish, _S.PROPOSED)
            corrections.put(tx, proposal)
            discrepancies.put(tx, wish.discrepancy)
            note(tx, self._practice, wish.operator, "proposed", wish.discrepancy.id, **of_option(wish.option))
        return proposal

    def _new(self, wish: Wish, status: CorrectionStatus) -> Correction:
        return Correction(
            id=self._practice.new_id(),
            practice=self._practice.id,
            discrepancy_id=wish.discrepancy.id,
            family=wish.discrepancy.finding.family,
            option=wish.option.id,
            title=wish.option.title,
            fingerprint=wish.option.fingerprint,
            steps=wish.option.steps,
            status=status,
            approved_by=wish.operator.login,
            created_at=self._practice.clock.utc(),
            undoes=wish.undoes,
            relies_on=wish.option.relies_on,
        )


def withdraw(tx: Tx, discrepancy: Discrepancy, reason: str) -> None:
    """Take back what was proposed or approved and not begun; raises ``Invalid`` if a correction is under way."""
    pending = _pending(tx, discrepancy)
    if pending is not None:
        corrections.put(tx, moved(pending, _S.REJECTED, error=reason))


def _pending(tx: Tx, discrepancy: Discrepancy) -> Correction | None:
    """The correction that is decided but not begun; raises ``Invalid`` if one is under way."""
    found = next((c for c in corrections.of_discrepancy(tx, discrepancy.id) if c.status in UNFINISHED), None)
    if found is not None and found.status not in {_S.PROPOSED, _S.APPROVED}:
        raise Invalid(f"a correction of {discrepancy.id} is already {found.status}", hint="wait for it to end")
    return found
