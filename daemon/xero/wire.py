"""Xero's records as they come: tolerant structs, exact ``Decimal``, unknown keys and values ignored; no meaning here.

Field names are Xero's own (docs/reference/xero.md 8 to 13).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import msgspec

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
_STAMP = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NUMBER = Decimal | None


class Wire(msgspec.Struct, frozen=True, rename="pascal"):
    """Base of all: keys are the field names in Pascal case unless a field says otherwise."""


class Message(Wire, frozen=True):
    message: str | None = None


class Status(Wire, frozen=True):
    """What a write's answer says of one element, whatever its kind (docs/reference/xero.md 6.2)."""

    status_attribute_string: str | None = None
    has_errors: bool | None = None
    has_validation_errors: bool | None = None
    validation_errors: list[Message] | None = None
    warnings: list[Message] | None = None


class Phone(Wire, frozen=True):
    phone_type: str | None = None
    phone_number: str | None = None
    phone_area_code: str | None = None
    phone_country_code: str | None = None


class Address(Wire, frozen=True):
    address_type: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    address_line4: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    attention_to: str | None = None


class Contact(Wire, frozen=True):
    contact_id: str = msgspec.field(name="ContactID")
    name: str | None = None
    contact_number: str | None = None
    contact_status: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email_address: str | None = None
    tax_number: str | None = None
    phones: list[Phone] | None = None
    addresses: list[Address] | None = None
    merged_to: str | None = msgspec.field(default=None, name="MergedToContactID")
    updated: str | None = msgspec.field(default=None, name="UpdatedDateUTC")


class ContactRef(Wire, frozen=True):
    contact_id: str | None = msgspec.field(default=None, name="ContactID")
    name: str | None = None


class Line(Wire, frozen=True):
    line_item_id: str | None = msgspec.field(default=None, name="LineItemID")
    description: str | None = None
    quantity: _NUMBER = None
    unit_amount: _NUMBER = None
    line_amount: _NUMBER = None
    tax_amount: _NUMBER = None
    tax_type: str | None = None
    account_code: str | None = None
    account_id: str | None = msgspec.field(default=None, name="AccountID")


class DocumentRef(Wire, frozen=True):
    """A document inside a payment or allocation; a credit note may stand in the ``Invoice`` slot (9)."""

    invoice_id: str | None = msgspec.field(default=None, name="InvoiceID")
    credit_note_id: str | None = msgspec.field(default=None, name="CreditNoteID")


class Allocation(Wire, frozen=True):
    allocation_id: str | None = msgspec.field(default=None, name="AllocationID")
    amount: _NUMBER = None
    date: str | None = None
    invoice: DocumentRef | None = None


class Applied(Wire, frozen=True):
    """A prepayment or overpayment on an invoice, or a refund on a credit note."""

    applied_amount: _NUMBER = None
    amount: _NUMBER = None


class Document(Wire, frozen=True):
    """An invoice or a credit note; each has its own keys for id, number and what is left."""

    type: str | None = None
    invoice_id: str | None = msgspec.field(default=None, name="InvoiceID")
    credit_note_id: str | None = msgspec.field(default=None, name="CreditNoteID")
    invoice_number: str | None = None
    credit_note_number: str | None = None
    reference: str | None = None
    contact: ContactRef | None = None
    status: str | None = None
    line_amount_types: str | None = None
    line_items: list[Line] | None = None
    date: str | None = None
    date_string: str | None = None
    due_date: str | None = None
    due_date_string: str | None = None
    total: _NUMBER = None
    total_tax: _NUMBER = None
    amount_due: _NUMBER = None
    amount_paid: _NUMBER = None
    amount_credited: _NUMBER = None
    remaining_credit: _NUMBER = None
    currency_code: str | None = None
    allocations: list[Allocation] | None = None
    payments: list[Applied] | None = None
    prepayments: list[Applied] | None = None
    overpayments: list[Applied] | None = None
    updated: str | None = msgspec.field(default=None, name="UpdatedDateUTC")


class AccountRef(Wire, frozen=True):
    account_id: str | None = msgspec.field(default=None, name="AccountID")
    code: str | None = None


class Batch(Wire, frozen=True):
    """A batch inside a payment; its numbers and booleans are strings there, and not needed (18.20)."""

    batch_payment_id: str | None = msgspec.field(default=None, name="BatchPaymentID")


class Payment(Wire, frozen=True):
    payment_id: str = msgspec.field(name="PaymentID")
    payment_type: str | None = None
    status: str | None = None
    date: str | None = None
    amount: _NUMBER = None
    reference: str | None = None
    account: AccountRef | None = None
    invoice: DocumentRef | None = None
    credit_note: DocumentRef | None = None
    is_reconciled: bool | str | None = None
    batch_payment_id: str | None = msgspec.field(default=None, name="BatchPaymentID")
    batch_payment: Batch | None = None
    updated: str | None = msgspec.field(default=None, name="UpdatedDateUTC")


