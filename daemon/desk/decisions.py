"""Decisions that write nothing: reject, snooze, waive, comment and assign. Each one transaction, noted in the log."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from daemon.control.operations import UnknownId
from daemon.core.amounts import money
from daemon.core.correction import Option
from daemon.core.discrepancy import Discrepancy, Status, Waiver, facts_of
from daemon.core.model import ZERO
from daemon.desk.agreement import Agreement, Wish, withdraw
from daemon.desk.notes import note
from daemon.errors import Invalid
from daemon.practice import Practice
from daemon.protocol import Assign, Comment, Decision, Operator, Reject, Snooze, Waive
from daemon.store import discrepancies, families
from daemon.store.tx import Tx

_FAR = dt.timedelta(days=3660)
_AMOUNT_MAX = Decimal(10) ** 12


def found(tx: Tx, discrepancy_id: str) -> Discrepancy:
    """The discrepancy of that id; raises ``UnknownId``."""
    discrepancy = discrepancies.get(tx, discrepancy_id)
    if discrepancy is None:
        raise UnknownId(f"no discrepancy {discrepancy_id}", hint="reconcile list --status all shows every id")
    return discrepancy


class Decisions:
    """Decisions in one practice."""

    def __init__(self, practice: Practice, agreement: Agreement) -> None:
        self._practice = practice
        self._agreement = agreement

    def decide(self, tx: Tx, discrepancy: Discrepancy, decision: Decision, operator: Operator) -> bool:
        """Take a decision; False while a second person must agree. Raises ``Invalid`` where it makes no sense."""
        match decision:
            case Reject(reason=reason):
                self._reject(tx, discrepancy, reason, operator)
            case Snooze(until=until):
                self._snooze(tx, discrepancy, until, operator)
            case Waive():
                return self._waive(tx, discrepancy, decision, operator)
            case Comment(text=text):
                discrepancies.put(tx, discrepancy)
                note(tx, self._practice, operator, "commented", discrepancy.id, text=text)
            case Assign(user=named):
                user = operator.login if named.casefold() == "me" else named
                discrepancies.put(tx, msgspec.structs.replace(discrepancy, assignee=user))
                note(tx, self._practice, operator, "assigned", discrepancy.id, user=user or "nobody")
        return True

    def _reject(self, tx: Tx, discrepancy: Discrepancy, reason: str, operator: Operator) -> None:
        _must_stand(discrepancy)
        withdraw(tx, discrepancy, reason)
        facts = facts_of(discrepancy.finding)
        _restate(tx, discrepancy, status=Status.REJECTED, rejected_facts=facts)
        note(tx, self._practice, operator, "rejected", discrepancy.id, reason=reason)

    def _snooze(self, tx: Tx, discrepancy: Discrepancy, until: dt.datetime, operator: Operator) -> None:
        _must_stand(discrepancy)
        now = self._practice.clock.utc()
        if not now < until <= now + _FAR:
            hint = "name a time to come, in ten years at most"
            raise Invalid(f"it cannot be snoozed until {until.isoformat()}", hint=hint)
        withdraw(tx, discrepancy, "snoozed")
        _restate(tx, discrepancy, status=Status.SNOOZED, snoozed_until=until.astimezone(dt.UTC))
        note(tx, self._practice, operator, "snoozed", discrepancy.id, until=until.astimezone(dt.UTC).isoformat())

    def _waive(self, tx: Tx, discrepancy: Discrepancy, asked: Waive, operator: Operator) -> bool:
        _must_stand(discrepancy)
        finding = discrepancy.finding
        ceiling = finding.difference if asked.ceiling is None else _ceiling(asked.ceiling, finding.difference)
        now = self._practice.clock.utc()
        if asked.until is not None and not now.date() <= asked.until <= (now + _FAR).date():
            raise Invalid(f"it cannot be waived until {asked.until}", hint="name a day to come, in ten years at most")
        option = _waiving(discrepancy, ceiling, asked.until)
        names = self._agreement.consent(
            tx, Wish(discrepancy=discrepancy, option=option, operator=operator, at_stake=max(ceiling, finding.amount))
        )
        if names:
            waiver = Waiver(by=names, reason=asked.reason, at=now, ceiling=ceiling, until=asked.until)
            _restate(tx, discrepancy, status=Status.WAIVED, waiver=waiver)
            until = str(asked.until or "")
            detail = {"reason": asked.reason, "ceiling": money(ceiling), "until": until}
            note(tx, self._practice, operator, "waived", discrepancy.id, **detail)
        return bool(names)


def _must_stand(discrepancy: Discrepancy) -> None:
    if discrepancy.status is Status.CLOSED:
        raise Invalid(f"{discrepancy.id} is closed", hint="its difference is gone; nothing is left to decide")


def _ceiling(ceiling: Decimal, difference: Decimal) -> Decimal:
    if not (ceiling.is_finite() and ZERO <= ceiling < _AMOUNT_MAX and ceiling == round(ceiling, 2)):
        raise Invalid(f"the ceiling {ceiling} is no amount of money", hint="such as 12.50")
    if ceiling < difference:
        raise Invalid(
            f"the ceiling {money(ceiling)} is below the difference of {money(difference)}",
            hint="it would re-open at once",
        )
    return ceiling


def _waiving(discrepancy: Discrepancy, ceiling: Decimal, until: dt.date | None) -> Option:
    """A waiver's terms as an option without writes, so that two people agree on the same ones."""
    terms = {"facts": facts_of(discrepancy.finding), "ceiling": money(ceiling), "until": str(until or "")}
    return Option(id="waive", title="Waive it", steps=(), relies_on=terms)


def _restate(
    tx: Tx,
    discrepancy: Discrepancy,
    *,
    status: Status,
    snoozed_until: dt.datetime | None = None,
    waiver: Waiver | None = None,
    rejected_facts: str = "",
) -> None:
    """Store a discrepancy under a decision; the one before is no longer in force. What waits for it in its family is
    judged anew."""
    fresh = msgspec.structs.replace(
        discrepancy, status=status, snoozed_until=snoozed_until, waiver=waiver, rejected_facts=rejected_facts
    )
    discrepancies.put(tx, fresh)
    practice, family = discrepancy.finding.practice, discrepancy.finding.family
    if any(row.finding.cause == discrepancy.id for row in discrepancies.open_in(tx, practice, family)):
        families.mark(tx, practice, [family])
