"""Contacts: uniqueness, the dangerous upsert, slots, archiving, merging, notes (docs/reference/xero.md 12, 16)."""

from __future__ import annotations

import pytest

from tests.sandbox.xero.till import Till, sale

ARCHIVED_EDIT = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)


def test_a_taken_name_is_refused_by_put_and_overwritten_by_post(till: Till) -> None:
    first = till.contact("Aino Virtanen", EmailAddress="aino@clinic.example")
    again = {"Contacts": [{"Name": "AINO VIRTANEN", "EmailAddress": "other@clinic.example"}]}
    assert till.refused("PUT", "Contacts", again) == [
        (
            "The contact name AINO VIRTANEN is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
    ]
    overwritten = till.call("POST", "Contacts", again)["Contacts"][0]
    assert (overwritten["ContactID"], overwritten["EmailAddress"]) == (first, "other@clinic.example")


def test_renaming_onto_another_contact_and_taking_its_number_are_refused(till: Till) -> None:
    till.contact("Aino", ContactNumber="12")
    other = till.contact("Matti")
    assert till.refused("POST", f"Contacts/{other}", {"Name": "aino"}) == [
        (
            "The existing contact with name Matti cannot be updated to use new name aino. "
            "There is an existing contact with that name."
        )
    ]
    taken = "Another contact has this contact number. Please enter a different contact number."
    assert till.refused("POST", f"Contacts/{other}", {"ContactNumber": "12"}) == [taken]
    assert till.refused("PUT", "Contacts", {"Contacts": [{"Name": "X", "ContactNumber": "12"}]}) == [taken]


def test_archiving_frees_the_name_but_not_the_number_and_blocks_documents(till: Till) -> None:
    old = till.contact("Aino", ContactNumber="12")
    till.call("POST", f"Contacts/{old}", {"ContactStatus": "ARCHIVED"})
    assert till.refused("POST", f"Contacts/{old}", {"Name": "Back"}) == [ARCHIVED_EDIT]
    assert till.refused("PUT", "Invoices", {"Invoices": [sale(old)]}) == [
        (
            "The contact with the specified contact details has been archived. "
            "The contact must be un-archived before creating new invoices or credit notes."
        )
    ]
    assert till.call("GET", "Contacts?page=1")["Contacts"] == []
    assert [row["ContactID"] for row in till.call("GET", "Contacts?includeArchived=true")["Contacts"]] == [old]
    assert till.read("12", "Contacts")["ContactStatus"] == "ARCHIVED"
    assert till.contact("Aino") != old
    assert len(till.refused("PUT", "Contacts", {"Contacts": [{"Name": "Z", "ContactNumber": "12"}]})) == 1


def test_every_slot_is_answered_and_only_sent_slots_change(till: Till) -> None:
    phones = [{"PhoneType": "MOBILE", "PhoneNumber": "123"}, {"PhoneType": "DEFAULT", "PhoneNumber": "9"}]
    contact = till.contact(Phones=phones, Addresses=[{"AddressType": "STREET", "City": "Helsinki"}])
    till.call("POST", f"Contacts/{contact}", {"Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "456"}]})
    read = till.read(contact, "Contacts")
    numbers = {row["PhoneType"]: row["PhoneNumber"] for row in read["Phones"]}
    assert numbers == {"DEFAULT": "9", "DDI": "", "FAX": "", "MOBILE": "456"}
    assert {row["AddressType"]: row["City"] for row in read["Addresses"]} == {"STREET": "Helsinki", "POBOX": ""}


def test_a_first_sale_makes_a_customer_without_moving_the_time_stamp(till: Till) -> None:
    contact = till.contact()
    before = till.read(contact, "Contacts")
    till.tick()
    assert till.invoice(contact)["Contact"]["IsCustomer"] is True
    after = till.read(contact, "Contacts")
    assert (before["IsCustomer"], after["IsCustomer"]) == (False, True)
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]
    assert str(after["Balances"]["AccountsReceivable"]["Outstanding"]) == "24.15"


def test_a_merged_contact_is_archived_and_its_documents_move(till: Till) -> None:
    source, target = till.contact("Aino"), till.contact("Aino V")
    invoice = till.invoice(source)["InvoiceID"]
    till.system.merge_contacts(source, target, till.now, till.rng)
    merged = till.read(source, "Contacts")
    assert (merged["ContactStatus"], merged["MergedToContactID"]) == ("ARCHIVED", target)
    assert till.read(invoice)["Contact"]["ContactID"] == target


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Name": "A", "EmailAddress": "nonsense"}, "Email address must be valid."),
        ({"Name": "A<b>"}, "The Contact Name contains invalid characters."),
        ({"Name": "x" * 256}, "The length of the Name field exceeds the maximum allowed length of 255 characters."),
    ],
)
def test_bad_fields_are_refused(till: Till, fields: dict[str, str], message: str) -> None:
    assert till.refused("PUT", "Contacts", {"Contacts": [fields]}) == [message]


def test_one_bad_contact_of_two_is_echoed_with_the_zero_id(till: Till) -> None:
    body = {"Contacts": [{"Name": "Aino"}, {"Name": "aino"}]}
    good, bad = till.call("PUT", "Contacts?summarizeErrors=false", body)["Contacts"]
    assert (good["StatusAttributeString"], bad["HasValidationErrors"]) == ("OK", True)
    assert bad["ContactID"] == "00000000-0000-0000-0000-000000000000"


def test_people_may_restore_an_archived_contact(till: Till) -> None:
    contact = till.contact()
    till.system.edit_contact(contact, {"ContactStatus": "ARCHIVED"}, till.now, till.rng)
    restored = till.system.edit_contact(contact, {"ContactStatus": "ACTIVE", "Name": "Aino"}, till.now, till.rng)
    assert (restored.status, restored.name) == ("ACTIVE", "Aino")


def test_notes_are_kept_with_their_document(till: Till) -> None:
    invoice = till.invoice(till.contact())["InvoiceID"]
    body = {"HistoryRecords": [{"Details": "Sent by the practice"}]}
    till.call("PUT", f"Invoices/{invoice}/History", body)
    notes = till.call("GET", f"Invoices/{invoice}/History")["HistoryRecords"]
    assert [(note["Details"], note["User"]) for note in notes] == [("Sent by the practice", "System Generated")]
    unknown = "00000000-0000-0000-0000-000000000001"
    assert till.refused("PUT", f"Invoices/{unknown}/History", body) == [
        "The document with the supplied id was not found for this endpoint."
    ]
