"""Records as Xero shows them (``docs/reference/xero.md`` 8.7, 9, 10): pure, nulls left out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from daemon.sandbox.xero.contact_views import contact_view
from daemon.sandbox.xero.kinds import CREDIT_NOTE, INVOICE, kind_of
from daemon.sandbox.xero.ledger import Ledger
from daemon.sandbox.xero.records import Allocation, Batch, Document, Line, Payment
from daemon.sandbox.xero.wire import Element, date_stamp, date_string, present, stamps


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of a record an answer holds: the whole, a page's element, a slim list's element, a summary."""

    lines: bool = True
    whole_contact: bool = False
    summary: bool = False
    unit_places: int = 2


PAGED = Shape()


def document_view(ledger: Ledger, document: Document, shape: Shape = PAGED) -> Element:
    """An invoice, credit note, prepayment or overpayment."""
    kind = kind_of(document)
    view = {
        "Type": document.type,
        kind.id_key: document.id,
        "Reference": document.reference,
        "CurrencyRate": document.currency_rate,
        "HasAttachments": False,
        "Contact": _contact_in_document(ledger, document, shape),
        **_dates(document),
        "Status": document.status,
        "LineAmountTypes": document.line_amount_types,
        "LineItems": [line_view(ledger, line, shape.unit_places) for line in document.lines] if shape.lines else [],
        "SubTotal": document.sub_total,
        "TotalTax": document.total_tax,
        "Total": document.total,
        **stamps(document.updated),
        "CurrencyCode": document.currency,
    }
    if kind is INVOICE:
        view |= _invoice_part(ledger, document)
    else:
        view |= _credit_part(ledger, document)
    if document.fully_paid_on:
        view["FullyPaidOnDate"] = date_stamp(document.fully_paid_on)
    if shape.summary:
        for key in ("LineItems", "Payments", "HasAttachments", "CISDeduction"):
            view.pop(key, None)
    return view


def line_view(ledger: Ledger, line: Line, unit_places: int) -> Element:
    """One line item."""
    account = ledger.accounts.get(line.account_id) if line.account_id else None
    return present(
        {
            "LineItemID": line.id,
            "Description": line.description,
            "Quantity": line.quantity,
            "UnitAmount": line.unit_amount.quantize(Decimal(1).scaleb(-unit_places), ROUND_HALF_UP),
            "TaxType": line.tax_type,
            "TaxAmount": line.tax_amount,
            "LineAmount": line.line_amount,
            "AccountCode": account.code if account and account.code else None,
            "AccountID": account.id if account else None,
            "DiscountRate": line.discount_rate,
            "DiscountAmount": line.discount_amount,
            "Tracking": [_tracking_view(ledger, *pair) for pair in line.tracking],
            "ValidationErrors": [],
        }
    )


def payment_view(ledger: Ledger, payment: Payment, *, whole: bool = False) -> Element:
    """A payment; the document stands under ``Invoice`` whatever its kind (9, 10.1)."""
    document = ledger.document_of(payment)
    account = ledger.accounts[payment.account_id]
    view = {
        "PaymentID": payment.id,
        "Date": date_stamp(payment.day),
        "BankAmount": payment.amount,
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": payment.currency_rate,
        "PaymentType": kind_of(document).payment_types[document.type],
        "Status": payment.status,
        **stamps(payment.updated),
        "HasAccount": True,
        "IsReconciled": payment.is_reconciled,
        "Account": present({"AccountID": account.id, "Code": account.code or None, "Name": account.name}),
        "Invoice": _paid_document(ledger, document, whole),
        "HasValidationErrors": False,
    }
    if payment.batch_id:
        view["BatchPaymentID"] = payment.batch_id
        if whole:
            view["BatchPayment"] = _batch_in_payment(ledger.batches[payment.batch_id])
    return view


def batch_view(ledger: Ledger, batch: Batch) -> Element:
    """A batch payment with its shares."""
    shares = [ledger.payments[payment_id] for payment_id in batch.payment_ids]
    return {
        "BatchPaymentID": batch.id,
        "Account": {"AccountID": batch.account_id},
        "Reference": batch.reference,
        "Date": date_stamp(batch.day),
        "DateString": date_string(batch.day),
        "Type": "RECBATCH",
        "Status": batch.status,
        "TotalAmount": batch.total,
        "IsReconciled": batch.is_reconciled,
        "UpdatedDateUTC": stamps(batch.updated)["UpdatedDateUTC"],
        "Payments": [
            {"PaymentID": share.id, "Amount": share.amount, "Invoice": {"InvoiceID": share.document_id}}
            for share in shares
        ],
    }


def allocation_view(ledger: Ledger, allocation: Allocation) -> Element:
    """The answer to an allocation, which does not tell its id (9)."""
    view: Element = {
        "Amount": allocation.amount,
        "Date": date_stamp(allocation.day),
        "Invoice": _allocated_invoice(ledger, allocation),
        "ValidationErrors": [],
    }
    credit = ledger.document(allocation.credit_id)
    if credit and kind_of(credit) is CREDIT_NOTE:
        view["CreditNote"] = {"CreditNoteID": credit.id, "ID": credit.id, "CreditNoteNumber": credit.number}
    elif credit:
        view[kind_of(credit).singular] = {kind_of(credit).id_key: credit.id}
    return view


