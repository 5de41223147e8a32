"""What Xero does not let anybody change, or set off: it is not tried, and nobody is left without a word about it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from daemon.core.discrepancy import Policy
from daemon.sandbox.provet.records import RowSpec
from tests.scenarios.clinic import VISIT, Clinic
from tests.scenarios.till import booked, in_step, take, till, visit

FEE = RowSpec(name="Fee", price=Decimal(10))
FREE = RowSpec(name="Nail clip, courtesy", price=Decimal(0))


async def test_an_invoice_over_nothing_gets_its_fee_on_a_new_document(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [FREE])
        await it.sync()
        it.do(it.provet.add_extra_fee, invoice, FEE)
        await it.sync()
        await it.approve(await it.only(), "repost")
        await in_step(it)
        it.do(it.provet.void, invoice)
        await it.sync()
        await in_step(it)


async def test_nothing_is_void_that_an_archived_contact_could_not_take_anew(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        take(it, invoice, "20.00")
        await it.sync()
        it.do(it.provet.add_extra_fee, invoice, FEE)
        contact = booked(it, invoice).contact_id
        it.keep(it.xero.edit_contact, contact, {"ContactStatus": "ARCHIVED"})
        await it.sync()
        found = {each.finding.kind: each.finding for each in await it.found()}
        assert found["invoice.changed_in_provet"].options == ()
        assert found["invoice.changed_in_provet"].cause == found["contact.archived"].id
        it.keep(it.xero.edit_contact, contact, {"ContactStatus": "ACTIVE"})
        await it.sync()
        await it.approve(await it.only(), "repost")
        await in_step(it)


async def test_credit_applied_to_what_became_another_clients_is_told(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        await visit(it)
        invoice = await visit(it)
        other = it.make(it.provet.create_client, {"firstname": "Ben", "lastname": "Quinn"})
        note = it.make(it.provet.credit, invoice)
        it.do(it.provet.apply_credit, note, invoice, Decimal(51))
        it.do(it.provet.change_payer, invoice, other)
        await it.sync()
        assert await it.kinds() == ["credit.allocation_missing"]
        assert "different contacts" in (await it.only()).finding.summary
        it.do(it.provet.change_payer, note, other)
        await it.sync()
        await in_step(it)


def _copied(it: Clinic, invoice: int) -> None:
    """The bookkeeper types one of our invoices in once more."""
    document = booked(it, invoice)
    line = {"Description": "Once more", "Quantity": "1", "UnitAmount": str(document.total), "AccountCode": "200"}
    form = {
        "Type": "ACCREC",
        "InvoiceNumber": f"{document.number}A",
        "Contact": {"ContactID": document.contact_id},
        "Date": document.day.isoformat(),
        "DueDate": document.day.isoformat(),
        "Status": "AUTHORISED",
        "LineAmountTypes": "Inclusive",
        "LineItems": [line],
    }
    it.keep(it.xero.make_invoice, form)


async def test_a_copy_is_told_of_though_its_original_has_another_client_or_is_void(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        other = it.make(it.provet.create_client, {"firstname": "Ben", "lastname": "Quinn"})
        take(it, invoice, "20.00")
        await it.sync()
        _copied(it, invoice)
        it.do(it.provet.change_payer, invoice, other)
        await it.sync()
        assert "invoice.duplicate_in_xero" in await it.kinds()


async def test_a_copy_of_a_void_invoice_is_told_of(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        _copied(it, invoice)
        it.do(it.provet.void, invoice)
        await it.sync()
        assert await it.kinds() == ["invoice.duplicate_in_xero"]
        await it.approve(await it.only(), "void")
        await in_step(it)


async def test_the_date_of_an_invoice_over_nothing_is_a_persons_to_leave(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [FREE])
        await it.sync()
        it.do(it.provet.change_invoice_date, invoice, it.today - dt.timedelta(days=3))
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("invoice.changed_in_provet", Policy.PERSON)
        assert [option.id for option in found.finding.options] == ["accept-xero"]


async def test_a_date_moved_into_a_closed_period_is_never_left_without_a_word(tmp_path: Path) -> None:
    async with till(tmp_path, {"timezone =": 'closed_through = "2026-10-25"\ntimezone ='}) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        it.do(it.provet.change_invoice_date, invoice, dt.date(2026, 10, 20))
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("invoice.changed_in_provet", Policy.PERSON)


async def test_a_copy_typed_in_place_of_a_voided_invoice_is_offered_as_its_successor(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        _copied(it, invoice)
        it.keep(it.xero.void_document, booked(it, invoice).id)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("invoice.voided_in_xero", 0)
        before = it.shop.writes("xero")
        await it.approve(found)
        assert await it.kinds() == []
        assert it.shop.writes("xero") == before
