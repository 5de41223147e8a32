"""A contact written once is equal ever after, however the other system spells what it was given (Hypothesis)."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.assess import assess
from daemon.core.correction import UpdateClient, UpdateContact
from daemon.core.discrepancy import Finding
from daemon.core.family import Family
from daemon.core.model import Address, Contact, System
from daemon.provet import mapping as provet_mapping
from daemon.provet import wire as provet_wire
from daemon.provet.requests import request_for
from daemon.xero import mapping as xero_mapping
from daemon.xero import wire as xero_wire
from daemon.xero.elements import contact_change
from tests.core.builders import RULES, client, client_family, contact, contact_link, learned

GUID = "00000000-0000-0000-0000-00000000000a"
STAMP = "2026-03-01T12:00:00"
ANY = st.text(max_size=60) | st.text(alphabet="ab ,\n\t<>\u202e\x00é(12)", max_size=300)
PHONES = ANY | st.from_regex(r"(\+|00)?[0-9 ()./-]{0,20}( ?(ext|x)\.? ?[0-9]{1,4})?", fullmatch=True)
EMAILS = st.emails() | ANY | st.just("")
ADDRESSES = st.builds(Address, street=ANY, city=ANY, region=ANY, postal_code=ANY, country=st.sampled_from(("", "GB")))


def said(text: object) -> str:
    return " ".join(str(text or "").split())


class Xero:
    """How Xero may hold what it is sent: trimmed, a phone in parts, an address over lines."""

    def __init__(self, *, parts: bool, lines: bool) -> None:
        self._parts, self._lines = parts, lines

    def after(self, held: Contact, step: UpdateContact) -> Contact:
        sent = json.loads(msgspec.json.encode(contact_change(step)))
        body: dict[str, Any] = {
            "ContactID": GUID,
            "UpdatedDateUTC": STAMP,
            "Name": held.name,
            "FirstName": held.first_name,
            "LastName": held.last_name,
            "EmailAddress": held.email,
            "TaxNumber": held.vat_number,
            "ContactNumber": held.number,
            "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": held.phone}],
            "Addresses": [self._slot(held.address)],
        }
        body |= {key: said(value) if isinstance(value, str) else value for key, value in sent.items()}
        body["Phones"] = [self._phone(body["Phones"][0])]
        body["Addresses"] = [self._spread(body["Addresses"][0])]
        read = xero_mapping.contact(xero_wire.CONTACT.decode(json.dumps(body).encode()))
        return msgspec.structs.replace(read, id=held.id)

    @staticmethod
    def _slot(address: Address) -> dict[str, str]:
        parts = {"AddressLine1": address.street, "City": address.city, "Region": address.region}
        return {"AddressType": "POBOX", **parts, "PostalCode": address.postal_code, "Country": address.country}

    def _phone(self, slot: dict[str, str]) -> dict[str, str]:
        number = said(slot["PhoneNumber"])
        found = re.fullmatch(r"\+(\d\d) ?(\d{2,4}) (.+)", number)
        if found is None or not self._parts:
            return {"PhoneType": "DEFAULT", "PhoneNumber": number}
        names = ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")
        return {"PhoneType": "DEFAULT", **dict(zip(names, found.groups(), strict=True))}

    def _spread(self, slot: dict[str, str]) -> dict[str, str]:
        lines = [said(slot.get(f"AddressLine{place}")) for place in (1, 2, 3, 4)]
        if self._lines:
            pieces = [piece.strip() for line in lines for piece in line.split(",") if piece.strip()]
            lines = [*pieces[:3], ", ".join(pieces[3:])]
        kept = {key: said(value) for key, value in slot.items() if not key.startswith("AddressLine")}
        return kept | {f"AddressLine{place}": line for place, line in enumerate(lines, 1)}


class Provet:
    """How Provet may hold what it is sent: trimmed, a phone without punctuation."""

    def __init__(self, *, bare: bool) -> None:
        self._bare = bare

    def after(self, held: Contact, step: UpdateClient) -> Contact:
        sent = json.loads(request_for("k", step, "http://p/", phone_id="9").body)
        phone = sent.pop("phone_number", held.phone)
        if self._bare:
            phone = re.sub(r"[ ()./-]", "", phone)
        body: dict[str, Any] = {
            "id": int(held.id),
            "modified": f"{STAMP}Z",
            "firstname": held.first_name,
            "lastname": held.last_name,
            "email": held.email,
            "vat_number": held.vat_number,
            "street_address": held.address.street,
            "city": held.address.city,
            "state": held.address.region,
            "zip_code": held.address.postal_code,
            "country": {"code": held.address.country},
            "phone_numbers": [{"id": 9, "number": phone}] if phone else [],
        }
        body |= {key: value.strip() if isinstance(value, str) else value for key, value in sent.items()}
        return provet_mapping.contact(provet_wire.CLIENT.decode(json.dumps(body).encode()))


def _typed(address: Address) -> dict[str, Any]:
    """An address as people typed it into Xero's fields, which hold one line each."""
    fields = {
        "AddressLine1": address.street,
        "City": address.city,
        "Region": address.region,
        "PostalCode": address.postal_code,
    }
    slot = {"AddressType": "POBOX", "Country": address.country} | {key: said(text) for key, text in fields.items()}
    return {"Name": "Ada Quinn", "UpdatedDateUTC": STAMP, "Addresses": [slot]}


