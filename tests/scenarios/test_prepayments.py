"""Deposits of clients: nothing in Xero until they are used, and no difference while they wait."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.scenarios.clinic import CARD
from tests.scenarios.till import GROSS, accounts, booked, in_step, till, visit


async def test_an_unused_deposit_is_no_difference_and_is_booked_as_it_is_used(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        before = it.shop.writes("xero")
        deposit = it.make(it.provet.take_prepayment, it.client, Decimal(80), CARD)
        await it.sync()
        status = await it.status()
        assert (await it.kinds(), status.residual, it.shop.writes("xero")) == ([], "0.00", before)
        assert booked(it, invoice).outstanding == GROSS == it.provet.invoice(invoice).due_sum
        it.do(it.provet.use_prepayment, deposit, invoice, Decimal(30))
        await it.sync()
        await in_step(it)
        assert accounts(it, invoice) == {"815": Decimal(30)}
        assert it.provet.state.prepayments[deposit].sum_left == 50
        assert (await it.status()).residual == "0.00"


async def test_money_moved_to_prepayments_leaves_no_residual(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("51.00", CARD))
        row = it.provet.invoice(invoice).payments[-1]
        it.do(it.provet.move_to_prepayments, row)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("payment.removed_in_provet", 51)
        assert (await it.status()).residual == "0.00"
        await it.approve(found)
        await in_step(it)
        assert accounts(it, invoice) == {}