class Account(Wire, frozen=True):
    account_id: str = msgspec.field(name="AccountID")
    code: str | None = None
    name: str | None = None
    type: str | None = None
    status: str | None = None
    tax_type: str | None = None
    system_account: str | None = None
    enable_payments_to_account: bool | None = None


class TaxRate(Wire, frozen=True):
    tax_type: str
    name: str | None = None
    status: str | None = None
    effective_rate: _NUMBER = None
    can_apply_to_revenue: bool | None = None


class TrackingOption(Wire, frozen=True):
    name: str | None = None
    status: str | None = None


class TrackingCategory(Wire, frozen=True):
    name: str | None = None
    status: str | None = None
    options: list[TrackingOption] | None = None


class Organisation(Wire, frozen=True):
    organisation_id: str | None = msgspec.field(default=None, name="OrganisationID")
    name: str | None = None
    short_code: str | None = None
    base_currency: str | None = None
    timezone: str | None = None
    sales_tax_basis: str | None = None
    period_lock_date: str | None = None
    end_of_year_lock_date: str | None = None


class Pagination(msgspec.Struct, frozen=True, rename="camel"):
    page: int = 1
    page_size: int = 0
    page_count: int = 0


class Envelope(msgspec.Struct, frozen=True):
    """The envelope of every answer (5.1); only one of the lists is there."""

    sent_at: str | None = msgspec.field(default=None, name="DateTimeUTC")
    pagination: Pagination | None = None
    contacts: list[msgspec.Raw] | None = msgspec.field(default=None, name="Contacts")
    invoices: list[msgspec.Raw] | None = msgspec.field(default=None, name="Invoices")
    credit_notes: list[msgspec.Raw] | None = msgspec.field(default=None, name="CreditNotes")
    payments: list[msgspec.Raw] | None = msgspec.field(default=None, name="Payments")
    allocations: list[msgspec.Raw] | None = msgspec.field(default=None, name="Allocations")
    accounts: list[msgspec.Raw] | None = msgspec.field(default=None, name="Accounts")
    tax_rates: list[msgspec.Raw] | None = msgspec.field(default=None, name="TaxRates")
    tracking_categories: list[msgspec.Raw] | None = msgspec.field(default=None, name="TrackingCategories")
    organisations: list[msgspec.Raw] | None = msgspec.field(default=None, name="Organisations")

    def elements(self, resource: str) -> list[msgspec.Raw] | None:
        """The list of a resource, named as in the path; None if the answer does not hold it."""
        return self._lists().get(resource)

    def _lists(self) -> dict[str, list[msgspec.Raw] | None]:
        return {
            "Contacts": self.contacts,
            "Invoices": self.invoices,
            "CreditNotes": self.credit_notes,
            "Payments": self.payments,
            "Allocations": self.allocations,
            "Accounts": self.accounts,
            "TaxRates": self.tax_rates,
            "TrackingCategories": self.tracking_categories,
            "Organisation": self.organisations,
        }


class ErrorBody(Wire, frozen=True):
    """The body of a 400 (6.3)."""

    error_number: int | None = None
    elements: list[msgspec.Raw] | None = None


ENVELOPE = msgspec.json.Decoder(Envelope)
ERROR_BODY = msgspec.json.Decoder(ErrorBody)
STATUS = msgspec.json.Decoder(Status)
CONTACT = msgspec.json.Decoder(Contact)
DOCUMENT = msgspec.json.Decoder(Document)
PAYMENT = msgspec.json.Decoder(Payment)
ACCOUNT = msgspec.json.Decoder(Account)
TAX_RATE = msgspec.json.Decoder(TaxRate)
TRACKING_CATEGORY = msgspec.json.Decoder(TrackingCategory)
ORGANISATION = msgspec.json.Decoder(Organisation)


def moment(text: str | None) -> dt.datetime:
    """A time stamp in either spelling (5.6), aware UTC."""
    if text is None:
        raise ValueError("a time is missing")
    if match := _STAMP.fullmatch(text):
        return _EPOCH + dt.timedelta(milliseconds=int(match[1]))
    found = dt.datetime.fromisoformat(text)
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def day(text: str | None, twin: str | None = None) -> dt.date | None:
    """A document date in either spelling: the UTC date, never converted (5.6); None where there is none."""
    if twin:
        return dt.date.fromisoformat(twin[:10])
    return moment(text).date() if text else None
