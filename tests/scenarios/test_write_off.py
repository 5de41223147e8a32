"""Debts that nobody will pay, written off on either side: by a payment to bad debts, or by a credit note with VAT."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from daemon.core.discrepancy import Policy
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.xero.records import Document, Payment
from tests.scenarios.clinic import CASH, FOOD, VISIT, WRITE_OFF, Clinic, clinic

SLOW = FaultPlan((Rule(Kind.SLOW, system="xero", seconds=0.1),))
"""Each request takes a moment, so that what Xero changes twice bears two times."""
APPROVE = {'mode = "auto"': 'mode = "approve"'}


async def visit(it: Clinic) -> int:
    """An invoice of 86.00 in both systems, 20.00 of it paid."""
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
    it.do(it.provet.pay, invoice, Decimal(20), CASH)
    await it.sync()
    return invoice


def credit(it: Clinic) -> Document:
    (note,) = (note for note in it.xero.ledger.credit_notes.ordered() if note.status != "VOIDED")
    return note


async def test_a_write_off_is_booked_as_paid_to_bad_debts(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = await visit(it)
        it.do(it.provet.pay_in_full, invoice, WRITE_OFF)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        document = it.documents()[str(invoice)]
        assert [p.account_id for p in it.payments(document)] == [it.account("091"), it.account("404")]


async def test_a_person_may_write_off_by_a_credit_note_with_the_vat(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = await visit(it)
        it.set(APPROVE)
        it.do(it.provet.pay_in_full, invoice, WRITE_OFF)
        await it.sync()
        found = await it.only()
        create, note = found.finding.options
        assert (create.id, create.recommended, note.id, note.recommended) == ("create", True, "write-off-credit", False)
        assert "no bad debt relief" in create.consequences[0]
        await it.approve(found, "write-off-credit")
        assert (await it.kinds(), it.differences()) == ([], [])
        assert (credit(it).total, credit(it).outstanding) == (Decimal(66), 0)
        assert {line.account_id for line in credit(it).lines} == {it.account("404")}
        assert {line.tax_type: line.tax_amount for line in credit(it).lines} == {
            "OUTPUT2": Decimal("6.52"),
            "RROUTPUT": Decimal("1.28"),
        }


async def test_on_cash_basis_a_write_off_waits_for_a_person_who_gets_the_credit_note_alone(tmp_path: Path) -> None:
    async with clinic(
        tmp_path, {'name = "Riverside Vets"': 'name = "Riverside Vets"\nconsolidated = "originals"'}
    ) as it:
        it.xero.config = it.xero.config.__class__(**{**_fields(it.xero.config), "sales_tax_basis": "CASH"})
        it.shop.world.faults.plan = SLOW
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
        it.do(it.provet.pay_in_full, invoice, WRITE_OFF)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.missing_in_xero", Policy.PERSON)
        assert [(o.id, o.recommended) for o in found.finding.options] == [("write-off-credit", True)]
        await it.approve(found)
        assert (await it.kinds(), it.differences()) == ([], [])
        assert it.payments(it.documents()[str(invoice)]) == []
        (row,) = it.provet.invoice(invoice).payments
        it.do(it.provet.cancel_payment, row)
        await it.sync()
        taken_back = await it.only()
        assert (taken_back.finding.kind, taken_back.finding.policy) == ("payment.removed_in_provet", Policy.PERSON)
        note = credit(it)
        (allocation,) = it.xero.ledger.allocations.ordered()
        it.keep(it.xero.remove_allocation, allocation.id)
        it.keep(it.xero.void_document, note.id)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])


def _fields(config: object) -> dict[str, object]:
    return {name: getattr(config, name) for name in config.__dataclass_fields__}  # type: ignore[attr-defined]


async def test_a_payment_to_bad_debts_in_xero_is_a_write_off_in_provet(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = await visit(it)
        document = it.documents()[str(invoice)]
        payment = Payment("", document.id, it.account("404"), it.today, Decimal(66), updated=it.shop.world.clock.utc())
        it.keep(it.xero.take_payment, payment)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert [p.payment_type for p in it.provet.state.payments_of(it.provet.invoice(invoice))] == [CASH, WRITE_OFF]


async def test_a_bad_debt_credit_in_xero_is_a_write_off_in_provet(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = await visit(it)
        document = it.documents()[str(invoice)]
        note = it.keep(
            it.xero.make_invoice,
            {
                "Type": "ACCRECCREDIT",
                "Contact": {"ContactID": document.contact_id},
                "Date": it.today.isoformat(),
                "LineAmountTypes": "Inclusive",
                "Status": "AUTHORISED",
                "LineItems": [
                    {
                        "Description": "Bad debt",
                        "Quantity": 1,
                        "UnitAmount": 66,
                        "AccountCode": "404",
                        "TaxType": "OUTPUT2",
                    }
                ],
            },
        )
        assert isinstance(note, Document)
        it.keep(it.xero.allocate_credit, note.id, document.id, Decimal(66), it.today)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert [p.payment_type for p in it.provet.state.payments_of(it.provet.invoice(invoice))] == [CASH, WRITE_OFF]
        assert (await it.status()).residual == "0.00"


async def written_off(it: Clinic) -> tuple[int, str]:
    """An invoice of which 66.00 were written off by a credit note; also the id of that discrepancy."""
    it.shop.world.faults.plan = SLOW
    invoice = await visit(it)
    it.set(APPROVE)
    it.do(it.provet.pay_in_full, invoice, WRITE_OFF)
    await it.sync()
    found = await it.only()
    await it.approve(found, "write-off-credit")
    assert (await it.kinds(), it.differences()) == ([], [])
    return invoice, found.id


async def test_a_write_off_by_credit_note_is_undone(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, approved = await written_off(it)
        await it.undo(approved)
        assert await it.kinds() == ["payment.missing_in_xero"]
        assert [note.status for note in it.xero.ledger.credit_notes.ordered()] == ["VOIDED"]
        assert it.documents()[str(invoice)].outstanding == Decimal(66)
        await it.approve(await it.only(), "write-off-credit")
        assert (await it.kinds(), it.differences()) == ([], [])
        assert (credit(it).total, it.documents()[str(invoice)].outstanding) == (Decimal(66), 0)


async def test_a_cancelled_write_off_takes_its_credit_note_back(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await written_off(it)
        row = it.provet.invoice(invoice).payments[-1]
        it.do(it.provet.cancel_payment, row)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.removed_in_provet", Policy.PERSON)
        assert [(o.id, o.recommended) for o in found.finding.options] == [("void", True), ("done-by-hand", False)]
        await it.approve(found)
        assert (await it.kinds(), it.differences()) == ([], [])
        assert it.documents()[str(invoice)].outstanding == Decimal(66)
        it.do(it.provet.pay_in_full, invoice, WRITE_OFF)
        await it.sync()
        await it.approve(await it.only(), "write-off-credit")
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_cancelled_write_off_in_a_closed_period_is_hand_work(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await written_off(it)
        it.xero.set_lock_dates(it.today)
        it.do(it.provet.cancel_payment, it.provet.invoice(invoice).payments[-1])
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.reconciled_locked", Policy.HAND_WORK)
        assert [option.id for option in found.finding.options] == ["done-by-hand"]
        assert it.shop.writes("xero") == before


async def test_a_credit_note_that_was_made_and_could_not_be_set_off_is_told_and_used(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice = await visit(it)
        it.set(APPROVE)
        it.do(it.provet.pay_in_full, invoice, WRITE_OFF)
        await it.sync()
        found = await it.only()
        document = it.documents()[str(invoice)]
        it.shop.world.faults.plan = FaultPlan((Rule(Kind.LIMIT, system="xero", path="/Allocations", seconds=5),))
        await it.approve(found, "write-off-credit")
        typed = Payment("", document.id, it.account("090"), it.today, Decimal(66), it.shop.world.clock.utc())
        it.keep(it.xero.take_payment, typed)
        it.shop.world.faults.plan = FaultPlan()
        await it.sync()
        loose = next(row for row in await it.found() if row.finding.kind == "credit.allocation_missing")
        assert (loose.finding.amount, loose.finding.effect) == (Decimal(66), Decimal(66))
        assert (loose.finding.policy, [o.id for o in loose.finding.options]) == (Policy.PERSON, ["void"])
        it.keep(it.xero.remove_payment, it.payments(document)[-1].id)
        await it.sync()
        assert await it.kinds() == ["credit.allocation_missing", "payment.missing_in_xero"]
        assert (await it.status()).residual == "0.00"
        waiting = next(row for row in await it.found() if row.finding.kind == "payment.missing_in_xero")
        await it.approve(waiting, "write-off-credit")
        assert (await it.kinds(), it.differences()) == ([], [])
        assert (credit(it).total, credit(it).outstanding) == (Decimal(66), 0)


async def test_a_write_off_credit_taken_off_by_hand_is_voided_where_it_is_not_wanted(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        invoice, _ = await written_off(it)
        (allocation,) = it.xero.ledger.allocations.ordered()
        it.keep(it.xero.remove_allocation, allocation.id)
        it.do(it.provet.cancel_payment, it.provet.invoice(invoice).payments[-1])
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("credit.allocation_missing", Decimal(66))
        await it.approve(found)
        assert (await it.kinds(), it.differences()) == ([], [])
        assert [note.status for note in it.xero.ledger.credit_notes.ordered()] == ["VOIDED"]


async def test_another_account_for_write_offs_leaves_those_alone_that_are_booked(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        await written_off(it)
        it.set({'"21" = "404"': '"21" = "200"'})
        await it.sync()
        assert await it.kinds() == []
