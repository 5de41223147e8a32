"""A contact's fields as both systems share them, and how each writes what the other holds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from daemon.core.family import fold
from daemon.core.model import Address, Contact, System

FIELDS = ("name", "first_name", "last_name", "email", "phone", "vat_number", "address")


def new_contact(client: Contact, taken_names: Sequence[str]) -> Contact:
    """The Xero contact of a Provet client that has none."""
    name = free_name(client, taken_names)
    return msgspec.structs.replace(client, system=System.XERO, id="", number=client.id, name=name, archived=False)


def free_name(client: Contact, taken_names: Sequence[str], *, numbered: bool = False) -> str:
    """The name of a client in Xero, where names are unique: a taken one gets the client's id behind it."""
    name = clean_name(client.name) or f"Client {client.id}"
    return f"{name} ({client.id})" if numbered or fold(name) in taken_names else name


def clean_name(name: str) -> str:
    """A name as Xero takes it: no angle brackets, no doubled spaces (docs/reference/xero.md 12.2)."""
    return " ".join(name.replace("<", " ").replace(">", " ").split())


def own_name(contact: Contact, client_id: str) -> str:
    """A Xero contact's name without the client id that was appended to keep it unique."""
    return contact.name.removesuffix(f" ({client_id})")


def facts(contact: Contact, client_id: str) -> dict[str, str]:
    """The compared fields in canonical form: what only looks different compares equal."""
    return {
        "name": clean_name(own_name(contact, client_id)),
        "first_name": " ".join(contact.first_name.split()),
        "last_name": " ".join(contact.last_name.split()),
        "email": contact.email.strip().casefold(),
        "phone": canonical_phone(contact.phone),
        "vat_number": "".join(contact.vat_number.split()).upper(),
        "address": canonical_address(contact.address),
    }


def canonical_phone(phone: str) -> str:
    """Digits with a leading ``+`` for the international forms ``+`` and ``00``."""
    digits = "".join(character for character in phone if character.isdigit())
    text = phone.strip()
    if text.startswith("+"):
        return f"+{digits}" if digits else ""
    return f"+{digits[2:]}" if text.startswith("00") and len(digits) > 2 else digits


def canonical_address(address: Address) -> str:
    """One line of the address without its country, which the systems write too differently to compare."""
    parts = (address.street, address.city, address.region, address.postal_code)
    return ", ".join(" ".join(part.split()) for part in parts if part.strip())


def is_company(client: Contact) -> bool:
    """Whether a Provet client goes by an organisation's name."""
    return fold(client.name) != fold(f"{client.first_name} {client.last_name}")


def merged(target: Contact, source: Contact, names: Sequence[str]) -> Contact:
    """``target`` with the named fields taken from ``source``; an address keeps the country as its own system has it."""
    fresh = msgspec.structs.replace(target, **{name: getattr(source, name) for name in names})
    if "address" not in names:
        return fresh
    country = target.address.country or (source.address.country if source.system is System.PROVET else "")
    return msgspec.structs.replace(fresh, address=msgspec.structs.replace(source.address, country=country))


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a person known by one text: the last word is the last name."""
    words = name.split()
    return " ".join(words[:-1]), words[-1] if words else ""