def _dates(document: Document) -> Element:
    view = {"DateString": date_string(document.day), "Date": date_stamp(document.day)}
    if document.due_date:
        view |= {"DueDateString": date_string(document.due_date), "DueDate": date_stamp(document.due_date)}
    return view


def _invoice_part(ledger: Ledger, document: Document) -> Element:
    applied: dict[str, list[Element]] = {"CreditNotes": [], "Prepayments": [], "Overpayments": []}
    for allocation in ledger.allocations.find("invoice", document.id):
        if credit := ledger.document(allocation.credit_id):
            applied[kind_of(credit).plural].append(_credit_in_invoice(credit, allocation))
    view = {
        "InvoiceNumber": document.number,
        "Payments": _payments(ledger, document),
        **applied,
        "AmountDue": document.outstanding,
        "AmountPaid": document.paid,
        "AmountCredited": document.credited,
        "SentToContact": document.sent_to_contact,
        "IsDiscounted": any(line.discount_rate or line.discount_amount for line in document.lines),
        "HasErrors": False,
        "InvoicePaymentServices": [],
        "InvoiceAddresses": [],
        "BrandingThemeID": document.branding_theme_id or None,
        "Url": document.url,
    }
    if document.expected_payment_date:
        view["ExpectedPaymentDate"] = date_stamp(document.expected_payment_date)
    return present(view)


def _credit_part(ledger: Ledger, document: Document) -> Element:
    kind = kind_of(document)
    view: Element = {
        "RemainingCredit": document.outstanding,
        "Allocations": [
            {
                "AllocationID": allocation.id,
                "Amount": allocation.amount,
                "Date": date_stamp(allocation.day),
                "Invoice": _allocated_invoice(ledger, allocation),
            }
            for allocation in ledger.allocations.find("credit", document.id)
        ],
        "Payments": _payments(ledger, document),
    }
    if kind is CREDIT_NOTE:
        view |= {
            "ID": document.id,
            "CreditNoteNumber": document.number,
            "SentToContact": document.sent_to_contact,
            "HasErrors": False,
            "InvoiceAddresses": [],
            "BrandingThemeID": document.branding_theme_id,
        }
    return view


def _payments(ledger: Ledger, document: Document) -> list[Element]:
    return [
        present(
            {
                "PaymentID": payment.id,
                "BatchPaymentID": payment.batch_id or None,
                "Date": date_stamp(payment.day),
                "Amount": payment.amount,
                "Reference": payment.reference,
                "CurrencyRate": payment.currency_rate,
                "HasAccount": False,
                "HasValidationErrors": False,
            }
        )
        for payment in ledger.payments.find("document", document.id)
    ]


def _credit_in_invoice(credit: Document, allocation: Allocation) -> Element:
    kind = kind_of(credit)
    view: Element = {
        kind.id_key: credit.id,
        "AppliedAmount": allocation.amount,
        "DateString": date_string(credit.day),
        "Date": date_stamp(credit.day),
        "LineItems": [],
        "Total": credit.total,
    }
    if kind is CREDIT_NOTE:
        view |= {"CreditNoteNumber": credit.number, "ID": credit.id, "HasErrors": False}
    return view


def _allocated_invoice(ledger: Ledger, allocation: Allocation) -> Element:
    invoice = ledger.invoices[allocation.invoice_id]
    return {"InvoiceID": invoice.id, "InvoiceNumber": invoice.number, "HasErrors": False, "IsDiscounted": False}


def _paid_document(ledger: Ledger, document: Document, whole: bool) -> Element:
    view: Element = {
        "Type": document.type,
        "InvoiceID": document.id,
        "InvoiceNumber": document.number,
        "Contact": _contact_in_document(ledger, document, PAGED),
        "CurrencyCode": document.currency,
        "HasErrors": False,
        "IsDiscounted": False,
        "LineItems": [],
    }
    if whole:
        view |= {
            **_dates(document),
            "Status": document.status,
            "Total": document.total,
            "AmountDue": document.outstanding,
            "AmountPaid": document.paid,
            "AmountCredited": document.credited,
        }
    return view


def _batch_in_payment(batch: Batch) -> Element:
    """Here amounts and booleans are text (10.2)."""
    return {
        "BatchPaymentID": batch.id,
        "Account": {"AccountID": batch.account_id},
        "Date": date_stamp(batch.day),
        "Type": "RECBATCH",
        "Status": batch.status,
        "TotalAmount": str(batch.total),
        "IsReconciled": str(batch.is_reconciled).lower(),
        "UpdatedDateUTC": stamps(batch.updated)["UpdatedDateUTC"],
    }


def _contact_in_document(ledger: Ledger, document: Document, shape: Shape) -> Element:
    contact = ledger.contacts[document.contact_id]
    if shape.whole_contact:
        return contact_view(ledger, contact, balances=False)
    if not shape.lines:
        return {"ContactID": contact.id, "Name": contact.name}
    empty: Element = {"Addresses": [], "Phones": [], "ContactGroups": [], "ContactPersons": []}
    return {"ContactID": contact.id, "Name": contact.name, **empty, "HasValidationErrors": False}


def _tracking_view(ledger: Ledger, category_id: str, option_id: str) -> Element:
    category = ledger.tracking[category_id]
    option = next(option for option in category.options if option.id == option_id)
    return {
        "Name": category.name,
        "Option": option.name,
        "TrackingCategoryID": category_id,
        "TrackingOptionID": option_id,
        "Options": [],
    }
