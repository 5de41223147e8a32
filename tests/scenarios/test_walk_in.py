"""Anonymous sales: left out, or booked to the one Xero contact that settings name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from daemon.sandbox.xero.records import Contact
from tests.scenarios.clinic import BOOK, CARD, CASH, FOOD, VISIT, Clinic, clinic

NAME = 'name = "Riverside Vets"'
WALK_IN = {NAME: f'{NAME}\nanonymous = "walk_in"\nwalk_in_contact = "Counter sales"'}
ON, OFF = {'anonymous = "skip"': 'anonymous = "walk_in"'}, {'anonymous = "walk_in"': 'anonymous = "skip"'}
SALE = Decimal("86.00")


def counter(it: Clinic) -> Contact:
    """The contact of that name as Xero has it."""
    contact = it.keep(it.xero.make_contact, {"Name": "Counter sales", "ContactNumber": "TILL", "FirstName": "Nobody"})
    assert isinstance(contact, Contact)
    return contact


def contacts(it: Clinic) -> list[Contact]:
    return [contact for contact in it.xero.ledger.contacts.ordered() if contact.name.startswith("Counter")]


async def test_sales_payments_and_credits_go_to_the_contact_of_that_name_and_it_stays_as_it_is(tmp_path: Path) -> None:
    async with clinic(tmp_path, WALK_IN) as it:
        known = counter(it)
        sale = it.make(it.provet.sell, None, [VISIT, FOOD])
        it.do(it.provet.pay, sale, Decimal(50), CASH)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert it.documents()[str(sale)].contact_id == known.id
        it.do(it.provet.pay_in_full, sale, CARD)
        note = it.make(it.provet.credit, it.make(it.provet.sell, None, [BOOK]))
        it.do(it.provet.add_extra_fee, it.make(it.provet.sell, None, [VISIT]), BOOK)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert it.documents()[str(note)].contact_id == known.id
        (after,) = contacts(it)
        assert (after.name, after.number, after.texts) == (known.name, known.number, known.texts)
        assert not [write for write in it.shop.writes("xero") if write.endswith("/Contacts")]
        status = await it.status()
        assert (status.excluded, status.open_total) == (0, 0)


async def test_a_contact_that_is_not_there_comes_with_the_first_sale(tmp_path: Path) -> None:
    async with clinic(tmp_path, WALK_IN) as it:
        await it.sync()
        assert contacts(it) == []
        for _ in range(3):
            it.make(it.provet.sell, None, [VISIT])
        it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        (made,) = contacts(it)
        assert made.name == "Counter sales"


async def test_a_client_of_that_name_is_somebody_else(tmp_path: Path) -> None:
    async with clinic(tmp_path, WALK_IN) as it:
        other = it.make(it.provet.create_client, {"firstname": "Counter", "lastname": "sales"})
        it.make(it.provet.sell, None, [VISIT])
        it.make(it.provet.invoice_visit, other, [VISIT])
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert sorted(contact.name for contact in contacts(it)) == ["Counter sales", f"Counter sales ({other})"]


async def test_a_contact_that_is_a_clients_is_not_taken_and_the_sales_wait(tmp_path: Path) -> None:
    async with clinic(tmp_path) as it:
        other = it.make(it.provet.create_client, {"firstname": "Counter", "lastname": "sales"})
        it.make(it.provet.invoice_visit, other, [VISIT])
        await it.sync()
        sale = it.make(it.provet.sell, None, [VISIT])
        it.set(WALK_IN)
        await it.sync()
        assert await it.kinds() == ["contact.ambiguous", "invoice.missing"]
        waiting = {row.finding.kind: row.finding for row in await it.found()}
        assert waiting["invoice.missing"].cause == waiting["contact.ambiguous"].id
        assert f"client {other}" in waiting["contact.ambiguous"].summary
        it.set({'walk_in_contact = "Counter sales"': 'walk_in_contact = "Till"'})
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert it.xero.ledger.contacts[it.documents()[str(sale)].contact_id].name == "Till"


async def test_other_settings_later_leave_what_was_booked_alone(tmp_path: Path) -> None:
    async with clinic(tmp_path, WALK_IN) as it:
        first, second = it.make(it.provet.sell, None, [VISIT]), it.make(it.provet.sell, None, [VISIT])
        await it.sync()
        it.set(OFF)
        before = it.shop.writes("xero")
        await it.sync()
        assert (await it.kinds(), it.shop.writes("xero")) == ([], before)
        left_out = it.make(it.provet.sell, None, [BOOK])
        note = it.make(it.provet.credit, first)
        it.do(it.provet.pay_in_full, second, CARD)
        await it.sync()
        assert await it.kinds() == []
        assert sorted(it.documents()) == sorted(map(str, (first, second, note)))
        assert (await it.status()).excluded == 1
        it.set(ON)
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])
        assert str(left_out) in it.documents()
        it.set({'walk_in_contact = "Counter sales"': 'walk_in_contact = "Counter 2"'})
        third = it.make(it.provet.sell, None, [VISIT])
        before = len(it.shop.writes("xero"))
        await it.sync()
        assert await it.kinds() == []
        names = {key: it.xero.ledger.contacts[d.contact_id].name for key, d in it.documents().items()}
        assert names[str(third)] == "Counter 2"
        assert {name for key, name in names.items() if key != str(third)} == {"Counter sales"}
        assert len(it.shop.writes("xero")) == before + 2


async def test_a_contact_renamed_or_archived_in_xero_is_followed(tmp_path: Path) -> None:
    async with clinic(tmp_path, WALK_IN) as it:
        it.make(it.provet.sell, None, [VISIT])
        await it.sync()
        (made,) = contacts(it)
        it.keep(it.xero.edit_contact, made.id, {"Name": "Counter of the clinic"})
        sale = it.make(it.provet.sell, None, [VISIT])
        await it.sync()
        assert (await it.kinds(), it.documents()[str(sale)].contact_id) == ([], made.id)
        it.keep(it.xero.edit_contact, made.id, {"Name": "Counter sales", "ContactStatus": "ARCHIVED"})
        it.make(it.provet.sell, None, [VISIT])
        await it.sync()
        assert await it.kinds() == ["contact.archived", "invoice.missing"]
        it.keep(it.xero.edit_contact, made.id, {"ContactStatus": "ACTIVE"})
        await it.sync()
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_contact_that_is_merged_in_xero_is_followed(tmp_path: Path) -> None:
    async with clinic(tmp_path, WALK_IN) as it:
        first = it.make(it.provet.sell, None, [VISIT])
        await it.sync()
        (made,) = contacts(it)
        other = it.keep(it.xero.make_contact, {"Name": "Till of the clinic"})
        assert isinstance(other, Contact)
        it.keep(it.xero.merge_contacts, made.id, other.id)
        second = it.make(it.provet.sell, None, [VISIT])
        await it.sync()
        assert await it.kinds() == ["contact.merged", "invoice.missing"]
        found = {row.finding.kind: row for row in await it.found()}
        assert found["invoice.missing"].finding.cause == found["contact.merged"].id
        await it.approve(found["contact.merged"])
        assert await it.kinds() == []
        it.make(it.provet.credit, first)
        it.do(it.provet.pay_in_full, second, CARD)
        await it.sync()
        assert await it.kinds() == []
        assert {document.contact_id for document in it.documents().values()} == {other.id}
        assert [contact.id for contact in contacts(it)] == [made.id]


@pytest.mark.parametrize("adopted", [True, False])
async def test_an_approved_sale_is_undone_and_comes_back(tmp_path: Path, adopted: bool) -> None:
    changes = WALK_IN | {'mode = "auto"': 'mode = "approve"'}
    async with clinic(tmp_path, changes) as it:
        if adopted:
            counter(it)
        sale = it.make(it.provet.sell, None, [VISIT])
        await it.sync()
        missing = await it.only()
        assert missing.finding.amount == Decimal("51.00")
        await it.approve(missing)
        assert (await it.kinds(), it.differences()) == ([], [])
        await it.undo(missing.id)
        assert (await it.kinds(), list(it.documents())) == (["invoice.missing"], [])
        await it.approve(await it.only())
        assert (await it.kinds(), it.differences(), list(it.documents())) == ([], [], [str(sale)])
