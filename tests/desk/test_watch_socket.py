"""What operators watch, over a real socket and SQLite: doubts, the audit log searched, documents left out, activity."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from daemon.protocol import (
    Activity,
    AuditQuery,
    Comment,
    DiscrepancyView,
    ExcludedQuery,
    ReportQuery,
    Snapshot,
    StepState,
)
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from tests.desk.office import ANN, VISIT, Office, office
from tests.support.serving import serving
from tests.tui.test_screens import attached, screen_text, until
from tui import calls
from tui.client import Client

APPROVE = ('mode = "auto"', 'mode = "approve"')


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, APPROVE) as made, serving(made.desk, tmp_path / "watch.sock"):
        yield made


@pytest.fixture
async def client(clinic: Office, tmp_path: Path) -> AsyncIterator[Client]:
    async with Client(str(tmp_path / "watch.sock")) as made:
        yield made


async def missing(clinic: Office, client: int = 2) -> DiscrepancyView:
    number = clinic.act("provet", "invoice_visit", client=client, rows=VISIT)
    await clinic.cycle()
    return await clinic.of("document", number, "invoice.missing")


async def test_the_audit_log_is_searched_from_the_newest_back(clinic: Office, client: Client) -> None:
    found = await missing(clinic)
    for number in range(1200):
        await clinic.desk.decide(found.id, Comment(text=f"Straße {number}"), ANN)
    whole = await client.send(calls.audit_search(AuditQuery(limit=5)))
    assert [entry.number for entry in whole.entries] == list(range(whole.newest, whole.newest - 5, -1))
    assert whole.entries[0].text == "Straße 1199"
    further = await client.send(calls.audit_search(AuditQuery(limit=5, before=whole.before)))
    assert [entry.number for entry in further.entries] == list(range(whole.newest - 5, whole.newest - 10, -1))
    one = await client.send(calls.audit_search(AuditQuery(text="STRASSE 7", actor="AN", action="comment")))
    assert len(one.entries) == 100, "as many as were asked for, of 111"
    rest = await client.send(calls.audit_search(AuditQuery(text="STRASSE 7", before=one.before)))
    assert (len(rest.entries), rest.before) == (11, 0)
    assert rest.entries[-1].text == "Straße 7"
    nobody = await client.send(calls.audit_search(AuditQuery(actor="bob")))
    assert (nobody.entries, nobody.before, nobody.newest) == ((), 0, whole.newest)
    about = await client.send(calls.audit_search(AuditQuery(subject=found.id[:4], practice="clinic-of-nobody")))
    assert about.entries == ()


async def test_the_chain_is_proven_in_parts_that_add_up_to_the_whole(clinic: Office, client: Client) -> None:
    found = await missing(clinic)
    for number in range(5100):
        await clinic.desk.decide(found.id, Comment(text=f"{number}"), ANN)
    proof = await client.send(calls.audit_verify())
    assert (proof.ok, proof.checked) == (True, 5000)
    assert proof.resume
    rest = await client.send(calls.audit_verify(proof))
    assert (rest.ok, rest.resume, rest.checked) == (True, "", rest.entries)
    assert rest.entries >= 5100
    forged = msgspec.structs.replace(proof, resume="0" * 64)
    assert (await client.send(calls.audit_verify(forged))).broken_at == 5001


async def test_what_is_left_out_is_told_with_reasons_and_amounts(clinic: Office, client: Client) -> None:
    clinic.act("provet", "sell", client=None, rows=VISIT)
    await clinic.cycle()
    status = (await clinic.desk.status()).practices[0]
    page = await client.send(calls.excluded(ExcludedQuery()))
    assert page.total == status.excluded
    assert sum(each.count for each in page.reasons) == status.excluded
    amounts = [abs(float(each.amount)) for each in page.documents]
    assert amounts == sorted(amounts, reverse=True)
    assert all(each.reason and each.amount for each in page.documents)
    sums = sum((Decimal(each.amount) for each in page.documents), Decimal(0))
    assert page.amounts == {status.currency: f"{sums:.2f}"}
    report = await clinic.desk.reports.month(status.id, ReportQuery(month=f"{clinic.shop.clock.utc():%Y-%m}"))
    assert report.parts.excluded.amount == page.amounts[status.currency]
    assert report.residual == status.residual == "0.00"
    chosen = page.reasons[-1]
    of_reason = await client.send(calls.excluded(ExcludedQuery(practice=status.id, reason=chosen.reason)))
    assert of_reason.total == chosen.count
    assert {each.reason for each in of_reason.documents} == {chosen.reason}
    assert all(each.currency == status.currency and each.provet.id for each in page.documents)
    second = await client.send(calls.excluded(ExcludedQuery(offset=1, limit=1)))
    assert second.documents == page.documents[1:2]
    with pytest.raises(calls.ControlError) as refused:
        await client.send(calls.excluded(ExcludedQuery(practice="nowhere")))
    assert refused.value.problem.code == "unknown_id"


async def test_what_happened_last_is_told_to_whoever_attaches_and_not_twice(clinic: Office, client: Client) -> None:
    found = await missing(clinic)
    await clinic.approve(found.id)
    feed = client.events()
    first = await anext(feed)
    assert isinstance(first, Snapshot)
    told = {each.sort: each for each in first.activity if each.subject == found.id}
    assert told["decision"].text == "ann approved “Create it in Xero”"
    assert told["correction"].text == "applied “Create it in Xero”, approved by ann"
    await clinic.desk.decide(found.id, Comment(text="well done"), ANN)
    later = await anext(event async for event in feed if isinstance(event, Activity))
    assert (later.text, later.subject) == ("ann well done", found.id)
    assert later not in first.activity
    again = await anext(client.events())
    assert isinstance(again, Snapshot)
    assert again.activity.count(later) == 1


async def test_budgets_are_told_by_system(clinic: Office, client: Client) -> None:
    budget = (await client.send(calls.status())).practices[0].budget
    assert set(budget.systems) == {"provet", "xero"}
    assert sum(each.calls_today for each in budget.systems.values()) == budget.calls_today
    assert budget.systems["xero"].day_remaining == budget.xero_day_remaining


async def test_a_write_in_doubt_says_what_is_looked_for_and_when(clinic: Office, client: Client) -> None:
    assert (await client.send(calls.doubts())).total == 0
    found = await missing(clinic)
    lost = Rule(Kind.TIMEOUT_BEFORE, system="xero", method="PUT", path="Invoices", times=1)
    clinic.shop.world.faults.plan = FaultPlan((lost,))
    await clinic.desk.approve(found.id, "", "", ANN)
    await clinic.shop.clock.drive(clinic.shop.engine.turn())
    page = await client.send(calls.doubts(found.practice))
    assert page.total == 1
    (doubt,) = page.doubts
    assert (doubt.discrepancy, doubt.label, doubt.approved_by) == (found.id, found.subject.label, "ann")
    assert doubt.step.state is StepState.IN_DOUBT
    assert "an invoice" in doubt.sought
    assert "enter it there" in doubt.remedy
    assert doubt.look_at
    assert doubt.look_at > clinic.shop.clock.utc()
    await clinic.cycle()
    assert (await client.send(calls.doubts())).total == 0


async def test_work_by_hand_says_what_to_do_where_until_it_is_seen_done(tmp_path: Path) -> None:
    async with office(tmp_path) as clinic, serving(clinic.desk, tmp_path / "hand.sock"):
        invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
        payment = clinic.act("provet", "pay", invoice=invoice, amount="10.00", payment_type=1)
        await clinic.cycle()
        (booked,) = clinic.paid(invoice)
        clinic.act("xero", "reconcile_payment", payment_id=booked.id)
        clinic.act("provet", "cancel_payment", payment=payment)
        await clinic.cycle()
        async with attached(str(tmp_path / "hand.sock")) as pilot:
            await pilot.press("4")
            await until(pilot, lambda: "1 thing to do by hand" in screen_text(pilot))
            said = " ".join(screen_text(pilot).split())
            assert "1. In Xero open the payment of GBP 10.00" in said
            assert "under Options choose Unreconcile, then Delete" in said
            assert said.count("closes by itself") == 1
            assert "Xero Remove it by hand in Xero" in said
            clinic.act("xero", "remove_payment", payment_id=booked.id)
            await clinic.cycle()
            await until(pilot, lambda: "nothing is to be done by hand" in screen_text(pilot))
