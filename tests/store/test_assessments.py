"""Saving assessments: what opens, closes, and what becomes of the decisions that people took."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from daemon.core.correction import CorrectionStatus
from daemon.core.discrepancy import Discrepancy, FieldDiff, Finding, Policy, Status, Waiver, facts_of
from daemon.core.model import Kind
from daemon.store import corrections, discrepancies, families, links, state
from daemon.store.database import Database
from tests.store.made import CLINIC, NOTHING, START, at, correction, decide, dirty_ids, exclusion, finding, link, saving

ONE = finding("1")


async def known(db: Database, id_: str) -> Discrepancy:
    found = await db.read(lambda tx: discrepancies.get(tx, id_))
    assert found
    return found


def differing(amount: str) -> Finding:
    return finding("1", amount=Decimal(amount), fields=(FieldDiff(name="gross", provet=amount, xero="0"),))


class TestOpeningAndClosing:
    async def test_a_new_finding_opens(self, db: Database) -> None:
        (opened,) = await db.write(saving(ONE))
        assert opened == Discrepancy(finding=ONE, status=Status.OPEN, first_seen=START, last_seen=START, seq=1)
        assert await known(db, ONE.id) == opened

    async def test_the_same_again_is_no_change_but_seen_later(self, db: Database) -> None:
        (opened,) = await db.write(saving(ONE))
        assert await db.write(saving(ONE, now=at(60))) == []
        assert await known(db, ONE.id) == msgspec.structs.replace(opened, last_seen=at(60))
        assert await db.read(state.current_seq) == 1

    async def test_a_finding_that_changed_keeps_its_history(self, db: Database) -> None:
        await db.write(saving(ONE))
        await decide(db, ONE.id, assignee="ann")
        more = msgspec.structs.replace(ONE, amount=Decimal(200))
        (changed,) = await db.write(saving(more, now=at(60)))
        assert (changed.finding, changed.first_seen, changed.last_seen) == (more, START, at(60))
        assert (changed.assignee, changed.seq, changed.status) == ("ann", 3, Status.OPEN)

    async def test_what_is_no_more_found_closes_and_only_in_this_family(self, db: Database) -> None:
        other = finding("2")
        await db.write(saving(ONE, finding("1", kind="payment.differs")))
        await db.write(saving(other))
        (closed,) = await db.write(saving(ONE, now=at(60)))
        assert (closed.status, closed.finding.kind, closed.last_seen) == (Status.CLOSED, "payment.differs", START)
        assert (await known(db, other.id)).status is Status.OPEN
        assert await db.write(saving(ONE)) == []

    async def test_what_closed_and_is_found_again_opens_under_its_old_id(self, db: Database) -> None:
        await db.write(saving(ONE))
        await db.write(saving(family=ONE.family))
        (again,) = await db.write(saving(ONE, now=at(60)))
        assert (again.id, again.status, again.seq) == (ONE.id, Status.OPEN, 3)
        assert (again.first_seen, again.last_seen) == (at(60), at(60))

    @pytest.mark.parametrize("old_family_last", [True, False])
    async def test_a_finding_follows_its_record_into_another_family(self, db: Database, old_family_last: bool) -> None:
        await db.write(saving(ONE))
        moved = msgspec.structs.replace(ONE, family="invoice:root")
        steps = [saving(moved), saving(family=ONE.family)]
        for step in steps if old_family_last else reversed(steps):
            await db.write(step)
        found = await known(db, ONE.id)
        assert (found.status, found.finding.family) == (Status.OPEN, "invoice:root")

    async def test_every_change_takes_the_next_number(self, db: Database) -> None:
        family = [finding(f"{n}", family="invoice:1") for n in range(3)]
        changed = await db.write(saving(*family))
        assert [each.seq for each in changed] == [1, 2, 3]
        await decide(db, family[0].id, assignee="ann")
        changed = await db.write(saving(family[0], family[1]))
        assert [(each.id, each.seq) for each in changed] == [(family[2].id, 5)]
        assert await db.read(state.current_seq) == 5

    async def test_a_finding_of_another_family_is_a_bug(self, db: Database) -> None:
        with pytest.raises(AssertionError, match="another family"):
            await db.write(saving(ONE, family="invoice:2"))


class TestFamilies:
    async def test_saving_cleans_unless_something_came_between(self, db: Database) -> None:
        await db.write(lambda tx: families.mark(tx, CLINIC, ["invoice:1"]))
        ((_, seen),) = await db.read(lambda tx: families.dirty(tx, CLINIC, 9))
        await db.write(lambda tx: families.mark(tx, CLINIC, ["invoice:1"]))
        await db.write(saving(ONE, seen_seq=seen))
        ((_, again),) = await db.read(lambda tx: families.dirty(tx, CLINIC, 9))
        await db.write(saving(ONE, seen_seq=again))
        assert await dirty_ids(db) == []

    async def test_a_cause_that_is_gone_wakes_the_families_that_wait_for_it(self, db: Database) -> None:
        cause = finding("7", family="client:7", kind="contact.ambiguous")
        beside = finding("8", family="client:7", kind="contact.merged", cause=cause.id)
        waiting, finished = finding("1", cause=cause.id), finding("2", cause=cause.id)
        for works in ((cause, beside), (waiting,), (finished,), (finding("3"),)):
            await db.write(saving(*works))
        await db.write(saving(family="invoice:2"))
        await db.write(saving(beside))
        assert await dirty_ids(db) == ["invoice:1"]

    async def test_the_links_given_are_stored(self, db: Database) -> None:
        pair = link(Kind.DOCUMENT, "1", "x", baseline={"gross": "1.00"})
        await db.write(saving(family="invoice:1", links=[pair]))
        assert await db.read(lambda tx: links.find(tx, CLINIC, Kind.DOCUMENT, provet_id="1")) == [pair]

    async def test_a_shared_cause_lives_as_long_as_something_names_it(self, db: Database) -> None:
        cause = finding("tax", family="cause", kind="mapping.missing", policy=Policy.HOLD)
        held = [finding(f"{n}", cause=cause.id, policy=Policy.HOLD) for n in range(2)]
        for each in held:
            await db.write(saving(each, causes=[cause]))
        await db.write(saving(family="invoice:0"))
        assert (await known(db, cause.id)).status is Status.OPEN
        changed = await db.write(saving(family="invoice:1"))
        assert {each.id for each in changed} == {held[1].id, cause.id}
        assert (await known(db, cause.id)).status is Status.CLOSED


class TestRejected:
    async def reject(self, db: Database) -> None:
        await db.write(saving(differing("5")))
        await decide(db, ONE.id, status=Status.REJECTED, rejected_facts=facts_of(differing("5")))

    async def test_it_stays_while_the_facts_stay(self, db: Database) -> None:
        await self.reject(db)
        assert await db.write(saving(differing("5"), now=at(9))) == []
        reworded = msgspec.structs.replace(differing("5"), summary="in other words")
        (changed,) = await db.write(saving(reworded))
        assert changed.status is Status.REJECTED

    async def test_it_comes_back_when_they_change_and_stays_back(self, db: Database) -> None:
        await self.reject(db)
        (back,) = await db.write(saving(differing("6")))
        assert (back.status, back.rejected_facts) == (Status.OPEN, "")
        (still,) = await db.write(saving(differing("5")))
        assert still.status is Status.OPEN

    async def test_closing_in_between_does_not_undo_what_a_person_refused(self, db: Database) -> None:
        await self.reject(db)
        (closed,) = await db.write(saving(family=ONE.family))
        assert closed.status is Status.CLOSED
        (back,) = await db.write(saving(differing("5")))
        assert back.status is Status.REJECTED
        await db.write(saving(family=ONE.family))
        (new,) = await db.write(saving(differing("6")))
        assert (new.status, new.rejected_facts) == (Status.OPEN, "")


class TestSnoozed:
    async def snooze(self, db: Database) -> None:
        await db.write(saving(differing("5")))
        await decide(db, ONE.id, status=Status.SNOOZED, snoozed_until=at(100))

    async def test_it_sleeps_until_its_time(self, db: Database) -> None:
        await self.snooze(db)
        assert await db.read(lambda tx: discrepancies.due_snoozes(tx, CLINIC, at(99))) == []
        assert await db.write(saving(differing("5"), now=at(99))) == []
        assert [d.id for d in await db.read(lambda tx: discrepancies.due_snoozes(tx, CLINIC, at(100)))] == [ONE.id]
        (woken,) = await db.write(saving(differing("5"), now=at(100)))
        assert (woken.status, woken.snoozed_until) == (Status.OPEN, None)
        assert await db.read(lambda tx: discrepancies.due_snoozes(tx, CLINIC, at(200))) == []

    async def test_it_wakes_when_the_facts_change(self, db: Database) -> None:
        await self.snooze(db)
        (woken,) = await db.write(saving(differing("6"), now=at(5)))
        assert (woken.status, woken.snoozed_until) == (Status.OPEN, None)


class TestWaived:
    async def waive(self, db: Database, **terms: Any) -> None:
        await db.write(saving(differing("5")))
        await decide(db, ONE.id, status=Status.WAIVED, waiver=Waiver(by="ann", reason="small", at=START, **terms))

    @pytest.mark.parametrize(
        ("terms", "amount", "now", "status"),
        [
            ({}, "5", at(5), Status.WAIVED),
            ({}, "4", at(5), Status.WAIVED),
            ({}, "5.01", at(5), Status.OPEN),
            ({"ceiling": Decimal(8)}, "8.00", at(5), Status.WAIVED),
            ({"ceiling": Decimal(8)}, "8.01", at(5), Status.OPEN),
            ({"until": START.date()}, "5", START.replace(hour=23), Status.WAIVED),
            ({"until": START.date()}, "5", START + dt.timedelta(days=1), Status.OPEN),
        ],
    )
    async def test_it_holds_up_to_its_ceiling_and_date(
        self, db: Database, terms: dict[str, Any], amount: str, now: dt.datetime, status: Status
    ) -> None:
        await self.waive(db, **terms)
        await db.write(saving(differing(amount), now=now))
        found = await known(db, ONE.id)
        assert (found.status, found.waiver is not None) == (status, status is Status.WAIVED)

    async def test_without_a_ceiling_it_is_the_amount_at_the_time_of_waiving(self, db: Database) -> None:
        await self.waive(db)
        for amount in ("2", "5", "3"):
            await db.write(saving(differing(amount)))
            assert (await known(db, ONE.id)).status is Status.WAIVED
        (back,) = await db.write(saving(differing("5.50")))
        assert back.status is Status.OPEN

    async def test_the_day_after_its_last_it_is_due(self, db: Database) -> None:
        await self.waive(db, until=START.date())
        assert await db.read(lambda tx: discrepancies.due_snoozes(tx, CLINIC, START.replace(hour=23, minute=59))) == []
        tomorrow = START.replace(hour=0) + dt.timedelta(days=1)
        assert [d.id for d in await db.read(lambda tx: discrepancies.due_snoozes(tx, CLINIC, tomorrow))] == [ONE.id]


class TestUndone:
    @pytest.mark.parametrize(("closed_from", "policy"), [(Status.OPEN, "person"), (Status.APPROVED, "automatic")])
    async def test_it_waits_for_a_person_until_one_has_approved_it(
        self, db: Database, closed_from: Status, policy: str
    ) -> None:
        await db.write(saving(ONE))
        await decide(db, ONE.id, by_hand=True)
        await db.write(saving(ONE))
        assert (await known(db, ONE.id)).finding.policy is Policy.PERSON
        await decide(db, ONE.id, status=closed_from)
        await db.write(saving(family=ONE.family))
        await db.write(saving(ONE))
        again = await known(db, ONE.id)
        assert (again.status, again.finding.policy) == (Status.OPEN, policy)

    async def test_a_cause_still_holds_it(self, db: Database) -> None:
        held = finding("1", policy=Policy.HOLD)
        await db.write(saving(held))
        await decide(db, ONE.id, by_hand=True)
        await db.write(saving(held))
        assert (await known(db, ONE.id)).finding.policy is Policy.HOLD


class TestApproved:
    @pytest.mark.parametrize("status", list(CorrectionStatus))
    async def test_it_is_open_again_once_its_correction_is_over(self, db: Database, status: CorrectionStatus) -> None:
        await db.write(saving(ONE))
        await decide(db, ONE.id, status=Status.APPROVED)
        await db.write(lambda tx: corrections.put(tx, correction("c", ONE.id, status)))
        await db.write(saving(ONE, now=at(5)))
        unfinished = {"proposed", "approved", "applying", "in_doubt"}
        assert (await known(db, ONE.id)).status is (Status.APPROVED if status in unfinished else Status.OPEN)

    async def test_a_correction_of_another_discrepancy_does_not_count(self, db: Database) -> None:
        await db.write(saving(ONE))
        await decide(db, ONE.id, status=Status.APPROVED)
        await db.write(lambda tx: corrections.put(tx, correction("c", "other")))
        await db.write(saving(ONE))
        assert (await known(db, ONE.id)).status is Status.OPEN


async def test_a_failing_save_leaves_everything_as_it_was(db: Database) -> None:
    await db.write(saving(ONE))
    before = await known(db, ONE.id)
    twice = [exclusion("9", "1.00"), exclusion("9", "1.00")]
    with pytest.raises(Exception, match="UNIQUE"):
        await db.write(saving(family=ONE.family, exclusions=twice, books=NOTHING))
    assert await known(db, ONE.id) == before
    assert await db.read(state.current_seq) == before.seq
