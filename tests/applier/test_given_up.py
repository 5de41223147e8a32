"""A write that was sent five times and never found: its correction fails, people are told, and it may be made again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from daemon.applier.settle import ATTEMPTS_MAX
from daemon.core.discrepancy import Discrepancy
from daemon.protocol import CorrectionView, ListQuery, Operator, Role
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from tests.scenarios.clinic import CARD, VISIT, Clinic, clinic
from tests.scenarios.till import take, visit

ADA = Operator(uid=1000, login="ada", role=Role.APPROVER)
LOST = Rule(Kind.DROP_BEFORE, system="provet", method="POST", path="/invoicepay")
MINUTE, HOUR, DAY = 60, 3600, 86400


async def turns(it: Clinic, count: int, seconds: float = 7) -> None:
    async def work() -> None:
        for _ in range(count):
            it.shop.engine.ask()
            await it.shop.engine.turn()
            await it.shop.clock.sleep(seconds)

    await it.shop.clock.drive(work())


def posts(it: Clinic) -> int:
    return len(it.shop.writes("provet"))


async def given_up(it: Clinic) -> int:
    """Money found in Xero for an invoice, and each of five answers to recording it lost before it took effect."""
    await it.sync()
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    await it.sync()
    take(it, invoice, "3.00")
    it.shop.world.faults.plan = FaultPlan((LOST,))
    before = posts(it)
    await turns(it, 9)
    assert posts(it) - before == ATTEMPTS_MAX
    return invoice


async def shown(it: Clinic) -> tuple[Discrepancy, CorrectionView]:
    """The one open discrepancy, and the correction that people see with it in the list and in the review."""
    found = await it.only()
    listed = (await it.shop.app.desk.page(ListQuery())).discrepancies[0].correction
    correction = (await it.shop.app.desk.show(found.id)).correction
    assert listed is not None
    assert correction is not None
    assert (listed.status, listed.error) == (correction.status, correction.error)
    return found, correction


async def test_it_ends_as_failed_and_stays_open_with_the_reason(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = await given_up(it)
        found, correction = await shown(it)
        assert (found.finding.kind, found.status.value) == ("payment.missing_in_provet", "open")
        assert correction.status == "failed"
        assert f"sent {ATTEMPTS_MAX} times and never found" in (correction.error or "")
        assert "may be approved again" in (correction.error or "")
        assert (correction.progress[-1].state.value, correction.progress[-1].attempts) == ("given_up", ATTEMPTS_MAX)
        assert ((await it.status()).in_doubt, (await it.status()).state) == (0, "drift")
        log = (await it.shop.app.desk.audit(0, 1000)).entries
        assert sum("never found" in entry.text for entry in log) == 1
        it.shop.world.faults.plan = FaultPlan()
        await typed_in(it, invoice)
        await it.sync()
        assert await it.kinds() == []


async def typed_in(it: Clinic, invoice: int) -> None:
    """Somebody does in Provet what the reason names: the payment with its mark."""
    found = await it.only()
    assert found.finding.subject.xero is not None
    paid = it.make(it.provet.pay, invoice, Decimal(3), 17)
    it.provet.state.payments[paid].info = f"Xero payment {found.finding.subject.xero.id}"


async def test_a_person_may_approve_it_again_and_it_is_sent_as_a_new_attempt(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        await given_up(it)
        found, failed = await shown(it)
        it.shop.world.faults.plan = FaultPlan()
        before = posts(it)
        await it.approve(found)
        assert posts(it) - before == 1
        assert (await it.kinds(), it.differences()) == ([], [])
        done = (await it.shop.app.desk.show(found.id)).correction
        assert done is not None
        assert (done.status, done.approved_by) == ("applied", "mary")
        assert done.id != failed.id


async def test_what_landed_after_all_is_looked_for_before_it_is_sent_again(tmp_path: Path) -> None:
    """Approved before any cycle could have read it."""
    async with clinic(tmp_path) as it:
        invoice = await given_up(it)
        found, _ = await shown(it)
        it.shop.world.faults.plan = FaultPlan()
        await typed_in(it, invoice)
        before = posts(it)
        await it.approve(found)
        assert posts(it) == before
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_policy_makes_it_again_after_a_while_and_ever_more_seldom(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        await given_up(it)
        before = posts(it)
        await turns(it, 5, 2 * MINUTE)
        assert posts(it) == before
        await turns(it, 9)
        await turns(it, 1, 10 * MINUTE)
        await turns(it, 9)
        assert posts(it) - before == ATTEMPTS_MAX
        await turns(it, 5, 10 * MINUTE)
        assert posts(it) - before == ATTEMPTS_MAX
        it.shop.world.faults.plan = FaultPlan()
        await turns(it, 2, 20 * MINUTE)
        assert posts(it) - before == ATTEMPTS_MAX + 1
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_policy_looks_again_before_it_makes_it_again(tmp_path: Path) -> None:
    """The payment is there, and the list of changes does not show it."""
    async with clinic(tmp_path) as it:
        await visit(it, ("20.00", CARD))
        invoice = await given_up(it)
        it.shop.world.faults.plan = FaultPlan()
        await typed_in(it, invoice)
        it.provet.state.payments[max(it.provet.state.payments)].modified -= dt.timedelta(hours=3)
        before = posts(it)
        await turns(it, 3, 20 * MINUTE)
        assert posts(it) == before
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_kind_that_is_given_up_again_and_again_trips_the_guard(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        await given_up(it)
        await turns(it, 200, HOUR)
        kinds = await it.kinds()
        assert kinds == ["guard.tripped", "payment.missing_in_provet"]
        before = posts(it)
        await turns(it, 10, DAY)
        assert posts(it) == before
        it.shop.world.faults.plan = FaultPlan()
        await it.shop.app.desk.resume("riverside", ADA)
        await turns(it, 3, DAY)
        assert (await it.kinds(), it.differences()) == ([], [])
