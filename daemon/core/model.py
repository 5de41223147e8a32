"""The domain: records of both systems in one canonical form, and what links them.

All money is exact ``Decimal`` in the practice's single currency, with the sign the system itself gives it unless a
field says otherwise. Dates are the systems' local calendar dates; times are aware UTC. Empty text means "none".
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from enum import StrEnum

import msgspec

ZERO = Decimal(0)
CENT = Decimal("0.01")

_NO_TIME = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all domain values: immutable, compared by content, stored as JSON."""


class System(StrEnum):
    PROVET = "provet"
    XERO = "xero"


class Kind(StrEnum):
    """Kinds of record that are compared."""

    CONTACT = "contact"
    DOCUMENT = "document"
    PAYMENT = "payment"


class Ref(Value, frozen=True, kw_only=True):
    """What a record is called in its own system."""

    system: System
    kind: Kind
    id: str


class Address(Value, frozen=True, kw_only=True):
    """A postal address; ``country`` as its system writes it in canonical form (ISO code in Provet, text in Xero).

    ``attention`` is Xero's AttentionTo, kept when the rest of the address is written.
    """

    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    attention: str = ""


class Contact(Value, frozen=True, kw_only=True, tag="contact"):
    """A Provet client or a Xero contact.

    ``name`` is the full display name. ``number`` is the mark: Xero's ContactNumber, in Provet the client's own id.
    ``phone`` and ``address`` are the ones both systems share (Xero phone DEFAULT, address POBOX).
    ``anonymised`` is Xero's GDPRREQUEST: treated as archived and never written.
    """

    system: System
    id: str
    updated_at: dt.datetime
    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    vat_number: str = ""
    address: Address = Address()
    archived: bool = False
    anonymised: bool = False
    number: str = ""
    merged_into: str = ""

    @property
    def ref(self) -> Ref:
        return Ref(system=self.system, kind=Kind.CONTACT, id=self.id)


class Line(Value, frozen=True, kw_only=True):
    """One line of a document, with its document's own sign.

    ``gross`` and ``tax`` are the amounts that count; ``quantity`` and ``unit_gross`` only explain them.
    ``tax_rate`` is the VAT percentage (20 for 20 %); ``tax_code`` is Xero's TaxType or Provet's "group:<id>".
    ``account`` is Provet's account number or Xero's account code; ``account_hints`` are the fallbacks that Provet
    offers for it, most specific first.
    """

    description: str
    gross: Decimal
    tax: Decimal
    tax_rate: Decimal
    tax_code: str = ""
    account: str = ""
    account_hints: tuple[str, ...] = ()
    quantity: Decimal = Decimal(1)
    unit_gross: Decimal = ZERO
    id: str = ""


class Allocation(Value, frozen=True, kw_only=True):
    """Credit set against an invoice in Xero: ``amount`` positive, in the credit note's list."""

    document_id: str
    amount: Decimal
    date: dt.date
    id: str = ""


class DocumentStatus(StrEnum):
    """``DRAFT`` is not in the books; ``FINAL`` is; ``PENDING`` are Provet's 1, 2 and 4; ``VOID`` covers deleted."""

    DRAFT = "draft"
    PENDING = "pending"
    FINAL = "final"
    VOID = "void"


class Document(Value, frozen=True, kw_only=True, tag="document"):
    """A Provet invoice of any kind, or a Xero sales invoice or customer credit note.

    ``credit`` says what its own system calls it: Provet's ``credit_note`` flag, Xero's ACCRECCREDIT.
    ``gross`` and ``tax`` carry Provet's own sign (credit notes of either sign occur); Xero's are positive.
    ``balance`` is what is left: Provet ``due_sum``, Xero AmountDue or RemainingCredit.
    ``credits`` is the Provet id of the document it credits. ``reference`` is Xero's Reference, where our mark stands.
    ``paid``/``credited`` are Xero's AmountPaid/AmountCredited. ``prepaid`` is what prepayments and overpayments of
    Xero cover. ``consolidates`` are the ids of the originals inside a consolidated invoice.
    """

    system: System
    id: str
    updated_at: dt.datetime
    credit: bool
    status: DocumentStatus
    date: dt.date
    gross: Decimal
    tax: Decimal = ZERO
    balance: Decimal = ZERO
    paid: Decimal = ZERO
    credited: Decimal = ZERO
    prepaid: Decimal = ZERO
    number: str = ""
    contact_id: str = ""
    contact_name: str = ""
    due_date: dt.date | None = None
    lines: tuple[Line, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    credits: str = ""
    department: str = ""
    currency: str = ""
    reference: str = ""
    consolidates: tuple[str, ...] = ()

    @property
    def ref(self) -> Ref:
        return Ref(system=self.system, kind=Kind.DOCUMENT, id=self.id)


class Payment(Value, frozen=True, kw_only=True, tag="payment"):
    """Money, or what counts as money, set against a document.

    ``amount`` carries Provet's own sign; Xero's is positive, also on a credit note (a refund there).
    ``method`` is Provet's payment type as text, or Xero's account code (the AccountID where it has no code).
    ``note`` is Provet's ``info`` or Xero's Reference: where the mark stands.
    ``locked`` means it may not be removed: bank-reconciled or part of a batch.
    """

    system: System
    id: str
    updated_at: dt.datetime
    document_id: str
    amount: Decimal
    date: dt.date
    method: str = ""
    note: str = ""
    cancelled: bool = False
    reconciled: bool = False
    batch_id: str = ""

    @property
    def ref(self) -> Ref:
        return Ref(system=self.system, kind=Kind.PAYMENT, id=self.id)

    @property
    def locked(self) -> bool:
        return self.reconciled or bool(self.batch_id)


Record = Contact | Document | Payment


class Origin(StrEnum):
    """How a link came about. ``UNDONE`` ties a record to the void or cancelled one that its undone creation left: it
    counts as missing again, and what is left of it as our own."""

    CREATED = "created"
    ADOPTED = "adopted"
    MANUAL = "manual"
    UNDONE = "undone"


class Link(Value, frozen=True, kw_only=True):
    """A confirmed pair of records of one kind.

    ``baseline`` is the compared state (field -> text) that both sides last agreed on; None before they ever did.
    ``created_in`` is the system that this program created the record in, or None if it found both.
    """

    kind: Kind
    provet_id: str
    xero_id: str
    origin: Origin
    created_in: System | None = None
    baseline: dict[str, str] | None = None


def kind_of(record: Record) -> Kind:
    return record.ref.kind


def digest(record: Record) -> bytes:
    """Sixteen bytes that change when anything but the time stamp of the record changes."""
    body = msgspec.json.encode(msgspec.structs.replace(record, updated_at=_NO_TIME), order="sorted")
    return hashlib.blake2b(body, digest_size=16).digest()
