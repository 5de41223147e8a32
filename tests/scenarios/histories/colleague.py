"""A colleague of the operator who decides something now and then while the clinic works: another option than the
recommended one, a snooze or a waiver for a day, a rejection, or to take back what was applied or rejected."""

from __future__ import annotations

import datetime as dt
from random import Random

from daemon.core.correction import Option
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.errors import ReconError
from daemon.protocol import Outcome, Reject, Snooze, Waive
from daemon.store import lists
from tests.scenarios.clinic import PERSON
from tests.scenarios.histories.operator import Operator
from tests.scenarios.histories.stage import Stage


async def decide(stage: Stage, operator: Operator, rng: Random) -> str:
    """One decision in words; "" where there is nothing to decide."""
    if rng.randrange(3) == 0:
        return await _undo(stage, rng)
    found = await stage.it.found()
    if not found:
        return ""
    chosen = rng.choice(found)
    options = [o for o in chosen.finding.options if o.id != "done-by-hand"]
    if options and chosen.finding.policy is not Policy.HOLD and rng.randrange(2):
        return await _choose(stage, operator, chosen, rng.choice(options))
    return await _put_off(stage, chosen, rng)


async def reject(stage: Stage, operator: Operator, rng: Random) -> str:
    """Reject something, or take a rejection back: approve an option of it or put it off; "" where there is neither."""
    rejected = await stage.it.shop.found(statuses=(Status.REJECTED,))
    if rejected and rng.randrange(2):
        chosen = rng.choice(rejected)
        options = [o for o in chosen.finding.options if o.id != "done-by-hand"]
        if options and chosen.finding.policy is not Policy.HOLD and rng.randrange(3):
            return f"after all {await _choose(stage, operator, chosen, rng.choice(options))}"
        return f"after all {await _put_off(stage, chosen, rng)}"
    found = await stage.it.found()
    if not found:
        return ""
    chosen = rng.choice(found)
    try:
        await stage.it.shop.app.desk.decide(chosen.id, Reject(reason="leave it"), PERSON)
    except ReconError as error:
        return f"was told: {error}"
    return f"rejects {chosen.finding.kind}: {chosen.finding.summary} ({chosen.finding.effect})"


async def _choose(stage: Stage, operator: Operator, found: Discrepancy, option: Option) -> str:
    try:
        answer = await stage.it.shop.app.desk.approve(found.id, option.id, option.fingerprint, PERSON)
    except ReconError as error:
        return f"was told: {error}"
    if answer.outcome is not Outcome.ACCEPTED:
        return f"was told: {answer.message}"
    operator.accept(found, option)
    return f"approves {option.id} of {found.finding.kind}: {found.finding.summary}"


async def _put_off(stage: Stage, found: Discrepancy, rng: Random) -> str:
    later = stage.it.shop.world.clock.utc() + dt.timedelta(days=1)
    snoozed = rng.randrange(2)
    decision = Snooze(until=later) if snoozed else Waive(reason="for a day", until=later.date())
    await stage.it.shop.app.desk.decide(found.id, decision, PERSON)
    return f"{'snoozes' if snoozed else 'waives'} {found.finding.kind} for a day: {found.finding.summary}"


async def _undo(stage: Stage, rng: Random) -> str:
    desk = stage.it.shop.app.desk
    query = lists.Query(statuses=tuple(Status), limit=500)
    rows = list((await stage.it.shop.app.db.read(lambda tx: lists.page(tx, query))).rows)
    for row in rng.sample(rows, len(rows)):
        try:
            option = await desk.undo_option(row.id)
            await desk.undo(row.id, option.fingerprint, PERSON)
        except ReconError:
            continue
        return f"undoes {row.finding.kind}: {row.finding.summary}: {option.title}"
    return ""
