"""Contacts as Xero shows them, every address and phone slot filled (``docs/reference/xero.md`` 12.2)."""

from __future__ import annotations

from daemon.sandbox.xero.contacts import ADDRESS, ADDRESS_TYPES, PHONE, PHONE_TYPES
from daemon.sandbox.xero.ledger import Ledger
from daemon.sandbox.xero.records import Contact, Document
from daemon.sandbox.xero.wire import ZERO, Element, stamps


def contact_view(
    ledger: Ledger, contact: Contact, *, detail: bool = True, balances: bool = True, merged: bool = True
) -> Element:
    """A contact; ``detail`` false is the summary, ``merged`` shows where it was merged to."""
    view: Element = {
        "ContactID": contact.id,
        "ContactStatus": contact.status,
        "Name": contact.name,
        "EmailAddress": "",
        **contact.texts,
        "IsSupplier": contact.is_supplier,
        "IsCustomer": contact.is_customer,
        "UpdatedDateUTC": stamps(contact.updated)["UpdatedDateUTC"],
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
    if contact.number:
        view["ContactNumber"] = contact.number
    if merged and contact.merged_to:
        view["MergedToContactID"] = contact.merged_to
    if detail:
        view |= {
            "Addresses": [_slot("AddressType", slot, contact.addresses, ADDRESS) for slot in ADDRESS_TYPES],
            "Phones": [_slot("PhoneType", slot, contact.phones, PHONE) for slot in PHONE_TYPES],
            "ContactGroups": [],
            "ContactPersons": list(contact.persons),
        }
    if balances:
        view["Balances"] = _balances(ledger, contact)
    return view


def _slot(type_key: str, slot: str, stored: dict[str, dict[str, str]], limits: dict[str, int]) -> Element:
    filled = stored.get(slot, {})
    return {type_key: slot, **{key: filled.get(key, "") for key in limits}}


def _balances(ledger: Ledger, contact: Contact) -> Element:
    due = sum((row.outstanding for row in _open(ledger, contact, "ACCREC")), ZERO)
    credits_left = sum(
        (
            row.outstanding
            for table in (ledger.credit_notes, ledger.prepayments, ledger.overpayments)
            for row in table.find("contact", contact.id)
            if row.status == "AUTHORISED"
        ),
        ZERO,
    )
    bills = sum((row.outstanding for row in _open(ledger, contact, "ACCPAY")), ZERO)
    return {
        "AccountsReceivable": {"Outstanding": due - credits_left, "Overdue": ZERO},
        "AccountsPayable": {"Outstanding": bills, "Overdue": ZERO},
    }


def _open(ledger: Ledger, contact: Contact, document_type: str) -> list[Document]:
    found = ledger.invoices.find("contact", contact.id)
    return [row for row in found if row.type == document_type and row.status == "AUTHORISED"]
