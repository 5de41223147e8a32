"""Both simulated systems as somebody sees them who is not the daemon: their APIs, their request logs, their people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import aiohttp
import msgspec

from daemon.demo.records import (
    Account,
    Client,
    Contact,
    Listed,
    ProvetInvoice,
    ProvetPayment,
    XeroCreditNote,
    XeroInvoice,
    XeroPayment,
)
from daemon.errors import ReconError
from daemon.sandbox.clinic import Planted
from daemon.sandbox.control import PREFIX
from daemon.sandbox.request_log import Entry
from daemon.sandbox.settings_out import Access

T = TypeVar("T")
PAGE = 500


class System:
    """What both have in common. ``session`` must outlive it."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, base_url: str, headers: Mapping[str, str]) -> None:
        self._session = session
        self._control = f"{origin}{PREFIX}/"
        self._base_url = base_url
        self._headers = headers

    async def writes(self) -> Sequence[Entry]:
        """Every request so far that could change this system, from its own log."""
        log = await self._ask("GET", f"{self._control}requests", _Log, params={"writes": "1"})
        if log.dropped:
            raise ReconError("the request log has dropped its oldest entries")
        return log.requests

    async def act(self, what: str, **arguments: object) -> Any:
        """Do one thing as a person in this system's own screens; what it answers."""
        order = msgspec.json.encode({"do": what, **arguments}, enc_hook=str)
        return (await self._ask("POST", f"{self._control}act", dict[str, Any], data=order))["done"]

    async def planted(self) -> Sequence[Planted]:
        """What the clinic left for a person to decide, in either system."""
        return await self._ask("GET", f"{self._control}planted", list[Planted])

    async def _get(self, path: str, kind: type[T], params: Mapping[str, str]) -> T:
        return await self._ask("GET", f"{self._base_url}{path}", kind, params=params, headers=self._headers)

    async def _ask(self, method: str, url: str, kind: type[T], **options: Any) -> T:
        async with self._session.request(method, url, **options) as response:
            body = await response.read()
            if response.status != 200:
                raise ReconError(f"{method} {url} answers {response.status}: {body[:300]!r}")
            return msgspec.json.decode(body, type=kind)


class Provet(System):
    """The simulated Provet Cloud."""

    async def invoices(self) -> Sequence[ProvetInvoice]:
        return await self._all("invoice/", ProvetInvoice)

    async def payments(self) -> Sequence[ProvetPayment]:
        return await self._all("invoicepayment/", ProvetPayment)

    async def clients(self) -> Sequence[Client]:
        return await self._all("client/", Client)

    async def _all(self, path: str, kind: type[T]) -> list[T]:
        found: list[T] = []
        more = True
        while more:
            params = {"page_size": str(PAGE), "page": str(len(found) // PAGE + 1)}
            page: Listed[T] = await self._get(path, Listed[kind], params)  # type: ignore[valid-type]
            found += page.results
            more = page.next is not None
        return found


class Xero(System):
    """The simulated Xero."""

    async def invoices(self) -> Sequence[XeroInvoice]:
        return await self._all("Invoices", XeroInvoice)

    async def credit_notes(self) -> Sequence[XeroCreditNote]:
        return await self._all("CreditNotes", XeroCreditNote)

    async def payments(self) -> Sequence[XeroPayment]:
        return await self._all("Payments", XeroPayment)

    async def contacts(self) -> Sequence[Contact]:
        return await self._all("Contacts", Contact)

    async def account_id(self, code: str) -> str:
        """The id of the account with that code."""
        return next(account.id for account in await self._all("Accounts", Account) if account.code == code)

    async def _all(self, name: str, kind: type[T]) -> list[T]:
        found: list[T] = []
        full = True
        while full:
            params = {"pageSize": str(PAGE), "page": str(len(found) // PAGE + 1)}
            body = await self._get(name, dict[str, msgspec.Raw], params)
            page = msgspec.json.decode(body[name], type=list[kind])  # type: ignore[valid-type]
            found += page
            full = len(page) == PAGE
        return found


class _Log(msgspec.Struct, frozen=True):
    dropped: int
    requests: list[Entry]


async def open_provet(session: aiohttp.ClientSession, access: Access) -> Provet:
    """Sign in as an integration of one's own would."""
    url = f"{access.provet_origin}/{access.provet_id}/oauth2/token/"
    token = await _token(session, url, access.provet_client)
    return Provet(session, access.provet_origin, access.provet_url, {"Authorization": f"Bearer {token}"})


async def open_xero(session: aiohttp.ClientSession, access: Access) -> Xero:
    """Sign in as an app of one's own would."""
    token = await _token(session, f"{access.xero_origin}/connect/token", access.xero_client)
    headers = {"Authorization": f"Bearer {token}", "xero-tenant-id": access.tenant_id, "Accept": "application/json"}
    return Xero(session, access.xero_origin, access.xero_url, headers)


async def _token(session: aiohttp.ClientSession, url: str, client: tuple[str, str]) -> str:
    headers = {"Authorization": aiohttp.encode_basic_auth(*client)}
    async with session.post(url, headers=headers, data={"grant_type": "client_credentials"}) as answer:
        return str((await answer.json())["access_token"])
