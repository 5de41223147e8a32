"""Documents as clinics really make them, from the simulated Provet to the simulated Xero, judged by the checker."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.sandbox.provet.amounts import SignPattern
from daemon.sandbox.provet.records import Item, RowSpec, VatGroup
from tests.scenarios.clinic import BOOK, CARD, CASH, FOOD, VISIT, Clinic, clinic

ROWS = {
    "fraction of a vial": [RowSpec(name="Vaccine", price=Decimal("212.3333"), quantity=Decimal("0.05"))],
    "four decimals": [RowSpec(name="Powder", price=Decimal("0.0371"), quantity=Decimal("578.17"))] * 3,
    "discount": [RowSpec(name="Cat food", price=Decimal("36.125"), percentage_change=Decimal(-20)), FOOD],
    "fee inside the price": [RowSpec(name="Pills", price=Decimal("0.83"), quantity=Decimal(14), fee=Decimal("3.10"))],
    "dispensing fee": [VISIT, RowSpec(name="Dispensing", price=Decimal("1.99"), dispense_fee=True)],
    "mixed VAT": [VISIT, FOOD, BOOK, FOOD, VISIT],
    "cents by rate": [RowSpec(name="Swab", price=Decimal("0.4149"))] * 7,
    "nothing to pay": [RowSpec(name="Check-up", price=Decimal(0))],
    "free by discount": [RowSpec(name="Check-up", price=Decimal(40), percentage_change=Decimal(-100))],
    "negative row": [VISIT, RowSpec(name="Goodwill", price=Decimal(-5))],
    "negative total": [RowSpec(name="Returned food", price=Decimal(-12), vat_percentage=Decimal(5))],
    "long text": [RowSpec(name="Report " * 900, price=Decimal(10))],
}


async def in_step(it: Clinic) -> None:
    await it.sync()
    assert (await it.kinds(), it.differences()) == ([], [])


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
async def test_rows_of_every_kind(tmp_path: Path, rows: list[RowSpec]) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, rows)
        await in_step(it)
        (first, *_) = it.documents()[str(invoice)].lines
        assert len(first.description) <= 4000
        assert first.description.endswith("…") == (len(rows[0].name) > 4000)


@pytest.mark.parametrize("posted", [True, False])
@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("pattern", SignPattern)
async def test_credit_notes_in_every_pattern(tmp_path: Path, pattern: SignPattern, linked: bool, posted: bool) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
        if posted:
            await it.sync()
        note = it.make(it.provet.credit, invoice, pattern=pattern, linked=linked)
        await in_step(it)
        assert it.documents()[str(note)].type == "ACCRECCREDIT"


async def test_a_credit_of_a_credit_note_is_owed_again(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
        note = it.make(it.provet.credit, invoice)
        again = it.make(it.provet.credit, note)
        await in_step(it)
        assert it.documents()[str(again)].type == "ACCREC"


async def test_more_is_credited_than_was_invoiced(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        (row,) = it.provet.invoice(invoice).rows
        note = it.make(it.provet.credit, invoice, parts=[(row, Decimal(2))])
        await in_step(it)
        assert it.documents()[str(note)].outstanding == Decimal(51)


async def test_a_back_dated_credit_note(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        day = it.today
        await it.sync()
        it.shop.clock.now += 40 * 86400
        it.make(it.provet.credit, invoice, date=day)
        await in_step(it)


async def test_fees_and_dates_change_after_finalisation(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        it.do(it.provet.add_extra_fee, invoice, FOOD)
        it.do(it.provet.pay_in_full, invoice, CARD)
        await in_step(it)
        other = it.make(it.provet.invoice_visit, it.client, [FOOD])
        await it.sync()
        it.do(it.provet.change_invoice_date, other, it.today - dt.timedelta(days=3))
        await in_step(it)


async def test_another_payer_of_a_paid_invoice_waits_for_a_person(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        other = it.make(it.provet.create_client, {"firstname": "Bea", "lastname": "Frost", "email": "bea@example.test"})
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        it.do(it.provet.pay, invoice, Decimal(20), CASH)
        await it.sync()
        it.do(it.provet.change_payer, invoice, other)
        await it.sync()
        await it.approve(await it.only())
        left = f"client {it.client}: contact that nobody needs: Provet Ada Quinn, Xero Ada Quinn"
        assert (await it.kinds(), it.differences()) == ([], [left])


async def test_two_vat_groups_of_one_percentage_go_to_their_own_tax_types(tmp_path: Path) -> None:
    exempt = {'"0" = "ZERORATEDOUTPUT"': '"0" = "ZERORATEDOUTPUT"\n"group:99" = "EXEMPTOUTPUT"'}
    async with clinic(tmp_path, exempt) as it:
        state, now = it.provet.state, it.shop.world.clock.utc()
        state.vat_groups[99] = VatGroup(id=99, created=now, modified=now, name="Exempt", vat_percentage=Decimal(0))
        state.items[999] = Item(id=999, created=now, modified=now, name="Insurance", price=Decimal(7), vat_group=99)
        insured = RowSpec(name="Insurance", price=Decimal(7), vat_percentage=Decimal(0), item=999)
        invoice = it.make(it.provet.invoice_visit, it.client, [BOOK, insured, VISIT])
        await in_step(it)
        assert {line.tax_type: line.line_amount for line in it.documents()[str(invoice)].lines} == {
            "ZERORATEDOUTPUT": Decimal("9.99"),
            "EXEMPTOUTPUT": Decimal(7),
            "OUTPUT2": Decimal(51),
        }


async def test_a_number_that_xero_would_not_take_whole_is_told_and_never_cut(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        it.provet.invoice(invoice).invoice_prefix = "N" * 300
        await it.sync()
        found = await it.only()
        assert found.finding.kind == "invoice.missing"
        shown = await it.shop.app.desk.show(found.id)
        assert shown.correction is not None
        assert (shown.correction.status, shown.correction.error) == ("failed", "number: longer than 255 characters")
        assert not [write for write in it.shop.writes("xero") if write.endswith("/Invoices")]
        it.provet.invoice(invoice).invoice_prefix = "INV"
        it.do(it.provet.change_invoice_date, invoice, it.today)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
