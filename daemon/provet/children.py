"""Rows and payments of given invoices: fetched whole by their parents' ids, every one checked (provet.md 2.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from daemon.core.model import Kind, Payment
from daemon.errors import BadMessage
from daemon.provet import assumed, mapping, wire
from daemon.provet.lists import Lists
from daemon.provet.wire import id_of
from daemon.transport.answers import Batch
from daemon.transport.call import Priority
from daemon.transport.decoding import UNDECODABLE, map_each

SIZE = 200


class _Child(msgspec.Struct, frozen=True):
    invoice: wire.Related = None


_CHILD = msgspec.json.Decoder(_Child)


@dataclass(slots=True)
class Rows:
    """Rows by invoice id; ``unreadable`` are invoices with a row that does not decode."""

    by_invoice: dict[str, list[wire.Row]] = field(default_factory=lambda: defaultdict(list))
    unreadable: set[str] = field(default_factory=set)

    def items(self) -> set[str]:
        return {id_of(row.item) for rows in self.by_invoice.values() for row in rows}

    def add(self, raw: msgspec.Raw, owner: str) -> None:
        try:
            row = wire.ROW.decode(raw)
        except UNDECODABLE:
            self.unreadable.add(owner)
            return
        if all(known.id != row.id for known in self.by_invoice[owner]):
            self.by_invoice[owner].append(row)


async def rows_of(lists: Lists, invoice_ids: Sequence[str], priority: Priority) -> Rows:
    """All rows of these invoices. Raises ``BadMessage`` for a row that does not even tell whose it is."""
    rows = Rows()
    for wanted in chunks(invoice_ids):
        async for owner, raw in _children(lists, "invoicerow", wanted, priority):
            if not owner:
                raise BadMessage("invoicerow: a row does not tell its invoice")
            if owner in wanted:
                rows.add(raw, owner)
    return rows


async def payments_of(lists: Lists, invoice_ids: Sequence[str], priority: Priority) -> Batch[Payment]:
    """All payments of these invoices, cancelled ones included."""
    raws: list[msgspec.Raw] = []
    for wanted in chunks(invoice_ids):
        filtered = True
        found: list[msgspec.Raw] = []
        async for owner, raw in _children(lists, "invoicepayment", wanted, priority):
            if owner and owner not in wanted:
                filtered = False
                break
            found.append(raw)
        raws += found if filtered else await _payments_by_links(lists, wanted, priority)
    return payment_batch(raws)


def payment_batch(raws: Iterable[msgspec.Raw]) -> Batch[Payment]:
    """Payments mapped one by one."""

    def read(raw: msgspec.Raw) -> Payment:
        return mapping.payment(wire.PAYMENT.decode(raw))

    good, bad = map_each(raws, read, Kind.PAYMENT, "id", "provet")
    stamp = max((payment.updated_at for payment in good), default=None)
    return Batch(tuple({payment.id: payment for payment in good}.values()), tuple(bad), stamp=stamp)


async def _payments_by_links(lists: Lists, invoice_ids: Iterable[str], priority: Priority) -> list[msgspec.Raw]:
    """The way that needs no filter: each invoice names its payments."""
    found: list[msgspec.Raw] = []
    for invoice_id in invoice_ids:
        invoice = await lists.one("invoice", invoice_id, priority=priority)
        links = wire.INVOICE.decode(invoice).invoice_payment if invoice is not None else None
        for link in links or ():
            payment = await lists.one("invoicepayment", id_of(link), priority=priority)
            if payment is not None:
                found.append(payment)
    return found


async def _children(
    lists: Lists, resource: str, parents: Sequence[str], priority: Priority
) -> AsyncIterator[tuple[str, msgspec.Raw]]:
    filters: Mapping[str, str] = {"invoice__in": ",".join(parents)}
    async for page in lists.pages(resource, filters, size=SIZE, priority=priority):
        for raw in page.results:
            yield _owner(raw), raw


def _owner(raw: msgspec.Raw) -> str:
    try:
        return id_of(_CHILD.decode(raw).invoice)
    except UNDECODABLE:
        return ""


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The distinct ids that can stand in one call each."""
    distinct = iter(dict.fromkeys(identifier for identifier in ids if identifier.isalnum()))
    while chunk := list(islice(distinct, assumed.LINKS_PER_CALL)):
        yield chunk
