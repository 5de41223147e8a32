"""A correction of several writes that a person approved, and what people do in the systems between two of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.family import Family
from daemon.practice import Written
from daemon.protocol import Reject
from daemon.reconciler.recheck import Rechecker
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.provet.config import Cancellation
from tests.scenarios.clinic import CARD, CASH, PERSON, VISIT, Clinic, clinic
from tests.scenarios.till import till

NO_PAYMENTS = FaultPlan((Rule(Kind.LIMIT, system="xero", method="PUT", path="/Payments", seconds=5),))
VARIANTS = pytest.mark.parametrize("variant", list(Cancellation))


async def changed(it: Clinic) -> tuple[int, int]:
    """A payment of 20.00 in both systems that turns out to be cash: Xero's is to be removed and entered anew."""
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    payment = it.make(it.provet.pay, invoice, Decimal(20), CARD)
    await it.sync()
    it.do(it.provet.change_payment, payment, payment_type=CASH)
    await it.sync()
    return invoice, payment


def paid(it: Clinic, invoice: int) -> list[Decimal]:
    return [payment.amount for payment in it.payments(it.documents()[str(invoice)])]


def after_first_write(it: Clinic, act: Callable[[], object]) -> None:
    """Let somebody act as soon as the first write of a correction has reached its system."""
    practice = it.shop.engine.practice

    def tell(_: Written) -> None:
        practice.tell_write = None
        act()

    practice.tell_write = tell


async def told(it: Clinic, discrepancy_id: str) -> tuple[str, int, str]:
    """Status, writes done and words of the last correction."""
    shown = (await it.shop.app.desk.show(discrepancy_id)).correction
    assert shown is not None
    return shown.status, shown.steps_done, shown.error or ""


@VARIANTS
async def test_a_payment_cancelled_between_two_writes_of_one_cycle_is_not_booked(
    tmp_path: Path, variant: Cancellation
) -> None:
    async with till(tmp_path, variant=variant) as it:
        invoice, _ = await changed(it)
        newest = max(it.provet.state.payments)
        found = await it.only()
        after_first_write(it, lambda: it.do(it.provet.cancel_payment, newest))
        await it.approve(found, "recreate-payment")
        assert paid(it, invoice) == []
        status, done, words = await told(it, found.id)
        assert (status, done) == ("stale", 1)
        assert words.startswith("after 1 of 2 writes what the rest relied on has moved: ")
        assert f"provet payment {newest}" in words
        assert (await it.kinds(), it.differences()) == ([], [])


@VARIANTS
async def test_a_payment_cancelled_while_the_second_write_was_put_off_is_not_booked(
    tmp_path: Path, variant: Cancellation
) -> None:
    async with till(tmp_path, variant=variant) as it:
        invoice, _ = await changed(it)
        newest = max(it.provet.state.payments)
        found = await it.only()
        it.shop.world.faults.plan = NO_PAYMENTS
        await it.approve(found, "recreate-payment")
        assert paid(it, invoice) == []
        it.do(it.provet.cancel_payment, newest)
        it.shop.world.faults.plan = FaultPlan()
        await it.sync()
        assert paid(it, invoice) == []
        assert (await told(it, found.id))[:2] == ("stale", 1)
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_what_else_happens_to_the_invoice_between_two_writes_does_not_matter(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await changed(it)
        found = await it.only()
        after_first_write(it, lambda: it.do(it.provet.pay, invoice, Decimal(5), CARD))
        await it.approve(found, "recreate-payment")
        assert sorted(paid(it, invoice)) == [Decimal(5), Decimal(20)]
        assert (await told(it, found.id))[0] == "applied"
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_an_invoice_voided_between_two_writes_is_not_posted_anew(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        payment = it.make(it.provet.pay, invoice, Decimal(20), CARD)
        await it.sync()
        it.do(it.provet.add_extra_fee, invoice, VISIT)
        await it.sync()
        found = await it.only()

        def void() -> None:
            it.do(it.provet.cancel_payment, payment)
            it.do(it.provet.void, invoice)

        after_first_write(it, void)
        await it.approve(found, "repost")
        ledger = it.xero.ledger
        assert len(ledger.invoices.ordered()) == 1
        assert (await told(it, found.id))[:2] == ("stale", 1)
        assert it.documents() == {}
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_what_is_rejected_while_its_records_are_read_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await changed(it)
        found = await it.only()
        read_again = Rechecker._read_again

        async def slowly(self: Rechecker, family: Family) -> None:
            await it.shop.app.desk.decide(found.id, Reject(reason="not so fast"), PERSON)
            await read_again(self, family)

        monkeypatch.setattr(Rechecker, "_read_again", slowly)
        before = it.shop.writes("xero")
        await it.approve(found, "recreate-payment")
        assert (await told(it, found.id))[0] == "rejected"
        assert it.shop.writes("xero") == before
        assert paid(it, invoice) == [Decimal(20)]
