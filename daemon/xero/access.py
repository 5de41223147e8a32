"""What an app may do in an organisation: its connections, what it may read, what the organisation lets it write."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from daemon.ports import Request, Response
from daemon.transport.call import Call, Priority
from daemon.transport.caller import Caller
from daemon.transport.decoding import decode_page
from daemon.transport.status import Forbidden
from daemon.xero import wire
from daemon.xero.reads import Reader, quoted

RECORDS = ("Contacts", "Invoices", "CreditNotes", "Payments")
SETTINGS = ("Organisation", "Accounts", "TaxRates", "TrackingCategories")


@dataclass(frozen=True, slots=True, kw_only=True)
class XeroAccess:
    """``tenants`` is None where the app may not list its connections. ``forbidden`` are resources it may not read.

    ``scopes`` is None where the token does not tell them. ``actions`` maps what the organisation lets the connection do
    (docs/reference/xero.md 13.1) to whether it does.
    """

    tenants: tuple[str, ...] | None = None
    forbidden: tuple[str, ...] = ()
    actions: Mapping[str, bool] = field(default_factory=dict)
    scopes: tuple[str, ...] | None = None

    @property
    def unwritable(self) -> tuple[str, ...]:
        """The resources that the scopes let the app read at most; none where they are not known."""
        granted = set(self.scopes or ())
        return tuple(name for name, scopes in _WRITING.items() if self.scopes is not None and not granted & set(scopes))


class _Connection(wire.Wire, frozen=True):
    tenant_id: str = msgspec.field(default="", name="tenantId")


class _Action(wire.Wire, frozen=True):
    name: str = ""
    status: str = ""


class _Actions(wire.Wire, frozen=True):
    actions: list[_Action] = []  # noqa: RUF012


class _Claims(msgspec.Struct, frozen=True):
    scope: list[str] | str = ""


_CLAIMS = msgspec.json.Decoder(_Claims)
_WRITING = {
    "Contacts": ("accounting.contacts",),
    "Invoices and CreditNotes": ("accounting.invoices", "accounting.transactions"),
    "Payments": ("accounting.payments", "accounting.transactions"),
}
"""Scopes that let an app write (docs/reference/xero.md 2.4): the granular ones and those they replace."""
_CONNECTIONS = msgspec.json.Decoder(list[_Connection])
_ACTIONS = msgspec.json.Decoder(_Actions)


async def read_tenants(caller: Caller, connections_url: str) -> tuple[str, ...] | None:
    """The organisations that the app is connected to (docs/reference/xero.md 2.3)."""
    request = Request("GET", connections_url, {"accept": "application/json"})
    try:
        found = await caller.read(Call(request, Priority.POLL), _connections)
    except Forbidden:
        return None
    return tuple(connection.tenant_id.lower() for connection in found)


async def read_scopes(caller: Caller) -> tuple[str, ...] | None:
    """The scopes that the token itself names; None if it names none. It is read, not proven."""
    try:
        claims = (await caller.token()).split(".")[1]
        found = _CLAIMS.decode(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).scope
    except (IndexError, ValueError, msgspec.DecodeError):
        return None
    return tuple(found.split() if isinstance(found, str) else found) or None


async def read_forbidden(reader: Reader) -> tuple[str, ...]:
    """The resources that the app's scopes leave out."""
    return tuple([name for name in (*RECORDS, *SETTINGS) if not await _may_read(reader, name)])


async def _may_read(reader: Reader, resource: str) -> bool:
    query = {"page": "1", "pageSize": "1"} if resource in RECORDS else {}
    try:
        await reader.get(resource, query, Priority.POLL)
    except Forbidden:
        return False
    return True


async def read_actions(caller: Caller, base_url: str, headers: Mapping[str, str]) -> dict[str, bool]:
    """What the organisation lets the connection do; empty where it does not say."""
    request = Request("GET", f"{base_url}Organisation/Actions", headers)
    try:
        found = await caller.read(Call(request, Priority.POLL), _actions)
    except Forbidden:
        return {}
    return {action.name: action.status == "ALLOWED" for action in found.actions}


async def contacts_named(reader: Reader, name: str) -> int:
    """How many active contacts bear exactly that name."""
    query = {"where": f'Name=={quoted(name)} AND ContactStatus=="ACTIVE"'}
    return len(await reader.whole("Contacts", query, Priority.POLL))


def _connections(response: Response) -> list[_Connection]:
    return decode_page(response.body, _CONNECTIONS, "xero connections")


def _actions(response: Response) -> _Actions:
    return decode_page(response.body, _ACTIONS, "xero actions")
