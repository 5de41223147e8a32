"""The Provet client: reads and writes of one tenant in the domain's records. It decides nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from daemon.core.correction import ProvetStep, UpdateClient
from daemon.core.model import Contact, Document, Kind, Payment, Record
from daemon.ports import Clock, Request
from daemon.provet import mapping, wire
from daemon.provet.children import chunks, payment_batch, payments_of, rows_of
from daemon.provet.lists import JSON, Lists
from daemon.provet.look import Reads
from daemon.provet.reference import Items, ProvetReference, read_reference
from daemon.provet.requests import needs_phone_id, read_answer, request_for
from daemon.transport.answers import Batch, Outcome, Unreadable, WireRequest
from daemon.transport.budget import Usage
from daemon.transport.call import Call, Priority
from daemon.transport.caller import TIMEOUT_S, Caller
from daemon.transport.decoding import UNDECODABLE, map_each, utc
from daemon.transport.network import Network
from daemon.transport.tokens import Credentials

POLL_SIZE = 50
FULL_SIZE = 200
SECOND = dt.timedelta(seconds=1)

Known = Callable[[list[tuple[str, dt.datetime]]], Awaitable[set[str]]]
R = TypeVar("R", bound=Record)
Convert = Callable[[Sequence[msgspec.Raw]], Awaitable[Batch[R]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvetEndpoint:
    """Where a tenant is and how to get in; ``base_url`` ends with a slash."""

    base_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    consolidated_field: str = "consolidated_invoices"
    rate_scale: float = 1
    timeout_s: float = TIMEOUT_S


@dataclass(frozen=True, slots=True)
class _Head:
    """An invoice without its rows."""

    invoice: wire.Invoice
    consolidates: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.invoice.id)

    @property
    def modified(self) -> dt.datetime:
        return utc(self.invoice.modified)


class ProvetClient:
    """Reads and writes one tenant; raises what ``Caller.read`` and ``Caller.write`` raise.

    Streams take ``since`` as it is: subtract the overlap before (docs/reference/provet.md U-3); None reads everything.
    Their last batch is empty but for the stamp to go on from.
    """

    def __init__(self, endpoint: ProvetEndpoint, caller: Caller, clock: Clock) -> None:
        self._endpoint = endpoint
        self._caller = caller
        self._clock = clock
        self._lists = Lists(caller, endpoint.base_url)
        self._items = Items(self._lists)

    @property
    def usage(self) -> Usage:
        return self._caller.usage

    def contacts(self, since: dt.datetime | None, *, priority: Priority) -> AsyncIterator[Batch[Contact]]:
        """Clients changed since, archived ones included."""
        return self._stream("client", {"include_archived": "true"}, since, priority, _contact_batch)

    def payments(self, since: dt.datetime | None, *, priority: Priority) -> AsyncIterator[Batch[Payment]]:
        """Payments changed since, cancelled ones included."""

        async def convert(raws: Sequence[msgspec.Raw]) -> Batch[Payment]:
            return payment_batch(raws)

        return self._stream("invoicepayment", {}, since, priority, convert)

    def documents(
        self, since: dt.datetime | None, *, known: Known | None = None, priority: Priority
    ) -> AsyncIterator[Batch[Document]]:
        """Invoices of all kinds changed since, with their rows.

        ``known`` names those of (id, modified) that are stored already: their rows are not fetched, their ids come as
        ``unchanged``. Times are whole seconds, so a copy read within a second of its own change is not safely known.
        """

        async def convert(raws: Sequence[msgspec.Raw]) -> Batch[Document]:
            return await self._document_batch(raws, known, priority)

        return self._stream("invoice", {}, since, priority, convert)

    async def contacts_by_id(self, ids: Iterable[str], *, priority: Priority) -> Batch[Contact]:
        """These clients; those that are gone as ``missing``."""
        raws, missing = await self._by_id("client", ids, priority)
        return replace(await _contact_batch(raws), missing=missing, stamp=None)

    async def documents_by_id(self, ids: Iterable[str], *, priority: Priority) -> Batch[Document]:
        """These invoices with their rows; those that are gone as ``missing``."""
        raws, missing = await self._by_id("invoice", ids, priority)
        return replace(await self._document_batch(raws, None, priority), missing=missing, stamp=None)

    async def payments_by_id(self, ids: Iterable[str], *, priority: Priority) -> Batch[Payment]:
        """These payments; those that are gone as ``missing``."""
        raws, missing = await self._by_id("invoicepayment", ids, priority)
        return replace(payment_batch(raws), missing=missing, stamp=None)

    async def payments_of(self, document_ids: Iterable[str], *, priority: Priority) -> Batch[Payment]:
        """All payments on these documents, cancelled ones included."""
        return replace(await payments_of(self._lists, list(document_ids), priority), stamp=None)

    async def reference(self, *, priority: Priority = Priority.POLL) -> ProvetReference:
        """The tenant's reference data; also reads anew what items tell of rows."""
        await self._items.refresh(priority)
        found = await read_reference(self._lists, priority)
        catalogue = self._items.catalogue
        items = () if catalogue is None or catalogue.items_readable else ("item",)
        return replace(found, forbidden=(*items, *found.forbidden))

    async def look(self, reads: Reads, *, priority: Priority = Priority.CORRECTION) -> tuple[Record, ...]:
        """Read what settles a step in doubt."""
        contacts = await self.contacts_by_id(reads.contacts, priority=priority)
        payments = await self.payments_of(reads.payments_of, priority=priority)
        return (*contacts.records, *payments.records)

    async def prepare(self, key: str, step: ProvetStep) -> WireRequest:
        """The request of a step, to be stored before ``send``; a phone's step first looks for the number to change.

        Raises ``Rejected`` for what Provet cannot take.
        """
        phone_id = ""
        if isinstance(step, UpdateClient) and needs_phone_id(step):
            raw = await self._lists.one("client", step.client_id, priority=Priority.CORRECTION)
            phones = wire.CLIENT.decode(raw).phone_numbers if raw is not None else None
            phone_id = str(phones[0].id) if phones else ""
        return request_for(key, step, self._endpoint.base_url, phone_id=phone_id)

    async def send(self, request: WireRequest, *, priority: Priority = Priority.CORRECTION) -> Outcome:
        """Send once. ``InDoubt`` and an ``Unknown`` outcome mean the same: it may have been executed."""
        headers = {**JSON, "content-type": "application/json"}
        url = f"{self._endpoint.base_url}{request.path}"
        call = Call(Request(request.method, url, headers, request.body), priority, _endpoint_of(request))
        return read_answer(request, await self._caller.write(call))

    async def _by_id(
        self, resource: str, ids: Iterable[str], priority: Priority
    ) -> tuple[list[msgspec.Raw], tuple[str, ...]]:
        raws: list[msgspec.Raw] = []
        missing: list[str] = []
        for record_id in (found for chunk in chunks(ids) for found in chunk):
            raw = await self._lists.one(resource, record_id, priority=priority)
            if raw is None:
                missing.append(record_id)
            else:
                raws.append(raw)
        return raws, tuple(missing)

    async def _stream(
        self, resource: str, filters: dict[str, str], since: dt.datetime | None, priority: Priority, convert: Convert[R]
    ) -> AsyncIterator[Batch[R]]:
        """Convert page by page. A stamp is never later than the start, since changes meanwhile may be missed."""
        newest: dt.datetime | None = None
        latest = self._clock.utc()
        begun = False
        if since is not None:
            since = since.astimezone(dt.UTC).replace(microsecond=0)
            filters = {**filters, "modified__gte": since.strftime("%Y-%m-%dT%H:%M:%S+00:00")}
        size = FULL_SIZE if since is None else POLL_SIZE
        async for page in self._lists.pages(resource, filters, size=size, priority=priority):
            latest = latest if begun or page.sent_at is None else page.sent_at
            begun = True
            batch = await convert([raw for raw in page.results if since is None or _changed(raw, since)])
            newest = max(filter(None, (newest, batch.stamp)), default=None)
            yield replace(batch, stamp=None)
        yield Batch(stamp=min(newest, latest) if newest else None)

    async def _document_batch(
        self, raws: Sequence[msgspec.Raw], known: Known | None, priority: Priority
    ) -> Batch[Document]:
        def read(raw: msgspec.Raw) -> _Head:
            return _Head(wire.INVOICE.decode(raw), wire.consolidates(raw, self._endpoint.consolidated_field))

        heads, bad = map_each(raws, read, Kind.DOCUMENT, "id", "provet")
        stored = await known([(head.id, head.modified) for head in heads]) if known and heads else set()
        fresh = [head for head in heads if head.id not in stored]
        documents, unmapped = await self._with_rows(fresh, priority)
        return Batch(
            tuple(documents),
            (*bad, *unmapped),
            unchanged=tuple(head.id for head in heads if head.id in stored),
            stamp=max((head.modified for head in heads), default=None),
        )

    async def _with_rows(self, heads: Sequence[_Head], priority: Priority) -> tuple[list[Document], list[Unreadable]]:
        rows = await rows_of(self._lists, [head.id for head in heads], priority)
        catalogue = await self._items.covering(rows.items(), priority)
        documents: list[Document] = []
        bad: list[Unreadable] = []
        for head in heads:
            try:
                if head.id in rows.unreadable:
                    raise ValueError("a row does not decode")
                own = rows.by_invoice.get(head.id, [])
                documents.append(mapping.document(head.invoice, own, catalogue, head.consolidates))
            except UNDECODABLE as error:
                bad.append(Unreadable(Kind.DOCUMENT, head.id, f"provet document {head.id}: {error}"))
        return documents, bad


