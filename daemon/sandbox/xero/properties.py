"""What ``where`` and ``order`` may name on each resource (``docs/reference/xero.md`` 5.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from daemon.sandbox.xero.kinds import kind_of
from daemon.sandbox.xero.ledger import Ledger
from daemon.sandbox.xero.lines import account_class
from daemon.sandbox.xero.records import Account, Batch, Contact, Document, Payment, TaxRate, TrackingCategory
from daemon.sandbox.xero.where import Properties, Property


def document_properties(ledger: Ledger) -> Properties[Document]:
    """Of invoices, credit notes, prepayments and overpayments."""

    def contact(document: Document) -> Contact:
        return ledger.contacts[document.contact_id]

    own: dict[str, Property[Document]] = {
        "Type": Property("String", lambda row: row.type),
        "Status": Property("String", lambda row: row.status),
        "Reference": Property("String", lambda row: row.reference),
        "InvoiceNumber": Property("String", lambda row: row.number),
        "CreditNoteNumber": Property("String", lambda row: row.number),
        "CurrencyCode": Property("String", lambda row: row.currency),
        "Date": Property("DateTime", lambda row: row.day),
        "DueDate": Property("DateTime", lambda row: row.due_date),
        "FullyPaidOnDate": Property("DateTime", lambda row: row.fully_paid_on),
        "UpdatedDateUTC": Property("DateTime", lambda row: row.updated),
        "AmountDue": Property("Decimal", lambda row: row.outstanding),
        "AmountPaid": Property("Decimal", lambda row: row.paid),
        "AmountCredited": Property("Decimal", lambda row: row.credited),
        "RemainingCredit": Property("Decimal", lambda row: row.outstanding),
        "Total": Property("Decimal", lambda row: row.total),
        "SubTotal": Property("Decimal", lambda row: row.sub_total),
        "TotalTax": Property("Decimal", lambda row: row.total_tax),
        "SentToContact": Property("Boolean", lambda row: row.sent_to_contact),
        "Contact.ContactID": Property("Guid", lambda row: row.contact_id),
        "Contact.Name": Property("String", lambda row: contact(row).name),
        "Contact.ContactNumber": Property("String", lambda row: contact(row).number or None),
    }
    ids = ("InvoiceID", "CreditNoteID", "PrepaymentID", "OverpaymentID")
    return own | {name: Property("Guid", lambda row: row.id) for name in ids}


def payment_properties(ledger: Ledger) -> Properties[Payment]:
    """Of payments; the document answers as ``Invoice``, a credit note also under its own name."""

    def document(payment: Payment) -> Document:
        return ledger.document_of(payment)

    return {
        "PaymentID": Property("Guid", lambda row: row.id),
        "PaymentType": Property("String", lambda row: kind_of(document(row)).payment_types[document(row).type]),
        "Status": Property("String", lambda row: row.status),
        "Reference": Property("String", lambda row: row.reference),
        "Date": Property("DateTime", lambda row: row.day),
        "UpdatedDateUTC": Property("DateTime", lambda row: row.updated),
        "Amount": Property("Decimal", lambda row: row.amount),
        "IsReconciled": Property("Boolean", lambda row: row.is_reconciled),
        "Invoice.InvoiceID": Property("Guid", lambda row: row.document_id),
        "Invoice.InvoiceNumber": Property("String", lambda row: document(row).number),
        "Invoice.Contact.ContactID": Property("Guid", lambda row: document(row).contact_id),
        "CreditNote.CreditNoteID": Property("Guid", lambda row: row.document_id),
        "Account.AccountID": Property("Guid", lambda row: row.account_id),
        "Account.Code": Property("String", lambda row: ledger.accounts[row.account_id].code or None),
        "BatchPaymentID": Property("Guid", lambda row: row.batch_id or None),
    }


def contact_properties(_: Ledger) -> Properties[Contact]:
    """Of contacts; empty texts are null."""

    def text(key: str) -> Callable[[Contact], Any]:
        return lambda row: row.texts.get(key) or None

    texts = ("EmailAddress", "AccountNumber", "FirstName", "LastName", "CompanyNumber", "TaxNumber")
    own: dict[str, Property[Contact]] = {
        "ContactID": Property("Guid", lambda row: row.id),
        "Name": Property("String", lambda row: row.name),
        "ContactNumber": Property("String", lambda row: row.number or None),
        "ContactStatus": Property("String", lambda row: row.status),
        "IsCustomer": Property("Boolean", lambda row: row.is_customer),
        "IsSupplier": Property("Boolean", lambda row: row.is_supplier),
        "UpdatedDateUTC": Property("DateTime", lambda row: row.updated),
    }
    return own | {key: Property("String", text(key)) for key in texts}


def account_properties(_: Ledger) -> Properties[Account]:
    """Of accounts."""
    return {
        "AccountID": Property("Guid", lambda row: row.id),
        "Code": Property("String", lambda row: row.code or None),
        "Name": Property("String", lambda row: row.name),
        "Type": Property("String", lambda row: row.type),
        "Class": Property("String", account_class),
        "Status": Property("String", lambda row: row.status),
        "TaxType": Property("String", lambda row: row.tax_type),
        "SystemAccount": Property("String", lambda row: row.system_account),
        "EnablePaymentsToAccount": Property("Boolean", lambda row: row.enable_payments),
        "UpdatedDateUTC": Property("DateTime", lambda row: row.updated),
    }


def tax_rate_properties(_: Ledger) -> Properties[TaxRate]:
    """Of tax rates."""
    return {
        "Name": Property("String", lambda row: row.name),
        "TaxType": Property("String", lambda row: row.id),
        "Status": Property("String", lambda row: row.status),
        "EffectiveRate": Property("Decimal", lambda row: row.rate),
    }


def tracking_properties(_: Ledger) -> Properties[TrackingCategory]:
    """Of tracking categories."""
    return {
        "Name": Property("String", lambda row: row.name),
        "Status": Property("String", lambda row: row.status),
        "TrackingCategoryID": Property("Guid", lambda row: row.id),
    }


def batch_properties(_: Ledger) -> Properties[Batch]:
    """Of batch payments."""
    return {
        "BatchPaymentID": Property("Guid", lambda row: row.id),
        "Status": Property("String", lambda row: row.status),
        "Date": Property("DateTime", lambda row: row.day),
        "UpdatedDateUTC": Property("DateTime", lambda row: row.updated),
        "IsReconciled": Property("Boolean", lambda row: row.is_reconciled),
    }
