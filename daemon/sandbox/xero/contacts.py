"""Contacts: creating, the dangerous upsert, archiving, and those inside documents (``docs/reference/xero.md`` 12)."""

from __future__ import annotations

import re

from msgspec.structs import replace

from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.errors import Refused
from daemon.sandbox.xero.fields import Fields
from daemon.sandbox.xero.records import Contact

TEXTS = {
    "FirstName": 255,
    "LastName": 255,
    "EmailAddress": 255,
    "AccountNumber": 50,
    "CompanyNumber": 50,
    "TaxNumber": 50,
    "TaxNumberType": 4,
    "AccountsReceivableTaxType": 50,
    "AccountsPayableTaxType": 50,
    "SalesDefaultAccountCode": 10,
    "PurchasesDefaultAccountCode": 10,
    "DefaultCurrency": 3,
}
ADDRESS = {
    "AddressLine1": 500,
    "AddressLine2": 500,
    "AddressLine3": 500,
    "AddressLine4": 500,
    "City": 255,
    "Region": 255,
    "PostalCode": 50,
    "Country": 50,
    "AttentionTo": 255,
}
PHONE = {"PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20}
ADDRESS_TYPES = ("STREET", "POBOX")
PHONE_TYPES = ("DEFAULT", "DDI", "FAX", "MOBILE")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
ARCHIVED_EDIT = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
ARCHIVED_USE = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes."
)
NUMBER_TAKEN = "Another contact has this contact number. Please enter a different contact number."


