"""Scenarios of invoices: missing, changed, void, twice, under a number that is taken, and off by some cents."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.core.discrepancy import Policy
from daemon.sandbox.provet.records import RowSpec
from daemon.sandbox.xero.records import Contact, Document
from tests.scenarios.clinic import BOOK, CASH, FOOD, VISIT
from tests.scenarios.kinds.case import Case, scenario
from tests.scenarios.till import booked, in_step, visit

A, P = Policy.AUTOMATIC, Policy.PERSON
TREAT = RowSpec(name="Treat", price=Decimal("83.316667"))
"""99.98 with VAT."""


def typed(document: Document, number: str, total: str = "", contact: str = "") -> dict[str, object]:
    """An invoice as a bookkeeper types it in, over the total of another if none is given."""
    line = {"Description": "Visit", "Quantity": "1", "UnitAmount": total or str(document.total), "TaxType": "OUTPUT2"}
    return {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact or document.contact_id},
        "InvoiceNumber": number,
        "Date": document.day.isoformat(),
        "DueDate": document.day.isoformat(),
        "LineAmountTypes": "Inclusive",
        "LineItems": [line | {"AccountCode": "200"}],
        "Status": "AUTHORISED",
    }


def lines(total: str) -> dict[str, object]:
    line = {"Description": "Typed anew", "Quantity": "1", "UnitAmount": total, "TaxType": "OUTPUT2"}
    return {"LineAmountTypes": "Inclusive", "LineItems": [line | {"AccountCode": "200"}]}


@scenario("invoice.missing")
async def missing(case: Case) -> None:
    case.it.make(case.it.provet.invoice_visit, case.it.client, [VISIT, FOOD, BOOK])
    await case.sees(A, "create", amount="95.99", effect="95.99")


@scenario("invoice.changed_in_provet")
async def changed_in_provet(case: Case) -> None:
    invoice = await visit(case.it)
    case.it.do(case.it.provet.add_extra_fee, invoice, FOOD)
    await case.sees(A, "update", amount="86.00", effect="35.00")


@scenario("invoice.changed_in_xero")
async def changed_in_xero(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    it.keep(it.xero.edit_document, booked(it, invoice).id, lines("61.00"))
    await case.sees(P, "restore-from-provet", amount="51.00", effect="-10.00")
    await case.corrected()
    await in_step(it)
    day = {"Date": (it.today - dt.timedelta(days=3)).isoformat()}
    it.keep(it.xero.edit_document, booked(it, invoice).id, day)
    await case.sees(P, "restore-from-provet", "accept-xero", amount="51.00")
    await case.corrected()


@scenario("invoice.conflict")
async def conflict(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    it.keep(it.xero.edit_document, booked(it, invoice).id, {"Date": (it.today - dt.timedelta(days=3)).isoformat()})
    it.do(it.provet.change_invoice_date, invoice, it.today - dt.timedelta(days=1))
    await case.sees(P, "use-provet", "use-xero", amount="51.00")
    await case.corrected()


@scenario("invoice.voided_in_provet")
async def voided_in_provet(case: Case) -> None:
    case.it.do(case.it.provet.void, await visit(case.it))
    await case.sees(A, "void", amount="51.00", effect="-51.00")


@scenario("invoice.voided_in_xero")
async def voided_in_xero(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    number = booked(it, invoice).number
    it.keep(it.xero.void_document, booked(it, invoice).id)
    await case.sees(P, "repost", amount="51.00", effect="51.00")
    await case.corrected()
    assert booked(it, invoice).number == f"{number}-2"


@scenario("invoice.duplicate_in_xero")
async def duplicate_in_xero(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    ours = booked(it, invoice)
    copy = it.keep(it.xero.make_invoice, typed(ours, f"{ours.number}-2"))
    await case.sees(P, "void", amount="51.00", effect="-51.00")
    await case.corrected()
    assert isinstance(copy, Document)
    assert (it.xero.ledger.invoices[copy.id].status, booked(it, invoice).id) == ("VOIDED", ours.id)


@scenario("invoice.number_collision")
async def number_collision(case: Case) -> None:
    it, first = case.it, await visit(case.it)
    stranger = it.keep(it.xero.make_contact, {"Name": "Acme Supplies"})
    assert isinstance(stranger, Contact)
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
    number = str(it.provet.invoice(invoice).invoice_number)
    taken = booked(it, first).number.replace(str(it.provet.invoice(first).invoice_number), number)
    it.keep(it.xero.make_invoice, typed(booked(it, first), taken, "12.00", stranger.id))
    await case.sees(P, "create", amount="51.00", effect="51.00")
    await case.corrected()
    assert booked(it, invoice).number == f"{taken}-{invoice}"


@scenario("invoice.total_differs")
async def total_differs(case: Case) -> None:
    it = case.it
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
    it.do(it.provet.misstate_total, invoice, Decimal("3.70"))
    found = await case.sees(P, "done-by-hand", "rounding-line", amount="89.70", effect="89.70")
    it.do(it.provet.misstate_total, invoice, Decimal("-3.70"))
    await case.corrected(found)


@scenario("invoice.rounding")
async def rounding(case: Case) -> None:
    it = case.it
    invoice = it.make(it.provet.invoice_visit, it.client, [TREAT])
    it.do(it.provet.round_due, invoice, Decimal(100), CASH)
    await case.sees(A, "rounding-line", amount="100.00")
    await it.sync()
    assert (booked(it, invoice).total, booked(it, invoice).outstanding) == (100, 0)
