"""Documents of closed periods that change in Provet: what is less is credited in the open one, by a person's word.

The independent checker knows of no such credit note; what stands in Xero is counted here by hand.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.discrepancy import Policy
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.provet.records import RowSpec
from daemon.sandbox.xero.records import Document, Payment
from tests.scenarios.clinic import CARD, FOOD, VISIT, Clinic, clinic
from tests.scenarios.till import paid_rows

GOODWILL = RowSpec(name="Goodwill", price=Decimal(-10))
FEE = RowSpec(name="Fee", price=Decimal(10))


async def closed(it: Clinic, paid: str = "", lock: str = "period") -> tuple[int, dt.date]:
    """An invoice of 86.00 in step, whose day is closed since; today is a later day."""
    it.shop.world.faults.plan = FaultPlan((Rule(Kind.SLOW, system="xero", seconds=0.1),))
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
    if paid:
        it.do(it.provet.pay, invoice, Decimal(paid), CARD)
    await it.sync()
    assert await it.kinds() == []
    day = it.today
    it.shop.clock.now += 3 * 86_400
    if lock == "period":
        it.xero.set_lock_dates(day)
    else:
        it.set({"timezone =": f'closed_through = "{day.isoformat()}"\ntimezone ='})
    return invoice, day


def notes(it: Clinic) -> list[Document]:
    return [note for note in it.xero.ledger.credit_notes.ordered() if note.status != "VOIDED"]


def refund(it: Clinic, note: Document, amount: str) -> Payment:
    """The bookkeeper refunds what is left of a credit note."""
    typed = Payment("", note.id, it.account("090"), it.today, Decimal(amount), it.shop.world.clock.utc())
    made = it.keep(it.xero.take_payment, typed)
    assert isinstance(made, Payment)
    return made


def open_in_xero(it: Clinic, invoice: int) -> Decimal:
    return it.documents()[str(invoice)].outstanding - sum((note.outstanding for note in notes(it)), Decimal(0))


async def test_cash_rounded_on_a_document_that_was_typed_anew_is_credited_on_the_rounding_account(
    tmp_path: Path,
) -> None:
    async with clinic(tmp_path) as it:
        it.shop.world.faults.plan = FaultPlan((Rule(Kind.SLOW, system="xero", seconds=0.1),))
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        line = {
            "Description": "Anew",
            "Quantity": "1",
            "UnitAmount": "51.00",
            "TaxType": "OUTPUT2",
            "AccountCode": "202",
        }
        form = {"LineAmountTypes": "Inclusive", "LineItems": [line]}
        it.keep(it.xero.edit_document, it.documents()[str(invoice)].id, form)
        await it.sync()
        it.xero.set_lock_dates(it.today)
        it.shop.clock.now += 3 * 86_400
        it.do(it.provet.round_due, invoice, Decimal("50.95"), CARD)
        await it.sync()
        found = await it.only()
        assert [option.id for option in found.finding.options] == ["credit-in-open-period", "done-by-hand"]
        await it.approve(found)
        (note,) = notes(it)
        rounding = it.account(it.shop.engine.practice.settings.accounts.rounding)
        assert [(row.account_id, row.line_amount) for row in note.lines] == [(rounding, Decimal("0.05"))]
        assert (await it.kinds(), open_in_xero(it, invoice)) == ([], 0)


@pytest.mark.parametrize("less", ["void", "credit"])
async def test_what_corrects_a_document_and_is_taken_off_it_in_xero_is_told(tmp_path: Path, less: str) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await closed(it)
        if less == "void":
            it.do(it.provet.void, invoice)
        else:
            it.do(it.provet.add_extra_fee, invoice, GOODWILL)
        await it.sync()
        await it.approve(await it.only())
        (note,) = notes(it)
        (used,) = it.xero.ledger.allocations.ordered()
        it.keep(it.xero.remove_allocation, used.id)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("credit.allocation_missing", Policy.PERSON)
        assert (found.finding.amount, found.finding.effect) == (note.total, 0)
        assert "which corrects Invoice" in found.finding.summary
        it.keep(it.xero.allocate_credit, note.id, it.documents()[str(invoice)].id, note.total, it.today)
        await it.sync()
        assert await it.kinds() == []


async def test_a_copy_of_what_was_corrected_is_told(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await closed(it)
        it.do(it.provet.add_extra_fee, invoice, GOODWILL)
        await it.sync()
        await it.approve(await it.only())
        it.xero.set_lock_dates(None)
        ours = it.documents()[str(invoice)]
        assert (await it.kinds(), ours.total) == ([], 86)
        line = {"Description": "Once more", "Quantity": "1", "UnitAmount": "86.00", "AccountCode": "200"}
        form = {
            "Type": "ACCREC",
            "InvoiceNumber": f"{ours.number}A",
            "Contact": {"ContactID": ours.contact_id},
            "Date": ours.day.isoformat(),
            "DueDate": ours.day.isoformat(),
            "Status": "AUTHORISED",
            "LineAmountTypes": "Inclusive",
            "LineItems": [line],
        }
        it.keep(it.xero.make_invoice, form)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("invoice.duplicate_in_xero", -86)


@pytest.mark.parametrize("lock", ["period", "closed_through"])
async def test_a_void_in_a_closed_period_is_credited_in_the_open_one(tmp_path: Path, lock: str) -> None:
    async with clinic(tmp_path) as it:
        invoice, day = await closed(it, lock=lock)
        it.do(it.provet.void, invoice)
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy, found.finding.effect) == ("period.locked", Policy.PERSON, -86)
        assert [(o.id, o.recommended) for o in found.finding.options] == [
            ("credit-in-open-period", True),
            ("done-by-hand", False),
        ]
        told = " ".join(found.finding.options[0].consequences)
        assert f"of {day.isoformat()} and its closed period stays as it was reported" in told
        assert "VAT return of that period by GBP 10.17" in told
        assert it.shop.writes("xero") == before
        await it.approve(found)
        assert await it.kinds() == []
        document, (note,) = it.documents()[str(invoice)], notes(it)
        assert (document.day, document.total, document.outstanding) == (day, Decimal(86), 0)
        assert (note.day, note.total, note.outstanding) == (day + dt.timedelta(days=1), Decimal(86), 0)
        assert {line.tax_type: line.tax_amount for line in note.lines} == {
            line.tax_type: line.tax_amount for line in document.lines
        }
        await it.undo(found.id)
        assert (await it.kinds(), notes(it)) == (["period.locked"], [])
        await it.approve(await it.only())
        assert (await it.kinds(), open_in_xero(it, invoice)) == ([], 0)


@pytest.mark.parametrize("paid", ["", "20.00", "86.00"])
async def test_what_became_less_is_credited_in_the_open_period(tmp_path: Path, paid: str) -> None:
    async with clinic(tmp_path) as it:
        invoice, day = await closed(it, paid)
        it.do(it.provet.add_extra_fee, invoice, GOODWILL)
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy, found.finding.effect) == ("period.locked", Policy.PERSON, -12)
        assert it.shop.writes("xero") == before
        await it.approve(found)
        assert await it.kinds() == []
        (note,) = notes(it)
        assert (note.total, note.total_tax, note.day) == (Decimal(12), Decimal(2), day + dt.timedelta(days=1))
        assert it.documents()[str(invoice)].total == Decimal(86)
        assert open_in_xero(it, invoice) == it.provet.invoice(invoice).due_sum
        it.do(it.provet.add_extra_fee, invoice, GOODWILL)
        await it.sync()
        await it.approve(await it.only())
        assert (await it.kinds(), [each.total for each in notes(it)]) == ([], [Decimal(12)] * 2)
        assert open_in_xero(it, invoice) == it.provet.invoice(invoice).due_sum


@pytest.mark.parametrize("paid", ["20.00", "86.00"])
async def test_a_paid_invoice_that_is_voided_in_a_closed_period_is_credited_and_its_money_shown(
    tmp_path: Path, paid: str
) -> None:
    async with clinic(tmp_path) as it:
        invoice, day = await closed(it, paid)
        it.do(it.provet.cancel_payment, paid_rows(it, invoice)[0])
        it.do(it.provet.void, invoice)
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("period.locked", Policy.PERSON)
        assert found.finding.effect == Decimal(paid) - 86
        assert [o.id for o in found.finding.options] == ["credit-in-open-period", "done-by-hand"]
        assert "each payment is then told by itself" in " ".join(found.finding.options[0].consequences)
        assert it.shop.writes("xero") == before
        await it.approve(found)
        (note,) = notes(it)
        assert (note.day, note.total, note.outstanding) == (day + dt.timedelta(days=1), Decimal(86), Decimal(paid))
        assert it.documents()[str(invoice)].outstanding == 0
        told = await it.only()
        assert (told.finding.kind, told.finding.policy) == ("payment.reconciled_locked", Policy.HAND_WORK)
        assert (told.finding.amount, told.finding.effect) == (Decimal(paid), Decimal(paid))
        assert [o.id for o in told.finding.options] == ["done-by-hand"]
        assert "Cash refund" in " ".join(told.finding.options[0].consequences)
        assert (await it.status()).residual == "0.00"
        refund(it, note, paid)
        await it.sync()
        assert (await it.kinds(), open_in_xero(it, invoice)) == ([], 0)


async def test_a_refund_of_what_corrects_an_invoice_is_seen(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await closed(it, "86.00")
        it.do(it.provet.add_extra_fee, invoice, GOODWILL)
        await it.sync()
        await it.approve(await it.only())
        (note,) = notes(it)
        back = refund(it, note, "12.00")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.missing_in_provet", Policy.PERSON)
        assert (found.finding.amount, found.finding.effect) == (12, -12)
        it.keep(it.xero.remove_payment, back.id)
        await it.sync()
        assert await it.kinds() == []
        refund(it, note, "12.00")
        it.do(it.provet.pay, invoice, Decimal(-12), CARD)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("payment.probable_twin", 0)
        before = it.shop.writes("xero"), it.shop.writes("provet")
        await it.approve(found)
        assert (it.shop.writes("xero"), it.shop.writes("provet")) == before
        assert (await it.kinds(), open_in_xero(it, invoice)) == ([], it.provet.invoice(invoice).due_sum)


async def test_what_corrects_an_invoice_and_settles_another_is_seen(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await closed(it, "86.00")
        it.do(it.provet.add_extra_fee, invoice, GOODWILL)
        other = it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        await it.approve(await it.only())
        (note,) = notes(it)
        set_off = it.keep(it.xero.allocate_credit, note.id, it.documents()[str(other)].id, Decimal(12), it.today)
        await it.sync()
        assert await it.kinds() == ["credit.allocation_extra", "credit.foreign_in_xero"]
        assert sorted(row.finding.effect for row in await it.found()) == [-12, 12]
        assert (await it.status()).residual == "0.00"
        it.keep(it.xero.remove_allocation, set_off.id)  # type: ignore[attr-defined]
        await it.sync()
        assert await it.kinds() == []


def supplements(it: Clinic) -> list[Document]:
    return [each for each in it.xero.ledger.invoices.ordered() if "-S" in each.number and each.status != "VOIDED"]


@pytest.mark.parametrize("paid", ["", "20.00", "86.00"])
async def test_what_became_more_is_invoiced_in_the_open_period(tmp_path: Path, paid: str) -> None:
    """All that is due then is paid in one sum, which goes over both invoices."""
    async with clinic(tmp_path) as it:
        invoice, day = await closed(it, paid)
        it.do(it.provet.add_extra_fee, invoice, FEE)
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy, found.finding.effect) == ("period.locked", Policy.PERSON, 12)
        assert [(o.id, o.recommended) for o in found.finding.options] == [("supplement", True), ("done-by-hand", False)]
        assert "VAT return of that period by GBP 2.00" in " ".join(found.finding.options[0].consequences)
        assert it.shop.writes("xero") == before
        await it.approve(found)
        (more,) = supplements(it)
        assert (await it.kinds(), more.total, more.day) == ([], Decimal(12), day + dt.timedelta(days=1))
        await it.undo(found.id)
        assert (await it.kinds(), supplements(it)) == (["period.locked"], [])
        await it.approve(await it.only())
        it.do(it.provet.pay_in_full, invoice, CARD)
        await it.sync()
        if paid != "86.00":
            both = await it.only()
            assert (both.finding.kind, both.finding.policy) == ("payment.missing_in_xero", Policy.PERSON)
            assert len(both.finding.options[0].steps) == 2
            await it.approve(both)
        (more,) = supplements(it)
        assert (await it.kinds(), it.documents()[str(invoice)].outstanding, more.outstanding) == ([], 0, 0)
        assert it.documents()[str(invoice)].total == Decimal(86)


async def test_money_on_what_became_more_follows_provet(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await closed(it, "86.00")
        it.do(it.provet.add_extra_fee, invoice, FEE)
        await it.sync()
        await it.approve(await it.only())
        it.do(it.provet.pay, invoice, Decimal(12), CARD)
        await it.sync()
        assert await it.kinds() == []
        it.do(it.provet.cancel_payment, paid_rows(it, invoice)[1])
        await it.sync()
        removed = await it.only()
        assert (removed.finding.kind, removed.finding.effect) == ("payment.removed_in_provet", 12)
        await it.approve(removed)
        (more,) = supplements(it)
        assert (await it.kinds(), more.outstanding) == ([], 12)
        it.keep(
            it.xero.take_payment,
            Payment("", more.id, it.account("090"), it.today, Decimal(12), it.shop.world.clock.utc()),
        )
        await it.sync()
        assert (await it.kinds(), it.provet.invoice(invoice).due_sum) == ([], 0)


async def test_what_became_more_goes_to_the_invoice_itself_once_the_period_is_open(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await closed(it)
        it.do(it.provet.add_extra_fee, invoice, FEE)
        await it.sync()
        assert await it.kinds() == ["period.locked"]
        it.xero.set_lock_dates(None)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
