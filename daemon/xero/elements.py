"""One element of a request body for each step, as Xero takes it. Pure; raises ``Rejected`` for what does not fit.

Creates carry no id and go by PUT, everything else names its record by id (docs/reference/xero.md 8.6, 12.4, 12.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from daemon.core.amounts import xero_tax
from daemon.core.contact_fit import CODE_MAX, LINE_MAX, TEXT_MAX, address_lines
from daemon.core.correction import Allocate, CreatePayment, Posting, PostingLine, UpdateContact, UpdateDocument
from daemon.core.model import CENT, Address, Contact
from daemon.errors import Rejected
from daemon.xero.mapping import ADDRESS, CREDIT_NOTE, INVOICE, PHONE

Element = dict[str, object]
Rates = Mapping[str, Decimal]

DESCRIPTION_MAX = 4000
PLACES = Decimal("0.0001")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None


def contact_element(contact: Contact) -> Element:
    """A new contact: what is empty is left out."""
    element: Element = {"Name": _name(contact.name), "ContactNumber": fitting("number", contact.number, CODE_MAX)}
    for name in ("first_name", "last_name", "email", "vat_number", "phone", "address"):
        if getattr(contact, name) not in ("", Address()):
            element |= _contact_field(name, contact)
    return element


def contact_change(step: UpdateContact) -> Element:
    """The named fields of an existing contact; phones and addresses that are not ours stay as they are."""
    element: Element = {"ContactID": step.contact_id}
    for name in step.fields:
        element |= _contact_field(name, step.contact)
    return element


def _contact_field(name: str, contact: Contact) -> Element:
    match name:
        case "name":
            return {"Name": _name(contact.name)}
        case "number":
            return {"ContactNumber": fitting("number", contact.number, CODE_MAX)}
        case "first_name":
            return {"FirstName": fitting("first name", contact.first_name, TEXT_MAX)}
        case "last_name":
            return {"LastName": fitting("last name", contact.last_name, TEXT_MAX)}
        case "email":
            return {"EmailAddress": fitting("e-mail", contact.email, TEXT_MAX)}
        case "vat_number":
            return {"TaxNumber": fitting("VAT number", contact.vat_number, CODE_MAX)}
        case "phone":
            return {"Phones": [_phone(contact.phone)]}
        case "address":
            return {"Addresses": [_address(contact.address)]}
        case "archived":
            return {"ContactStatus": _archived(contact)}
    raise AssertionError(f"{name} is no field of a contact")


def _name(name: str) -> str:
    if not name or "<" in name or ">" in name or name != " ".join(name.split()):
        raise misfit(f"name {name[:60]!r}: empty, angle brackets or stray blanks")
    return fitting("name", name, TEXT_MAX)


def _phone(number: str) -> Element:
    """The whole number in one part: the other parts are emptied, or an old area code would stay in front."""
    parts = {"PhoneAreaCode": "", "PhoneCountryCode": ""}
    return {"PhoneType": PHONE, "PhoneNumber": fitting("phone", number, CODE_MAX), **parts}


def _address(address: Address) -> Element:
    """The whole slot, since what a slot does not name may be emptied; a country that Xero refuses is left out."""
    lines = [fitting("street", line, LINE_MAX) for line in address_lines(address.street)]
    country = address.country if address.country.replace(" ", "").isalpha() else ""
    return {
        "AddressType": ADDRESS,
        **{f"AddressLine{place}": line for place, line in enumerate(lines, 1)},
        "City": fitting("city", address.city, TEXT_MAX),
        "Region": fitting("region", address.region, TEXT_MAX),
        "PostalCode": fitting("postal code", address.postal_code, CODE_MAX),
        "Country": fitting("country", country, CODE_MAX),
        **({"AttentionTo": fitting("attention", address.attention, TEXT_MAX)} if address.attention else {}),
    }


def _archived(contact: Contact) -> str:
    if not contact.archived:
        raise misfit("an archived contact cannot be restored through the API")
    return "ARCHIVED"


def document_element(posting: Posting, contact_id: str, rates: Rates) -> Element:
    """A new invoice or credit note, authorised at once."""
    element: Element = {"Type": CREDIT_NOTE if posting.credit else INVOICE}
    element |= _number(posting) | _heading(posting, contact_id) | _lines(posting, rates)
    return element | {"Status": "AUTHORISED"}


def document_change(step: UpdateDocument, contact_id: str, rates: Rates) -> Element:
    """The parts of an existing document that change. Lines are sent only for amounts: they replace those that stand."""
    posting = step.posting
    element: Element = document_key(step.xero_id, credit=posting.credit)
    heading = _heading(posting, contact_id)
    keys = {"contact": ("Contact",), "date": ("Date", "DueDate"), "due_date": ("DueDate",), "reference": ("Reference",)}
    for name in step.fields:
        if name == "number":
            element |= _number(posting)
        elif name in keys:
            element |= {key: heading[key] for key in keys[name] if key in heading}
        else:
            element |= _lines(posting, rates)
    return element


def document_key(xero_id: str, *, credit: bool) -> Element:
    """How a document is named in a body."""
    return {"CreditNoteID" if credit else "InvoiceID": xero_id}


def _number(posting: Posting) -> Element:
    number = fitting("number", posting.number, TEXT_MAX)
    if not number or not number.isascii() or not number.isprintable():
        raise misfit(f"number {number[:60]!r}: empty or not printable ASCII")
    return {"CreditNoteNumber" if posting.credit else "InvoiceNumber": number}


def _heading(posting: Posting, contact_id: str) -> Element:
    due: Element = {} if posting.credit else {"DueDate": posting.due_date.isoformat()}
    return {
        "Contact": {"ContactID": contact_id},
        "Date": posting.date.isoformat(),
        **due,
        "Reference": fitting("reference", posting.reference, TEXT_MAX),
    }


def _lines(posting: Posting, rates: Rates) -> Element:
    return {"LineAmountTypes": "Inclusive", "LineItems": [_line(line, rates) for line in posting.lines]}


def _line(line: PostingLine, rates: Rates) -> Element:
    quantity, unit = _priced(line)
    element: Element = {
        "Description": _description(line.description),
        "Quantity": quantity,
        "UnitAmount": unit,
        "LineAmount": line.gross,
        "TaxType": line.tax_code,
        **account(line.account),
    }
    rate = rates.get(line.tax_code)
    if rate is None or xero_tax(line.gross, rate) != line.tax:
        element["TaxAmount"] = line.tax
    if line.tracking is not None:
        category, option = line.tracking
        element["Tracking"] = [{"Name": category, "Option": option}]
    return element


def _priced(line: PostingLine) -> tuple[Decimal, Decimal]:
    """Quantity and unit price where Xero, which keeps four places of each, multiplies them to the line."""
    fits = all(value == value.quantize(PLACES) for value in (line.quantity, line.unit_gross))
    if fits and (line.quantity * line.unit_gross).quantize(CENT, "ROUND_HALF_UP") == line.gross:
        return line.quantity, line.unit_gross
    return Decimal(1), line.gross


def _description(text: str) -> str:
    """Mandatory, and the only text that is ever cut."""
    return f"{text[: DESCRIPTION_MAX - 1]}…" if len(text) > DESCRIPTION_MAX else text or "-"


def payment_element(step: CreatePayment, document_id: str) -> Element:
    """A payment of an invoice or a refund of a credit note."""
    return {
        "CreditNote" if step.credit else "Invoice": document_key(document_id, credit=step.credit),
        "Account": {"AccountID": step.account} if is_guid(step.account) else {"Code": step.account},
        "Date": step.date.isoformat(),
        "Amount": step.amount,
        "Reference": fitting("reference", step.reference, TEXT_MAX),
    }


def allocation_element(step: Allocate, invoice_id: str) -> Element:
    return {"Invoice": {"InvoiceID": invoice_id}, "Amount": step.amount, "Date": step.date.isoformat()}


def account(code: str) -> Element:
    """An account of a line, by code or by id."""
    return {"AccountID": code} if is_guid(code) else {"AccountCode": code}


def fitting(what: str, text: str, maximum: int) -> str:
    """The text if it fits: names, numbers and references are never cut."""
    if len(text) > maximum:
        raise misfit(f"{what}: longer than {maximum} characters")
    return text


def misfit(message: str) -> Rejected:
    return Rejected(message, messages=(message,))