def put_contact(context: Context, sent: Fields) -> Contact:
    """Create a contact (PUT); a taken name or number is refused."""
    name = _name(sent.limited("Name", 255) or "")
    if context.ledger.contacts.find("name", name.casefold()):
        raise Refused(
            f"The contact name {name} is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
    return _create(context, sent, name)


def post_contact(context: Context, sent: Fields, contact_id: str | None = None) -> Contact:
    """Create or update (POST): an equal id, number or name is taken for the same contact (12.4)."""
    existing = _match(context, sent, contact_id)
    if existing is None:
        return put_contact(context, sent)
    if existing.status == "ARCHIVED" and context.by_app:
        raise Refused(ARCHIVED_EDIT)
    return change_contact(context, existing, sent)


def change_contact(context: Context, contact: Contact, sent: Fields) -> Contact:
    """Apply the sent fields to a contact; slots and texts that were not sent stay (12.2)."""
    sent_name = sent.limited("Name", 255)
    name = _name(sent_name) if sent_name is not None else contact.name
    clash = [other for other in context.ledger.contacts.find("name", name.casefold()) if other.id != contact.id]
    if clash:
        raise Refused(
            f"The existing contact with name {contact.name} cannot be updated to use new name {name}. "
            "There is an existing contact with that name."
        )
    number = sent.limited("ContactNumber", 50)
    if number and any(other.id != contact.id for other in context.ledger.contacts.find("number", number)):
        raise Refused(NUMBER_TAKEN)
    status = sent.choice("ContactStatus", ("ACTIVE", "ARCHIVED", "GDPRREQUEST"), "ContactStatus") or contact.status
    changed = replace(
        _filled(contact, sent), name=name, number=contact.number if number is None else number, status=status
    )
    return _save(context, contact, changed)


def resolve_contact(context: Context, sent: Fields | None) -> Contact:
    """The contact of a document: fields beside its id rewrite it, a bare name may create it (12.5)."""
    if sent is None:
        raise Refused("A Contact must be specified for this type of transaction")
    if not any(sent.has(key) for key in ("ContactID", "ContactNumber", "Name")):
        raise Refused(
            "The Contact must contain at least 1 of the following elements to identify the contact: "
            "Name, ContactID, ContactNumber"
        )
    existing = _match(context, sent, None)
    if existing is None:
        return put_contact(context, sent)
    if existing.status != "ACTIVE":
        raise Refused(ARCHIVED_USE)
    if sent.sent.keys() & (TEXTS.keys() | {"Name", "ContactNumber", "Addresses", "Phones", "ContactPersons"}):
        persons = sent.sent if sent.has("ContactPersons") else {**sent.sent, "ContactPersons": []}
        return change_contact(context, existing, Fields(persons, sent.path))
    return existing


def mark_traded(context: Context, contact_id: str, document_type: str) -> None:
    """The first sale makes a customer, the first bill a supplier; neither bumps ``UpdatedDateUTC`` (5.4)."""
    contact = context.ledger.contacts.get(contact_id)
    sale = document_type.startswith(("ACCREC", "RECEIVE"))
    if contact and sale and not contact.is_customer:
        context.ledger.contacts.put(replace(contact, is_customer=True))
    elif contact and not sale and not contact.is_supplier:
        context.ledger.contacts.put(replace(contact, is_supplier=True))


def _match(context: Context, sent: Fields, contact_id: str | None) -> Contact | None:
    contacts = context.ledger.contacts
    wanted = contact_id or sent.guid("ContactID")
    if wanted:
        found = contacts.get(wanted)
        if found is None:
            raise Refused("An existing Contact with the specified ContactID could not be found")
        return found
    number, name = sent.text("ContactNumber"), sent.text("Name")
    by_number = contacts.find("number", number) if number else []
    by_name = contacts.find("name", name.casefold()) if name else []
    return next(iter(by_number + by_name), None)


def _create(context: Context, sent: Fields, name: str) -> Contact:
    number = sent.limited("ContactNumber", 50) or ""
    if number and context.ledger.contacts.find("number", number):
        raise Refused(NUMBER_TAKEN)
    blank = Contact(id=context.new_id(), name=name, number=number, updated=context.now)
    created = context.ledger.contacts.put(_filled(blank, sent))
    context.tell("CONTACT", "CREATE", "Contacts", created.id)
    return created


def _save(context: Context, before: Contact, after: Contact) -> Contact:
    if before == after:
        return before
    saved = context.ledger.contacts.put(replace(after, updated=context.now))
    context.tell("CONTACT", "UPDATE", "Contacts", saved.id)
    return saved


def _name(name: str) -> str:
    if not name.strip():
        raise Refused("The Contact Name must be specified.")
    if "<" in name or ">" in name:
        raise Refused("The Contact Name contains invalid characters.")
    return " ".join(name.split())


def _filled(contact: Contact, sent: Fields) -> Contact:
    texts = dict(contact.texts)
    for key, longest in TEXTS.items():
        value = sent.limited(key, longest)
        if value is not None:
            texts[key] = value
    email = texts.get("EmailAddress", "")
    if email and not _EMAIL.fullmatch(email):
        raise Refused("Email address must be valid.")
    return replace(
        contact,
        texts=texts,
        addresses=_slots(contact.addresses, sent.parts("Addresses"), "AddressType", ADDRESS),
        phones=_slots(contact.phones, sent.parts("Phones"), "PhoneType", PHONE),
        persons=_persons(contact, sent.parts("ContactPersons")),
    )


def _slots(
    stored: dict[str, dict[str, str]], sent: list[Fields] | None, type_key: str, limits: dict[str, int]
) -> dict[str, dict[str, str]]:
    slots = dict(stored)
    allowed = ADDRESS_TYPES if type_key == "AddressType" else PHONE_TYPES
    for entry in sent or []:
        slot = entry.choice(type_key, allowed, type_key)
        if slot is None:
            raise Refused(f"{type_key} must be specified")
        slots[slot] = {key: text for key, longest in limits.items() if (text := entry.limited(key, longest))}
        if not slots[slot].get("Country", "A").replace(" ", "").isalpha():
            raise Refused("The Country field may only contain letters.")
    return slots


def _persons(contact: Contact, sent: list[Fields] | None) -> tuple[dict[str, str | bool], ...]:
    if sent is None:
        return contact.persons
    if len(sent) > 5:
        raise Refused("A contact can have at most 5 contact persons")
    return tuple(
        {
            "FirstName": person.limited("FirstName", 255) or "",
            "LastName": person.limited("LastName", 255) or "",
            "EmailAddress": person.limited("EmailAddress", 255) or "",
            "IncludeInEmails": person.flag("IncludeInEmails") or False,
        }
        for person in sent
    )
