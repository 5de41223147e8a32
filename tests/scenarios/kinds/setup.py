"""Scenarios of what is not about one document: mappings, periods, connections, guards, and what cannot be explained."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from msgspec.structs import replace

from daemon.core.discrepancy import Policy
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from tests.scenarios.clinic import CARD, FOOD, VISIT, Clinic
from tests.scenarios.kinds.case import Case, scenario
from tests.scenarios.kinds.invoices import typed
from tests.scenarios.till import booked, visit

H, P = Policy.HOLD, Policy.PERSON
DAY_S = 86_400


@scenario("mapping.missing", {'"5" = "RROUTPUT"': ""})
async def mapping_missing(case: Case) -> None:
    it = case.it
    it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
    await case.sees(H, beside=("invoice.missing",))
    it.set({"[practices.riverside.tax]": '[practices.riverside.tax]\n"5" = "RROUTPUT"'})


@scenario("mapping.decayed")
async def mapping_decayed(case: Case) -> None:
    it = case.it
    await visit(it)
    it.do(it.xero.archive_account, it.account("200"))
    it.make(it.provet.invoice_visit, it.client, [VISIT])
    await case.sees(H, beside=("invoice.missing",))
    it.do(it.xero.archive_account, it.account("200"), status="ACTIVE")


@scenario("period.locked")
async def period_locked(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    yesterday = it.today - dt.timedelta(days=1)
    payment = it.make(it.provet.pay, invoice, Decimal(20), CARD, date=yesterday)
    it.xero.set_lock_dates(yesterday, None)
    await case.sees(P, "first-open-day", amount="20.00", effect="-20.00")
    await case.corrected()
    case.agreed = (f"payment {payment}: date: Provet {yesterday}, Xero {it.today}",)


def forbidding(it: Clinic, *rules: Rule) -> None:
    it.shop.world.faults.plan = FaultPlan(rules)


@scenario("connection.lost")
async def connection_lost(case: Case) -> None:
    it = case.it
    await visit(it)
    forbidding(it, Rule(Kind.UNAVAILABLE, system="xero"))
    it.make(it.provet.invoice_visit, it.client, [VISIT])
    await case.sees(H)
    forbidding(it)


@scenario("permission.missing")
async def permission_missing(case: Case) -> None:
    it = case.it
    await visit(it)
    forbidding(it, Rule(Kind.FORBIDDEN, system="xero", path="/Payments"))
    it.make(it.provet.invoice_visit, it.client, [VISIT])
    await case.sees(H)
    forbidding(it)


@scenario("writer.foreign")
async def writer_foreign(case: Case) -> None:
    it, first = case.it, await visit(case.it)
    own = str(it.provet.invoice(first).invoice_number)
    for _ in range(3):
        theirs = it.make(it.provet.invoice_visit, it.client, [VISIT])
        number = str(it.provet.invoice(theirs).invoice_number)
        it.keep(it.xero.make_invoice, typed(booked(it, first), booked(it, first).number.replace(own, number)))
        await it.shop.settle_down()
    it.make(it.provet.invoice_visit, it.client, [VISIT])
    await case.sees(H, beside=("invoice.missing",))
    it.shop.clock.now += DAY_S
    await it.sync()


@scenario("guard.tripped", {"writes_per_cycle = ": "writes_per_cycle = 2 # "})
async def guard_tripped(case: Case) -> None:
    it = case.it
    await visit(it)
    it.shop.clock.now += 7200
    before = case.writes()
    for _ in range(3):
        it.make(it.provet.invoice_visit, it.client, [VISIT])
    await it.sync()
    await case.shows(P, "resume", apart=("invoice.missing",) * 3)
    assert case.writes() == before
    await case.corrected()


@scenario("record.unreadable")
async def record_unreadable(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    record = it.provet.invoice(invoice)
    before = record.status, record.modified
    record.status, record.modified = "final", it.shop.world.clock.utc()  # type: ignore[assignment]
    it.make(it.provet.invoice_visit, it.client, [VISIT])
    await case.sees(P, apart=("invoice.missing",))
    record.status, record.modified = before


@scenario("balance.unexplained")
async def balance_unexplained(case: Case) -> None:
    """Something settles an invoice in Xero that no list of payments or credit shows."""
    it, invoice = case.it, await visit(case.it)
    document = booked(it, invoice)
    it.xero.ledger.invoices.put(replace(document, paid=Decimal("30.00"), updated=it.shop.world.clock.utc()))
    it.xero.ledger.commit()
    await case.sees(P, "done-by-hand", amount="30.00", residual="30.00")
    document = booked(it, invoice)
    it.xero.ledger.invoices.put(replace(document, paid=Decimal(0), updated=it.shop.world.clock.utc()))
    it.xero.ledger.commit()
