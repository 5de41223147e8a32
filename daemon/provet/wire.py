"""Provet's records as they come: tolerant structs, numbers or strings as exact ``Decimal``, unknown keys ignored."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
from msgspec import field

from daemon.provet import assumed


class Embedded(msgspec.Struct, frozen=True):
    """A relation shown as an object instead of its URL."""

    id: int | str


Related = int | str | Embedded | None
Number = Decimal | None


class Page(msgspec.Struct, frozen=True):
    """The envelope of every list (docs/reference/provet.md 2.3)."""

    results: list[msgspec.Raw]
    next: str | None = None


class Phone(msgspec.Struct, frozen=True):
    """A phone number inside a client, or of ``/phonenumber/``."""

    id: int | str = ""
    number: str | None = None
    phone_number: str | None = None
    client: Related = None


class Country(msgspec.Struct, frozen=True):
    code: str | None = None


class Client(msgspec.Struct, frozen=True):
    """docs/reference/provet.md 2.7."""

    id: int | str
    modified: dt.datetime
    firstname: str | None = None
    lastname: str | None = None
    organization_name: str | None = None
    vat_number: str | None = None
    email: str | None = None
    street_address: str | None = None
    zip_code: str | None = None
    city: str | None = None
    state: str | None = None
    country: Country | str | None = None
    phone_numbers: list[Phone] | None = None
    archived: bool | None = None


class Invoice(msgspec.Struct, frozen=True):
    """docs/reference/provet.md 2.8."""

    id: int | str
    modified: dt.datetime
    status: int | str
    invoice_number: int | str | None = None
    invoice_prefix: str | None = None
    client: Related = None
    department: Related = None
    invoice_date: str | None = None
    due_date: str | None = field(default=None, name=assumed.DUE_DATE)
    total_vat: Number = None
    total_with_vat: Number = None
    due_sum: Number = None
    credit_note: bool | None = None
    credit_note_original_invoice: Related = None
    payer_name: str | None = None
    payer_organization_name: str | None = None
    invoice_row: list[Related] | None = None
    invoice_payment: list[Related] | None = None


class Row(msgspec.Struct, frozen=True):
    """docs/reference/provet.md 2.9."""

    id: int | str
    invoice: Related
    item: Related = None
    name: str | None = None
    invoice_group: str | None = None
    quantity: Number = None
    price_with_vat: Number = None
    vat_percentage: Number = None
    additional_tax_percentage: Number = None
    sum_vat: Number = None
    sum_total: Number = None
    account: Related = field(default=None, name=assumed.ROW_ACCOUNT)
    vat_group: Related = field(default=None, name=assumed.ROW_VAT_GROUP)


class Payment(msgspec.Struct, frozen=True):
    """docs/reference/provet.md 2.10."""

    id: int | str
    modified: dt.datetime
    invoice: Related
    paid: Number = None
    payment_type: int | str | None = None
    status: int | str | None = None
    info: str | None = None
    date: str | None = field(default=None, name=assumed.PAYMENT_DATE)
    created: dt.datetime | None = None


class Item(msgspec.Struct, frozen=True):
    id: int | str
    account: Related = field(default=None, name=assumed.ITEM_ACCOUNT)
    vat_group: Related = field(default=None, name=assumed.ITEM_VAT_GROUP)


class AccountNumber(msgspec.Struct, frozen=True):
    id: int | str
    number: int | str | None = None


class VatGroup(msgspec.Struct, frozen=True):
    id: int | str
    name: str | None = None
    vat_percentage: Number = None
    archived: bool | None = None


class Method(msgspec.Struct, frozen=True):
    id: int | str
    name: str | None = None
    code: int | str | None = field(default=None, name=assumed.METHOD_CODE)
    account: Related = field(default=None, name="account_number")
    archived: bool | None = None


class Department(msgspec.Struct, frozen=True):
    id: int | str
    name: str | None = None


class DepartmentSettings(msgspec.Struct, frozen=True):
    id: int | str = ""
    period_lock: str | None = field(default=None, name=assumed.PERIOD_LOCK)


PAGE = msgspec.json.Decoder(Page)
CLIENT = msgspec.json.Decoder(Client)
INVOICE = msgspec.json.Decoder(Invoice)
ROW = msgspec.json.Decoder(Row)
PAYMENT = msgspec.json.Decoder(Payment)
PHONE = msgspec.json.Decoder(Phone)
ITEM = msgspec.json.Decoder(Item)
ACCOUNT_NUMBER = msgspec.json.Decoder(AccountNumber)
VAT_GROUP = msgspec.json.Decoder(VatGroup)
METHOD = msgspec.json.Decoder(Method)
DEPARTMENT = msgspec.json.Decoder(Department)
DEPARTMENT_SETTINGS = msgspec.json.Decoder(DepartmentSettings)


def id_of(related: Related) -> str:
    """The id behind a relation: the last part of its URL, an embedded object's id, or the id itself; "" for none."""
    if related is None:
        return ""
    if isinstance(related, Embedded):
        return str(related.id)
    return str(related).rstrip("/").rpartition("/")[2]


def consolidates(raw: msgspec.Raw, key: str) -> tuple[str, ...]:
    """The originals that an invoice lists under ``key``, whose name is a setting (docs/reference/provet.md U-12)."""
    if f'"{key}"'.encode() not in bytes(raw):
        return ()
    value = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get(key)
    listed = msgspec.json.decode(value, type=list[Related] | None) if value is not None else None
    return tuple(id_of(related) for related in listed or () if related is not None)
