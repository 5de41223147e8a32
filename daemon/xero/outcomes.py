"""Reading the answer to a write element by element (docs/reference/xero.md 6.2, 6.3). Pure.

No status alone means success: a 200 may hold refused elements, and an answer that cannot be read leaves all in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from daemon.core.model import Payment, Record
from daemon.ports import Response
from daemon.transport.answers import Done, Outcome, Refused, Unknown, WireRequest
from daemon.transport.decoding import UNDECODABLE
from daemon.transport.status import messages_of
from daemon.xero import mapping, wire

VALIDATION = 10
TEXT_MAX = 500


def read_answer(request: WireRequest, response: Response, rates: Mapping[str, Decimal] | None = None) -> list[Outcome]:
    """One outcome for each element, in the order sent. ``rates`` are percentages by TaxType."""
    if response.status >= 300:
        return _refusal(request, response)
    if request.method == "DELETE":
        return [_deleted(request, response)]
    resource = resource_of(request)
    try:
        elements = wire.ENVELOPE.decode(response.body).elements(resource)
    except UNDECODABLE:
        return _all_unknown(request, "the answer cannot be read")
    if elements is None or len(elements) != len(request.elements):
        return _all_unknown(request, "the answer does not hold what was sent")
    pairs = zip(request.elements, elements, strict=True)
    return [_outcome(key, element, request, rates or {}) for key, element in pairs]


def resource_of(request: WireRequest) -> str:
    """What the elements are: the last word of the path that is not an id."""
    parts = request.path.split("/")
    return parts[2] if len(parts) > 2 else parts[0]


def _refusal(request: WireRequest, response: Response) -> list[Outcome]:
    """A 4xx. Several elements with a validation error should not happen; which ones were saved is then not certain."""
    messages = messages_of(response.body) or (f"status {response.status}",)
    if any("idempotency key" in message.lower() for message in messages):
        return _all_unknown(request, messages[0])
    if response.status == 400 and len(request.elements) > 1 and _error_number(response.body) == VALIDATION:
        return _all_unknown(request, f"refused together: {messages[0]}")
    return [Refused(key=key, messages=messages) for key in request.elements]


def _error_number(body: bytes) -> int | None:
    try:
        return wire.ERROR_BODY.decode(body).error_number
    except UNDECODABLE:
        return None


def _deleted(request: WireRequest, response: Response) -> Outcome:
    """The answer to the removal of an allocation has a shape of its own (docs/reference/xero.md 9)."""
    key = request.elements[0]
    try:
        if response.body:
            msgspec.json.decode(response.body)
    except UNDECODABLE:
        return Unknown(key=key, why="the answer cannot be read")
    return Done(key=key)


def _outcome(key: str, element: msgspec.Raw, request: WireRequest, rates: Mapping[str, Decimal]) -> Outcome:
    try:
        status = wire.STATUS.decode(element)
        if _is_refused(status):
            return Refused(key=key, messages=_texts(status.validation_errors) or ("refused without a reason",))
        record = _record(element, resource_of(request), rates)
    except UNDECODABLE as error:
        return Unknown(key=key, why=f"the answer cannot be read: {type(error).__name__}")
    if record is None and resource_of(request) != "Allocations":
        return Unknown(key=key, why="the answer shows another record")
    if request.method == "POST" and isinstance(record, Payment) and not record.cancelled:
        return Unknown(key=key, why="the answer shows the payment standing")
    return Done(key=key, records=(record,) if record else (), warnings=_texts(status.warnings))


def _is_refused(status: wire.Status) -> bool:
    return (
        status.status_attribute_string == "ERROR"
        or bool(status.has_errors)
        or bool(status.has_validation_errors)
        or bool(status.validation_errors)
    )


def _record(element: msgspec.Raw, resource: str, rates: Mapping[str, Decimal]) -> Record | None:
    record: Record | None = None
    match resource:
        case "Contacts":
            record = mapping.contact(wire.CONTACT.decode(element))
        case "Invoices" | "CreditNotes":
            record = mapping.document(wire.DOCUMENT.decode(element), rates)
        case "Payments":
            record = mapping.payment(wire.PAYMENT.decode(element))
    return None if record is not None and record.id == wire.ZERO_GUID else record


def _texts(messages: list[wire.Message] | None) -> tuple[str, ...]:
    return tuple(each.message[:TEXT_MAX] for each in messages or () if each.message)


def _all_unknown(request: WireRequest, why: str) -> list[Outcome]:
    return [Unknown(key=key, why=why) for key in request.elements]
