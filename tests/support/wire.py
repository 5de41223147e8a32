"""Reads both ledgers whole through the public APIs of the two systems, over HTTP or in process.

Part of the independent checker: standard library and the wire alone. Every call is a GET, apart from the tokens.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from daemon.ports import Request, Response
from tests.support.decoding import Json, provet_ledger, xero_ledger
from tests.support.ledgers import ProvetLedger, XeroLedger

Send = Callable[[Request], tuple[int, bytes]]
PROVET_PAGE, XERO_PAGE = 200, 1000
"""Provet counts large pages several times against its limits, which the program shares."""
TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Access:
    """How one system is reached; ``tenant_id`` is Xero's alone."""

    base_url: str
    token_url: str
    client_id: str
    client_secret: str
    tenant_id: str = ""


class System(Protocol):
    """A simulated system in memory."""

    def handle(self, request: Request, now: dt.datetime, rng: random.Random) -> Response: ...


def over_http(request: Request) -> tuple[int, bytes]:
    """Send over a real connection; any status is an answer."""
    outgoing = urllib.request.Request(request.url, request.body or None, dict(request.headers), method=request.method)
    try:
        with urllib.request.urlopen(outgoing, timeout=TIMEOUT_S) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def in_process(system: System, now: dt.datetime, rng: random.Random) -> Send:
    """Send straight into a system's entry point, at one moment."""

    def send(request: Request) -> tuple[int, bytes]:
        response = system.handle(request, now, rng)
        return response.status, response.body

    return send


def accesses(settings: Path, practice: str = "riverside") -> dict[str, Access]:
    """The access to ``provet`` and ``xero`` that a settings file and its secrets give."""
    table = tomllib.loads(settings.read_text())
    secrets = Path(table["daemon"]["secrets_dir"])
    found = {}
    for name in ("provet", "xero"):
        part = table["practices"][practice][name]
        secret = (secrets / f"practices__{practice}__{name}__client_secret").read_text().strip()
        found[name] = Access(part["base_url"], part["token_url"], part["client_id"], secret, part.get("tenant_id", ""))
    return found


def read_provet(access: Access, send: Send = over_http) -> ProvetLedger:
    """Provet's side: every invoice, row, payment, client and item."""
    headers = {"Authorization": f"Bearer {_token(access, send)}"}

    def collection(name: str, query: str = "") -> Iterator[Json]:
        """A whole collection by ascending id (docs/reference/provet.md 2.3)."""
        last = 0
        while True:
            place = f"{access.base_url}{name}/?page_size={PROVET_PAGE}&ordering=id&id__gt={last}{query}"
            page = _get(place, headers, send)["results"]
            yield from page
            if len(page) < PROVET_PAGE:
                return
            last = page[-1]["id"]

    return provet_ledger(
        collection("invoice"),
        collection("invoicerow"),
        collection("invoicepayment"),
        collection("client", "&include_archived=true"),
        collection("item"),
    )


def read_xero(access: Access, send: Send = over_http) -> XeroLedger:
    """Xero's side: every sales document, payment, contact and tax rate, dead ones included."""
    headers = {
        "Authorization": f"Bearer {_token(access, send)}",
        "Xero-tenant-id": access.tenant_id,
        "Accept": "application/json",
    }

    def collection(name: str, query: str = "") -> Iterator[Json]:
        number = 1
        while True:
            place = f"{access.base_url}{name}?page={number}&pageSize={XERO_PAGE}{query}"
            page = _get(place, headers, send)[name]
            yield from page
            if len(page) < XERO_PAGE:
                return
            number += 1

    return xero_ledger(
        collection("Invoices", "&unitdp=4"),
        collection("CreditNotes", "&unitdp=4"),
        collection("Payments"),
        collection("Contacts", "&includeArchived=true"),
        _get(f"{access.base_url}TaxRates", headers, send)["TaxRates"],
    )


def _get(url: str, headers: Mapping[str, str], send: Send) -> Any:
    return _decoded(Request("GET", url, headers), send)


def _token(access: Access, send: Send) -> str:
    basic = base64.b64encode(f"{access.client_id}:{access.client_secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    granted = _decoded(Request("POST", access.token_url, headers, b"grant_type=client_credentials"), send)
    token: str = granted["access_token"]
    return token


def _decoded(request: Request, send: Send) -> Any:
    status, body = send(request)
    if status != 200:
        raise AssertionError(f"{request.method} {request.url}: {status} {body[:300]!r}")
    return json.loads(body, parse_float=Decimal)
