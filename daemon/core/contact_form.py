"""A contact's fields as both systems share them, and how each writes what the other holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec

from daemon.core.contact_fit import misfit
from daemon.core.family import fold
from daemon.core.model import Address, Contact, System

FIELDS = ("name", "first_name", "last_name", "email", "phone", "vat_number", "address")
_TRUNK_ZERO = re.compile(r"(\+(?:3[0-46]|35[38]|4[0-9]|6[14]))0(?=\d)")
"""Country codes whose numbers are written with a zero at home that is not dialled from abroad."""


def new_contact(client: Contact, taken_names: Sequence[str]) -> Contact:
    """The Xero contact of a Provet client that has none, without what Xero would refuse of it.

    Its name and number stay as they are: a contact whose name does not fit is not created (``nameless``).
    """
    empty = Contact(system=System.XERO, id="", updated_at=client.updated_at, name=free_name(client, taken_names))
    fitting = [name for name in FIELDS if name != "name" and not misfit(System.XERO, name, client)]
    return msgspec.structs.replace(empty, number=client.id, **{name: getattr(client, name) for name in fitting})


def nameless(client: Contact, taken_names: Sequence[str]) -> str:
    """Why Xero cannot have a contact of a client's name, in words; "" if it can."""
    return misfit(System.XERO, "name", new_contact(client, taken_names))


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


def texts(contact: Contact, names: Sequence[str]) -> dict[str, str]:
    """The named fields as they stand, for people; an address in one line."""
    return {name: canonical_address(contact.address) if name == "address" else getattr(contact, name) for name in names}


def canonical_phone(phone: str) -> str:
    """Digits and letters, with a leading ``+`` for the international forms ``+`` and ``00``.

    Neither punctuation nor a zero that is only dialled at home makes two numbers of one.
    """
    text = unicodedata.normalize("NFKC", phone).strip().casefold()
    bare = "".join(character for character in text if character.isalnum())
    if text.startswith("+"):
        bare = f"+{bare}" if bare else ""
    elif bare.startswith("00") and len(bare) > 2:
        bare = f"+{bare[2:]}"
    return _TRUNK_ZERO.sub(r"\1", bare, count=1) if bare.startswith("+") else bare


def canonical_address(address: Address) -> str:
    """One line of the address without its country, which the systems write too differently to compare.

    How it is spread over lines does not matter: a comma and a line break of the street separate alike.
    """
    lines = (*address.street.splitlines(), address.city, address.region, address.postal_code)
    parts = (" ".join(part.split()) for line in lines for part in line.split(","))
    return ", ".join(part for part in parts if part)


def is_company(client: Contact) -> bool:
    """Whether a Provet client goes by an organisation's name."""
    return fold(client.name) != fold(f"{client.first_name} {client.last_name}")


def merged(target: Contact, source: Contact, names: Sequence[str]) -> Contact:
    """``target`` with the named fields taken from ``source``.

    An address keeps the country as its own system has it, and whose attention it asks for.
    """
    fresh = msgspec.structs.replace(target, **{name: getattr(source, name) for name in names})
    if "address" not in names:
        return fresh
    country = target.address.country or (source.address.country if source.system is System.PROVET else "")
    kept = {"country": country, "attention": target.address.attention}
    return msgspec.structs.replace(fresh, address=msgspec.structs.replace(source.address, **kept))


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a person known by one text: the last word is the last name."""
    words = name.split()
    return " ".join(words[:-1]), words[-1] if words else ""
