"""What no list of Xero shows settles an invoice there, and Provet takes money: one difference is told once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from daemon.core.discrepancy import Policy
from tests.scenarios.clinic import CARD, Clinic
from tests.scenarios.till import booked, till, visit


async def settled(it: Clinic, invoice: int, amount: str) -> None:
    """Xero counts that much as paid which no payment of its lists explains; nothing else happens to it."""
    it.xero.ledger.invoices.put(replace(booked(it, invoice), paid=Decimal(amount), updated=it.shop.world.clock.utc()))
    it.xero.ledger.commit()


@pytest.mark.parametrize(("unseen", "effect"), [("30.00", "-21.00"), ("51.00", "0.00")])
async def test_money_that_meets_what_nobody_read_is_one_discrepancy_and_nothing_is_left_unexplained(
    tmp_path: Path, unseen: str, effect: str
) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        await settled(it, invoice, unseen)
        it.do(it.provet.pay, invoice, Decimal(51), CARD)
        before = it.shop.writes("xero"), it.shop.writes("provet")
        await it.sync()
        (row,) = await it.found()
        found, status = row.finding, await it.status()
        assert (found.kind, found.policy) == ("payment.overpaid", Policy.PERSON)
        assert (found.effect, status.residual) == (Decimal(effect), "0.00")
        assert found.effect == -(Decimal(51) - Decimal(unseen)), "what Provet owes less what Xero does"
        assert "is open in Xero, where its payments and credit would leave GBP 51.00" in found.summary
        hand = found.option()
        assert hand is not None
        assert (hand.id, hand.steps) == ("done-by-hand", ())
        assert f"GBP {unseen} is more than this program reads" in hand.consequences[0]
        assert (it.shop.writes("xero"), it.shop.writes("provet")) == before
        await settled(it, invoice, "0.00")
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
