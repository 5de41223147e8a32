"""What each system takes into the fields of a contact, so that nothing is sent which it would refuse or cut."""

from __future__ import annotations

import re
import unicodedata

from daemon.core.model import Address, Contact, System

CODE_MAX = 50
TEXT_MAX = 255
LINE_MAX = 500
_XERO_MAX = {"phone": CODE_MAX, "vat_number": CODE_MAX}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_UNSEEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what stands around them."""


def misfit(system: System, name: str, contact: Contact) -> str:
    """Why a system does not take a field as it is, in words; "" if it does.

    Limits are those of docs/reference/xero.md 12.2; Provet's are assumed to be 255 characters throughout.
    """
    if name == "address":
        return _address_misfit(system, contact.address)
    text = str(getattr(contact, name))
    if unseen(text):
        return "holds control characters"
    if name == "email" and text and not _EMAIL.fullmatch(text):
        return "is no e-mail address"
    if name == "phone" and not text and system is System.PROVET:
        return "cannot be emptied in Provet"
    return _too_long(text, _XERO_MAX.get(name, TEXT_MAX) if system is System.XERO else TEXT_MAX, system)


def _address_misfit(system: System, address: Address) -> str:
    if any(unseen(part) for part in (address.street, address.city, address.region, address.postal_code)):
        return "holds control characters"
    parts = [(address.city, TEXT_MAX), (address.region, TEXT_MAX)]
    if system is System.XERO:
        parts += [(address.postal_code, CODE_MAX), *((line, LINE_MAX) for line in address_lines(address.street))]
    else:
        parts += [(address.postal_code, TEXT_MAX), (address.street, TEXT_MAX)]
    return next((why for text, most in parts if (why := _too_long(text, most, system))), "")


def address_lines(street: str) -> tuple[str, str, str, str]:
    """A street as the four lines of a Xero address; what is more stands in the last."""
    lines = [" ".join(line.split()) for line in street.splitlines()]
    lines = [line for line in lines if line]
    lines = [*lines[:3], ", ".join(lines[3:]), "", "", ""]
    return lines[0], lines[1], lines[2], lines[3]


def _too_long(text: str, most: int, system: System) -> str:
    return f"is longer than the {most} characters that {system.title()} takes" if len(text) > most else ""


def unseen(text: str) -> bool:
    """Whether a text holds control characters, or such that turn the direction of others."""
    return any(c in _UNSEEN or (unicodedata.category(c) in {"Cc", "Cs"} and not c.isspace()) for c in text)
