"""Single writes whose answers go wrong, one by one: each ends done once, refused for good, or visibly in doubt."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from daemon.core.discrepancy import Discrepancy
from daemon.core.guards import REPEATS_MAX
from daemon.protocol import Operator, Role
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.xero import XeroSystem
from daemon.sandbox.xero.ledger import Ledger
from daemon.sandbox.xero.records import Document, Payment
from tests.support.workshop import Workshop, workshop

VISIT = [{"name": "Visit", "price": "10.00"}]
ADA = Operator(uid=1000, login="ada", role=Role.APPROVER)


async def _invoiced(shop: Workshop) -> int:
    """The id of a new invoice that is in Xero."""
    invoice: int = shop.act("provet", "invoice_visit", client=1, rows=VISIT)
    await shop.settle_down()
    return invoice


def _pay(shop: Workshop, invoice: int) -> None:
    shop.act("provet", "pay_in_full", invoice=invoice, payment_type=0)


def _ledger(shop: Workshop) -> Ledger:
    system = shop.world.hosts["xero"].system
    assert isinstance(system, XeroSystem)
    return system.ledger


def _in_xero(shop: Workshop, invoice: int) -> Document:
    return next(each for each in _ledger(shop).invoices.ordered() if each.reference == f"Provet invoice {invoice}")


def _payments(shop: Workshop, invoice: int) -> list[Payment]:
    return _ledger(shop).payments.find("document", _in_xero(shop, invoice).id)


async def _error_of(shop: Workshop, doubted: Discrepancy) -> str:
    """What is shown of its correction, which is in doubt."""
    correction = (await shop.app.desk.show(doubted.id)).correction
    assert correction is not None
    assert correction.status == "in_doubt"
    assert correction.progress[-1].stuck
    return correction.error or ""


async def _turns(shop: Workshop, count: int, seconds: float) -> None:
    async def work() -> None:
        for _ in range(count):
            shop.engine.ask()
            await shop.engine.turn()
            await shop.clock.sleep(seconds)
            shop.world.land_due()

    await shop.clock.drive(work())


@pytest.mark.parametrize("kind", [Kind.DROP_BEFORE, Kind.DROP_AFTER, Kind.TIMEOUT_AFTER, Kind.ERROR_AFTER, Kind.LATE])
@pytest.mark.parametrize("path", ["/Contacts", "/Invoices", "/Payments"])
async def test_a_create_without_an_answer_is_done_once(tmp_path: Path, kind: Kind, path: str) -> None:
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        rule = Rule(kind, system="xero", method="PUT", path=path, times=1, seconds=3)
        shop.world.faults.plan = FaultPlan((rule,))
        await _turns(shop, 4, 7)
        status = (await shop.app.desk.status()).practices[0]
        assert (status.state, status.in_doubt, status.residual) == ("in_sync", 0, "0.00")
        met = [entry for entry in shop.world.hosts["xero"].log.entries(writes_only=True) if entry.fault]
        assert len(met) == 1


async def test_a_doubt_is_seen_before_it_may_be_looked_for(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        lost = Rule(Kind.DROP_AFTER, system="xero", method="PUT", path="/Payments", times=1)
        shop.world.faults.plan = FaultPlan((lost,))
        await _turns(shop, 1, 0)
        status = (await shop.app.desk.status()).practices[0]
        assert status.in_doubt > 0
        looks = [e for e in shop.world.hosts["xero"].log.entries() if "where=Invoice.InvoiceID" in e.path]
        assert looks == []


async def test_a_refused_write_is_not_repeated_until_its_facts_change(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        await shop.settle_down(full=True)
        sales = next(a for a in shop.engine.practice.references.xero.accounts if a.code == "200")
        shop.act("xero", "archive_account", account_id=sales.id)
        shop.act("provet", "invoice_visit", client=1, rows=VISIT)
        await shop.clock.drive(shop.engine.turn())
        refused = len(shop.writes("xero"))
        missing = await shop.found(kind="invoice.missing")
        shown = await shop.app.desk.show(missing[0].id)
        assert shown.correction is not None
        assert "archived" in (shown.correction.error or "")
        await shop.clock.drive(shop.engine.turn())
        assert len(shop.writes("xero")) == refused
        await shop.settle_down(full=True)
        assert len(shop.writes("xero")) == refused
        assert len(await shop.found(kind="mapping")) == 1


async def test_what_a_person_removed_within_the_doubt_is_not_written_again_without_one(tmp_path: Path) -> None:
    """A payment and an invoice took effect, the answers were lost, and the bookkeeper undid both meanwhile."""
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        await shop.settle_down(full=True)
        paid = await _invoiced(shop)
        _pay(shop, paid)
        voided = shop.act("provet", "invoice_visit", client=1, rows=VISIT)
        shop.world.faults.plan = FaultPlan((Rule(Kind.DROP_AFTER, system="xero", method="PUT", times=2),))
        await _turns(shop, 1, 0)
        assert (await shop.app.desk.status()).practices[0].in_doubt == 2
        shop.act("xero", "remove_payment", payment_id=_payments(shop, paid)[0].id)
        shop.act("xero", "void_document", document_id=_in_xero(shop, voided).id)
        before = shop.writes("xero")
        await _turns(shop, 4, 7)
        assert (await shop.app.desk.status()).practices[0].in_doubt == 0
        assert shop.writes("xero") == before
        assert len(await shop.found(kind="payment.removed_in_xero")) == 1
        assert len(await shop.found(kind="invoice.voided_in_xero")) == 1


async def test_a_payment_removed_before_is_not_taken_for_the_one_in_doubt(tmp_path: Path) -> None:
    """Both bear the same mark: the removed one was linked, so it is not the effect that is looked for."""
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        await shop.settle_down(full=True)
        invoice = await _invoiced(shop)
        _pay(shop, invoice)
        await shop.settle_down()
        shop.act("xero", "remove_payment", payment_id=_payments(shop, invoice)[0].id)
        await shop.settle_down()
        (removed,) = await shop.found(kind="payment.removed_in_xero")
        await shop.app.desk.approve(removed.id, "recreate-payment", "", ADA)
        shop.world.faults.plan = FaultPlan((Rule(Kind.DROP_BEFORE, system="xero", method="PUT", times=1),))
        await _turns(shop, 5, 7)
        assert (await shop.app.desk.status()).practices[0].state == "in_sync"
        assert len(_payments(shop, invoice)) == 1


async def test_a_doubt_that_cannot_be_settled_is_looked_at_now_and_then_and_not_all_the_time(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        credit, invoice = await _allocation_in_doubt(shop)
        _reallocate(shop, credit, invoice, "5.00")
        before = len(shop.world.hosts["xero"].log.entries())
        work = asyncio.ensure_future(shop.engine.run())
        await shop.clock.drive(shop.clock.sleep(600))
        work.cancel()
        await asyncio.wait([work])
        assert (await shop.app.desk.status()).practices[0].in_doubt == 1
        polls = 600 / shop.engine.practice.settings.poll_s
        looks = 600 / shop.engine.practice.settings.settle_s
        assert len(shop.world.hosts["xero"].log.entries()) - before < 10 * (polls + looks)


async def test_refusals_for_the_limits_do_not_use_up_the_attempts_of_a_step(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        await shop.settle_down(full=True)
        shop.act("provet", "invoice_visit", client=1, rows=VISIT)
        limited = Rule(Kind.LIMIT_CONCURRENT, system="xero", method="PUT", path="/Invoices", times=6)
        lost = Rule(Kind.DROP_BEFORE, system="xero", method="PUT", path="/Invoices", times=1)
        shop.world.faults.plan = FaultPlan((limited, lost))
        await _turns(shop, 12, 7)
        status = (await shop.app.desk.status()).practices[0]
        assert (status.state, status.in_doubt) == ("in_sync", 0)


async def _allocation_in_doubt(shop: Workshop) -> tuple[Document, Document]:
    """A credit and its invoice in Xero; the answer to the allocation between them is lost."""
    await shop.settle_down(full=True)
    invoice = await _invoiced(shop)
    note = shop.act("provet", "credit", invoice=invoice)
    shop.act("provet", "apply_credit", note=note, invoice=invoice, amount="12.00")
    shop.world.faults.plan = FaultPlan((Rule(Kind.DROP_AFTER, system="xero", path="/Allocations", method="PUT"),))
    await _turns(shop, 1, 0)
    shop.world.faults.plan = FaultPlan()
    assert (await shop.app.desk.status()).practices[0].in_doubt == 1
    credit = next(each for each in _ledger(shop).credit_notes.ordered() if each.reference == f"Provet invoice {note}")
    return credit, _in_xero(shop, invoice)


def _reallocate(shop: Workshop, credit: Document, invoice: Document, amount: str) -> None:
    """The bookkeeper takes off what is allocated and allocates another amount."""
    standing = [each for each in _ledger(shop).allocations.ordered() if each.credit_id == credit.id]
    for each in standing:
        shop.act("xero", "remove_allocation", allocation_id=each.id)
    pair = {"credit_id": credit.id, "invoice_id": invoice.id}
    shop.act("xero", "allocate_credit", **pair, amount=amount, day=str(invoice.day))


async def test_an_allocation_that_cannot_be_told_apart_stays_in_doubt_and_says_what_to_do(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        credit, invoice = await _allocation_in_doubt(shop)
        _reallocate(shop, credit, invoice, "5.00")
        before = shop.writes("xero")
        await _turns(shop, 4, 7)
        assert shop.writes("xero") == before
        (doubted,) = await shop.found(kind="credit.allocation_missing")
        error = await _error_of(shop, doubted)
        assert "12.00 GBP allocated between the two in Xero, where 0.00 GBP stood before" in error
        assert "make it 12.00 GBP there, and it counts as done" in error
        log = (await shop.app.desk.audit(0, 1000)).entries
        assert sum("make it 12.00 GBP" in entry.text for entry in log) == 1
        _reallocate(shop, credit, invoice, "12.00")
        await _turns(shop, 2, 7)
        status = (await shop.app.desk.status()).practices[0]
        assert (status.state, status.in_doubt, status.residual) == ("in_sync", 0, "0.00")
        assert shop.writes("xero") == before


async def test_an_allocation_in_doubt_whose_credit_cannot_be_read_is_not_sent_again(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        credit, invoice = await _allocation_in_doubt(shop)
        unreadable = Rule(Kind.GARBAGE, system="xero", method="GET", path="/CreditNotes")
        shop.world.faults.plan = FaultPlan((unreadable,))
        before = shop.writes("xero")
        await _turns(shop, 4, 7)
        assert shop.writes("xero") == before
        shop.world.faults.plan = FaultPlan()
        await _turns(shop, 2, 7)
        assert (await shop.app.desk.status()).practices[0].state == "in_sync"
        standing = [each for each in _ledger(shop).allocations.ordered() if each.credit_id == credit.id]
        assert [(each.invoice_id, str(each.amount)) for each in standing] == [(invoice.id, "12.00")]


async def test_an_allocation_taken_off_within_the_doubt_is_made_once_more_and_not_for_ever(
    tmp_path: Path,
) -> None:
    """Provet says that the credit is applied, so it is applied, as if it had been taken off at any other time; whoever
    keeps taking it off is asked."""
    async with workshop(tmp_path, clients=6, invoices=20) as shop:
        credit, invoice = await _allocation_in_doubt(shop)
        sent = len(_allocating(shop))
        _take_off(shop, credit)
        await _turns(shop, 6, 7)
        assert len(_allocating(shop)) == sent + 1
        standing = [each for each in _ledger(shop).allocations.ordered() if each.credit_id == credit.id]
        assert [(each.invoice_id, str(each.amount)) for each in standing] == [(invoice.id, "12.00")]
        assert (await shop.app.desk.status()).practices[0].state == "in_sync"
        for _ in range(4):
            _take_off(shop, credit)
            await _turns(shop, 3, 7)
        kinds = sorted(row.finding.kind for row in await shop.found())
        assert kinds == ["credit.allocation_missing", "guard.tripped"]
        assert len(_allocating(shop)) == sent + 1 + REPEATS_MAX


def _allocating(shop: Workshop) -> list[str]:
    return [each for each in shop.writes("xero") if each.startswith("PUT") and "/Allocations" in each]


def _take_off(shop: Workshop, credit: Document) -> None:
    for each in [each for each in _ledger(shop).allocations.ordered() if each.credit_id == credit.id]:
        shop.act("xero", "remove_allocation", allocation_id=each.id)