def in_step(**fields: Any) -> Family:
    return learned(client_family(client(**fields), contact(**fields), contact_link()))


def carried_out(seen: Family, xero: Xero, provet: Provet) -> Family:
    """The family after every option that an assessment recommends was carried out once, and read back."""
    contacts = {each.system: each for each in seen.contacts}
    for finding in assess(seen, RULES).findings:
        option = finding.option()
        for step in option.steps if option else ():
            if isinstance(step, UpdateContact):
                contacts[System.XERO] = xero.after(contacts[System.XERO], step)
            elif isinstance(step, UpdateClient):
                contacts[System.PROVET] = provet.after(contacts[System.PROVET], step)
    return learned(msgspec.structs.replace(seen, contacts=tuple(contacts.values())))


def left(seen: Family) -> list[Finding]:
    """What still could be written; what a system does not take stays, told and without a way."""
    return [finding for finding in assess(seen, RULES).findings if finding.options]


@given(PHONES, EMAILS, ANY, ADDRESSES, st.booleans(), st.booleans())
def test_a_client_copied_to_xero_is_equal_ever_after(
    phone: str, email: str, vat: str, address: Address, parts: bool, lines: bool
) -> None:
    seen = in_step(phone="+441", email="old@example.test", vat_number="GB0", address=Address(city="Elgin"))
    fields = {"phone": said(phone), "email": email.strip(), "vat_number": said(vat), "address": address}
    mine = msgspec.structs.replace(seen.contacts[0], **fields)
    seen = msgspec.structs.replace(seen, contacts=(mine, seen.contacts[1]))
    assert left(carried_out(seen, Xero(parts=parts, lines=lines), Provet(bare=False))) == []


@given(PHONES, EMAILS, ANY, ADDRESSES, st.booleans())
def test_a_contact_copied_to_provet_is_equal_ever_after(
    phone: str, email: str, vat: str, address: Address, bare: bool
) -> None:
    seen = in_step(phone="+441", email="old@example.test", vat_number="GB0", address=Address(city="Elgin"))
    held = xero_mapping.contact(xero_wire.CONTACT.decode(json.dumps({"ContactID": GUID, **_typed(address)}).encode()))
    fields = {"phone": said(phone), "email": email.strip(), "vat_number": said(vat), "address": held.address}
    theirs = msgspec.structs.replace(seen.contacts[1], **fields)
    seen = msgspec.structs.replace(seen, contacts=(seen.contacts[0], theirs))
    assert left(carried_out(seen, Xero(parts=True, lines=True), Provet(bare=bare))) == []


@given(st.text(alphabet="Ab <>()12é\u202e\x00", min_size=1, max_size=270), st.booleans())
def test_a_name_copied_to_xero_is_equal_ever_after(last: str, taken: bool) -> None:
    seen = in_step()
    name = said(f"Ada {last}")
    mine = msgspec.structs.replace(seen.contacts[0], name=name, last_name=said(last) or "x")
    seen = msgspec.structs.replace(seen, contacts=(mine, seen.contacts[1]), taken_names=(name.casefold(),) * taken)
    assert left(carried_out(seen, Xero(parts=True, lines=True), Provet(bare=False))) == []
