"""Broken connections, missing permissions, other programs that write: shown, held, and over by itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from daemon.core.discrepancy import Policy
from daemon.protocol import Operator, Reject, Role
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.provet.hands import Hands
from tests.support.workshop import Workshop, workshop

PERSON = Operator(uid=1000, login="mary", role=Role.APPROVER)
VISIT = {"name": "Consultation", "price": "10.00"}


async def turn(shop: Workshop, after: float = 30) -> None:
    shop.clock.now += after
    await shop.clock.drive(shop.engine.turn())


def provet(shop: Workshop) -> Hands:
    return shop.world.hosts["provet"].system.hands


def visit(shop: Workshop) -> str:
    """A finalised visit of a client that has a contact; its number."""
    invoice = shop.act("provet", "invoice_visit", client=next(iter(provet(shop).state.clients)), rows=[VISIT])
    return str(provet(shop).invoice(invoice).invoice_number)  # type: ignore[arg-type]


async def in_step(shop: Workshop) -> None:
    visit(shop)
    await shop.settle_down(full=True)
    await turn(shop, 60)
    assert await shop.found() == []


async def state(shop: Workshop) -> str:
    return str((await shop.app.desk.status()).practices[0].state)


OUTAGES = [
    ("provet", Kind.UNAVAILABLE, "", "connection.lost", "Connection to Provet"),
    ("xero", Kind.UNAVAILABLE, "", "connection.lost", "Connection to Xero"),
    ("provet", Kind.FORBIDDEN, "/invoicepayment/", "permission.missing", "May not read invoicepayment in Provet"),
    ("provet", Kind.FORBIDDEN, "/client/", "permission.missing", "May not read client in Provet"),
    ("xero", Kind.FORBIDDEN, "/Payments", "permission.missing", "May not read Payments in Xero"),
    ("xero", Kind.FORBIDDEN, "/CreditNotes", "permission.missing", "May not read CreditNotes in Xero"),
    ("xero", Kind.FORBIDDEN, "/Accounts", "permission.missing", "May not read Accounts in Xero"),
]


@pytest.mark.parametrize(("system", "fault", "path", "kind", "label"), OUTAGES, ids=[row[-1] for row in OUTAGES])
async def test_what_cannot_be_read_is_named_stops_writes_and_closes_by_itself(
    tmp_path: Path, system: str, fault: Kind, path: str, kind: str, label: str
) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        written = shop.writes("xero"), shop.writes("provet")
        visit(shop)
        shop.world.faults.plan = FaultPlan((Rule(fault, system=system, path=path),))  # type: ignore[arg-type]
        await turn(shop, 3600)
        (row,) = await shop.found()
        assert (row.finding.kind, row.finding.subject.label) == (kind, label)
        assert row.finding.policy is Policy.HOLD
        assert "Nothing is written meanwhile" in row.finding.summary
        assert await state(shop) == "disconnected"
        assert (shop.writes("xero"), shop.writes("provet")) == written
        shop.world.faults.plan = FaultPlan()
        await turn(shop, 60)
        assert await shop.found() == []
        assert await state(shop) == "in_sync"


async def test_each_system_that_is_down_is_named_and_each_comes_back_by_itself(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        both = [Rule(Kind.UNAVAILABLE, system="provet"), Rule(Kind.UNAVAILABLE, system="xero")]
        for wait_s in (30, 3600):
            shop.world.faults.plan = FaultPlan(tuple(both))
            await turn(shop, wait_s)
            rows = await shop.found()
            assert {row.finding.kind for row in rows} == {"connection.lost"}
            labels = sorted(row.finding.subject.label for row in rows)
            assert labels == ["Connection to Provet", "Connection to Xero"]
            warnings = "; ".join((await shop.app.desk.status()).practices[0].warnings)
            assert "Provet: GET" in warnings
            assert "; Xero: " in warnings
        shop.world.faults.plan = FaultPlan((both[1],))
        await turn(shop, 60)
        (row,) = await shop.found()
        assert row.finding.subject.label == "Connection to Xero"
        shop.world.faults.plan = FaultPlan()
        await turn(shop, 60)
        assert await shop.found() == []


async def test_an_organisation_that_was_disconnected_is_a_lost_connection_and_no_permission(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        shop.world.hosts["xero"].system.identity.disconnect()
        await turn(shop, 3600)
        (row,) = await shop.found()
        assert (row.finding.kind, row.finding.subject.label) == ("connection.lost", "Connection to Xero")
        assert "not connected" in row.finding.summary
        assert "connect the app" in row.finding.summary
        assert await state(shop) == "disconnected"


async def test_a_token_that_is_refused_is_a_lost_connection_and_says_where_to_connect_again(tmp_path: Path) -> None:
    def consented(text: str) -> str:
        (tmp_path / "settings.toml.secrets" / "practices__riverside__xero__refresh_token").write_text("long-gone")
        return text.replace("concurrent = 5", 'concurrent = 5\ngrant = "authorization_code"', 1)

    async with workshop(tmp_path, clients=3, invoices=3, change=consented) as shop:
        await turn(shop)
        (row,) = await shop.found()
        assert (row.finding.kind, row.finding.subject.label) == ("connection.lost", "Connection to Xero")
        assert "connect the app again at http://127.0.0.1:8002/identity/connect/authorize" in row.finding.summary


async def test_a_secret_that_is_refused_is_a_lost_connection_too(tmp_path: Path) -> None:
    def wrong(text: str) -> str:
        (tmp_path / "settings.toml.secrets" / "practices__riverside__provet__client_secret").write_text("wrong")
        return text

    async with workshop(tmp_path, clients=3, invoices=3, change=wrong) as shop:
        await turn(shop)
        (row,) = await shop.found()
        assert (row.finding.kind, row.finding.subject.label) == ("connection.lost", "Connection to Provet")
        assert "client_secret" in row.finding.summary


async def test_what_may_be_read_but_not_written_is_named_and_goes_on_once_it_may(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        shop.world.faults.plan = FaultPlan((Rule(Kind.FORBIDDEN, system="xero", method="PUT", path="/Invoices"),))
        number = visit(shop)
        await turn(shop)
        kinds = {row.finding.kind: row.finding for row in await shop.found()}
        assert set(kinds) == {"invoice.missing", "permission.missing"}
        assert kinds["permission.missing"].subject.label == "May not write Invoices in Xero"
        assert number in kinds["invoice.missing"].subject.label
        shop.world.faults.plan = FaultPlan()
        await turn(shop, 60)
        assert await shop.found() == []
        assert (await shop.app.desk.status()).practices[0].residual == "0.00"


async def test_what_can_be_done_without_is_shown_with_its_price_and_stops_nothing(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        shop.world.faults.plan = FaultPlan((Rule(Kind.FORBIDDEN, system="provet", path="/settings/department/"),))
        visit(shop)
        await turn(shop, 3600)
        (row,) = await shop.found()
        assert (row.finding.kind, row.finding.policy) == ("permission.missing", Policy.HOLD)
        assert "Provet's period lock is unknown" in row.finding.summary
        assert await state(shop) == "drift"
        shop.world.faults.plan = FaultPlan()
        await turn(shop, 3600)
        assert await shop.found() == []


def sent_by_the_vendor(shop: Workshop, number: str) -> None:
    """The same document in Xero, as another program posts it."""
    xero, today = shop.world.hosts["xero"].system, shop.clock.utc().date().isoformat()
    own = [each for each in provet(shop).state.invoices.values() if number.startswith(str(each.invoice_number or "?"))]
    (invoice,) = own
    (contact,) = [each for each in xero.ledger.contacts.ordered() if each.number == str(invoice.client)]
    line = {"Description": "Visit", "Quantity": "1", "UnitAmount": "12.00", "AccountCode": "200", "TaxType": "OUTPUT2"}
    fields = {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact.id},
        "InvoiceNumber": f"INV-{number}" if number.isdecimal() else number,
        "Date": today,
        "DueDate": today,
        "LineAmountTypes": "Inclusive",
        "LineItems": [line],
        "Status": "AUTHORISED",
    }
    shop.act("xero", "make_invoice", fields=fields)


async def test_another_program_that_sends_documents_too_holds_new_ones_until_it_stops(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        for _ in range(3):
            assert await shop.found() == []
            sent_by_the_vendor(shop, visit(shop))
            await turn(shop)
        (row,) = await shop.found()
        assert (row.finding.kind, row.finding.policy) == ("writer.foreign", Policy.HOLD)
        assert "3 documents of Provet came into Xero" in row.finding.summary
        before = shop.writes("xero")
        visit(shop)
        await turn(shop)
        (waiting,) = await shop.found(kind="invoice.missing")
        assert (waiting.finding.policy, waiting.finding.cause) == (Policy.HOLD, row.id)
        assert shop.writes("xero") == before
        await turn(shop, dt.timedelta(days=1).total_seconds())
        await turn(shop)
        assert await shop.found() == []
        assert len(shop.writes("xero")) > len(before)


async def test_a_person_who_knows_the_other_program_lets_new_documents_go_on(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        for _ in range(3):
            sent_by_the_vendor(shop, visit(shop))
            await turn(shop)
        visit(shop)
        await turn(shop)
        (row,) = await shop.found(kind="writer.foreign")
        await shop.app.desk.decide(row.id, Reject(reason="a trial of their link, over now"), PERSON)
        await turn(shop)
        await turn(shop)
        assert await shop.found() == []


async def test_what_stood_in_xero_before_the_release_is_no_foreign_writer(tmp_path: Path) -> None:
    def by_person(text: str) -> str:
        assert 'release = "automatic"' in text
        return text.replace('release = "automatic"', 'release = "person"')

    async with workshop(tmp_path, clients=3, invoices=3, change=by_person) as shop:
        contact = {"Name": "Ada Quinn", "ContactNumber": str(next(iter(provet(shop).state.clients)))}
        shop.act("xero", "make_contact", fields=contact)
        for _ in range(4):
            sent_by_the_vendor(shop, visit(shop))
        await turn(shop)
        await shop.app.desk.release("riverside", PERSON)
        await turn(shop)
        assert await shop.found(kind="writer.foreign") == []
