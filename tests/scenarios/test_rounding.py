"""Cents: rows that miss the total, cash that is rounded up or down, and totals that are further off."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.discrepancy import Policy
from daemon.sandbox.provet.records import RowSpec
from tests.scenarios.clinic import BOOK, CARD, CASH, FOOD, VISIT, Clinic, clinic

TREAT = RowSpec(name="Treat", price=Decimal("83.316667"))
"""99.98 with VAT."""


def lines(it: Clinic, invoice: int) -> list[tuple[Decimal, str, str]]:
    """Amount, TaxType and account of the lines that are not sales."""
    sales = it.account("200")
    found = it.documents()[str(invoice)].lines
    return [(line.line_amount, line.tax_type, line.account_id) for line in found if line.account_id != sales]


@pytest.mark.parametrize("posted", [True, False])
@pytest.mark.parametrize(("paid", "by"), [("100.00", "0.02"), ("99.95", "-0.03")])
async def test_cash_rounded_up_or_down_is_a_line_outside_vat(tmp_path: Path, posted: bool, paid: str, by: str) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [TREAT])
        if posted:
            await it.sync()
        it.do(it.provet.round_due, invoice, Decimal(paid), CASH)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert lines(it, invoice) == [(Decimal(by), "NONE", it.account("861"))]
        document = it.documents()[str(invoice)]
        assert (document.total, document.outstanding) == (Decimal(paid), 0)
        assert [payment.amount for payment in it.payments(document)] == [Decimal(paid)]


async def test_rounding_of_the_rest_of_a_part_paid_invoice_waits_for_a_person(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [TREAT])
        it.do(it.provet.pay, invoice, Decimal(50), CARD)
        await it.sync()
        it.do(it.provet.round_due, invoice, Decimal(50), CASH)
        await it.sync()
        found = {row.finding.kind: row for row in await it.found()}
        assert sorted(found) == ["invoice.rounding", "payment.missing_in_xero"]
        assert found["invoice.rounding"].finding.policy is Policy.PERSON
        assert found["payment.missing_in_xero"].finding.cause == found["invoice.rounding"].id
        await it.approve(found["invoice.rounding"])
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_rounding_that_is_taken_back_takes_its_line_along(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [TREAT])
        it.do(it.provet.round_due, invoice, Decimal(100), CASH)
        await it.sync()
        rounding, cash = it.provet.invoice(invoice).payments
        it.do(it.provet.cancel_payment, rounding)
        it.do(it.provet.cancel_payment, cash)
        await it.sync()
        found = {row.finding.kind: row for row in await it.found()}
        assert sorted(found) == ["invoice.changed_in_provet", "payment.removed_in_provet"]
        await it.approve(found["payment.removed_in_provet"])
        assert (await it.kinds(), it.differences(), lines(it, invoice)) == ([], [], [])


async def test_a_refund_is_rounded_like_a_payment(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [TREAT])
        it.do(it.provet.pay_in_full, invoice, CARD)
        note = it.make(it.provet.credit, invoice)
        it.do(it.provet.round_due, note, Decimal(-100), CASH)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert it.documents()[str(note)].total == 100


async def test_rounding_beyond_what_settings_allow_asks_first(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD, BOOK])
        it.do(it.provet.round_due, invoice, it.provet.invoice(invoice).due_sum + Decimal("0.40"), CASH)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, [o.id for o in found.finding.options]) == (
            "invoice.total_differs",
            ["rounding-line"],
        )
        await it.approve(found)
        assert (await it.kinds(), it.differences()) == ([], [])


@pytest.mark.parametrize("by", ["0.02", "-0.05"])
async def test_cents_between_rows_and_total_are_a_line_outside_vat(tmp_path: Path, by: str) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
        it.do(it.provet.misstate_total, invoice, Decimal(by))
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert lines(it, invoice) == [(Decimal(by), "NONE", it.account("861"))]


@pytest.mark.parametrize("option", ["rounding-line", "done-by-hand"])
async def test_a_total_that_is_far_off_is_mended_in_provet_or_booked_by_a_persons_word(
    tmp_path: Path, option: str
) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
        it.do(it.provet.misstate_total, invoice, Decimal("3.70"))
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("invoice.total_differs", Policy.PERSON)
        assert found.finding.option() == found.finding.option("done-by-hand")
        assert it.documents() == {}
        if option == "done-by-hand":
            it.do(it.provet.misstate_total, invoice, Decimal("-3.70"))
        await it.approve(found, option) if option == "rounding-line" else await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
