"""The judge of the histories finds a wrong cent wherever it is planted, also where people decided on something else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from daemon.protocol import Reject, Waive
from daemon.sandbox.xero.records import Document
from tests.scenarios.clinic import CARD, FOOD, PERSON, VISIT, Clinic, with_settings
from tests.scenarios.histories.conditions import Conditions
from tests.scenarios.histories.history import Broken, History, Teller
from tests.scenarios.histories.watch import Watch
from tests.support.workshop import workshop

CENT = Decimal("0.01")
BEFORE = "timezone ="
SCHEMES = {name: {BEFORE: f'consolidated = "{name}"\n{BEFORE}'} for name in ("clearing", "both", "originals", "hold")}
QUIET = Conditions(settings={}, provet={}, busy_with={}, released_after=0, observed=False, locks=False, rejects=False)


@asynccontextmanager
async def stage(folder: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[History]:
    """A history of one client in which nothing has happened yet."""
    async with workshop(folder, change=with_settings(settings or {}), clients=1, invoices=0) as shop:
        provet = shop.world.hosts["provet"].system
        client = provet.hands.create_client({"firstname": "Ada", "lastname": "Quinn"}, shop.world.clock.utc())
        it = Clinic(shop, folder, client)
        yield History(0, QUIET, it, Watch(provet, it.xero, None, lambda _: None, shop.clock), Teller())


async def consolidated(history: History) -> dict[str, Document]:
    """Two visits, one consolidated invoice over them, and some money on it; all of it booked."""
    it = history.it
    visits = [it.make(it.provet.invoice_visit, it.client, rows) for rows in ([VISIT], [VISIT, FOOD])]
    await it.sync()
    whole = it.make(it.provet.consolidate, visits)
    it.do(it.provet.pay, whole, Decimal("60.00"), CARD)
    await history.operator.work_through()
    return it.documents()


def dearer(it: Clinic, document: Document) -> None:
    """A cent more of revenue, total and due, behind everybody's back."""
    line = document.lines[0]
    lines = (replace(line, line_amount=line.line_amount + CENT), *document.lines[1:])
    put(it, replace(document, lines=lines, total=document.total + CENT))


def taxed(it: Clinic, document: Document) -> None:
    """A cent more of VAT within the same total."""
    line = document.lines[0]
    lines = (replace(line, tax_amount=line.tax_amount + CENT), *document.lines[1:])
    put(it, replace(document, lines=lines, total_tax=document.total_tax + CENT, sub_total=document.sub_total - CENT))


def recoded(it: Clinic, document: Document) -> None:
    """A cent moves from its account to another one."""
    line = document.lines[0]
    moved = replace(line, id=f"{line.id}x", line_amount=CENT, unit_amount=CENT, account_id=it.account("202"))
    rest = replace(line, line_amount=line.line_amount - CENT)
    put(it, replace(document, lines=(rest, moved, *document.lines[1:])))


def short_paid(it: Clinic, document: Document) -> None:
    """A payment is a cent less than it was."""
    payment = it.payments(document)[-1]
    it.xero.ledger.payments.put(replace(payment, amount=payment.amount - CENT))
    put(it, replace(document, paid=document.paid - CENT))


def put(it: Clinic, document: Document) -> None:
    (it.xero.ledger.invoices if document.type == "ACCREC" else it.xero.ledger.credit_notes).put(document)


async def broken(history: History) -> str:
    with pytest.raises(Broken) as caught:
        await history.agree()
    return caught.value.what


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("plant", [dearer, taxed, recoded])
async def test_a_wrong_cent_in_any_document_of_a_consolidation_is_found(
    tmp_path: Path, scheme: str, plant: Callable[[Clinic, Document], None]
) -> None:
    async with stage(tmp_path, SCHEMES[scheme]) as history:
        for document in (await consolidated(history)).values():
            await history.agree()
            plant(history.it, document)
            assert await broken(history)
            put(history.it, document)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_wrong_cent_of_money_in_a_consolidation_is_found(tmp_path: Path, scheme: str) -> None:
    async with stage(tmp_path, SCHEMES[scheme]) as history:
        paid = [each for each in (await consolidated(history)).values() if each.paid]
        assert len(paid) == (2 if scheme == "originals" else 3)
        for document in paid:
            payment = history.it.payments(document)[-1]
            short_paid(history.it, document)
            assert await broken(history)
            put(history.it, document)
            history.it.xero.ledger.payments.put(payment)
        await history.agree()


async def test_what_is_left_on_the_clearing_account_is_found(tmp_path: Path) -> None:
    async with stage(tmp_path) as history:
        whole = max((await consolidated(history)).items(), key=lambda each: int(each[0]))[1]
        recoded(history.it, whole)
        history.stage.recoded.add(whole.reference)
        assert "0.01 is left on the clearing account" in (await broken(history)).replace("-", "")


DECISIONS = {"waived": Waive(reason="accepted"), "rejected": Reject(reason="leave it")}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("plant", [dearer, taxed, short_paid])
async def test_a_wrong_cent_beside_what_was_decided_is_found(
    tmp_path: Path, decision: str, plant: Callable[[Clinic, Document], None]
) -> None:
    async with stage(tmp_path) as history:
        document = await edited(history)
        await history.it.shop.app.desk.decide((await history.it.only()).id, DECISIONS[decision], PERSON)
        await history.agree()
        plant(history.it, document)
        assert await broken(history)


async def test_what_was_decided_on_one_invoice_excuses_nothing_of_its_credit_note(tmp_path: Path) -> None:
    async with stage(tmp_path) as history:
        await edited(history)
        await history.it.shop.app.desk.decide((await history.it.only()).id, DECISIONS["waived"], PERSON)
        note = next(each for each in history.it.documents().values() if each.type == "ACCRECCREDIT")
        put(history.it, replace(note, day=note.day.replace(day=1)))
        assert ": date: " in await broken(history)


async def edited(history: History) -> Document:
    """An invoice of which a part is paid and credited, whose VAT and total a bookkeeper changed in Xero."""
    it = history.it
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
    await it.sync()
    line = {"Description": "Anew", "Quantity": "1", "UnitAmount": "50.00", "AccountCode": "200", "TaxType": "OUTPUT2"}
    form = {"LineAmountTypes": "Inclusive", "LineItems": [line]}
    it.keep(it.xero.edit_document, it.documents()[str(invoice)].id, form)
    await it.sync()
    history.stage.recoded.add(f"Provet invoice {invoice}")
    note = it.make(it.provet.credit, invoice, parts=[(it.provet.invoice(invoice).rows[0], Decimal("0.1"))])
    it.do(it.provet.pay, invoice, Decimal("20.00"), CARD)
    await it.sync()
    assert str(note) in it.documents()
    return it.documents()[str(invoice)]
