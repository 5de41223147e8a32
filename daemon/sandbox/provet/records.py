"""The records that a Provet tenant keeps, with exact amounts and integer relations.

How they look on the wire is not decided here but in wire.py.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import msgspec

ZERO = Decimal(0)
ONE = Decimal(1)

DRAFT = 0
FINALISED = 3
INVOICING = 4
VOIDED = 99
PAYMENT_DONE = 3
PAYMENT_CANCELLED = 99


class PaymentType:
    """Provet's fixed payment types (docs/reference/provet.md 2.10) that the sandbox treats on their own."""

    CARD = 0
    CASH = 1
    BANK_TRANSFER = 2
    ROUNDING = 3
    CONSOLIDATED = 6
    PREPAYMENT = 8
    CREDIT = 12


class Record(msgspec.Struct, kw_only=True):
    """Anything with an id and a time of last change."""

    id: int
    created: dt.datetime
    modified: dt.datetime


class Client(Record, kw_only=True):
    title: str = ""
    firstname: str = ""
    lastname: str = ""
    organization_name: str = ""
    customer_type: int = 0
    id_number: str | None = None
    vat_number: str | None = None
    email: str | None = None
    street_address: str | None = None
    zip_code: str | None = None
    city: str | None = None
    state: str | None = None
    country: str = "GB"
    no_sms: bool = False
    no_email: bool = False
    archived: bool = False
    remarks: str = ""
    phones: list[int] = []

    @property
    def name(self) -> str:
        return self.organization_name or f"{self.firstname} {self.lastname}".strip()


class PhoneNumber(Record, kw_only=True):
    client: int
    phone_number: str
    type_code: int = 1
    description: str = ""


class Invoice(Record, kw_only=True):
    """An invoice of any kind. ``rows`` and ``payments`` are ids in order of creation."""

    status: int = DRAFT
    department: int = 1
    client: int | None = None
    consultation: int | None = None
    original_consultation: int | None = None
    countersale: bool = False
    invoice_number: int | None = None
    invoice_prefix: str = ""
    invoice_date: dt.date
    date_paid: dt.date | None = None
    finalized: dt.datetime | None = None
    total: Decimal = ZERO
    total_vat: Decimal = ZERO
    total_with_vat: Decimal = ZERO
    due_sum: Decimal = ZERO
    credit_note: bool = False
    credits: int | None = None
    first_original: int | None = None
    consolidates: list[int] = []
    rows: list[int] = []
    payments: list[int] = []
    remarks: str = ""
    payer_name: str = ""
    payer_organization_name: str = ""
    payer_vat_number: str = ""
    payer_country_code: str = ""
    payer_city: str = ""
    payer_street_address: str = ""
    payer_zip_code: str = ""

    @property
    def number(self) -> str:
        """The number as people write it: prefix and running number, empty on a draft."""
        if self.invoice_number is None:
            return ""
        return f"{self.invoice_prefix}-{self.invoice_number}" if self.invoice_prefix else str(self.invoice_number)


class InvoiceRow(Record, kw_only=True):
    """One row; ``sum`` (net) and ``sum_vat`` hold four decimals, ``sum_total`` (gross) two."""

    invoice: int
    name: str
    quantity: Decimal
    price: Decimal
    price_with_vat: Decimal
    vat_percentage: Decimal
    sum: Decimal
    sum_vat: Decimal
    sum_total: Decimal
    original_sum_total: Decimal
    item: int | None = None
    invoice_group: str = ""
    percentage_change: Decimal = ZERO
    discount_amount: Decimal = ZERO
    is_dispense_fee_item: bool | None = None
    credited: int | None = None
    credited_by: list[int] = []


class InvoicePayment(Record, kw_only=True):
    """``reversed`` marks a payment that was cancelled, and the opposite row that cancels it; it is not on the wire."""

    invoice: int
    payment_type: int
    paid: Decimal
    payment_date: dt.date
    status: int = PAYMENT_DONE
    info: str = ""
    reversed: bool = False
    prepayment: int | None = None


class UnallocatedPayment(Record, kw_only=True):
    client: int
    department: int = 1
    payment_type: int
    sum: Decimal
    sum_left: Decimal
    payment_date: dt.date
    status: int = PAYMENT_DONE
    description: str = ""


class CounterSale(Record, kw_only=True):
    client: int | None
    department: int
    invoice: int
    finalized: bool = False


class Hook(Record, kw_only=True):
    trigger: int
    target_url: str
    content_type: int = 1
    department: int | None = None
    name: str = ""
    active: bool = True


class VatGroup(Record, kw_only=True):
    name: str
    vat_percentage: Decimal
    archived: bool = False


class PaymentMethod(Record, kw_only=True):
    name: str
    payment_type: int
    account_number: str | None = None
    archived: bool = False


class AccountNumber(Record, kw_only=True):
    number: str
    description: str


class Item(Record, kw_only=True):
    """``price`` is net; ``account_number`` is empty where the clinic entered none."""

    name: str
    price: Decimal
    vat_group: int
    account_number: str | None = None
    archived: bool = False


class Department(Record, kw_only=True):
    name: str
    invoice_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSpec:
    """What staff enter for a row. ``price`` and ``fee`` are net; the fee is inside the row's sum, not in its price."""

    name: str
    price: Decimal
    quantity: Decimal = ONE
    vat_percentage: Decimal = Decimal(20)
    item: int | None = None
    percentage_change: Decimal = ZERO
    fee: Decimal = ZERO
    dispense_fee: bool | None = None
    invoice_group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What staff or an API client enter for a payment; without ``date`` it is dated today."""

    amount: Decimal
    payment_type: int
    date: dt.date | None = None
    info: str = ""
    status: int = PAYMENT_DONE
