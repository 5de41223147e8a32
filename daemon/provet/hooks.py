"""Provet's webhooks: unsigned, at least once, id only (docs/reference/provet.md 3.2). A hint and never more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec

from daemon.core.model import Kind
from daemon.errors import BadMessage

BODY_MAX = 64 * 1024
FIELDS_MAX = 50
_KEYS = {"client_id": Kind.CONTACT, "invoice_id": Kind.DOCUMENT, "invoicepayment_id": Kind.PAYMENT}


@dataclass(frozen=True, slots=True)
class Hint:
    """A record that may have changed."""

    kind: Kind
    id: str


def read_hook(content_type: str, body: bytes) -> tuple[Hint, ...]:
    """The records that a delivery names; none for triggers that do not matter here. Raises ``BadMessage``."""
    if len(body) > BODY_MAX:
        raise BadMessage("provet hook: too large")
    try:
        fields = _fields(content_type, body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise BadMessage("provet hook: neither a form nor a JSON object") from None
    return tuple(Hint(kind, fields[key]) for key, kind in _KEYS.items() if _is_id(fields.get(key, "")))


def _fields(content_type: str, body: bytes) -> dict[str, str]:
    if "json" in content_type.lower() or body.lstrip().startswith(b"{"):
        found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return {key: bytes(found[key]).decode().strip().strip('"') for key in _KEYS if key in found}
    return dict(parse_qsl(body.decode(), max_num_fields=FIELDS_MAX))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18
