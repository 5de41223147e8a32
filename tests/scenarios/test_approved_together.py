"""Several corrections of one family at a time: each is held against what the one before it left, none hides another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.correction import CorrectionStatus
from daemon.protocol import Reject, Waive
from daemon.sandbox.provet.records import RowSpec
from daemon.store import corrections
from tests.scenarios.clinic import CARD, CASH, PERSON
from tests.scenarios.till import GROSS, accounts, booked, in_step, take, till, visit


async def test_of_two_approvals_that_remove_one_payment_the_second_is_stale(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        take(it, invoice, "20.00")
        await it.sync()
        (received,) = it.provet.invoice(invoice).payments
        it.do(it.provet.add_extra_fee, invoice, RowSpec(name="Fee", price=Decimal(10)))
        it.do(it.provet.cancel_payment, received)
        it.do(it.provet.pay, invoice, Decimal(15), CARD)
        await it.sync()
        assert await it.kinds() == ["invoice.changed_in_provet", "payment.differs"]
        for found in await it.found():
            option = found.finding.option()
            assert option is not None
            await it.shop.app.desk.approve(found.id, option.id, option.fingerprint, PERSON)
        await it.sync()
        stale = (CorrectionStatus.STALE,)
        assert len(await it.shop.app.db.read(lambda tx: corrections.with_status(tx, "riverside", stale, 9))) == 1
        for _ in range(3):
            for found in await it.found():
                await it.approve(found)
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_document_posted_anew_takes_a_payment_that_was_entered_anew_as_provet_has_it(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("20.00", CARD))
        (old,) = it.provet.invoice(invoice).payments
        it.do(it.provet.add_extra_fee, invoice, RowSpec(name="Fee", price=Decimal(10)))
        it.do(it.provet.change_payment, old, payment_type=CASH)
        await it.sync()
        changed = next(each for each in await it.found() if each.finding.kind == "invoice.changed_in_provet")
        await it.approve(changed, "repost")
        await in_step(it)
        assert accounts(it, invoice) == {"091": Decimal(20)}


@pytest.mark.parametrize("decision", [Reject(reason="its date is right"), Waive(reason="its date is right")])
async def test_money_does_not_wait_for_an_edit_that_a_person_does_not_want(
    tmp_path: Path, decision: Reject | Waive
) -> None:
    async with till(tmp_path) as it:
        invoice, desk = await visit(it), it.shop.app.desk
        await desk.pause("riverside", "month end", PERSON)
        it.do(it.provet.change_invoice_date, invoice, it.today - dt.timedelta(days=3))
        it.do(it.provet.pay_in_full, invoice, CARD)
        await it.sync()
        found = {row.finding.kind: row for row in await it.found()}
        edit = found["invoice.changed_in_provet"]
        assert found["payment.missing_in_xero"].finding.cause == edit.id
        await desk.decide(edit.id, decision, PERSON)
        await desk.resume("riverside", PERSON)
        await it.sync()
        assert (await it.kinds(), accounts(it, invoice)) == ([], {"090": GROSS})
        assert booked(it, invoice).day == it.today
