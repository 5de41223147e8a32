"""Scenarios of payments: missing on either side, entered twice or anew, changed, removed, and above what is due."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.discrepancy import Policy
from tests.scenarios.clinic import CARD, CASH
from tests.scenarios.kinds.case import Case, scenario
from tests.scenarios.till import accounts, booked, paid_rows, take, visit

A, P, W = Policy.AUTOMATIC, Policy.PERSON, Policy.HAND_WORK


@scenario("payment.missing_in_xero")
async def missing_in_xero(case: Case) -> None:
    case.it.do(case.it.provet.pay, await visit(case.it), Decimal(20), CARD)
    await case.sees(A, "create", amount="20.00", effect="-20.00")


@scenario("payment.missing_in_provet")
async def missing_in_provet(case: Case) -> None:
    invoice = await visit(case.it)
    take(case.it, invoice, "20.00")
    await case.sees(A, "create", amount="20.00", effect="20.00")


@scenario("payment.replaced")
async def replaced(case: Case) -> None:
    it, invoice = case.it, await visit(case.it, ("20.00", CARD))
    it.do(it.provet.cancel_payment, paid_rows(it, invoice)[0])
    it.do(it.provet.pay, invoice, Decimal(20), CARD)
    await case.sees(A, "link", amount="20.00")


@scenario("payment.probable_twin")
async def probable_twin(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    take(it, invoice, "20.00")
    it.do(it.provet.pay, invoice, Decimal(20), CARD)
    await case.sees(P, "link", "create-new", amount="20.00")
    before = case.writes()
    await case.corrected()
    assert case.writes() == before, "linking writes nothing"
    assert len(it.payments(booked(it, invoice))) == 1


@scenario("payment.differs")
async def differs(case: Case) -> None:
    it, invoice = case.it, await visit(case.it, ("20.00", CASH))
    it.do(it.provet.change_payment, paid_rows(it, invoice)[0], payment_type=CARD)
    await case.sees(P, "recreate-payment", "link", amount="20.00")
    await case.corrected()
    assert accounts(it, invoice) == {"090": 20}


@scenario("payment.removed_in_provet")
async def removed_in_provet(case: Case) -> None:
    it, invoice = case.it, await visit(case.it, ("20.00", CARD))
    it.do(it.provet.cancel_payment, paid_rows(it, invoice)[0])
    await case.sees(P, "delete-payment", "done-by-hand", amount="20.00", effect="20.00")
    await case.corrected()


@scenario("payment.removed_in_xero")
async def removed_in_xero(case: Case) -> None:
    it, invoice = case.it, await visit(case.it, ("20.00", CARD))
    it.keep(it.xero.remove_payment, it.payments(booked(it, invoice))[0].id)
    await case.sees(P, "recreate-payment", "done-by-hand", amount="20.00", effect="-20.00")
    await case.corrected()
    taken = take(it, invoice, "15.00")
    await it.sync()
    it.keep(it.xero.remove_payment, taken.id)
    await case.sees(P, "cancel-payment", "done-by-hand", amount="15.00", effect="-15.00")
    await case.corrected()


@scenario("payment.reconciled_locked")
async def reconciled_locked(case: Case) -> None:
    it, invoice = case.it, await visit(case.it, ("20.00", CARD))
    (payment,) = it.payments(booked(it, invoice))
    it.keep(it.xero.reconcile_payment, payment.id)
    it.do(it.provet.cancel_payment, paid_rows(it, invoice)[0])
    await case.sees(W, "done-by-hand", amount="20.00", effect="20.00")
    before = case.writes()
    it.keep(it.xero.remove_payment, payment.id)
    await it.sync()
    assert case.writes() == before, "no program removes it"


@scenario("payment.overpaid", overpayment=True)
async def overpaid(case: Case) -> None:
    it, invoice = case.it, await visit(case.it, ("20.00", CARD))
    payment = it.make(it.provet.pay, invoice, Decimal(40), CASH)
    await case.sees(P, "book-up-to-due", "done-by-hand", amount="40.00", effect="-40.00")
    await case.corrected()
    await case.sees(P, "done-by-hand", amount="9.00", effect="-9.00")
    it.do(it.provet.change_payment, payment, amount=Decimal(31))
