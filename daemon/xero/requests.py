"""Planning writes to Xero: which steps travel together, and the bytes of each request. Pure.

Requests hold up to 50 elements of one kind; each element is settled on its own (docs/reference/xero.md 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from daemon.core.correction import (
    Allocate,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
    XeroStep,
)
from daemon.core.model import Kind
from daemon.errors import Rejected
from daemon.transport.answers import Refused, WireRequest
from daemon.xero import elements
from daemon.xero.elements import Element, Rates, is_guid

ELEMENTS_MAX = 50
BODY_MAX = 3_000_000
EACH = "summarizeErrors=false"
EACH_4DP = "summarizeErrors=false&unitdp=4"

Resolve = Callable[[Kind, str], str | None]
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests ready to be stored and sent, keys of steps that wait for an id, and steps that Xero could never take."""

    requests: tuple[WireRequest, ...] = ()
    waiting: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """Where an element goes; steps with the same way travel together. ``envelope`` empty: alone and bare."""

    method: str
    path: str
    query: str = ""
    envelope: str = ""


@dataclass(slots=True)
class _Bundle:
    way: _Way
    keys: list[str] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def takes(self, part: bytes) -> bool:
        if not self.keys:
            return True
        return bool(self.way.envelope) and len(self.keys) < ELEMENTS_MAX and self.size + len(part) <= BODY_MAX

    def add(self, key: str, part: bytes) -> None:
        self.keys.append(key)
        self.parts.append(part)
        self.size += len(part) + 1

    def request(self) -> WireRequest:
        way = self.way
        joined = b",".join(self.parts)
        body = b'{"%s":[%s]}' % (way.envelope.encode(), joined) if way.envelope else joined
        return WireRequest(method=way.method, path=way.path, query=way.query, body=body, elements=tuple(self.keys))


def plan_requests(
    steps: Sequence[tuple[str, XeroStep]], resolve: Resolve, rates: Mapping[str, Decimal] | None = None
) -> Plan:
    """Turn keyed steps into requests, in their order as far as bundling allows.

    ``resolve`` gives the Xero id of a Provet record, None while it has none. ``rates`` are percentages by TaxType;
    where one is missing, tax amounts are stated. The steps must not depend on each other.
    """
    bundles: list[_Bundle] = []
    waiting: list[str] = []
    refused: list[Refused] = []
    for key, step in steps:
        try:
            found = _element(step, resolve, rates or {})
        except Rejected as error:
            refused.append(Refused(key=key, messages=error.messages))
            continue
        if found is None:
            waiting.append(key)
        else:
            _put(bundles, key, *found)
    return Plan(tuple(bundle.request() for bundle in bundles), tuple(waiting), tuple(refused))


def _put(bundles: list[_Bundle], key: str, way: _Way, element: Element | None) -> None:
    part = b"" if element is None else _encoder.encode(element)
    open_bundle = next((bundle for bundle in reversed(bundles) if bundle.way == way), None)
    if open_bundle is None or not open_bundle.takes(part):
        open_bundle = _Bundle(way)
        bundles.append(open_bundle)
    open_bundle.add(key, part)


def _element(step: XeroStep, resolve: Resolve, rates: Rates) -> tuple[_Way, Element | None] | None:
    """Where a step goes and its element; None while an id that it needs is not known."""
    match step:
        case CreateContact():
            return _Way("PUT", "Contacts", EACH, "Contacts"), elements.contact_element(step.contact)
        case UpdateContact():
            return _Way("POST", "Contacts", EACH, "Contacts"), elements.contact_change(step)
        case CreateDocument() | UpdateDocument():
            return _document(step, resolve, rates)
        case VoidDocument():
            key = elements.document_key(step.xero_id, credit=step.credit)
            return _documents("POST", credit=step.credit), key | {"Status": "VOIDED"}
        case CreatePayment():
            document = resolve(Kind.DOCUMENT, step.document_id)
            way = _Way("PUT", "Payments", EACH, "Payments")
            return (way, elements.payment_element(step, document)) if document else None
        case DeletePayment():
            return _Way("POST", f"Payments/{_id(step.xero_id)}"), {"Status": "DELETED"}
        case Allocate():
            return _allocation(step, resolve)
        case Deallocate():
            path = f"CreditNotes/{_id(step.xero_credit_id)}/Allocations/{_id(step.allocation_id)}"
            return _Way("DELETE", path), None


def _document(step: CreateDocument | UpdateDocument, resolve: Resolve, rates: Rates) -> tuple[_Way, Element] | None:
    contact = resolve(Kind.CONTACT, step.posting.client_id)
    credit = step.posting.credit
    if isinstance(step, UpdateDocument):
        if contact is None and "contact" in step.fields:
            return None
        return _documents("POST", credit=credit), elements.document_change(step, contact or "", rates)
    if contact is None:
        return None
    return _documents("PUT", credit=credit), elements.document_element(step.posting, contact, rates)


def _documents(method: str, *, credit: bool) -> _Way:
    resource = "CreditNotes" if credit else "Invoices"
    return _Way(method, resource, EACH_4DP, resource)


def _allocation(step: Allocate, resolve: Resolve) -> tuple[_Way, Element] | None:
    credit, invoice = resolve(Kind.DOCUMENT, step.credit_id), resolve(Kind.DOCUMENT, step.invoice_id)
    if not credit or not invoice:
        return None
    way = _Way("PUT", f"CreditNotes/{_id(credit)}/Allocations", EACH, "Allocations")
    return way, elements.allocation_element(step, invoice)


def _id(text: str) -> str:
    if not is_guid(text):
        raise elements.misfit(f"{text[:60]!r} is no id of Xero")
    return text
