"""Reading Xero's lists: envelopes, pages, and the seek that loses nothing (docs/reference/xero.md 5.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urlencode

import msgspec

from daemon.errors import BadMessage, Rejected
from daemon.ports import Request, Response
from daemon.transport.call import Call, Priority
from daemon.transport.caller import Caller
from daemon.transport.decoding import UNDECODABLE, check_page_count, decode_page
from daemon.transport.status import Garbled, PageTooLarge
from daemon.xero import wire

PAGE_SIZE = 1000
PAGE_SIZE_MIN = 50
PAGES_MAX = 20_000
IDS_PER_CALL = 40
SECOND = dt.timedelta(seconds=1)

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SeekPage:
    """The elements of one page that were not in an earlier one.

    ``newest`` is their greatest time stamp, ``sent_at`` Xero's clock.
    """

    elements: list[msgspec.Raw]
    newest: dt.datetime | None
    sent_at: dt.datetime | None


class _Stamped(msgspec.Struct, frozen=True):
    updated: str = msgspec.field(name="UpdatedDateUTC")
    contact_id: str = msgspec.field(default="", name="ContactID")
    invoice_id: str = msgspec.field(default="", name="InvoiceID")
    credit_note_id: str = msgspec.field(default="", name="CreditNoteID")
    payment_id: str = msgspec.field(default="", name="PaymentID")

    @property
    def mark(self) -> tuple[str, dt.datetime]:
        own = self.payment_id or self.credit_note_id or self.invoice_id or self.contact_id
        return own, wire.moment(self.updated)


_STAMPED = msgspec.json.Decoder(_Stamped)
_Mark = tuple[str, dt.datetime]


class Reader:
    """Reads from one organisation."""

    def __init__(self, caller: Caller, base_url: str, tenant_id: str) -> None:
        self._caller = caller
        self._base_url = base_url
        self.headers = {"accept": "application/json", "xero-tenant-id": tenant_id}

    async def get(
        self, path: str, query: Query, priority: Priority, *, since: dt.datetime | None = None
    ) -> wire.Envelope:
        """One answer, which holds a list of its resource; an empty envelope where nothing has changed (304)."""
        headers = dict(self.headers)
        if since is not None:
            headers["if-modified-since"] = since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
        url = f"{self._base_url}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        resource = path.partition("/")[0]
        return await self._caller.read(
            Call(Request("GET", url, headers), priority), lambda response: _decode(response, resource)
        )

    async def one(self, resource: str, record_id: str, query: Query, priority: Priority) -> msgspec.Raw | None:
        """One record by its id; None if the organisation has none."""
        try:
            envelope = await self.get(f"{resource}/{quote(record_id, safe='')}", query, priority)
        except Rejected as error:
            if error.status == 404:
                return None
            raise
        return next(iter(elements_of(envelope, resource)), None)

    async def whole(self, resource: str, query: Query, priority: Priority) -> list[msgspec.Raw]:
        """A short list, page by page: what a few ids or numbers select."""
        found: list[msgspec.Raw] = []
        for page in range(1, PAGES_MAX):
            paged = {**query, "page": str(page), "pageSize": str(PAGE_SIZE)}
            envelope = await self.get(resource, paged, priority)
            elements = elements_of(envelope, resource)
            found += elements
            if len(elements) < _size_of(envelope, PAGE_SIZE):
                return found
        check_page_count(PAGES_MAX, PAGES_MAX, resource)
        return found

    async def seek(
        self, resource: str, query: Query, since: dt.datetime | None, priority: Priority
    ) -> AsyncIterator[SeekPage]:
        """Everything changed since, oldest change first.

        Always page 1 from a second before the last change read, because later pages shift when a record changes; only
        within seconds that fill a page is the next page read. Pages that are too large are asked for in smaller ones.
        """
        size, page = PAGE_SIZE, 1
        floor = since.astimezone(dt.UTC).replace(microsecond=0) if since else None
        seen: set[_Mark] = set()
        for _ in range(PAGES_MAX):
            try:
                envelope = await self._page(resource, query, floor, page, size, priority)
            except PageTooLarge:
                if size == PAGE_SIZE_MIN:
                    raise
                size, page = max(size // 4, PAGE_SIZE_MIN), 1
                continue
            elements = elements_of(envelope, resource)
            marks = [_mark(raw) for raw in elements]
            last = _last(marks, resource)
            yield SeekPage(
                [raw for raw, mark in zip(elements, marks, strict=True) if mark is None or mark not in seen],
                last,
                _sent_at(envelope),
            )
            if len(elements) < _size_of(envelope, size):
                return
            floor, page = _onward(floor, page, last)
            seen = {mark for mark in (*seen, *marks) if mark and (floor is None or mark[1] >= floor - SECOND)}
        check_page_count(PAGES_MAX, PAGES_MAX, resource)

    async def _page(
        self, resource: str, query: Query, floor: dt.datetime | None, page: int, size: int, priority: Priority
    ) -> wire.Envelope:
        paged = {**query, "page": str(page), "pageSize": str(size)}
        return await self.get(resource, paged, priority, since=floor - SECOND if floor else None)


def _onward(floor: dt.datetime | None, page: int, last: dt.datetime | None) -> tuple[dt.datetime | None, int]:
    """Where the next page starts: at the last change, or one page on where that is no progress."""
    reached = last.replace(microsecond=0) if last else None
    if reached is not None and (floor is None or reached > floor):
        return reached, 1
    return floor, page + 1


def _mark(raw: msgspec.Raw) -> _Mark | None:
    try:
        return _STAMPED.decode(raw).mark
    except UNDECODABLE:
        return None


def _last(marks: Iterable[_Mark | None], resource: str) -> dt.datetime | None:
    """The greatest stamp of a page, which must be in order, or changes would be passed over."""
    last: dt.datetime | None = None
    for mark in marks:
        if mark is None:
            continue
        if last is not None and mark[1] < last:
            raise BadMessage(f"xero {resource}: the list is not in order of change")
        last = mark[1]
    return last


def _size_of(envelope: wire.Envelope, asked: int) -> int:
    """How many elements a full page holds: what Xero says it used, else what was asked for."""
    told = envelope.pagination.page_size if envelope.pagination else 0
    return min(told, asked) if told > 0 else asked


def elements_of(envelope: wire.Envelope, resource: str) -> list[msgspec.Raw]:
    return envelope.elements(resource) or []


def _decode(response: Response, resource: str) -> wire.Envelope:
    if response.status == 304:
        return wire.Envelope()
    envelope = decode_page(response.body, wire.ENVELOPE, "xero page")
    if envelope.elements(resource) is None:
        raise Garbled(f"xero page: holds no {resource}")
    try:
        _sent_at(envelope)
    except UNDECODABLE:
        raise Garbled("xero page: DateTimeUTC is no time") from None
    return envelope


def _sent_at(envelope: wire.Envelope) -> dt.datetime | None:
    return wire.moment(envelope.sent_at) if envelope.sent_at else None


def chunks(ids: Iterable[str], size: int = IDS_PER_CALL) -> Iterator[list[str]]:
    """The distinct ids that fit into one URL each."""
    distinct = iter(dict.fromkeys(ids))
    while chunk := list(islice(distinct, size)):
        yield chunk


def quoted(text: str) -> str:
    """Text inside a ``where`` (docs/reference/xero.md 5.5)."""
    return '"' + text.replace('"', '""') + '"'
