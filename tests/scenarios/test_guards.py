"""Guards at work: what trips them, what goes on meanwhile, and that lifting them lets through what they showed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.protocol import Operator, PracticeStatus, Role
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.store import state
from tests.support.workshop import Workshop, workshop

PERSON = Operator(uid=1000, login="mary", role=Role.APPROVER)
VISIT = {"name": "Consultation", "price": "10.00"}


def clients(shop: Workshop) -> list[int]:
    return list(shop.world.hosts["provet"].system.hands.state.clients)


def visit(shop: Workshop, count: int) -> None:
    for _ in range(count):
        shop.act("provet", "invoice_visit", client=clients(shop)[0], rows=[VISIT])


async def turn(shop: Workshop, after: float = 30, *, full: bool = False) -> None:
    """One cycle; ``full`` as somebody asked for it."""
    shop.clock.now += after
    if full:
        shop.engine.ask(full=True)
    await shop.clock.drive(shop.engine.turn())


async def in_step(shop: Workshop) -> None:
    """The first import is done, and long enough ago to be of another hour."""
    visit(shop, 1)
    await shop.settle_down(full=True)
    assert await shop.found() == []
    await turn(shop, 7200)


async def status(shop: Workshop) -> PracticeStatus:
    return (await shop.app.desk.status()).practices[0]


async def guard(shop: Workshop) -> str:
    """Why automatic writes are stopped, as the one discrepancy says it."""
    (row,) = await shop.found(kind="guard.tripped")
    assert (await status(shop)).state == "guarded"
    return row.finding.summary


async def approve(shop: Workshop) -> None:
    (row,) = await shop.found(kind="guard.tripped")
    (option,) = row.finding.options
    done = await shop.app.desk.approve(row.id, "resume", option.fingerprint, PERSON)
    assert done.outcome == "applied"


async def resume(shop: Workshop) -> None:
    await shop.app.desk.resume("riverside", PERSON)


def limit(writes: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert "writes_per_cycle = " in text
        return text.replace("writes_per_cycle = ", f"writes_per_cycle = {writes} # ")

    return change


@pytest.mark.parametrize("lift", [approve, resume])
async def test_a_flood_stops_is_shown_and_goes_through_once_a_person_lets_it(
    tmp_path: Path, lift: Callable[[Workshop], object]
) -> None:
    async with workshop(tmp_path, clients=3, invoices=3, change=limit(10)) as shop:
        await in_step(shop)
        before = shop.writes("xero")
        visit(shop, 25)
        await turn(shop)
        assert "25 automatic writes in a cycle or an hour are more than the 10 allowed" in await guard(shop)
        assert "It stopped 25 writes of 300.00: " in await guard(shop)
        assert shop.writes("xero") == before
        visit(shop, 1)
        await turn(shop)
        assert len(await shop.found(kind="invoice.missing")) == 26, "it goes on looking"
        await lift(shop)  # type: ignore[misc]
        await turn(shop)
        assert await shop.found() == []
        assert (await status(shop)).state == "in_sync"
        visit(shop, 10)
        await turn(shop)
        assert "11 automatic writes" in await guard(shop), "what comes on top counts anew"


async def test_clients_changed_by_the_dozen_wait_for_a_person(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=40, invoices=80) as shop:
        await in_step(shop)
        before = shop.writes("xero")
        contacts = shop.world.hosts["xero"].system.ledger.contacts.ordered()
        changed = [client for client in clients(shop) if str(client) in {each.number for each in contacts}][:15]
        for client in changed:
            shop.act("provet", "edit_client", client=client, changes={"vat_number": "GB999999973"})
        await turn(shop)
        assert "linked contacts in Provet changed or vanished, more than 20 %" in await guard(shop)
        assert shop.writes("xero") == before
        await approve(shop)
        await turn(shop)
        assert await shop.found() == []
        shop.act("provet", "edit_client", client=changed[0], changes={"vat_number": "GB888888883"})
        await turn(shop)
        assert await shop.found() == [], "a few are corrected as ever"


EMPTY = [
    ("provet", "/invoice/", "invoices and credit notes in Provet"),
    ("provet", "/invoicepayment/", "payments in Provet"),
    ("provet", "/client/", "contacts in Provet"),
    ("xero", "/Invoices", "invoices and credit notes in Xero"),
    ("xero", "/Payments", "payments in Xero"),
    ("xero", "/Contacts", "contacts in Xero"),
]


@pytest.mark.parametrize(("system", "path", "name"), EMPTY, ids=[name for _, _, name in EMPTY])
async def test_a_side_that_reads_empty_proves_nothing_and_stops_writes(
    tmp_path: Path, system: str, path: str, name: str
) -> None:
    async with workshop(tmp_path, clients=40, invoices=80) as shop:
        await shop.settle_down(full=True)
        assert await shop.found() == []
        written = shop.writes("xero"), shop.writes("provet")
        metered = await proofs(shop)
        shop.world.faults.plan = FaultPlan((Rule(Kind.EMPTY, system=system, method="GET", path=path),))  # type: ignore[arg-type]
        await turn(shop, full=True)
        summary = await guard(shop)
        assert f"{name}" in summary
        assert ", where there were " in summary
        assert [row.finding.kind for row in await shop.found()] == ["guard.tripped"]
        assert (shop.writes("xero"), shop.writes("provet")) == written
        stale = [each for each, at in (await proofs(shop)).items() if at == metered[each]]
        assert len(stale) == 1, "what could not be proven keeps its age"
        shop.world.faults.plan = FaultPlan()
        await approve(shop)
        await turn(shop)
        assert (await status(shop)).state == "in_sync"
        assert (shop.writes("xero"), shop.writes("provet")) == written


async def proofs(shop: Workshop) -> dict[str, object]:
    return dict((await shop.app.db.read(lambda tx: state.practice_state(tx, "riverside"))).proofs)


async def test_records_that_are_really_gone_are_never_removed_elsewhere_without_a_person(tmp_path: Path) -> None:
    def remove(text: str) -> str:
        kinds = ("invoice.voided_in_provet", "payment.removed_in_provet", "payment.removed_in_xero")
        return text + "\n[practices.riverside.policy]\n" + "".join(f'"{kind}" = "automatic"\n' for kind in kinds)

    async with workshop(tmp_path, clients=40, invoices=80, change=remove) as shop:
        await shop.settle_down(full=True)
        books = shop.world.hosts["provet"].system.hands.state
        before = shop.writes("xero")
        books.invoices.clear()
        books.payments.clear()
        await turn(shop, full=True)
        assert "There are no invoices and credit notes in Provet any more" in await guard(shop)
        await approve(shop)
        await turn(shop)
        assert len(await shop.found(kind="invoice.voided_in_provet")) > 50
        await turn(shop)
        await resume(shop)
        await turn(shop)
        assert shop.writes("xero") == before


async def test_corrections_that_fail_in_a_row_stop_the_others_until_the_cause_is_mended(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        (sales,) = shop.world.hosts["xero"].system.ledger.accounts.find("code", "200")
        shop.act("xero", "archive_account", account_id=sales.id)
        visit(shop, 6)
        await turn(shop)
        visit(shop, 1)
        await turn(shop)
        assert "6 corrections of invoice.missing failed in a row" in await guard(shop)
        await turn(shop, 300)
        assert len(await shop.found(kind="mapping.decayed")) == 1, "a refusal has the settings of Xero read again"
        shop.act("xero", "archive_account", account_id=sales.id, status="ACTIVE")
        await approve(shop)
        await turn(shop, 300)
        assert await shop.found() == []


async def test_a_field_that_somebody_keeps_turning_back_stops_after_two_rounds(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        ledger = shop.world.hosts["xero"].system.ledger
        client = clients(shop)[0]
        (contact,) = [each for each in ledger.contacts.ordered() if each.number == str(client)]
        for round_ in range(3):
            assert await shop.found() == [], round_
            shop.act("xero", "edit_contact", contact_id=contact.id, fields={"TaxNumber": "GB999999973"})
            await turn(shop)
            shop.act("provet", "edit_client", client=client, changes={"vat_number": "GB888888883"})
            await turn(shop)
        assert "was corrected in the same way 2 times within a day and differs again" in await guard(shop)
