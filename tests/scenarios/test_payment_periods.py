"""Payments on days that are closed in Xero, in Provet, or by the practice itself: nothing is dated anew silently."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.discrepancy import Policy
from tests.scenarios.clinic import CARD, VISIT, Clinic
from tests.scenarios.till import GROSS, booked, take, till, visit


def yesterday(it: Clinic) -> dt.date:
    return it.today - dt.timedelta(days=1)


LOCKS = pytest.mark.parametrize("lock", ["period", "year end", "closed_through"])


def close(it: Clinic, lock: str, day: dt.date) -> None:
    """Somebody closes the books up to a day: one of Xero's two lock dates, or the practice's own."""
    if lock == "closed_through":
        it.set({"timezone =": f'closed_through = "{day.isoformat()}"\ntimezone ='})
    else:
        it.xero.set_lock_dates(*((day, None) if lock == "period" else (None, day)))


@LOCKS
async def test_a_payment_of_a_closed_day_waits_for_the_first_open_one(tmp_path: Path, lock: str) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        it.do(it.provet.pay, invoice, Decimal(20), CARD, date=yesterday(it))
        close(it, lock, yesterday(it))
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy, found.finding.effect) == ("period.locked", Policy.PERSON, -20)
        assert it.shop.writes("xero") == before
        (option,) = found.finding.options
        assert (option.id, option.recommended) == ("first-open-day", True)
        assert it.today.isoformat() in option.title
        await it.approve(found)
        assert await it.kinds() == []
        (payment,) = it.payments(booked(it, invoice))
        assert payment.day == it.today


@LOCKS
async def test_what_was_removed_in_a_closed_period_is_hand_work(tmp_path: Path, lock: str) -> None:
    async with till(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        payment = it.make(it.provet.pay, invoice, Decimal(20), CARD, date=yesterday(it))
        await it.sync()
        close(it, lock, yesterday(it))
        it.do(it.provet.cancel_payment, payment)
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.reconciled_locked", Policy.HAND_WORK)
        assert found.finding.effect == 20
        assert "The books are closed" in found.finding.options[0].consequences[0]
        assert it.shop.writes("xero") == before
        it.do(it.provet.pay, invoice, Decimal(20), CARD, date=yesterday(it))
        await it.sync()
        assert (await it.kinds(), it.shop.writes("xero")) == ([], before)


async def test_a_payment_of_xero_on_a_day_that_provet_closed(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        take(it, invoice, "20.00", days=-1)
        it.provet.lock_period(it.today)
        before = it.shop.writes("provet")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy, found.finding.effect) == ("period.locked", Policy.PERSON, 20)
        assert [option.id for option in found.finding.options] == ["first-open-day"]
        assert it.shop.writes("provet") == before
        await it.approve(found)
        assert (await it.kinds(), it.provet.invoice(invoice).due_sum) == ([], GROSS - 20)


async def test_nothing_is_cancelled_on_an_invoice_that_provet_closed(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        taken = take(it, invoice, "20.00")
        await it.sync()
        it.shop.clock.now += 86_400
        it.provet.lock_period(it.today)
        it.keep(it.xero.remove_payment, taken.id)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("payment.removed_in_xero", -20)
        assert [option.id for option in found.finding.options] == ["done-by-hand"]
