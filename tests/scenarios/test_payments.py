"""Money on invoices and credit notes through both simulated systems; the independent checker judges both ledgers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.discrepancy import Policy
from daemon.sandbox.provet.config import Cancellation
from tests.scenarios.clinic import CARD, CASH, VISIT
from tests.scenarios.till import GROSS, accounts, booked, in_step, paid_rows, take, till, visit

TRANSFER, CHEQUE, VOUCHER, PREPAYMENT, GIFT_CARD, FINANCING, INSURANCE, FROM_XERO = 2, 4, 5, 8, 9, 10, 15, 17
MORE_TYPES = {
    "[practices.riverside.payments]\n": "[practices.riverside.payments]\n"
    '"5" = "092"\n"9" = "092"\n"10" = "092"\n"15" = "092"\n'
}
VARIANTS = pytest.mark.parametrize("variant", list(Cancellation))


async def test_every_type_goes_to_its_account(tmp_path: Path) -> None:
    async with till(tmp_path, MORE_TYPES) as it:
        types = (CARD, CASH, TRANSFER, CHEQUE, VOUCHER, 7, GIFT_CARD, FINANCING, 11, INSURANCE, 18)
        invoice = await visit(it, *(("3.00", kind) for kind in types))
        held = it.make(it.provet.take_prepayment, it.client, Decimal(30), CASH)
        it.do(it.provet.use_prepayment, held, invoice, Decimal(5))
        await it.sync()
        await in_step(it)
        assert accounts(it, invoice) == {"090": 12, "091": 3, "092": 18, "815": 5}
        assert booked(it, invoice).outstanding == GROSS - 38


async def test_a_type_without_an_account_waits_until_it_has_one(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        it.do(it.provet.pay, invoice, Decimal(20), INSURANCE)
        it.do(it.provet.pay, invoice, Decimal(10), CASH)
        await it.sync()
        assert await it.kinds() == ["mapping.missing", "payment.missing_in_xero"]
        assert accounts(it, invoice) == {"091": 10}
        it.set(MORE_TYPES)
        await it.sync()
        await in_step(it)


@pytest.mark.parametrize("in_xero", ["20.10", "19.50"])
@pytest.mark.parametrize("option", ["", "create-new"], ids=["one payment", "two payments"])
async def test_nearly_equal_sums_typed_on_both_sides_are_a_question(tmp_path: Path, in_xero: str, option: str) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        it.do(it.provet.pay, invoice, Decimal(20), CARD)
        take(it, invoice, in_xero)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.probable_twin", Policy.PERSON)
        assert found.finding.effect == Decimal(in_xero) - 20
        await it.approve(found, option)
        await in_step(it)
        assert accounts(it, invoice) == {"090": Decimal(in_xero) + 20 if option else 20}


@VARIANTS
async def test_one_of_two_equal_payments_is_cancelled(tmp_path: Path, variant: Cancellation) -> None:
    async with till(tmp_path, variant=variant) as it:
        invoice = await visit(it, ("10.00", CASH), ("10.00", CASH), ("5.00", CARD))
        it.do(it.provet.cancel_payment, paid_rows(it, invoice)[0])
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("payment.removed_in_provet", 10)
        assert [option.id for option in found.finding.options] == ["delete-payment", "done-by-hand"]
        await it.approve(found)
        await in_step(it)
        assert accounts(it, invoice) == {"091": 10, "090": 5}


@VARIANTS
@pytest.mark.parametrize(
    ("change", "after"),
    [
        pytest.param({"payment_type": CARD}, {"090": Decimal(20)}, id="method"),
        pytest.param({"amount": Decimal(30)}, {"091": Decimal(30)}, id="more"),
        pytest.param({"amount": Decimal(8), "payment_type": CARD}, {"090": Decimal(8)}, id="less, and method"),
    ],
)
async def test_a_changed_payment_is_one_correction(
    tmp_path: Path, variant: Cancellation, change: dict[str, object], after: dict[str, Decimal]
) -> None:
    async with till(tmp_path, variant=variant) as it:
        invoice = await visit(it, ("20.00", CASH))
        it.do(it.provet.change_payment, paid_rows(it, invoice)[0], **change)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.differs", Policy.PERSON)
        assert accounts(it, invoice) == {"091": 20}
        await it.approve(found)
        await in_step(it)
        assert accounts(it, invoice) == after


async def test_a_changed_method_may_stay_where_xero_has_it(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("20.00", CASH))
        it.do(it.provet.change_payment, paid_rows(it, invoice)[0], payment_type=CARD)
        await it.sync()
        await it.approve(await it.only(), "link")
        assert (await it.kinds(), accounts(it, invoice)) == ([], {"091": 20})


async def test_money_moved_to_prepayments_and_used_again(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("20.00", CARD))
        held = it.make(it.provet.move_to_prepayments, paid_rows(it, invoice)[0])
        await it.sync()
        found = await it.only()
        assert found.finding.kind == "payment.removed_in_provet"
        assert any("prepayment clearing, account 815" in text for text in found.finding.options[0].consequences)
        await it.approve(found)
        await in_step(it)
        it.do(it.provet.use_prepayment, held, invoice, Decimal(20))
        await it.sync()
        await in_step(it)
        assert accounts(it, invoice) == {"815": 20}


async def test_a_reconciled_payment_is_hand_work_that_closes_itself(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("20.00", CARD))
        (payment,) = it.payments(booked(it, invoice))
        it.keep(it.xero.reconcile_payment, payment.id)
        it.make(it.provet.move_to_prepayments, paid_rows(it, invoice)[0])
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.reconciled_locked", Policy.HAND_WORK)
        (option,) = found.finding.options
        assert (option.id, option.steps) == ("done-by-hand", ())
        assert "Unreconcile" in option.consequences[0]
        assert (await it.status()).hand_work == 1
        before = it.shop.writes("xero")
        await it.approve(found)
        assert (await it.only()).id == found.id, "approved too early, it is still to do"
        assert it.shop.writes("xero") == before
        it.keep(it.xero.remove_payment, payment.id)
        await it.sync()
        await in_step(it)
        assert it.shop.writes("xero") == before


async def test_a_payment_in_a_batch_goes_with_its_batch(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        first, second = await visit(it), await visit(it)
        shares = [(booked(it, invoice).id, Decimal(25)) for invoice in (first, second)]
        batch = it.keep(it.xero.pay_in_batch, "090", it.today, shares)
        await it.sync()
        await in_step(it)
        it.do(it.provet.cancel_payment, paid_rows(it, first)[0])
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.reconciled_locked", Policy.HAND_WORK)
        assert "open the batch" in found.finding.options[0].consequences[0]
        it.keep(it.xero.remove_batch, batch.id)  # type: ignore[attr-defined]
        await it.sync()
        other = await it.only()
        assert other.finding.kind == "payment.removed_in_xero"
        assert [option.id for option in other.finding.options] == ["cancel-payment", "done-by-hand"]
        assert other.finding.subject.label == f"Payment of 25.00 on Invoice {booked(it, second).number}"
        before = it.shop.writes("xero"), it.shop.writes("provet")
        take(it, second, "25.00")
        await it.sync()
        assert (await it.kinds(), booked(it, second).outstanding) == ([], GROSS - 25)
        assert (it.shop.writes("xero"), it.shop.writes("provet")) == before


async def test_refunds_of_a_credit_note_in_cash_and_into_prepayments(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("51.00", CARD))
        note = it.make(it.provet.credit, invoice)
        it.do(it.provet.pay, note, Decimal(-30), CASH)
        it.do(it.provet.pay, note, Decimal(-21), PREPAYMENT)
        await it.sync()
        await in_step(it)
        assert accounts(it, note) == {"091": 30, "815": 21}
        it.do(it.provet.cancel_payment, paid_rows(it, note)[0])
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("payment.removed_in_provet", -30)
        await it.approve(found)
        await in_step(it)


async def test_an_echo_is_never_sent_back(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        take(it, invoice, "20.00")
        before = it.shop.writes("xero")
        for _ in range(3):
            await it.sync()
        await in_step(it)
        assert it.shop.writes("xero") == before
        assert len(paid_rows(it, invoice)) == 1


@pytest.mark.parametrize("days", [0, 40])
async def test_one_sum_typed_on_both_sides_is_linked_by_a_person(tmp_path: Path, days: int) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        take(it, invoice, "20.00", days=-days)
        it.do(it.provet.pay, invoice, Decimal(20), TRANSFER)
        before = it.shop.writes("xero"), it.shop.writes("provet")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("payment.probable_twin", 0)
        assert [option.id for option in found.finding.options] == ["link", "create-new"]
        assert (it.shop.writes("xero"), it.shop.writes("provet")) == before
        await it.approve(found)
        assert (await it.kinds(), booked(it, invoice).outstanding) == ([], GROSS - 20)
        assert (it.shop.writes("xero"), it.shop.writes("provet")) == before


async def test_one_sum_typed_on_both_sides_may_be_two_payments(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        take(it, invoice, "20.00", days=-40)
        it.do(it.provet.pay, invoice, Decimal(20), TRANSFER)
        await it.sync()
        await it.approve(await it.only(), "create-new")
        await in_step(it)
        assert booked(it, invoice).outstanding == it.provet.invoice(invoice).due_sum == GROSS - 40


async def test_a_payment_redone_in_xero_keeps_the_account_chosen_there(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("20.00", CARD))
        it.keep(it.xero.remove_payment, it.payments(booked(it, invoice))[0].id)
        take(it, invoice, "20.00", "092", days=-1)
        await it.sync()
        assert (await it.kinds(), accounts(it, invoice)) == ([], {"092": 20})
        assert len(paid_rows(it, invoice)) == 1


@VARIANTS
async def test_a_payment_entered_anew_in_provet_is_the_same(tmp_path: Path, variant: Cancellation) -> None:
    async with till(tmp_path, variant=variant) as it:
        invoice = await visit(it, ("20.00", CARD))
        it.do(it.provet.cancel_payment, paid_rows(it, invoice)[0])
        it.do(it.provet.pay, invoice, Decimal(20), TRANSFER)
        before = it.shop.writes("xero")
        await it.sync()
        assert (await it.kinds(), it.shop.writes("xero")) == ([], before)


@VARIANTS
async def test_removed_in_xero(tmp_path: Path, variant: Cancellation) -> None:
    async with till(tmp_path, variant=variant) as it:
        invoice = await visit(it, ("20.00", CARD))
        take(it, invoice, "15.00")
        await it.sync()
        for payment in it.payments(booked(it, invoice)):
            it.keep(it.xero.remove_payment, payment.id)
        await it.sync()
        found = {row.finding.amount: row for row in await it.found()}
        assert {row.finding.kind for row in found.values()} == {"payment.removed_in_xero"}
        options = {amount: [each.id for each in row.finding.options] for amount, row in found.items()}
        assert options == {20: ["recreate-payment", "done-by-hand"], 15: ["cancel-payment", "done-by-hand"]}
        for row in found.values():
            await it.approve(row)
        await in_step(it)
        assert accounts(it, invoice) == {"090": 20}


async def test_removed_in_xero_and_cancelled_by_hand(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it, ("20.00", CARD))
        it.keep(it.xero.remove_payment, it.payments(booked(it, invoice))[0].id)
        await it.sync()
        found = await it.only()
        it.do(it.provet.cancel_payment, paid_rows(it, invoice)[0])
        await it.approve(found, "done-by-hand")
        await in_step(it)


async def test_more_than_is_due_in_xero(tmp_path: Path) -> None:
    async with till(tmp_path, overpayment=True) as it:
        invoice = await visit(it, ("20.00", CARD))
        payment = it.make(it.provet.pay, invoice, Decimal(40), CASH)
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.effect) == ("payment.overpaid", -40)
        assert [option.id for option in found.finding.options] == ["book-up-to-due", "done-by-hand"]
        await it.approve(found)
        assert accounts(it, invoice) == {"090": 20, "091": 31}
        found = await it.only()
        assert (found.finding.kind, found.finding.amount, found.finding.effect) == ("payment.overpaid", 9, -9)
        it.do(it.provet.change_payment, payment, amount=Decimal(31))
        await it.sync()
        await in_step(it)


async def test_more_than_is_due_in_provet(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        first, second = await visit(it), await visit(it)
        note = it.make(it.provet.credit, second)
        it.do(it.provet.apply_credit, note, first, Decimal(30))
        await it.sync()
        take(it, first, "30.00")
        await it.sync()
        found = next(row for row in await it.found() if row.finding.kind == "payment.overpaid")
        assert (found.finding.amount, found.finding.effect) == (30, 30)
        assert [option.id for option in found.finding.options] == ["book-up-to-due", "done-by-hand"]
        await it.approve(found)
        assert it.provet.invoice(first).due_sum == 0
        again = next(row for row in await it.found() if row.finding.kind == "payment.overpaid")
        assert (again.finding.amount, again.finding.effect) == (9, 9)


async def test_money_typed_on_both_sides_in_other_portions_is_asked_about(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, VISIT, VISIT])
        await it.sync()
        for amount in ("30.00", "20.00"):
            it.do(it.provet.pay, invoice, Decimal(amount), CASH)
        take(it, invoice, "50.00")
        before = it.shop.writes("xero"), it.shop.writes("provet")
        await it.sync()
        assert (it.shop.writes("xero"), it.shop.writes("provet")) == before
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("payment.probable_twin", Policy.PERSON)
        assert (found.finding.amount, found.finding.effect) == (50, 0)
        assert "30.00 + 20.00 in Provet and 50.00 in Xero" in found.finding.summary
        assert [(o.id, o.recommended) for o in found.finding.options] == [
            ("recreate-payment", True),
            ("done-by-hand", False),
        ]
        await it.approve(found)
        await in_step(it)
        assert accounts(it, invoice) == {"091": Decimal(50)}
