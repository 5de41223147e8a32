"""The product's rules for clients and their phone numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from daemon.sandbox.provet.books import Books, Refusal, Trigger, refuse
from daemon.sandbox.provet.records import Client, PhoneNumber

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
COUNTRY = re.compile(r"[A-Z]{2}")
CUSTOMER_TYPES = range(5)
LENGTH_MAX = 255

TEXTS = frozenset({"title", "firstname", "lastname", "organization_name", "remarks"})
OPTIONAL_TEXTS = frozenset({"id_number", "vat_number", "email", "street_address", "zip_code", "city", "state"})
FLAGS = frozenset({"archived", "no_sms", "no_email"})


def clean(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The writable client fields of a request, checked; keys that Provet does not know are ignored."""
    cleaned: dict[str, Any] = {}
    for field, value in changes.items():
        if field in TEXTS:
            cleaned[field] = _text(field, value)
        elif field in OPTIONAL_TEXTS:
            cleaned[field] = None if value is None else _text(field, value)
        elif field in FLAGS:
            if not isinstance(value, bool):
                raise refuse(field, "Must be a valid boolean.")
            cleaned[field] = value
        elif field == "customer_type":
            if not isinstance(value, int) or value not in CUSTOMER_TYPES:
                raise refuse(field, f'"{value}" is not a valid choice.')
            cleaned[field] = value
        elif field == "country":
            if not isinstance(value, str) or not COUNTRY.fullmatch(value):
                raise refuse(field, f'"{value}" is not a valid choice.')
            cleaned[field] = value
    if cleaned.get("email") and not EMAIL.fullmatch(cleaned["email"]):
        raise refuse("email", "Enter a valid email address.")
    return cleaned


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise refuse(field, "Not a valid string.")
    if len(value) > LENGTH_MAX:
        raise refuse(field, f"Ensure this field has no more than {LENGTH_MAX} characters.")
    return value.strip()


def _check_named(client: Client) -> None:
    if not client.lastname and not client.organization_name:
        raise refuse("lastname", "A last name or an organisation name is required.")


def create_client(books: Books, fields: Mapping[str, Any], now: dt.datetime) -> Client:
    """A new client; same-named ones are normal (provet.md P-37)."""
    client = Client(id=0, created=now, modified=now, **clean(fields))
    _check_named(client)
    client.id = books.state.new_id("client")
    books.state.clients[client.id] = client
    books.touched(client, Trigger.CLIENT, now)
    return client


def edit_client(books: Books, client: Client, changes: Mapping[str, Any], now: dt.datetime) -> Client:
    """Change fields of a client, all or none."""
    cleaned = clean(changes)
    _check_named(msgspec.structs.replace(client, **cleaned))
    for field, value in cleaned.items():
        setattr(client, field, value)
    books.touched(client, Trigger.CLIENT, now)
    return client


def delete_client(books: Books, client: Client, now: dt.datetime) -> None:
    """Remove a client for good; its invoices stay and point at nobody."""
    for phone in client.phones:
        books.state.phone_numbers.pop(phone, None)
    del books.state.clients[client.id]
    books.notify(Trigger.CLIENT_DELETED, client.id, now)


def merge_clients(books: Books, source: Client, target: Client, now: dt.datetime) -> None:
    """Archive the source; its invoices stay where they are. Refused while it owes something (provet.md P-36)."""
    if any(i.client == source.id and i.due_sum != 0 for i in books.state.invoices.values()):
        raise refuse("non_field_errors", "The client has unpaid invoices.")
    edit_client(books, source, {"archived": True, "remarks": f"Merged into client {target.id}"}, now)
    edit_client(books, target, {"remarks": f"Merged with client {source.id}"}, now)


def add_phone(books: Books, client: Client, fields: Mapping[str, Any], now: dt.datetime) -> PhoneNumber:
    """A phone number of a client; the client's own ``modified`` does not move."""
    number = _number(fields.get("phone_number"))
    phone = PhoneNumber(
        id=books.state.new_id("phonenumber"), created=now, modified=now, client=client.id, phone_number=number
    )
    books.state.phone_numbers[phone.id] = phone
    client.phones.append(phone.id)
    return edit_phone(phone, fields, now)


def edit_phone(phone: PhoneNumber, changes: Mapping[str, Any], now: dt.datetime) -> PhoneNumber:
    if "phone_number" in changes:
        phone.phone_number = _number(changes["phone_number"])
    if "description" in changes:
        phone.description = _text("description", changes["description"])
    if "type_code" in changes:
        if not isinstance(changes["type_code"], int):
            raise refuse("type_code", "A valid integer is required.")
        phone.type_code = changes["type_code"]
    phone.modified = now
    return phone


def _number(value: object) -> str:
    number = _text("phone_number", value)
    if not number:
        raise refuse("phone_number", "This field may not be blank.")
    return number


def remove_phone(books: Books, phone: PhoneNumber) -> None:
    client = books.state.clients.get(phone.client)
    if client is not None:
        client.phones.remove(phone.id)
    del books.state.phone_numbers[phone.id]


def found_client(books: Books, client_id: int) -> Client:
    client = books.state.clients.get(client_id)
    if client is None:
        raise Refusal(404, {"detail": "Not found."})
    return client
