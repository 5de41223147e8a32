"""Provet's records into the domain. Pure, all it needs is an argument; ``ValueError`` for what makes no sense."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from daemon.core.model import ZERO, Address, Contact, Document, DocumentStatus, Line, Payment, System
from daemon.provet import assumed, wire
from daemon.provet.wire import id_of
from daemon.transport.decoding import exact, needed, one_line, utc


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What rows need to know of items: account number and VAT group by item id, percentage by VAT group id."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    percentages: Mapping[str, Decimal] = field(default_factory=dict)
    account_numbers: Mapping[str, str] = field(default_factory=dict)
    items_readable: bool = True

    def account(self, related: wire.Related) -> str:
        """An account number given as such, or as a link to ``/accountnumber/``."""
        found = id_of(related)
        return self.account_numbers.get(found, "") if "/" in str(related) else found


def contact(client: wire.Client) -> Contact:
    """A client; the phone is the first number, the country its ISO code."""
    person = one_line(f"{client.firstname or ''} {client.lastname or ''}")
    return Contact(
        system=System.PROVET,
        id=str(client.id),
        updated_at=utc(client.modified),
        name=one_line(client.organization_name) or person,
        first_name=one_line(client.firstname),
        last_name=one_line(client.lastname),
        email=(client.email or "").strip(),
        phone=_first_phone(client),
        vat_number=one_line(client.vat_number),
        address=_address(client),
        archived=bool(client.archived),
        number=str(client.id),
    )


def _first_phone(client: wire.Client) -> str:
    numbers = (one_line(phone.number or phone.phone_number) for phone in client.phone_numbers or ())
    return next((number for number in numbers if number), "")


def _address(client: wire.Client) -> Address:
    country = client.country.code if isinstance(client.country, wire.Country) else client.country
    return Address(
        street=(client.street_address or "").strip(),
        city=(client.city or "").strip(),
        region=(client.state or "").strip(),
        postal_code=(client.zip_code or "").strip(),
        country=(country or "").strip(),
    )


def document(
    invoice: wire.Invoice, rows: Sequence[wire.Row], catalogue: Catalogue, consolidates: tuple[str, ...] = ()
) -> Document:
    """An invoice of any kind with its rows. Raises ``ValueError`` if rows that it lists are missing."""
    if invoice.invoice_row is not None and len(rows) < len(invoice.invoice_row):
        raise ValueError(f"{len(rows)} of {len(invoice.invoice_row)} rows could be read")
    status = _status(invoice.status)
    department = id_of(invoice.department)
    return Document(
        system=System.PROVET,
        id=str(invoice.id),
        updated_at=utc(invoice.modified),
        credit=bool(invoice.credit_note),
        status=status,
        date=_day(invoice.invoice_date) or utc(invoice.modified).date(),
        gross=_total(invoice.total_with_vat, "total_with_vat", status),
        tax=_total(invoice.total_vat, "total_vat", status),
        balance=_total(invoice.due_sum, "due_sum", status),
        number=document_number(invoice),
        contact_id=id_of(invoice.client),
        contact_name=one_line(invoice.payer_organization_name) or one_line(invoice.payer_name),
        due_date=_day(invoice.due_date),
        lines=tuple(line(row, department, catalogue) for row in rows),
        credits=id_of(invoice.credit_note_original_invoice),
        department=department,
        consolidates=consolidates,
    )


def document_number(invoice: wire.Invoice) -> str:
    """Prefix and running number (docs/reference/provet.md 2.8); empty on a draft."""
    number = "" if invoice.invoice_number is None else str(invoice.invoice_number).strip()
    prefix = (invoice.invoice_prefix or "").strip()
    return f"{prefix}-{number}" if prefix and number else number


def line(row: wire.Row, department: str, catalogue: Catalogue) -> Line:
    """A row; its ``sum_total`` counts and is never computed (docs/reference/provet.md 2.9)."""
    item = id_of(row.item)
    rate = exact(row.vat_percentage or ZERO) + exact(row.additional_tax_percentage or ZERO)
    group = (row.invoice_group or "").strip()
    return Line(
        id=str(row.id),
        description=(row.name or "").strip(),
        gross=needed(row.sum_total, "sum_total"),
        tax=exact(row.sum_vat or ZERO),
        tax_rate=rate,
        tax_code=_tax_code(row, item, rate, catalogue),
        account=catalogue.account(row.account) or catalogue.accounts.get(item, ""),
        account_hints=(*((f"group:{group}",) if group else ()), *((f"department:{department}",) if department else ())),
        quantity=Decimal(1) if row.quantity is None else exact(row.quantity),
        unit_gross=exact(row.price_with_vat or ZERO),
    )


def _tax_code(row: wire.Row, item: str, rate: Decimal, catalogue: Catalogue) -> str:
    group = id_of(row.vat_group)
    if not group:
        group = catalogue.groups.get(item, "")
        group = group if catalogue.percentages.get(group) == rate else ""
    return f"group:{group}" if group else ""


def payment(found: wire.Payment) -> Payment:
    """A payment with Provet's own sign; without a date of its own it counts on the day it was entered."""
    document_id = id_of(found.invoice)
    if not document_id:
        raise ValueError("invoice is missing")
    return Payment(
        system=System.PROVET,
        id=str(found.id),
        updated_at=utc(found.modified),
        document_id=document_id,
        amount=needed(found.paid, "paid"),
        date=_day(found.date) or utc(found.created or found.modified).date(),
        method="" if found.payment_type is None else str(found.payment_type),
        note=(found.info or "").strip(),
        cancelled=found.status is not None and int(found.status) in assumed.PAYMENT_CANCELLED,
    )


def _status(value: int | str) -> DocumentStatus:
    status = assumed.STATUSES.get(int(value))
    if status is None:
        raise ValueError(f"status {int(value)} is not known")
    return status


def _total(value: Decimal | None, name: str, status: DocumentStatus) -> Decimal:
    if value is None and status is DocumentStatus.DRAFT:
        return ZERO
    return needed(value, name)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text[:10]) if text else None
