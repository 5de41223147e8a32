"""Scenarios of credit notes, of credit that is set against invoices, and of consolidated invoices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from daemon.core.discrepancy import Policy
from daemon.sandbox.xero.records import Allocation, Document
from tests.scenarios.clinic import BOOK, CARD, FOOD, VISIT
from tests.scenarios.kinds.case import Case, scenario
from tests.scenarios.kinds.invoices import typed
from tests.scenarios.till import booked, visit

A, P = Policy.AUTOMATIC, Policy.PERSON
NAME = 'name = "Riverside Vets"'


@scenario("credit.missing")
async def missing(case: Case) -> None:
    case.it.make(case.it.provet.credit, await visit(case.it))
    await case.sees(A, "create", amount="51.00", effect="-51.00")


@scenario("credit.allocation_missing")
async def allocation_missing(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    it.make(it.provet.credit, invoice)
    await it.sync()
    (allocation,) = it.xero.ledger.allocations.ordered()
    it.keep(it.xero.remove_allocation, allocation.id)
    await case.sees(A, "allocate", amount="51.00")


@scenario("credit.allocation_extra")
async def allocation_extra(case: Case) -> None:
    it, invoice = case.it, await visit(case.it, ("51.00", CARD))
    note = it.make(it.provet.credit, invoice)
    await it.sync()
    credit = booked(it, note)
    own = it.keep(it.xero.make_invoice, typed(credit, "OWN-1", "80.00"))
    assert isinstance(own, Document)
    it.keep(it.xero.allocate_credit, credit.id, own.id, Decimal(40), it.today)
    await case.sees(P, "deallocate", amount="40.00", effect="-40.00")
    await case.corrected()


@scenario("credit.foreign_in_xero")
async def foreign_in_xero(case: Case) -> None:
    it, invoice = case.it, await visit(case.it)
    deposit = it.keep(it.xero.receive_ahead, booked(it, invoice).contact_id, Decimal(15), it.today)
    assert isinstance(deposit, Document)
    used = it.keep(it.xero.allocate_credit, deposit.id, booked(it, invoice).id, Decimal(15), it.today)
    assert isinstance(used, Allocation)
    await case.sees(P, "done-by-hand", amount="15.00", effect="15.00")
    it.keep(it.xero.remove_allocation, used.id)


@dataclass(frozen=True, slots=True)
class Consolidation:
    """Two visits of one client in one consolidated invoice of 146.99."""

    case: Case
    visits: tuple[int, int]
    whole: int

    @classmethod
    async def of(cls, case: Case) -> Consolidation:
        it = case.it
        visits = (
            it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD]),
            it.make(it.provet.invoice_visit, it.client, [VISIT, BOOK]),
        )
        await it.sync()
        return cls(case, visits, it.make(it.provet.consolidate, list(visits)))


@scenario("consolidated.held", {NAME: f'{NAME}\nconsolidated = "hold"'})
async def held(case: Case) -> None:
    await Consolidation.of(case)
    await case.sees(P, "create", amount="146.99")
    await case.corrected()


@scenario("consolidation.revoked")
async def revoked(case: Case) -> None:
    made = await Consolidation.of(case)
    await case.it.sync()
    case.it.do(case.it.provet.revoke, made.whole)
    await case.sees(A, "void", amount="146.99")


@scenario("clearing.residual")
async def clearing_residual(case: Case) -> None:
    it, made = case.it, await Consolidation.of(case)
    await it.sync()
    whole = booked(it, made.whole)
    line = {"Description": "Typed anew", "Quantity": "1", "UnitAmount": "146.99", "TaxType": "NONE"}
    recoded = {"LineAmountTypes": "Inclusive", "LineItems": [line | {"AccountCode": "200"}]}
    it.keep(it.xero.edit_document, whole.id, recoded)
    await case.sees(P, amount="146.99")
    it.keep(it.xero.edit_document, whole.id, recoded | {"LineItems": [line | {"AccountCode": "816"}]})
