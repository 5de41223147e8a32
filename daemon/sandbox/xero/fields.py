"""Reading what a caller sent: typed access to a decoded JSON object, with Xero's complaint for a wrong type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from daemon.sandbox.xero.errors import Fault, Refused, bad_value, no_data
from daemon.sandbox.xero.wire import Element, is_guid, parse_day

LARGEST_EXPONENT = 11
"""Two such numbers multiply exactly within Decimal's 28 digits."""
MAX_BODY = 10 * 1024 * 1024
ENVELOPES = {"Invoices", "CreditNotes", "Payments", "Contacts", "Allocations", "HistoryRecords", "BatchPayments"}
_decoder = msgspec.json.Decoder(float_hook=Decimal)


class Fields:
    """One sent object. A field that is null counts as not sent."""

    def __init__(self, sent: Element, path: str) -> None:
        self.sent = sent
        self.path = path

    def has(self, key: str) -> bool:
        """Whether the field was sent."""
        return self.sent.get(key) is not None

    def text(self, key: str) -> str | None:
        """Text; a number is taken as its digits."""
        value = self.sent.get(key)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        raise self._bad(key, "System.String")

    def limited(self, key: str, longest: int) -> str | None:
        """Text of at most ``longest`` characters."""
        value = self.text(key)
        if value is not None and len(value) > longest:
            raise Refused(f"The length of the {key} field exceeds the maximum allowed length of {longest} characters.")
        return value

    def number(self, key: str) -> Decimal | None:
        """An exact, finite number, also when sent as text."""
        value = self.sent.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            raise self._bad(key, "System.Decimal")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise self._bad(key, "System.Decimal") from None
        if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
            raise self._bad(key, "System.Decimal")
        return number

    def day(self, key: str) -> date | None:
        """A document date in any accepted spelling."""
        value = self.sent.get(key)
        if value is None:
            return None
        day = parse_day(value) if isinstance(value, str) else None
        if day is None:
            raise self._bad(key, "System.DateTime")
        return day

    def flag(self, key: str) -> bool | None:
        """A boolean."""
        value = self.sent.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self._bad(key, "System.Boolean")

    def choice(self, key: str, allowed: tuple[str, ...], kind: str) -> str | None:
        """One of ``allowed``, whatever its case."""
        value = self.text(key)
        if value is None:
            return None
        for word in allowed:
            if word.lower() == value.lower():
                return word
        raise self._bad(key, f"Xero.API.Library.{kind}")

    def guid(self, key: str) -> str | None:
        """A GUID in lower case; refused when malformed."""
        value = self.text(key)
        if value is None:
            return None
        if not is_guid(value):
            raise Refused("Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
        return value.lower()

    def part(self, key: str) -> Fields | None:
        """An object inside this one."""
        value = self.sent.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._bad(key, f"Xero.API.Library.{key}")
        return Fields(value, f"{self.path}.{key}")

    def parts(self, key: str) -> list[Fields] | None:
        """A list of objects inside this one."""
        value = self.sent.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._bad(key, f"Xero.API.Library.{key}[]")
        return [Fields(item, f"{self.path}.{key}[{index}]") for index, item in enumerate(value)]

    def _bad(self, key: str, kind: str) -> Fault:
        return bad_value(self.sent.get(key), kind, f"{self.path}.{key}")


def read_elements(body: bytes, plural: str, noun: str) -> list[Fields]:
    """The elements of a body: a plural envelope (its key in any case) or one bare object (1)."""
    if len(body) > MAX_BODY:
        raise Fault(413, message="Request Entity Too Large")
    payload = _decode(body, noun)
    sent = next((value for key, value in payload.items() if key.lower() == plural.lower()), None)
    if sent is None:
        sent = [] if payload.keys() <= ENVELOPES else [payload]
    items = sent if isinstance(sent, list) else [sent]
    elements = [item for item in items if isinstance(item, dict)]
    if not elements or len(elements) != len(items):
        raise no_data(noun)
    return [Fields(item, f"{plural}[{index}]") for index, item in enumerate(elements)]


def _decode(body: bytes, noun: str) -> dict[str, Any]:
    try:
        payload = _decoder.decode(body)
    except (msgspec.DecodeError, RecursionError):
        payload = None
    if not isinstance(payload, dict) or not payload:
        raise no_data(noun)
    return payload


def listed(text: str | None) -> Iterator[str]:
    """The entries of a comma-joined query value."""
    for entry in (text or "").split(","):
        if entry.strip():
            yield entry.strip()
