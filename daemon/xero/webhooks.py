"""Xero's webhooks: signature and events (docs/reference/xero.md 17). Pure; an event is a doorbell, never a fact."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from daemon.errors import BadMessage

BODY_MAX = 1024 * 1024
EVENTS_MAX = 10_000
TEXT_MAX = 64


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may have changed. ``category`` is CONTACT, INVOICE, CREDITNOTE, PAYMENT or one not known here."""

    tenant_id: str
    category: str
    resource_id: str


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    tenant_id: str = ""
    event_category: str = ""
    resource_id: str = ""


class _Delivery(msgspec.Struct, frozen=True):
    events: list[msgspec.Raw] = []


_DELIVERY = msgspec.json.Decoder(_Delivery)
_EVENT = msgspec.json.Decoder(_Event)


def is_signed(body: bytes, signature: str, keys: Iterable[str]) -> bool:
    """Whether the raw body is signed with one of the webhook keys; every key is tried, each in constant time."""
    sent = signature.encode("utf-8", "surrogateescape")
    good = False
    for key in keys:
        digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
        good |= bool(key) and hmac.compare_digest(base64.b64encode(digest), sent)
    return good


def read_events(body: bytes) -> tuple[Event, ...]:
    """The events of a delivery, none in an intent-to-receive; odd ones are left out. Raises ``BadMessage``."""
    if len(body) > BODY_MAX:
        raise BadMessage("xero webhook: too large")
    try:
        raws = _DELIVERY.decode(body).events
    except (msgspec.DecodeError, RecursionError):
        raise BadMessage("xero webhook: not a delivery") from None
    if len(raws) > EVENTS_MAX:
        raise BadMessage("xero webhook: too many events")
    events = (_event(raw) for raw in raws)
    return tuple(dict.fromkeys(event for event in events if event is not None))


def _event(raw: msgspec.Raw) -> Event | None:
    try:
        found = _EVENT.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    event = Event(found.tenant_id.lower(), found.event_category.upper(), found.resource_id.lower())
    texts = (event.tenant_id, event.category, event.resource_id)
    return event if all(text and len(text) <= TEXT_MAX and text.isprintable() for text in texts) else None
