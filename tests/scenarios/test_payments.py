"""Money on invoices and credit notes through both simulated systems; the independent checker judges both ledgers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.correction import CorrectionStatus
from daemon.core.discrepancy import Policy
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.provet.config import Cancellation
from daemon.sandbox.xero.records import Document, Payment
from daemon.store import corrections
from tests.scenarios.clinic import CARD, CASH, VISIT, Clinic, clinic

TRANSFER, CHEQUE, VOUCHER, PREPAYMENT, GIFT_CARD, FINANCING, INSURANCE, FROM_XERO = 2, 4, 5, 8, 9, 10, 15, 17
GROSS = Decimal("51.00")
MORE_TYPES = {
    "[practices.riverside.payments]\n": "[practices.riverside.payments]\n"
    '"5" = "092"\n"9" = "092"\n"10" = "092"\n"15" = "092"\n'
}
VARIANTS = pytest.mark.parametrize("variant", list(Cancellation))


@asynccontextmanager
async def till(
    folder: Path,
    changes: Mapping[str, str] | None = None,
    variant: Cancellation = Cancellation.OPPOSITE_ROW,
    *,
    overpayment: bool = False,
) -> AsyncIterator[Clinic]:
    """A clinic; at the end nothing that was written has been refused, so nothing went above what was due."""
    async with clinic(folder, changes) as it:
        books = it.shop.world.hosts["provet"].system._books
        books.config = replace(books.config, cancellation=variant, overpayment_allowed=overpayment)
        it.shop.world.faults.plan = FaultPlan((Rule(Kind.SLOW, system="xero", seconds=0.1),))
        yield it
        assert [each for each in refused(it) if each >= 400] == []
        failed = (CorrectionStatus.FAILED,)
        assert await it.shop.app.db.read(lambda tx: corrections.with_status(tx, "riverside", failed, 9)) == []


def refused(it: Clinic) -> list[int]:
    """How the systems answered what the program wrote."""
    logs = (it.shop.world.hosts[name].log for name in ("provet", "xero"))
    return [entry.executed or 0 for log in logs for entry in log.entries(writes_only=True)]


async def visit(it: Clinic, *paid: tuple[str, int]) -> int:
    """An invoice of 51.00 with payments of Provet, in step."""
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    for amount, kind in paid:
        it.do(it.provet.pay, invoice, Decimal(amount), kind)
    await it.sync()
    assert await it.kinds() == []
    return invoice


def booked(it: Clinic, invoice: int) -> Document:
    return it.documents()[str(invoice)]


def accounts(it: Clinic, invoice: int) -> dict[str, Decimal]:
    """What is paid on an invoice in Xero by account."""
    codes = {account.id: account.code for account in it.xero.ledger.accounts.ordered()}
    found: Counter[str] = Counter()
    for payment in it.payments(booked(it, invoice)):
        found[codes[payment.account_id]] += payment.amount  # type: ignore[assignment]
    return dict(found)  # type: ignore[arg-type]


def take(it: Clinic, invoice: int, amount: str, code: str = "090", days: int = 0) -> Payment:
    """The bookkeeper enters a payment in Xero."""
    now = it.shop.world.clock.utc()
    day = it.today + dt.timedelta(days=days)
    typed = Payment("", booked(it, invoice).id, it.account(code), day, Decimal(amount), now)
    taken = it.keep(it.xero.take_payment, typed)
    assert isinstance(taken, Payment)
    return taken


def paid_rows(it: Clinic, invoice: int) -> list[int]:
    """The payments that Provet shows on an invoice, cancelled ones and cancelling entries included."""
    return list(it.provet.invoice(invoice).payments)


async def in_step(it: Clinic) -> None:
    assert (await it.kinds(), it.differences()) == ([], [])


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
        line = {"Description": "Own", "Quantity": 1, "TaxType": "NONE", "AccountCode": "200", "UnitAmount": "80.00"}
        fields = {
            "Type": "ACCREC",
            "Status": "AUTHORISED",
            "Contact": {"ContactID": theirs.contact_id},
            "Date": it.today.isoformat(),
            "DueDate": it.today.isoformat(),
            "LineItems": [line],
        }
        own = it.keep(it.xero.make_invoice, fields)
        it.keep(it.xero.allocate_credit, theirs.id, own.id, Decimal(40), it.today)  # type: ignore[attr-defined]
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
