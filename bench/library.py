"""An ``Exchange`` that serves large ledgers page by page; what is no list of them comes from the systems behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from bench.ledgers import Ledgers
from daemon.ports import Exchange, Request, Response

_HEADERS = {"content-type": "application/json"}
_EMPTY = {
    "client": '{"count":0,"next":null,"previous":null,"results":[]}',
    "invoicepayment": '{"count":0,"next":null,"previous":null,"results":[]}',
    "Contacts": '{"DateTimeUTC":"\\/Date(0)\\/","Contacts":[]}',
    "CreditNotes": '{"DateTimeUTC":"\\/Date(0)\\/","CreditNotes":[]}',
    "Payments": '{"DateTimeUTC":"\\/Date(0)\\/","Payments":[]}',
}


class Library:
    """Serves invoices and rows of ``ledgers``; both have neither payments nor clients."""

    def __init__(self, ledgers: Ledgers, behind: Exchange) -> None:
        self._ledgers = ledgers
        self._behind = behind

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        """Answer one request; see ``daemon.ports.Exchange``."""
        parts = urlsplit(request.url)
        query = dict(parse_qsl(parts.query))
        match parts.path.rstrip("/").rpartition("/")[2]:
            case "invoice":
                text = self._provet_invoices(query)
            case "invoicerow":
                text = self._provet_rows(query)
            case "Invoices":
                text = self._xero_invoices(query, _since(request))
            case name if name in _EMPTY:
                text = _EMPTY[name]
            case _:
                return await self._behind(request, timeout_s=timeout_s)
        return Response(200, _HEADERS, text.encode())

    def _provet_invoices(self, query: Mapping[str, str]) -> str:
        since = dt.datetime.fromisoformat(query["modified__gte"]) if "modified__gte" in query else None
        numbers = self._ledgers.after(int(query.get("id__gt", 0)), since)
        page = list(islice(numbers, int(query["page_size"])))
        return _provet(map(self._ledgers.provet_invoice, page), more=next(numbers, None) is not None)

    def _provet_rows(self, query: Mapping[str, str]) -> str:
        """All rows of some invoices: they are few enough for one page."""
        rows = (row for number in query["invoice__in"].split(",") for row in self._ledgers.provet_rows(int(number)))
        return _provet(rows, more=False)

    def _xero_invoices(self, query: Mapping[str, str], since: dt.datetime | None) -> str:
        size, page = int(query["pageSize"]), int(query["page"])
        numbers = islice(self._ledgers.changed(since), size * (page - 1), size * page)
        read_at = int(self._ledgers.read_at.timestamp() * 1000)
        head = f'"DateTimeUTC":"\\/Date({read_at})\\/","pagination":{{"page":{page},"pageSize":{size}}}'
        return f'{{{head},"Invoices":[{",".join(map(self._ledgers.xero_invoice, numbers))}]}}'


def _provet(records: Iterable[str], *, more: bool) -> str:
    following = '"/more/"' if more else "null"
    return f'{{"next":{following},"previous":null,"results":[{",".join(records)}]}}'


def _since(request: Request) -> dt.datetime | None:
    stated = next((value for name, value in request.headers.items() if name.lower() == "if-modified-since"), None)
    return dt.datetime.fromisoformat(stated).replace(tzinfo=dt.UTC) if stated else None
