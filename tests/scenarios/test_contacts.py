"""Contacts between the simulated Provet and the simulated Xero: copied, asked, kept, and never touched beyond that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from daemon.errors import Invalid
from daemon.protocol import Outcome
from tests.desk.office import ANN, VISIT
from tests.desk.test_decisions_socket import reconcile_at
from tests.scenarios.counter import counter
from tests.support.serving import serving

BEA = {"firstname": "Bea", "lastname": "Lund", "email": "bea@example.test"}
ADDRESS = {"AddressType": "POBOX", "AddressLine1": "Flat 2", "AddressLine2": "4 Mill Lane", "City": "Aberlow"}
PHONE = {"PhoneType": "DEFAULT", "PhoneCountryCode": "44", "PhoneAreaCode": "0131", "PhoneNumber": "496 0000"}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"firstname": "Adah"}, "name", "Adah Quinn"),
        ({"lastname": "Lund"}, "last", "Lund"),
        ({"email": "lund@example.test"}, "email", "lund@example.test"),
        ({"vat_number": "GB 123"}, "vat", "GB 123"),
        (
            {"street_address": "4 Mill Lane", "city": "Aberlow", "zip_code": "AB1"},
            "address",
            "4 Mill Lane, Aberlow, AB1",
        ),
        ({"phone": "+44 131 496 0000"}, "phone", "+44 131 496 0000"),
        ({"organization_name": "Quinn Farms Ltd"}, "name", "Quinn Farms Ltd"),
    ],
)
async def test_a_change_in_provet_is_copied(tmp_path: Path, changes: dict[str, Any], field: str, value: str) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        desk.provet(ada, **changes)
        await desk.sync()
        provet, xero = desk.both(ada)
        assert (await desk.open(), xero[field]) == ({}, value)
        assert provet == xero


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        ({"FirstName": "Adah"}, "name", "Adah Quinn"),
        ({"Name": "Ada Lund"}, "last", "Lund"),
        ({"EmailAddress": "lund@example.test"}, "email", "lund@example.test"),
        ({"TaxNumber": "GB 123"}, "vat", "GB 123"),
        ({"Addresses": [ADDRESS]}, "address", "Flat 2, 4 Mill Lane, Aberlow"),
        ({"Phones": [PHONE]}, "phone", "+44 0131 496 0000"),
    ],
)
async def test_a_change_in_xero_is_copied(tmp_path: Path, fields: dict[str, Any], field: str, value: str) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        desk.xero(ada, **fields)
        await desk.sync()
        provet, _ = desk.both(ada)
        assert (await desk.open(), provet[field]) == ({}, value)


async def test_a_name_of_several_words_that_xero_alone_has_is_split_once(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        desk.xero(ada, Name="Anna Maria van der Berg")
        await desk.sync()
        await desk.sync()
        client = desk.office.provet.client(ada)
        assert (await desk.open(), client.firstname, client.lastname) == ({}, "Anna Maria van der", "Berg")
        before = desk.writes()
        await desk.sync()
        assert desk.writes() == before


async def test_a_company_may_take_a_persons_name(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        farm = await desk.client(organization_name="Quinn Farms")
        desk.xero(farm, Name="Ada Quinn")
        await desk.sync()
        assert (await desk.open(), desk.office.provet.client(farm).organization_name) == ({}, "Ada Quinn")


async def test_a_conflict_of_many_fields_is_decided_field_by_field(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client(phone="+441", vat_number="GB1", street_address="1 Old Row")
        desk.provet(ada, email="p@example.test", phone="+442", vat_number="GB2", street_address="2 Mill Lane")
        desk.provet(ada, firstname="Adah")
        desk.xero(
            ada,
            FirstName="Addie",
            EmailAddress="x@example.test",
            TaxNumber="GB3",
            Phones=[{"PhoneType": "DEFAULT", "PhoneNumber": "+443"}],
            Addresses=[{"AddressType": "POBOX", "AddressLine1": "3 High Street"}],
        )
        await desk.sync()
        found = await desk.open()
        conflict = found.pop("contact.conflict")
        assert {field.name for field in conflict.fields} == {"first_name", "email", "phone", "vat_number", "address"}
        assert [option.id for option in conflict.options] == ["use-provet", "use-xero"]
        choice = "field:phone=xero,email=provet,vat_number=xero,address=provet,first_name=provet"
        shown = await desk.office.desk.option(conflict.id, choice)
        assert {write.action for write in shown.writes} == {"update-contact", "update-client"}
        for nonsense in (choice.replace("phone=xero,", ""), f"{choice},name=xero", choice.replace("=xero", "=both")):
            with pytest.raises(Invalid):
                await desk.office.desk.approve(conflict.id, nonsense, "", ANN)
        stale = await desk.office.desk.approve(conflict.id, choice, "0" * 16, ANN)
        assert stale.outcome is Outcome.STALE
        await desk.office.desk.approve(conflict.id, choice, shown.fingerprint, ANN)
        await desk.sync()
        provet, xero = desk.both(ada)
        assert (await desk.open(), provet) == ({}, xero)
        assert (provet["email"], provet["phone"], provet["vat"]) == ("p@example.test", "+443", "GB3")
        assert (provet["address"], provet["name"]) == ("2 Mill Lane", "Adah Quinn")


async def test_the_command_line_decides_field_by_field(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client(phone="+441")
        desk.provet(ada, email="p@example.test", phone="+442")
        desk.xero(ada, EmailAddress="x@example.test", Phones=[{"PhoneType": "DEFAULT", "PhoneNumber": "+443"}])
        await desk.sync()
        conflict = (await desk.open())["contact.conflict"]
        async with serving(desk.office.desk, tmp_path / "c.sock"):
            reconcile = reconcile_at(tmp_path / "c.sock")
            half = await reconcile("approve", conflict.id, "--option", "field:email=xero", "--json")
            whole = await reconcile("approve", conflict.id, "--option", "field:email=xero,phone=provet", "--json")
        assert (half.exit, whole.exit) == (2, 0), whole.err
        await desk.sync()
        provet, xero = desk.both(ada)
        assert (provet["email"], xero["phone"]) == ("x@example.test", "+442")
        assert (await desk.open(), provet) == ({}, xero)


async def test_what_was_emptied_is_asked_and_can_be_brought_back(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client(phone="+441", vat_number="GB1")
        before = desk.writes()
        desk.provet(ada, vat_number="")
        desk.xero(ada, EmailAddress="", Phones=[{"PhoneType": "DEFAULT", "PhoneNumber": ""}])
        await desk.sync()
        found = await desk.open()
        assert {kind: each.policy for kind, each in found.items()} == {
            "contact.changed_in_provet": "person",
            "contact.changed_in_xero": "person",
        }
        assert [option.id for option in found["contact.changed_in_provet"].options] == ["update", "use-xero"]
        assert "cannot be emptied in Provet" in found["contact.changed_in_xero"].summary
        assert desk.writes() == before
        await desk.approve("contact.changed_in_provet", "use-xero")
        await desk.approve("contact.changed_in_xero", "field:email=xero,phone=provet")
        provet, xero = desk.both(ada)
        assert (await desk.open(), provet) == ({}, xero)
        assert (provet["vat"], provet["email"], provet["phone"]) == ("GB1", "", "+441")


async def test_names_that_clash_bear_the_clients_id_in_xero_alone(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada, bea = await desk.client(), await desk.client(firstname="Bea", email="bea@example.test")
        twin = await desk.client(email="twin@example.test")
        while found := await desk.open():
            assert set(found) <= {"contact.ambiguous", "invoice.missing"}
            await desk.approve("contact.ambiguous", "create-new")
        assert desk.office.contact(twin).name == f"Ada Quinn ({twin})"
        desk.provet(bea, firstname="Ada")
        await desk.sync()
        assert (await desk.open(), desk.office.contact(bea).name) == ({}, f"Ada Quinn ({bea})")
        desk.xero(twin, Name=f"Ada Berg ({twin})")
        await desk.sync()
        assert (await desk.open(), desk.office.provet.client(twin).name) == ({}, "Ada Berg")
        assert desk.office.contact(ada).name == "Ada Quinn"


async def test_a_name_that_xero_cannot_take_is_told_and_never_cut(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client(firstname="A" * 200, lastname="Q" * 200)
        found = await desk.open()
        assert set(found) == {"contact.missing", "invoice.missing"}
        assert found["invoice.missing"].cause == found["contact.missing"].id
        assert "255 characters" in found["contact.missing"].summary
        desk.provet(ada, firstname="Ada", lastname="Quinn")
        await desk.sync()
        assert (await desk.open(), desk.office.contact(ada).name) == ({}, "Ada Quinn")
        desk.provet(ada, firstname="B" * 200, lastname="R" * 200)
        await desk.sync()
        found = await desk.open()
        assert set(found) == {"contact.changed_in_provet"}
        assert desk.office.contact(ada).name == "Ada Quinn"


@pytest.mark.parametrize("hostile", ["ada\u202etset.elpmaxe", "a\x00b", "\x1b[31mred"])
async def test_control_characters_are_told_and_not_copied(tmp_path: Path, hostile: str) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        desk.provet(ada, vat_number=hostile, city="[bold]Aberlow[/bold] <b>&amp;")
        await desk.sync()
        found = await desk.open()
        assert "holds control characters" in found["contact.changed_in_provet"].summary
        provet, xero = desk.both(ada)
        assert (xero["vat"], provet["vat"]) == ("", hostile)
        assert xero["address"] == provet["address"] == "[bold]Aberlow[/bold] <b>&amp;"


async def test_an_immense_text_is_shown_short_and_not_copied(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        immense = "x" * 200_000
        desk.office.provet.client(ada).street_address = immense
        desk.provet(ada, city="Aberlow")
        await desk.sync()
        (found,) = (await desk.open()).values()
        assert found.kind == "contact.changed_in_provet"
        assert all(len(text or "") < 1000 for f in found.fields for text in (f.provet, f.xero, found.summary))
        assert (desk.both(ada)[1]["address"], found.options) == ("", ())


async def test_what_is_not_ours_is_never_touched(tmp_path: Path) -> None:
    persons = [{"FirstName": "Bo", "LastName": "Quinn", "EmailAddress": "bo@example.test", "IncludeInEmails": True}]
    others = {
        "Phones": [{"PhoneType": kind, "PhoneNumber": f"0{kind}"} for kind in ("MOBILE", "DDI", "FAX")],
        "Addresses": [
            {"AddressType": "STREET", "AddressLine1": "Back door"},
            {"AddressType": "POBOX", "AddressLine1": "1 Old Row", "AttentionTo": "Bo", "Country": "Scotland"},
        ],
        "ContactPersons": persons,
        "AccountNumber": "A-1",
    }
    async with counter(tmp_path) as desk:
        ada = await desk.client(phone="+441")
        desk.xero(ada, **others)
        await desk.sync()
        before = desk.office.contact(ada)
        desk.provet(ada, phone="+442", street_address="2 Mill Lane", email="new@example.test")
        await desk.sync()
        after = desk.office.contact(ada)
        assert (after.persons, after.texts["AccountNumber"]) == (before.persons, "A-1")
        assert {k: v for k, v in after.phones.items() if k != "DEFAULT"} == {
            k: v for k, v in before.phones.items() if k != "DEFAULT"
        }
        assert after.addresses["STREET"] == before.addresses["STREET"]
        assert (after.addresses["POBOX"]["AttentionTo"], after.addresses["POBOX"]["Country"]) == ("Bo", "Scotland")
        assert after.addresses["POBOX"]["AddressLine1"] == "2 Mill Lane"
        for sent in desk.sent():
            assert not sent.keys() & {"ContactPersons", "AccountNumber", "ContactGroups"}
            assert {each["PhoneType"] for each in sent.get("Phones", ())} <= {"DEFAULT"}
            assert {each["AddressType"] for each in sent.get("Addresses", ())} <= {"POBOX"}


async def test_an_archived_client_is_archived_in_xero_once_nothing_is_open(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        visit = max(desk.office.provet.state.invoices)
        desk.provet(ada, archived=True)
        await desk.sync()
        found = (await desk.open())["contact.archived"]
        assert (found.options, "40.00" in found.summary or "48.00" in found.summary) == ((), True), found.summary
        desk.office.act("provet", "pay_in_full", invoice=visit, payment_type=1)
        await desk.sync()
        found = (await desk.open())["contact.archived"]
        assert [option.id for option in found.options] == ["update"]
        await desk.approve("contact.archived")
        assert (await desk.open(), desk.office.contact(ada).status) == ({}, "ARCHIVED")


def _to(contact: str) -> dict[str, Any]:
    return {"Contact": {"ContactID": contact}}


async def test_an_archived_contact_holds_documents_until_a_person_restores_it(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        desk.xero(ada, ContactStatus="ARCHIVED")
        desk.office.act("provet", "invoice_visit", client=ada, rows=VISIT)
        await desk.sync()
        found = await desk.open()
        assert found["invoice.missing"].cause == found["contact.archived"].id
        assert [(o.id, o.writes) for o in found["contact.archived"].options] == [("done-by-hand", ())]
        desk.xero(ada, ContactStatus="ACTIVE")
        await desk.sync()
        assert await desk.open() == {}


async def test_what_was_open_when_its_contact_was_archived_waits_for_it_too(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        await desk.office.desk.pause("riverside", "stocktaking", ANN)
        visit = desk.office.act("provet", "invoice_visit", client=ada, rows=VISIT)
        await desk.sync()
        assert [option.id for option in (await desk.open())["invoice.missing"].options] == ["create"]
        desk.xero(ada, ContactStatus="ARCHIVED")
        await desk.sync()
        found = await desk.open()
        assert (found["invoice.missing"].cause, found["invoice.missing"].options) == (found["contact.archived"].id, ())
        before = desk.writes()
        await desk.office.desk.resume("riverside", ANN)
        await desk.sync()
        assert desk.writes() == before
        desk.xero(ada, ContactStatus="ACTIVE")
        await desk.sync()
        assert (await desk.open(), desk.office.living(visit).contact_id) == ({}, desk.office.contact(ada).id)


async def test_a_document_is_not_given_back_to_a_contact_that_is_archived_on_both_sides(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada, bea = await desk.client(), await desk.client(firstname="Bea", email="bea@example.test")
        (invoice,) = [i for i in desk.office.provet.state.invoices.values() if i.client == ada]
        booked = desk.office.living(invoice.id)
        desk.office.act("xero", "edit_document", document_id=booked.id, fields=_to(desk.office.contact(bea).id))
        desk.xero(ada, ContactStatus="ARCHIVED")
        desk.provet(ada, archived=True)
        await desk.sync()
        found = await desk.open()
        assert [option.id for option in found["invoice.changed_in_xero"].options] == ["accept-xero"]
        await desk.approve("invoice.changed_in_xero")
        assert await desk.open() == {}


async def test_a_merge_is_followed_and_two_clients_may_share_a_contact(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada, bea = await desk.client(), await desk.client(firstname="Bea", email="bea@example.test")
        gone, into = desk.office.contact(ada).id, desk.office.contact(bea).id
        desk.office.act("xero", "merge_contacts", from_id=gone, into_id=into)
        visit = desk.office.act("provet", "invoice_visit", client=ada, rows=VISIT)
        await desk.sync()
        found = await desk.open()
        assert found["invoice.missing"].cause == found["contact.merged"].id
        await desk.approve("contact.merged", "follow-merge")
        assert (await desk.open(), desk.office.living(visit).contact_id) == ({}, into)
        desk.provet(bea, email="bea@new.test")
        await desk.sync()
        assert (await desk.open(), desk.office.contact(bea).texts["EmailAddress"]) == ({}, "bea@new.test")


async def test_a_client_that_is_gone_is_unlinked_and_its_contact_kept(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        ada = await desk.client()
        before = desk.office.contact(ada)
        desk.office.act("provet", "delete_client", client=ada)
        await desk.sync()
        assert set(await desk.open()) == {"contact.deleted"}
        await desk.approve("contact.deleted", "unlink")
        assert (await desk.open(), desk.office.contact(ada)) == ({}, before)


async def test_a_contact_that_is_gone_comes_anew_with_the_next_document(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        bea = desk.office.act("provet", "create_client", fields=BEA)
        entered = {"Name": "Bea Lund", "EmailAddress": "bea@example.test", "ContactNumber": str(bea)}
        lost = desk.office.act("xero", "make_contact", fields=entered)
        await desk.sync()
        contacts = desk.office.xero.contacts
        contacts.remove(lost.id)
        desk.office.xero.commit()
        await desk.sync()
        assert await desk.open() == {}
        assert not [each for each in contacts.ordered() if each.number == str(bea)], "nobody needs a contact yet"
        visit = desk.office.act("provet", "invoice_visit", client=bea, rows=VISIT)
        await desk.sync()
        assert await desk.open() == {}
        assert desk.office.living(visit).contact_id == desk.office.contact(bea).id != lost.id


async def test_contacts_without_a_client_are_left_alone(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        stranger = desk.office.act("xero", "make_contact", fields={"Name": "Acme Supplies", "EmailAddress": "a@a.test"})
        before = desk.office.xero.contacts[stranger.id]
        await desk.client()
        assert (await desk.open(), desk.office.xero.contacts[stranger.id]) == ({}, before)


async def test_a_name_alone_is_asked_with_score_and_reasons(tmp_path: Path) -> None:
    async with counter(tmp_path) as desk:
        known = desk.office.act("xero", "make_contact", fields={"Name": "Ada Quinn"})
        ada = await desk.client()
        found = await desk.open()
        assert found["invoice.missing"].cause == found["contact.ambiguous"].id
        titles = {option.id: option.title for option in found["contact.ambiguous"].options}
        assert titles[f"link:{known.id}"] == "It is Ada Quinn (score 30: same name)"
        await desk.approve("contact.ambiguous", f"link:{known.id}")
        assert await desk.open() == {}
        contact = desk.office.xero.contacts[known.id]
        assert (contact.texts["EmailAddress"], contact.number) == ("ada@example.test", "")
        assert desk.office.provet.client(ada).name == "Ada Quinn"
