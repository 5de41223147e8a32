"""Decisions that write nothing, and what policy, two people and filters make of those that do, in whole cycles."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import Invalid, Stale
from daemon.protocol import (
    ApproveRequest,
    Assign,
    BulkDecision,
    BulkRequest,
    BulkResult,
    Comment,
    DiscrepancyView,
    Expected,
    ListQuery,
    Reject,
    Snooze,
    Waiting,
    Waive,
)
from tests.desk.office import ANN, BOB, VISIT, Office, office

LINE = {"Description": "By hand", "Quantity": 1, "TaxType": "OUTPUT2", "AccountCode": "200"}
FOUR_EYES = ("[practices.riverside]\n", '[control]\nfour_eyes_over = "20.00"\n\n[practices.riverside]\n')


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


async def edited(clinic: Office, price: str = "19.99") -> DiscrepancyView:
    """An invoice of 48.00 that the bookkeeper changed in Xero, as it is open now."""
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    await clinic.cycle()
    edit(clinic, invoice, price)
    await clinic.cycle()
    return await clinic.of("document", invoice, "invoice.changed_in_xero")


def edit(clinic: Office, invoice: int | str, price: str) -> None:
    fields = {"LineItems": [{**LINE, "UnitAmount": price}], "LineAmountTypes": "Inclusive"}
    clinic.act("xero", "edit_document", document_id=clinic.living(int(invoice)).id, fields=fields)


def invoice_of(found: DiscrepancyView) -> str:
    assert found.subject.provet
    return found.subject.provet.id


async def status_of(clinic: Office, found: DiscrepancyView) -> str:
    return (await clinic.show(found.id)).status


class TestSnooze:
    async def test_it_comes_back_at_its_time_and_not_before(self, clinic: Office) -> None:
        found = await edited(clinic)
        now = clinic.shop.clock.utc()
        detail = await clinic.desk.decide(found.id, Snooze(until=now + dt.timedelta(hours=1)), ANN)
        assert (detail.status, detail.snoozed_until) == ("snoozed", now + dt.timedelta(hours=1))
        await clinic.shop.settle_down(full=True)
        assert (await status_of(clinic, found), await clinic.listed()) == ("snoozed", [])
        await clinic.later(3600)
        await clinic.cycle()
        assert await status_of(clinic, found) == "open"

    async def test_the_daemon_wakes_by_itself_when_it_is_due(self, clinic: Office) -> None:
        """Polls are ten minutes apart; nothing else happens."""
        found = await edited(clinic)
        settings = clinic.shop.engine.practice.settings
        clinic.shop.engine.practice.settings = settings.model_copy(update={"poll_s": 600})
        due = clinic.shop.clock.utc() + dt.timedelta(seconds=50)
        await clinic.desk.decide(found.id, Snooze(until=due), ANN)
        await clinic.shop.clock.drive(clinic.shop.engine._rest())
        await clinic.shop.clock.drive(clinic.shop.engine.turn())
        await clinic.shop.clock.drive(clinic.shop.engine._rest())
        assert clinic.shop.clock.utc() == due
        await clinic.shop.clock.drive(clinic.shop.engine.turn())
        assert await status_of(clinic, found) == "open"

    async def test_it_comes_back_when_the_facts_change(self, clinic: Office) -> None:
        found = await edited(clinic)
        await clinic.desk.decide(found.id, Snooze(until=clinic.shop.clock.utc() + dt.timedelta(days=9)), ANN)
        edit(clinic, invoice_of(found), "29.99")
        await clinic.cycle()
        assert await status_of(clinic, found) == "open"

    @pytest.mark.parametrize("days", [0, -1, 4000])
    async def test_a_time_that_makes_no_sense_is_refused(self, clinic: Office, days: int) -> None:
        found = await edited(clinic)
        with pytest.raises(Invalid, match="snoozed until"):
            await clinic.desk.decide(found.id, Snooze(until=clinic.shop.clock.utc() + dt.timedelta(days=days)), ANN)
        assert await status_of(clinic, found) == "open"


class TestWaive:
    async def test_up_to_what_it_is_now_and_no_further(self, clinic: Office) -> None:
        found = await edited(clinic, "45.00")
        detail = await clinic.desk.decide(found.id, Waive(reason="goodwill"), ANN)
        assert detail.waiver
        assert (detail.status, detail.waiver.by, detail.waiver.ceiling) == ("waived", "ann", "3.00")
        await clinic.shop.settle_down(full=True)
        assert await status_of(clinic, found) == "waived"
        practice = (await clinic.desk.status()).practices[0]
        assert (practice.state, practice.residual, practice.open_total) == ("in_sync", "0.00", 0)
        edit(clinic, invoice_of(found), "44.99")
        await clinic.cycle()
        again = await clinic.show(found.id)
        assert (again.status, again.waiver) == ("open", None)

    async def test_it_re_opens_above_its_ceiling(self, clinic: Office) -> None:
        found = await edited(clinic, "45.00")
        await clinic.desk.decide(found.id, Waive(reason="goodwill", ceiling=Decimal("5.00")), ANN)
        for price, status in (("44.00", "waived"), ("43.00", "waived"), ("42.99", "open")):
            edit(clinic, invoice_of(found), price)
            await clinic.cycle()
            assert await status_of(clinic, found) == status

    async def test_what_is_not_about_money_re_opens_when_it_changes(self, clinic: Office) -> None:
        clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
        await clinic.cycle()
        clinic.act("provet", "edit_client", client=3, changes={"email": "a@example.test"})
        clinic.act("xero", "edit_contact", contact_id=clinic.contact(3).id, fields={"EmailAddress": "b@example.test"})
        await clinic.cycle()
        found = await clinic.only(kind="contact.conflict")
        await clinic.desk.decide(found.id, Waive(reason="both are right"), ANN)
        await clinic.shop.settle_down(full=True)
        assert await status_of(clinic, found) == "waived"
        clinic.act("xero", "edit_contact", contact_id=clinic.contact(3).id, fields={"EmailAddress": "c@example.test"})
        await clinic.cycle()
        assert await status_of(clinic, found) == "open"

    async def test_it_re_opens_after_its_last_day(self, clinic: Office) -> None:
        found = await edited(clinic)
        today = clinic.shop.clock.utc().date()
        await clinic.desk.decide(found.id, Waive(reason="until tonight", until=today), ANN)
        await clinic.cycle()
        assert await status_of(clinic, found) == "waived"
        await clinic.later(86_400)
        await clinic.cycle()
        assert await status_of(clinic, found) == "open"

    @pytest.mark.parametrize(
        "terms",
        [
            {"ceiling": Decimal("1.00")},
            {"ceiling": Decimal("NaN")},
            {"ceiling": Decimal("99.999")},
            {"ceiling": Decimal(10) ** 12},
            {"until": dt.date(2020, 1, 1)},
            {"until": dt.date.max},
        ],
    )
    async def test_terms_that_make_no_sense_are_refused(self, clinic: Office, terms: dict[str, Any]) -> None:
        found = await edited(clinic)
        with pytest.raises(Invalid):
            await clinic.desk.decide(found.id, Waive(reason="x", **terms), ANN)
        assert await status_of(clinic, found) == "open"


async def test_comments_and_assignments_are_kept_with_their_authors(clinic: Office) -> None:
    found = await edited(clinic)
    await clinic.desk.decide(found.id, Comment(text="asked the clinic"), BOB)
    await clinic.desk.decide(found.id, Assign(user="ann"), BOB)
    await clinic.shop.settle_down(full=True)
    detail = await clinic.show(found.id)
    assert (detail.status, detail.assignee) == ("open", "ann")
    assert [(e.actor, e.text) for e in detail.history][-2:] == [("bob", "asked the clinic"), ("bob", "assigned to ann")]
    assert (await clinic.desk.decide(found.id, Assign(user="me"), BOB)).assignee == "bob"
    assert (await clinic.desk.decide(found.id, Assign(user=""), BOB)).assignee is None
    assert (await clinic.desk.audit_verify()).ok


async def test_what_is_closed_can_be_commented_and_nothing_else(clinic: Office) -> None:
    found = await edited(clinic)
    await clinic.approve(found.id)
    now = clinic.shop.clock.utc()
    for decision in (Reject(reason="x"), Waive(reason="x"), Snooze(until=now + dt.timedelta(days=1))):
        with pytest.raises(Invalid, match="is closed"):
            await clinic.desk.decide(found.id, decision, ANN)
    assert (await clinic.desk.decide(found.id, Comment(text="done"), ANN)).status == "closed"


async def test_an_approval_that_has_not_begun_is_withdrawn_by_another_decision(clinic: Office) -> None:
    found = await edited(clinic)
    approval = await clinic.desk.approve(found.id, "", "", ANN)
    assert approval.correction
    await clinic.desk.decide(found.id, Reject(reason="wait"), BOB)
    written = len(clinic.shop.writes("xero"))
    await clinic.cycle()
    assert len(clinic.shop.writes("xero")) == written
    assert (await clinic.desk.correction(approval.correction.id)).status == "rejected"


class TestFourEyes:
    @pytest.fixture
    async def clinic(self, tmp_path: Path) -> AsyncIterator[Office]:
        async with office(tmp_path, FOUR_EYES) as opened:
            yield opened

    async def test_one_person_twice_is_not_two(self, clinic: Office) -> None:
        found = await edited(clinic)
        written = len(clinic.shop.writes("xero"))
        for _ in range(3):
            assert (await clinic.approve(found.id)).outcome == "waiting_second_person"
        detail = await clinic.show(found.id)
        assert detail.correction
        assert (detail.status, detail.correction.status, detail.correction.approved_by) == ("open", "proposed", "ann")
        assert len(clinic.shop.writes("xero")) == written
        assert (await clinic.approve(found.id, by=BOB)).outcome == "accepted"
        done = await clinic.show(found.id)
        assert done.correction
        assert (done.status, done.correction.approved_by) == ("closed", "ann, bob")

    async def test_two_people_must_want_the_same(self, clinic: Office) -> None:
        invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
        await clinic.cycle()
        moved = (clinic.living(invoice).day - dt.timedelta(days=3)).isoformat()
        clinic.act("xero", "edit_document", document_id=clinic.living(invoice).id, fields={"Date": moved})
        await clinic.cycle()
        found = await clinic.only(kind="invoice.changed_in_xero")
        for option, by in (("restore-from-provet", ANN), ("accept-xero", BOB), ("restore-from-provet", ANN)):
            assert (await clinic.approve(found.id, option, by)).outcome == "waiting_second_person"
        assert (await clinic.approve(found.id, "restore-from-provet", BOB)).outcome == "accepted"
        assert await status_of(clinic, found) == "closed"

    async def test_a_waiver_and_an_undo_need_two_as_well(self, clinic: Office) -> None:
        found = await edited(clinic)
        for by, status in ((ANN, "open"), (ANN, "open"), (BOB, "waived")):
            assert (await clinic.desk.decide(found.id, Waive(reason="goodwill"), by)).status == status
        waived = await clinic.show(found.id)
        assert waived.waiver
        assert (waived.waiver.by, len(await clinic.listed())) == ("ann, bob", 0)
        await clinic.approve(found.id, by=ANN)
        await clinic.approve(found.id, by=BOB)
        assert await status_of(clinic, found) == "closed"
        for by, outcome in ((BOB, "waiting_second_person"), (BOB, "waiting_second_person"), (ANN, "accepted")):
            assert (await clinic.undo(found.id, by)).outcome == outcome
        again = await clinic.show(found.id)
        assert again.correction
        assert (again.status, again.correction.option, again.correction.approved_by) == ("open", "undo", "bob, ann")

    async def test_a_generous_ceiling_counts_as_much_money(self, clinic: Office) -> None:
        invoice = clinic.act("provet", "invoice_visit", client=3, rows=[{"name": "Small", "price": "5.00"}])
        await clinic.cycle()
        edit(clinic, invoice, "4.00")
        await clinic.cycle()
        found = await clinic.only(kind="invoice.changed_in_xero")
        generous = Waive(reason="x", ceiling=Decimal(500))
        assert (await clinic.desk.decide(found.id, generous, ANN)).status == "open"
        assert (await clinic.desk.decide(found.id, Waive(reason="x", ceiling=Decimal(400)), BOB)).status == "open"
        assert (await clinic.desk.decide(found.id, Waive(reason="x"), ANN)).status == "waived"

    async def test_a_proposal_from_before_it_closed_counts_no_more(self, clinic: Office) -> None:
        found = await edited(clinic)
        await clinic.approve(found.id)
        edit(clinic, invoice_of(found), "48.00")
        await clinic.cycle()
        assert await status_of(clinic, found) == "closed"
        await clinic.later(60)
        edit(clinic, invoice_of(found), "19.99")
        await clinic.cycle()
        assert await status_of(clinic, found) == "open"
        assert (await clinic.approve(found.id, by=BOB)).outcome == "waiting_second_person"


async def visits(clinic: Office, count: int) -> list[DiscrepancyView]:
    """As many invoices that wait for a person."""
    for client in range(1, count + 1):
        clinic.act("provet", "invoice_visit", client=client, rows=VISIT)
    await clinic.cycle()
    found = await clinic.listed(kind="invoice.missing")
    assert len(found) == count
    return found


async def decide_all(clinic: Office, decision: BulkDecision, **query: Any) -> BulkResult:
    wanted = ListQuery(status=("open",), **query)
    seen = await clinic.desk.page(wanted)
    expected = Expected(count=seen.total, amount=seen.amount, seq=seen.seq)
    result = await clinic.desk.bulk(BulkRequest(filter=wanted, decision=decision, expected=expected), ANN)
    await clinic.cycle()
    return result


class TestBulk:
    @pytest.fixture
    async def clinic(self, tmp_path: Path) -> AsyncIterator[Office]:
        policy = "[practices.riverside.guards]"
        changes = (policy, f'[practices.riverside.policy]\n"invoice.missing" = "person"\n\n{policy}')
        async with office(tmp_path, changes) as opened:
            await decide_all(opened, ApproveRequest(), kind="invoice.missing")
            assert await opened.listed() == []
            yield opened

    async def test_everything_that_a_filter_lets_through_is_approved(self, clinic: Office) -> None:
        found = await visits(clinic, 4)
        result = await decide_all(clinic, ApproveRequest(), kind="invoice.missing")
        assert (result.decided, result.waiting_second_person, result.refused) == (4, 0, ())
        assert {await status_of(clinic, each) for each in found} == {"closed"}

    @pytest.mark.parametrize("decision", [Reject(reason="no"), Waive(reason="no")])
    async def test_or_gets_another_decision(self, clinic: Office, decision: BulkDecision) -> None:
        found = await visits(clinic, 3)
        assert (await decide_all(clinic, decision, practice="riverside")).decided == 3
        expected = "rejected" if isinstance(decision, Reject) else "waived"
        assert {await status_of(clinic, each) for each in found} == {expected}

    async def test_nothing_is_decided_unless_the_list_is_what_was_shown(self, clinic: Office) -> None:
        found = await visits(clinic, 2)
        wanted = ListQuery(status=("open",), kind="invoice.missing")
        seen = await clinic.desk.page(wanted)
        shown = Expected(count=seen.total, amount=seen.amount, seq=seen.seq)
        for wrong in (
            Expected(count=3, amount=seen.amount, seq=seen.seq),
            Expected(count=2, amount="0.00", seq=seen.seq),
        ):
            with pytest.raises(Stale, match="changed since"):
                await clinic.desk.bulk(BulkRequest(filter=wanted, decision=Reject(reason="x"), expected=wrong), ANN)
        await clinic.desk.decide(found[0].id, Assign(user="bob"), BOB)
        with pytest.raises(Stale, match="changed since"):
            await clinic.desk.bulk(BulkRequest(filter=wanted, decision=Reject(reason="x"), expected=shown), ANN)
        assert {await status_of(clinic, each) for each in found} == {"open"}

    async def test_what_cannot_be_decided_is_left_and_told(self, clinic: Office) -> None:
        found = await visits(clinic, 2)
        result = await decide_all(clinic, ApproveRequest(option="no-such-option"), kind="invoice.missing")
        assert (result.decided, {each.id for each in result.refused}) == (0, {each.id for each in found})
        assert "has no option no-such-option" in result.refused[0].message
        assert "it has: create" in result.refused[0].message

    async def test_by_root_cause(self, clinic: Office) -> None:
        clinic.act("provet", "invoice_visit", client=2, rows=[{**VISIT[0], "vat_percentage": "13.5"}])
        clinic.act("provet", "invoice_visit", client=3, rows=[{**VISIT[0], "vat_percentage": "13.5"}])
        await clinic.cycle()
        cause = await clinic.only(kind="mapping.missing")
        waiting = await clinic.listed(cause=cause.id)
        assert len(waiting) == 2
        both = Waiting(currency="GBP", count=2, amount="90.80", freed=2, freed_amount="90.80")
        assert (await clinic.show(cause.id)).waiting == both
        assert (await clinic.desk.waiting([cause.id, "nothing"])).sums == (both,)
        assert (await clinic.show(waiting[0].id)).waiting is None
        assert (await decide_all(clinic, Waive(reason="not ours"), cause=cause.id)).decided == 2
        assert len(await clinic.listed("waived")) == 2


class TestPolicy:
    async def test_what_settings_hold_nobody_approves(self, tmp_path: Path) -> None:
        policy = "[practices.riverside.guards]"
        held = (policy, f'[practices.riverside.policy]\n"invoice.missing" = "hold"\n\n{policy}')
        async with office(tmp_path, held) as clinic:
            clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
            await clinic.cycle()
            found = await clinic.listed(kind="invoice.missing")
            assert {each.policy for each in found} == {"hold"}
            with pytest.raises(Invalid, match="on hold"):
                await clinic.desk.approve(found[0].id, "", "", ANN)
            assert clinic.shop.writes("xero") == []

    async def test_what_settings_make_automatic_needs_nobody(self, tmp_path: Path) -> None:
        policy = "[practices.riverside.guards]"
        trusted = (policy, f'[practices.riverside.policy]\n"invoice.changed_in_xero" = "automatic"\n\n{policy}')
        async with office(tmp_path, trusted) as clinic:
            found = await edited(clinic)
            assert found.status == "closed"
            assert found.correction
            assert found.correction.approved_by == "policy"

    async def test_autonomy_is_earned_by_approvals_as_recommended(self, clinic: Office) -> None:
        assert (await clinic.desk.autonomy()).kinds == ()
        for price in ("19.99", "18.99"):
            await clinic.approve((await edited(clinic, price)).id)
        third = await edited(clinic, "17.99")
        await clinic.desk.decide(third.id, Reject(reason="right in Xero"), ANN)
        fourth = await edited(clinic, "16.99")
        await clinic.approve(fourth.id)
        await clinic.undo(fourth.id)
        (record,) = (await clinic.desk.autonomy()).kinds
        assert (record.practice, record.kind, record.policy) == ("riverside", "invoice.changed_in_xero", "person")
        assert (record.approved, record.unchanged, record.rejected, record.undone) == (3, 3, 1, 1)
