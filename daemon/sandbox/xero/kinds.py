"""What differs between the kinds of documents: names of fields, endpoints, words."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.sandbox.xero.ledger import Ledger, Table
from daemon.sandbox.xero.records import Document


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document. ``payment_types`` is the PaymentType of money against it, by document type."""

    plural: str
    singular: str
    noun: str
    table: str
    number_key: str
    category: str
    types: tuple[str, ...]
    series: str
    payment_types: dict[str, str]

    @property
    def id_key(self) -> str:
        """The wire name of its id."""
        return f"{self.singular}ID"

    def rows(self, ledger: Ledger) -> Table[Document]:
        """Its table."""
        table: Table[Document] = getattr(ledger, self.table)
        return table


INVOICE = Kind(
    "Invoices",
    "Invoice",
    "Invoice",
    "invoices",
    "InvoiceNumber",
    "INVOICE",
    ("ACCREC", "ACCPAY"),
    "INV-",
    {"ACCREC": "ACCRECPAYMENT", "ACCPAY": "ACCPAYPAYMENT"},
)
CREDIT_NOTE = Kind(
    "CreditNotes",
    "CreditNote",
    "Credit Note",
    "credit_notes",
    "CreditNoteNumber",
    "CREDITNOTE",
    ("ACCRECCREDIT", "ACCPAYCREDIT"),
    "CN-",
    {"ACCRECCREDIT": "ARCREDITPAYMENT", "ACCPAYCREDIT": "APCREDITPAYMENT"},
)
PREPAYMENT = Kind(
    "Prepayments",
    "Prepayment",
    "Prepayment",
    "prepayments",
    "InvoiceNumber",
    "PREPAYMENT",
    ("RECEIVE-PREPAYMENT",),
    "",
    {"RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT"},
)
OVERPAYMENT = Kind(
    "Overpayments",
    "Overpayment",
    "Overpayment",
    "overpayments",
    "Reference",
    "OVERPAYMENT",
    ("RECEIVE-OVERPAYMENT",),
    "",
    {"RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT"},
)
KINDS = (INVOICE, CREDIT_NOTE, PREPAYMENT, OVERPAYMENT)
CREDITS = (CREDIT_NOTE, PREPAYMENT, OVERPAYMENT)


def kind_of(document: Document) -> Kind:
    """The kind that a document's type belongs to."""
    return next(kind for kind in KINDS if document.type in kind.types)


def keeps_number_unique(kind: Kind, document_type: str) -> bool:
    """Numbers are unique among sales invoices and customer credit notes only (8.2, 9)."""
    return document_type in ("ACCREC", "ACCRECCREDIT") and kind in (INVOICE, CREDIT_NOTE)
