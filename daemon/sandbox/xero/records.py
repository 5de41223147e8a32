"""What the simulated organisation keeps: plain values, replaced and never changed in place."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from daemon.sandbox.xero.wire import ZERO

LIVING = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID")


class Line(Struct, frozen=True):
    """One line of a document. ``account_id`` is empty on a line of text only; tracking is (category, option) ids."""

    id: str
    description: str
    quantity: Decimal
    unit_amount: Decimal
    line_amount: Decimal
    tax_type: str
    tax_amount: Decimal
    account_id: str = ""
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: tuple[tuple[str, str], ...] = ()


class Document(Struct, frozen=True):
    """An invoice, credit note, prepayment or overpayment.

    ``paid`` is by payments (for a credit: refunds), ``credited`` by allocations; both always positive.
    """

    id: str
    type: str
    number: str
    contact_id: str
    day: date
    status: str
    line_amount_types: str
    lines: tuple[Line, ...]
    sub_total: Decimal
    total_tax: Decimal
    total: Decimal
    currency: str
    updated: datetime
    reference: str = ""
    due_date: date | None = None
    url: str | None = None
    currency_rate: Decimal = Decimal("1.0000000000")
    sent_to_contact: bool = False
    expected_payment_date: date | None = None
    branding_theme_id: str = ""
    paid: Decimal = ZERO
    credited: Decimal = ZERO
    fully_paid_on: date | None = None
    by_app: bool = True

    @property
    def outstanding(self) -> Decimal:
        """What is still due, or still to be used of a credit."""
        return ZERO if self.status in ("VOIDED", "DELETED") else self.total - self.paid - self.credited

    @property
    def settled_in_part(self) -> bool:
        """Whether any payment or allocation stands against it."""
        return bool(self.paid or self.credited)


class Payment(Struct, frozen=True):
    """Money against one document (an invoice, or the refund of a credit)."""

    id: str
    document_id: str
    account_id: str
    day: date
    amount: Decimal
    updated: datetime
    reference: str = ""
    status: str = "AUTHORISED"
    is_reconciled: bool = False
    batch_id: str = ""
    currency_rate: Decimal = Decimal("1.0000000000")


class Batch(Struct, frozen=True):
    """Payments that reach the bank as one line."""

    id: str
    account_id: str
    day: date
    reference: str
    payment_ids: tuple[str, ...]
    total: Decimal
    updated: datetime
    status: str = "AUTHORISED"
    is_reconciled: bool = False


class Allocation(Struct, frozen=True):
    """Part of a credit used for an invoice."""

    id: str
    credit_id: str
    invoice_id: str
    amount: Decimal
    day: date
    updated: datetime


class Contact(Struct, frozen=True):
    """A customer. ``texts`` holds the plain text fields by their wire name; address and phone slots by their type."""

    id: str
    name: str
    updated: datetime
    number: str = ""
    status: str = "ACTIVE"
    texts: dict[str, str] = {}
    addresses: dict[str, dict[str, str]] = {}
    phones: dict[str, dict[str, str]] = {}
    persons: tuple[dict[str, str | bool], ...] = ()
    is_customer: bool = False
    is_supplier: bool = False
    merged_to: str = ""


class Account(Struct, frozen=True):
    """An account of the chart; a bank account may have no code."""

    id: str
    code: str
    name: str
    type: str
    tax_type: str
    updated: datetime
    status: str = "ACTIVE"
    enable_payments: bool = False
    system_account: str = ""


class TaxRate(Struct, frozen=True):
    """A tax rate; ``id`` is its TaxType, ``rate`` in per cent, ``applies_to`` account classes."""

    id: str
    name: str
    rate: Decimal
    applies_to: tuple[str, ...]
    updated: datetime
    status: str = "ACTIVE"


class TrackingOption(Struct, frozen=True):
    """One value of a tracking category."""

    id: str
    name: str
    status: str = "ACTIVE"


class TrackingCategory(Struct, frozen=True):
    """A dimension of analysis, such as the clinic's location."""

    id: str
    name: str
    options: tuple[TrackingOption, ...]
    updated: datetime
    status: str = "ACTIVE"


class Note(Struct, frozen=True):
    """One history record of a document or contact."""

    id: str
    subject_id: str
    changes: str
    user: str
    details: str
    updated: datetime
