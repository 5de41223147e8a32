"""Credit that is set against invoices in Xero otherwise than in Provet, through both simulated systems."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from daemon.core.discrepancy import Policy
from tests.scenarios.clinic import CARD, CASH, Clinic
from tests.scenarios.till import GROSS, accounts, booked, in_step, till, visit


async def test_credit_of_others_in_xero_is_shown_until_it_is_taken_off(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        theirs = booked(it, invoice)
        deposit = it.keep(it.xero.receive_ahead, theirs.contact_id, Decimal(15), it.today)
        used = it.keep(it.xero.allocate_credit, deposit.id, theirs.id, Decimal(15), it.today)  # type: ignore[attr-defined]
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("credit.foreign_in_xero", 15)
        assert [option.id for option in found.finding.options] == ["done-by-hand"]
        it.keep(it.xero.remove_allocation, used.id)  # type: ignore[attr-defined]
        await it.sync()
        await in_step(it)


async def test_credit_spent_elsewhere_in_xero_comes_back(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("51.00", CARD))
        note = it.make(it.provet.credit, invoice)
        await it.sync()
        theirs = booked(it, note)
        own = _own_invoice(it, theirs.contact_id)
        it.keep(it.xero.allocate_credit, theirs.id, own, Decimal(40), it.today)  # type: ignore[attr-defined]
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("credit.allocation_extra", -40)
        await it.approve(found)
        await in_step(it)


async def test_a_credit_that_provet_refunds_instead_comes_off_first(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        note = it.make(it.provet.credit, invoice)
        await it.sync()
        assert booked(it, invoice).outstanding == 0
        it.do(it.provet.pay, note, Decimal(-20), CASH)
        await it.sync()
        kinds = {row.finding.kind: row for row in await it.found()}
        assert sorted(kinds) == ["credit.allocation_extra", "payment.missing_in_xero"]
        assert kinds["payment.missing_in_xero"].finding.cause == kinds["credit.allocation_extra"].id
        await it.approve(kinds["credit.allocation_extra"])
        await in_step(it)
        assert (accounts(it, note), booked(it, invoice).outstanding) == ({"091": 20}, 20)


async def test_an_invoice_that_is_paid_although_credit_was_set_against_it(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        row = it.provet.invoice(invoice).rows[0]
        it.make(it.provet.credit, invoice, parts=[(row, Decimal("0.5"))])
        await it.sync()
        it.do(it.provet.pay, invoice, GROSS, CARD)
        await it.sync()
        assert await it.kinds() == ["credit.allocation_extra", "payment.missing_in_xero"]
        await it.approve(next(r for r in await it.found() if r.finding.kind == "credit.allocation_extra"))
        await in_step(it)
        assert accounts(it, invoice) == {"090": GROSS}


async def test_credit_that_provet_applied_to_another_invoice_is_set_there_by_hand(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        first, second = await visit(it), await visit(it)
        note = it.make(it.provet.credit, second)
        it.do(it.provet.apply_credit, note, first, Decimal(30))
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("credit.allocation_missing", Policy.PERSON)
        assert (found.finding.amount, found.finding.effect) == (30, 0)
        assert [option.id for option in found.finding.options] == ["done-by-hand"]
        assert booked(it, note).outstanding == 30
        it.keep(it.xero.allocate_credit, booked(it, note).id, booked(it, first).id, Decimal(30), it.today)
        await it.sync()
        assert await it.kinds() == []
        assert booked(it, first).outstanding == it.provet.invoice(first).due_sum == 21
        it.do(it.provet.pay_in_full, first, CARD)
        await it.sync()
        assert (await it.kinds(), booked(it, first).outstanding) == ([], 0)


async def test_credit_that_provet_applied_to_what_consolidates_its_invoice_is_set_there_by_hand(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        first, second = await visit(it), await visit(it)
        note = it.make(it.provet.credit, first)
        it.do(it.provet.pay, note, Decimal("-48.00"), CARD)
        whole = it.make(it.provet.consolidate, [first, second])
        it.do(it.provet.apply_credit, note, whole, Decimal(3))
        await it.sync()
        left = await it.only()
        assert (left.finding.kind, left.finding.amount) == ("credit.allocation_missing", 3)
        it.keep(it.xero.allocate_credit, booked(it, note).id, booked(it, whole).id, Decimal(3), it.today)
        await it.sync()
        assert await it.kinds() == []
        assert booked(it, whole).outstanding == it.provet.invoice(whole).due_sum == 99


async def test_credit_of_a_bookkeeper_is_not_taken_for_what_provet_applied_from_another_invoice(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        first, second = await visit(it), await visit(it)
        note = it.make(it.provet.credit, second)
        it.do(it.provet.apply_credit, note, first, Decimal(20))
        theirs = booked(it, first)
        deposit = it.keep(it.xero.receive_ahead, theirs.contact_id, Decimal(15), it.today)
        used = it.keep(it.xero.allocate_credit, deposit.id, theirs.id, Decimal(15), it.today)  # type: ignore[attr-defined]
        await it.sync()
        money = {row.finding.kind: (row.finding.amount, row.finding.effect) for row in await it.found()}
        assert money["credit.foreign_in_xero"] == (15, 15)
        it.keep(it.xero.remove_allocation, used.id)  # type: ignore[attr-defined]
        note_ends = (booked(it, note).id, booked(it, first).id)
        it.keep(it.xero.allocate_credit, *note_ends, Decimal(20), it.today)  # type: ignore[attr-defined]
        await it.sync()
        assert await it.kinds() == []
        assert booked(it, first).outstanding == it.provet.invoice(first).due_sum == 31


async def test_credit_spent_on_a_document_of_nobody_is_not_what_provet_applied_elsewhere(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        first, second = await visit(it), await visit(it, ("51.00", CARD))
        note = it.make(it.provet.credit, second)
        await it.sync()
        theirs = booked(it, note)
        own = _own_invoice(it, theirs.contact_id)
        it.keep(it.xero.allocate_credit, theirs.id, own, Decimal(20), it.today)  # type: ignore[attr-defined]
        it.do(it.provet.apply_credit, note, first, Decimal(20))
        await it.sync()
        found = {row.finding.kind: row.finding for row in await it.found()}
        assert found["credit.allocation_extra"].effect == -20


def _own_invoice(it: Clinic, contact: str) -> str:
    """The id of an invoice that the bookkeeper made in Xero alone."""
    line = {"Description": "Own", "Quantity": 1, "TaxType": "NONE", "AccountCode": "200", "UnitAmount": "80.00"}
    fields = {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "Contact": {"ContactID": contact},
        "Date": it.today.isoformat(),
        "DueDate": it.today.isoformat(),
        "LineItems": [line],
    }
    return it.keep(it.xero.make_invoice, fields).id  # type: ignore[attr-defined, no-any-return]
