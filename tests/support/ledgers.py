"""What stands in both ledgers, as plain values.

Part of the independent checker. ``decoding.py`` makes them from the wire, ``wire.py`` fetches, ``books.py`` compares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Client:
    """One customer as either system holds it; ``number`` is the Provet id, ``id`` the system's own."""

    id: str
    number: str
    name: str
    first: str
    last: str
    email: str
    phone: str
    street: str
    city: str
    post_code: str
    vat_number: str
    living: bool
    merged_into: str = ""

    def shared(self) -> dict[str, str]:
        """The fields that both systems hold, without what only looks different."""
        return {
            "name": self.name.removesuffix(f" ({self.number})"),
            "first name": self.first,
            "last name": self.last,
            "e-mail": self.email.casefold(),
            "phone": "".join(character for character in self.phone if character.isdigit()),
            "address": ", ".join(part for part in (self.street, self.city, self.post_code) if part),
            "VAT number": self.vat_number,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a Provet invoice; ``account`` is its item's number, empty if there is none."""

    rate: Decimal
    vat: Decimal
    gross: Decimal
    account: str


@dataclass(frozen=True, slots=True)
class ProvetPayment:
    id: str
    type: str
    paid: Decimal
    done: bool
    info: str
    date: dt.date | None


@dataclass(frozen=True, slots=True)
class ProvetDocument:
    """An invoice record of any kind, amounts signed as Provet has them; ``originals`` are the ids of those that it
    consolidates."""

    id: str
    number: str
    status: int
    client: str | None
    date: dt.date
    credit_note: bool
    credits: str | None
    consolidates: bool
    gross: Decimal
    vat: Decimal
    due: Decimal
    rows: tuple[Row, ...]
    payments: tuple[ProvetPayment, ...]
    originals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    account: str
    tax_type: str
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    invoice: str
    amount: Decimal
    date: dt.date


@dataclass(frozen=True, slots=True)
class XeroDocument:
    """A sales invoice or its credit note; ``left`` is due on the one, remaining of the other."""

    id: str
    credit: bool
    number: str
    reference: str
    status: str
    contact: str
    date: dt.date
    total: Decimal
    tax: Decimal
    left: Decimal
    credited: Decimal
    currency: str
    lines: tuple[Line, ...]
    allocations: tuple[Allocation, ...]

    @property
    def living(self) -> bool:
        return self.status not in {"VOIDED", "DELETED"}


@dataclass(frozen=True, slots=True)
class XeroPayment:
    id: str
    document: str
    amount: Decimal
    date: dt.date
    reference: str
    living: bool
    accounts: frozenset[str]
    by_note: bool = False
    """Whether it is a credit note that writes off, which is never older than what it is set against."""


@dataclass(frozen=True, slots=True)
class ProvetLedger:
    documents: Mapping[str, ProvetDocument]
    clients: Mapping[str, Client]


@dataclass(frozen=True, slots=True)
class XeroLedger:
    """``rates`` maps a TaxType to its percentage."""

    documents: Mapping[str, XeroDocument]
    payments: tuple[XeroPayment, ...]
    contacts: Mapping[str, Client]
    rates: Mapping[str, Decimal]
