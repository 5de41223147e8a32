"""Writes to Provet: each step is exactly one request, and what its answer says. Pure.

The program writes payments and clients, nothing else (docs/reference/provet.md U-9). A phone number lives in a resource
of its own, so it is a step of its own.
"""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote

import msgspec

from daemon.core.correction import CancelPayment, ProvetStep, RecordPayment, UpdateClient
from daemon.core.model import Address, Record
from daemon.errors import BadMessage, Rejected
from daemon.ports import Response
from daemon.provet import assumed, mapping, wire
from daemon.transport.answers import Done, Outcome, Refused, Unknown, WireRequest
from daemon.transport.decoding import UNDECODABLE, decode_page
from daemon.transport.status import messages_of

TEXT_MAX = 255
_encoder = msgspec.json.Encoder(decimal_format="number")
_TEXTS = {
    "name": "organization_name",
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "vat_number": "vat_number",
}
_NULLABLE = frozenset({"email", "vat_number", "street_address", "city", "state", "zip_code"})


def needs_phone_id(step: ProvetStep) -> bool:
    """Whether ``request_for`` needs the id of the client's first phone number."""
    return isinstance(step, UpdateClient) and step.fields == ("phone",)


def request_for(key: str, step: ProvetStep, base_url: str, *, phone_id: str = "") -> WireRequest:
    """The one request of a step. ``phone_id`` is the number to change; without it a new one is added.

    Raises ``Rejected`` for texts that Provet cannot take.
    """
    match step:
        case RecordPayment():
            return _write("POST", "invoicepayment/", _payment_body(step, base_url), key)
        case CancelPayment():
            path = f"invoicepayment/{_safe_id(step.payment_id)}/cancel_payment/"
            return WireRequest(method="POST", path=path, body=assumed.CANCEL_BODY, elements=(key,))
        case UpdateClient(fields=("phone",)):
            return _phone_request(key, step, base_url, phone_id)
        case UpdateClient():
            if "phone" in step.fields:
                raise AssertionError("a phone number is a step of its own")
            return _write("PATCH", f"client/{_safe_id(step.client_id)}/", _client_body(step), key)


def _write(method: str, path: str, body: dict[str, object], key: str) -> WireRequest:
    return WireRequest(method=method, path=path, body=_encoder.encode(body), elements=(key,))


def _payment_body(step: RecordPayment, base_url: str) -> dict[str, object]:
    if not step.method.isdecimal():
        raise Rejected(f"payment type {step.method!r} is not a number")
    return {
        "invoice": f"{base_url}invoice/{_safe_id(step.document_id)}/",
        "payment_type": int(step.method),
        "paid": plain(step.amount),
        "status": assumed.PAYMENT_DONE,
        "info": _fitting("info", step.info),
        assumed.PAYMENT_DATE: step.date.isoformat(),
    }


def _phone_request(key: str, step: UpdateClient, base_url: str, phone_id: str) -> WireRequest:
    number = _fitting("phone", step.contact.phone)
    if not number:
        raise Rejected("a phone number cannot be emptied", messages=("a phone number cannot be emptied",))
    if phone_id:
        return _write("PATCH", f"phonenumber/{_safe_id(phone_id)}/", {"phone_number": number}, key)
    owner = f"{base_url}client/{_safe_id(step.client_id)}/"
    body: dict[str, object] = {"client": owner, "type_code": assumed.PHONE_TYPE, "phone_number": number}
    return _write("POST", "phonenumber/", body, key)


def _client_body(step: UpdateClient) -> dict[str, object]:
    texts: dict[str, str] = {}
    body: dict[str, object] = {}
    for name in step.fields:
        match name:
            case "address":
                texts |= _address(step.contact.address)
            case "archived":
                body["archived"] = step.contact.archived
            case _:
                texts[_TEXTS[name]] = getattr(step.contact, name)
    fitting = {field: _fitting(field, text) for field, text in texts.items()}
    return {field: text or None if field in _NULLABLE else text for field, text in fitting.items()} | body


def _address(address: Address) -> dict[str, str]:
    texts = {
        "street_address": address.street,
        "city": address.city,
        "state": address.region,
        "zip_code": address.postal_code,
    }
    return texts | ({"country": address.country} if re.fullmatch("[A-Z]{2}", address.country) else {})


def _fitting(field: str, text: str) -> str:
    if len(text) > TEXT_MAX:
        message = f"{field}: longer than {TEXT_MAX} characters"
        raise Rejected(message, messages=(message,))
    return text


def _safe_id(text: str) -> str:
    return quote(text, safe="")


def plain(amount: Decimal) -> Decimal:
    """An amount as it goes on the wire: at least two places, no exponent."""
    exponent = amount.as_tuple().exponent
    return amount.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else amount


def read_answer(request: WireRequest, response: Response) -> Outcome:
    """The outcome of one write; an answer that says yes but cannot be read leaves it unknown."""
    key = request.elements[0]
    if response.status >= 300:
        messages = messages_of(response.body) or (f"status {response.status}",)
        return Refused(key=key, messages=messages)
    try:
        return Done(key=key, records=_records(request.path, response.body))
    except (BadMessage, *UNDECODABLE) as error:
        return Unknown(key=key, why=f"the answer cannot be read: {error}")


def _records(path: str, body: bytes) -> tuple[Record, ...]:
    if path.startswith("client/"):
        return (mapping.contact(decode_page(body, wire.CLIENT, path)),)
    if path == "invoicepayment/":
        return (mapping.payment(decode_page(body, wire.PAYMENT, path)),)
    if not body:
        return ()
    msgspec.json.decode(body)
    return ()