def connect(endpoint: ProvetEndpoint, network: Network) -> ProvetClient:
    """The client of a tenant, sharing the process's connections, budgets and tokens."""
    return ProvetClient(endpoint, caller_of(endpoint, network), network.clock)


def caller_of(endpoint: ProvetEndpoint, network: Network) -> Caller:
    """The way to a tenant that its client takes."""
    credentials = Credentials(
        token_url=endpoint.token_url,
        client_id=endpoint.client_id,
        client_secret=endpoint.client_secret,
        scope="restapi",
    )
    budget = network.budgets.provet(endpoint.base_url, endpoint.client_id, endpoint.rate_scale)
    tokens = network.tokens.source(credentials)
    return Caller(network.exchange, network.clock, tokens, budget, timeout_s=endpoint.timeout_s, name="Provet")


async def _contact_batch(raws: Sequence[msgspec.Raw]) -> Batch[Contact]:
    def read(raw: msgspec.Raw) -> Contact:
        return mapping.contact(wire.CLIENT.decode(raw))

    good, bad = map_each(raws, read, Kind.CONTACT, "id", "provet")
    return Batch(tuple(good), tuple(bad), stamp=max((contact.updated_at for contact in good), default=None))


class _Modified(msgspec.Struct, frozen=True):
    modified: dt.datetime


_MODIFIED = msgspec.json.Decoder(_Modified)


def _changed(raw: msgspec.Raw, since: dt.datetime) -> bool:
    """Whether a record is really in the window, since filters may be ignored; an unreadable one counts as in it."""
    try:
        return utc(_MODIFIED.decode(raw).modified) >= since
    except UNDECODABLE:
        return True


def _endpoint_of(request: WireRequest) -> str:
    """The limit a write counts against: ``POST invoicepayment/id/cancel_payment``."""
    parts = request.path.strip("/").split("/")
    return f"{request.method} {'/'.join('id' if index == 1 else part for index, part in enumerate(parts))}"
