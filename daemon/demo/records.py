"""The few fields of both systems' answers that the story looks at, as they are on the wire; money is exact."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec
from msgspec import field

T = TypeVar("T")


class Listed(msgspec.Struct, Generic[T], frozen=True):
    """A page of one of Provet's lists."""

    next: str | None
    results: list[T]


def id_of(url: str) -> str:
    """The id at the end of one of Provet's addresses."""
    return url.rstrip("/").rpartition("/")[2]


class ProvetInvoice(msgspec.Struct, frozen=True):
    id: int
    status: int
    invoice_prefix: str
    invoice_number: int | None
    client: str | None
    invoice_date: dt.date
    total_with_vat: Decimal
    due_sum: Decimal
    first_original_invoice: str | None

    @property
    def credits(self) -> int:
        """The id of the invoice that this credit note credits; 0 if it is none."""
        return int(id_of(self.first_original_invoice)) if self.first_original_invoice else 0

    @property
    def number(self) -> str:
        """As it stands in Xero."""
        return f"{self.invoice_prefix}-{self.invoice_number}"


class ProvetPayment(msgspec.Struct, frozen=True):
    id: int
    invoice: str
    payment_type: int
    paid: Decimal
    info: str

    @property
    def invoice_id(self) -> str:
        return id_of(self.invoice)


class PhoneNumber(msgspec.Struct, frozen=True):
    number: str


class Client(msgspec.Struct, frozen=True):
    id: int
    firstname: str
    lastname: str
    email: str | None
    phone_numbers: list[PhoneNumber]

    @property
    def name(self) -> str:
        return f"{self.firstname} {self.lastname}"


class XeroInvoice(msgspec.Struct, frozen=True):
    id: str = field(name="InvoiceID")
    type: str = field(name="Type")
    status: str = field(name="Status")
    number: str = field(name="InvoiceNumber", default="")
    total: Decimal = field(name="Total", default=Decimal(0))
    due: Decimal = field(name="AmountDue", default=Decimal(0))


class Target(msgspec.Struct, frozen=True):
    """The document that a payment or an allocation belongs to."""

    id: str = field(name="InvoiceID", default="")
    number: str = field(name="InvoiceNumber", default="")


class Allocation(msgspec.Struct, frozen=True):
    amount: Decimal = field(name="Amount")
    invoice: Target = field(name="Invoice")


class XeroCreditNote(msgspec.Struct, frozen=True):
    id: str = field(name="CreditNoteID")
    type: str = field(name="Type")
    status: str = field(name="Status")
    number: str = field(name="CreditNoteNumber", default="")
    total: Decimal = field(name="Total", default=Decimal(0))
    remaining: Decimal = field(name="RemainingCredit", default=Decimal(0))
    allocations: list[Allocation] = field(name="Allocations", default_factory=list)


class XeroPayment(msgspec.Struct, frozen=True):
    id: str = field(name="PaymentID")
    status: str = field(name="Status")
    amount: Decimal = field(name="Amount")
    reference: str = field(name="Reference", default="")
    invoice: Target = field(name="Invoice", default_factory=Target)


class Phone(msgspec.Struct, frozen=True):
    kind: str = field(name="PhoneType")
    number: str = field(name="PhoneNumber", default="")


class Contact(msgspec.Struct, frozen=True):
    id: str = field(name="ContactID")
    name: str = field(name="Name")
    client: str = field(name="ContactNumber", default="")
    email: str = field(name="EmailAddress", default="")
    phones: list[Phone] = field(name="Phones", default_factory=list)

    @property
    def phone(self) -> str:
        """The number that belongs to Provet's client."""
        return next((phone.number for phone in self.phones if phone.kind == "DEFAULT"), "")


class Account(msgspec.Struct, frozen=True):
    id: str = field(name="AccountID")
    code: str = field(name="Code", default="")
