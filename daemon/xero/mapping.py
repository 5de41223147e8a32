"""Xero's records into the domain. Pure; ``ValueError`` for what makes no sense, None for what is not ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from daemon.core.model import ZERO, Address, Allocation, Contact, Document, DocumentStatus, Line, Payment, System
from daemon.transport.decoding import exact, needed, one_line
from daemon.xero import wire

INVOICE = "ACCREC"
CREDIT_NOTE = "ACCRECCREDIT"
_FOREIGN = ("ACCPAY", "AP", "AROVERPAYMENT", "ARPREPAYMENT", "RECEIVE", "SPEND")
OUR_PAYMENTS = frozenset({"ACCRECPAYMENT", "ARCREDITPAYMENT"})
PHONE = "DEFAULT"
ADDRESS = "POBOX"

_STATUSES = {
    "DRAFT": DocumentStatus.DRAFT,
    "SUBMITTED": DocumentStatus.DRAFT,
    "AUTHORISED": DocumentStatus.FINAL,
    "PAID": DocumentStatus.FINAL,
    "VOIDED": DocumentStatus.VOID,
    "DELETED": DocumentStatus.VOID,
}


def contact(found: wire.Contact) -> Contact:
    """A contact; of its phones and addresses only the shared ones (docs/reference/xero.md 12.2)."""
    status = (found.contact_status or "ACTIVE").upper()
    return Contact(
        system=System.XERO,
        id=found.contact_id.lower(),
        updated_at=wire.moment(found.updated),
        name=one_line(found.name),
        first_name=one_line(found.first_name),
        last_name=one_line(found.last_name),
        email=(found.email_address or "").strip(),
        phone=_phone(found.phones or ()),
        vat_number=(found.tax_number or "").strip(),
        address=_address(found.addresses or ()),
        archived=status != "ACTIVE",
        anonymised=status == "GDPRREQUEST",
        number=(found.contact_number or "").strip(),
        merged_into=(found.merged_to or "").lower(),
    )


def _phone(phones: Iterable[wire.Phone]) -> str:
    """The parts as one number; a country code of its own makes it international, however it is written."""
    own = next((phone for phone in phones if phone.phone_type == PHONE), None)
    if own is None:
        return ""
    country, number = one_line(own.phone_country_code), one_line(own.phone_number)
    if number.startswith(("+", "00")):
        return number
    digits = country.removeprefix("+").removeprefix("00")
    return one_line(f"{f'+{digits}' if digits else ''} {own.phone_area_code or ''} {number}")


def _address(addresses: Iterable[wire.Address]) -> Address:
    own = next((address for address in addresses if address.address_type == ADDRESS), None)
    if own is None:
        return Address()
    lines = (own.address_line1, own.address_line2, own.address_line3, own.address_line4)
    return Address(
        street=", ".join(line.strip() for line in lines if line and line.strip()),
        city=(own.city or "").strip(),
        region=(own.region or "").strip(),
        postal_code=(own.postal_code or "").strip(),
        country=(own.country or "").strip(),
        attention=(own.attention_to or "").strip(),
    )


def _expect_foreign(word: str | None, name: str) -> None:
    """Raises ``ValueError`` for a type that nobody knows: it might be ours."""
    if not (word or "").startswith(_FOREIGN):
        raise ValueError(f"{name} is missing or not known")


def document(found: wire.Document, rates: Mapping[str, Decimal]) -> Document | None:
    """A sales invoice or customer credit note; None for the purchase side. ``rates`` are percentages by TaxType."""
    if found.type not in (INVOICE, CREDIT_NOTE):
        _expect_foreign(found.type, "Type")
        return None
    credit = found.type == CREDIT_NOTE
    status = _STATUSES.get((found.status or "").upper())
    date = wire.day(found.date, found.date_string)
    identifier = found.credit_note_id if credit else found.invoice_id
    if status is None or date is None or not identifier or found.contact is None:
        raise ValueError("status, date, id or contact is missing or not known")
    allocations = tuple(_allocation(each, date) for each in found.allocations or ()) if credit else ()
    return Document(
        system=System.XERO,
        id=identifier.lower(),
        updated_at=wire.moment(found.updated),
        credit=credit,
        status=status,
        date=date,
        gross=needed(found.total, "Total"),
        tax=exact(found.total_tax or ZERO),
        balance=_balance(found, status, credit=credit),
        paid=_sum(found.payments) if credit else exact(found.amount_paid or ZERO),
        credited=sum((each.amount for each in allocations), ZERO) if credit else exact(found.amount_credited or ZERO),
        prepaid=_sum(found.prepayments) + _sum(found.overpayments),
        number=((found.credit_note_number if credit else found.invoice_number) or "").strip(),
        contact_id=(found.contact.contact_id or "").lower(),
        contact_name=one_line(found.contact.name),
        due_date=wire.day(found.due_date, found.due_date_string),
        lines=tuple(_line(each, found.line_amount_types or "", rates) for each in found.line_items or ()),
        allocations=allocations,
        currency=found.currency_code or "",
        reference=(found.reference or "").strip(),
    )


def _balance(found: wire.Document, status: DocumentStatus, *, credit: bool) -> Decimal:
    """What is left; nothing on a void document, whatever its own answer still says (docs/reference/xero.md 8.4)."""
    if status is DocumentStatus.VOID:
        return ZERO
    return needed(found.remaining_credit, "RemainingCredit") if credit else needed(found.amount_due, "AmountDue")


def _sum(applied: Iterable[wire.Applied] | None) -> Decimal:
    amounts = (each.amount if each.applied_amount is None else each.applied_amount for each in applied or ())
    return sum((exact(amount) for amount in amounts if amount is not None), ZERO)


def _allocation(found: wire.Allocation, default: dt.date) -> Allocation:
    target = found.invoice.invoice_id if found.invoice else None
    if not target:
        raise ValueError("an allocation does not tell its invoice")
    return Allocation(
        id=(found.allocation_id or "").lower(),
        document_id=target.lower(),
        amount=needed(found.amount, "Amount"),
        date=wire.day(found.date) or default,
    )


def _line(found: wire.Line, amount_types: str, rates: Mapping[str, Decimal]) -> Line:
    amount, tax = exact(found.line_amount or ZERO), exact(found.tax_amount or ZERO)
    quantity = Decimal(1) if found.quantity is None else exact(found.quantity)
    return Line(
        id=(found.line_item_id or "").lower(),
        description=(found.description or "").strip(),
        gross=amount + tax if amount_types == "Exclusive" else amount,
        tax=tax,
        tax_rate=rates.get(found.tax_type or "", ZERO),
        tax_code=found.tax_type or "",
        account=found.account_code or (found.account_id or "").lower(),
        quantity=quantity,
        unit_gross=exact(found.unit_amount or ZERO),
    )


def payment(found: wire.Payment) -> Payment | None:
    """A payment on a sales invoice, or a refund of a customer credit note; None for any other."""
    if found.payment_type not in OUR_PAYMENTS:
        _expect_foreign(found.payment_type, "PaymentType")
        return None
    account = found.account or wire.AccountRef()
    return Payment(
        system=System.XERO,
        id=found.payment_id.lower(),
        updated_at=wire.moment(found.updated),
        document_id=_paid_document(found),
        amount=needed(found.amount, "Amount"),
        date=_payment_day(found),
        method=account.code or (account.account_id or "").lower(),
        note=(found.reference or "").strip(),
        cancelled=found.status == "DELETED",
        reconciled=str(found.is_reconciled).lower() == "true",
        batch_id=_batch_id(found),
    )


def _paid_document(found: wire.Payment) -> str:
    """The document; a refunded credit note may stand in the ``Invoice`` slot, its id in ``InvoiceID`` (9)."""
    for slot in (found.credit_note, found.invoice):
        identifier = slot and (slot.credit_note_id or slot.invoice_id)
        if identifier:
            return identifier.lower()
    raise ValueError("the payment does not tell its document")


def _payment_day(found: wire.Payment) -> dt.date:
    date = wire.day(found.date)
    if date is None:
        raise ValueError("Date is missing")
    return date


def _batch_id(found: wire.Payment) -> str:
    inner = found.batch_payment.batch_payment_id if found.batch_payment else None
    return (found.batch_payment_id or inner or "").lower()
