"""The naive comparison: everything of both sides into dicts, amounts as floats, then field by field."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from bench.stage import PROVET, XERO
from daemon.ports import Exchange, Request

Json = dict[str, Any]
_PAGE, _OWNERS = 1000, 50


async def differences(exchange: Exchange) -> int:
    """Read all invoices of both systems and count those that differ or stand in one alone."""
    provet = {f"Provet invoice {invoice['id']}": invoice async for invoice in _provet_invoices(exchange)}
    rows: dict[str, list[Json]] = defaultdict(list)
    ids = [str(invoice["id"]) for invoice in provet.values()]
    for first in range(0, len(ids), _OWNERS):
        query = {"invoice__in": ",".join(ids[first : first + _OWNERS]), "page_size": str(_PAGE)}
        for row in (await _get(exchange, f"{PROVET}/invoicerow/", query))["results"]:
            rows[row["invoice"]].append(row)
    xero = {invoice["Reference"]: invoice async for invoice in _xero_invoices(exchange)}
    both = provet.keys() & xero.keys()
    return len(provet.keys() ^ xero.keys()) + sum(_differ(provet[k], rows[provet[k]["url"]], xero[k]) for k in both)


def _differ(invoice: Json, rows: list[Json], other: Json) -> bool:
    mine = (
        invoice["invoice_date"],
        f"INV-{invoice['invoice_number']}",
        round(invoice["total_with_vat"], 2),
        round(invoice["due_sum"], 2),
        round(sum(row["sum_vat"] for row in rows), 2),
    )
    theirs = (
        other["DateString"][:10],
        other["InvoiceNumber"],
        round(other["Total"], 2),
        round(other["AmountDue"], 2),
        round(sum(line["TaxAmount"] for line in other["LineItems"]), 2),
    )
    return mine != theirs


async def _provet_invoices(exchange: Exchange) -> AsyncIterator[Json]:
    last = 0
    while True:
        page = await _get(exchange, f"{PROVET}/invoice/", {"id__gt": str(last), "page_size": str(_PAGE)})
        for invoice in page["results"]:
            yield invoice
        if page["next"] is None:
            return
        last = page["results"][-1]["id"]


async def _xero_invoices(exchange: Exchange) -> AsyncIterator[Json]:
    number = 1
    while found := (await _get(exchange, f"{XERO}/Invoices", {"page": str(number), "pageSize": str(_PAGE)}))[
        "Invoices"
    ]:
        for invoice in found:
            yield invoice
        number += 1


async def _get(exchange: Exchange, url: str, query: dict[str, str]) -> Json:
    answer = await exchange(Request("GET", f"{url}?{urlencode(query)}"), timeout_s=30.0)
    page: Json = json.loads(answer.body)
    return page
