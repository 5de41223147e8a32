"""Reading Provet's collections page by page, and single records: HTTP and envelopes, no meaning.

A list is read in order of id, each page from the last id on, so that records changing meanwhile shift nothing. Where
Provet ignores that filter, its ``next`` links are followed, of which only the query is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from daemon.errors import BadMessage, Rejected
from daemon.ports import Request, Response
from daemon.provet import wire
from daemon.transport.budgets import PROVET_PAGE_SIZE, page_weight
from daemon.transport.call import Call, Priority
from daemon.transport.caller import Caller
from daemon.transport.decoding import UNDECODABLE, check_page_count, decode_page

PAGES_MAX = 50_000
PAGE_SIZE_MAX = 1000
JSON = {"accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one page as they came. ``sent_at`` is Provet's own clock, if it told."""

    results: list[msgspec.Raw]
    next: str | None
    sent_at: dt.datetime | None


class Lists:
    """Reads from one tenant."""

    def __init__(self, caller: Caller, base_url: str) -> None:
        self._caller = caller
        self._base_url = base_url

    async def pages(
        self, resource: str, filters: Mapping[str, str], *, size: int, priority: Priority
    ) -> AsyncIterator[Page]:
        """Every page of a filtered list. A record may come twice; each must be checked against the filters.

        Raises ``BadMessage`` for a page that stays unreadable, for links that lead elsewhere and for endless lists.
        """
        query = {**filters, "ordering": "id", "page_size": str(size)}
        last_id: int | None = 0
        links: set[str] = set()
        for number in range(PAGES_MAX):
            page = await self._page(resource, query, priority)
            yield page
            if page.next is None or not page.results:
                return
            last_id = _last_id(page.results, last_id)
            if last_id is not None:
                query = {**filters, "ordering": "id", "page_size": str(size), "id__gt": str(last_id)}
                continue
            query = self._followed(resource, page.next)
            if page.next in links:
                raise BadMessage(f"{resource}: page {number + 1} leads back to an earlier one")
            links.add(page.next)
        check_page_count(PAGES_MAX, PAGES_MAX, resource)

    async def all(self, resource: str, *, priority: Priority) -> list[msgspec.Raw]:
        """A whole small collection."""
        found: list[msgspec.Raw] = []
        async for page in self.pages(resource, {}, size=PROVET_PAGE_SIZE, priority=priority):
            found += page.results
        return found

    async def one(self, resource: str, record_id: str, *, priority: Priority) -> msgspec.Raw | None:
        """One record; None if Provet does not have it (or does not show it)."""
        if not record_id.isalnum():
            return None
        request = Request("GET", f"{self._base_url}{resource}/{record_id}/", JSON)
        try:
            return await self._caller.read(Call(request, priority, f"GET {resource}/id"), _raw)
        except Rejected as error:
            if error.status == 404:
                return None
            raise

    async def _page(self, resource: str, query: Mapping[str, str], priority: Priority) -> Page:
        request = Request("GET", f"{self._base_url}{resource}/?{urlencode(query)}", JSON)
        size = query.get("page_size", "")
        weight = page_weight(int(size) if size.isdecimal() else PROVET_PAGE_SIZE)
        return await self._caller.read(Call(request, priority, f"GET {resource}", weight), _decode_page)

    def _followed(self, resource: str, link: str) -> dict[str, str]:
        """The query of a ``next`` link, which must stay on the same list of the same host."""
        here, there = urlsplit(f"{self._base_url}{resource}/"), urlsplit(link)
        if (here.scheme, here.netloc, here.path) != (there.scheme, there.netloc, there.path):
            raise BadMessage(f"{resource}: the link to the next page leads elsewhere", hint="check provet.base_url")
        query = dict(parse_qsl(there.query, keep_blank_values=True))
        size = query.get("page_size", "")
        if size.isdecimal() and int(size) > PAGE_SIZE_MAX:
            raise BadMessage(f"{resource}: the link to the next page asks for {size[:12]} records")
        return query


def _last_id(results: list[msgspec.Raw], after: int | None) -> int | None:
    """The greatest id of a page in ascending order after ``after``; None if ids cannot be used to go on."""
    for raw in results:
        found = _whole_id(raw)
        if after is None or found is None or found <= after:
            return None
        after = found
    return after


class _Identified(msgspec.Struct, frozen=True):
    id: int


_IDENTIFIED = msgspec.json.Decoder(_Identified)


def _whole_id(raw: msgspec.Raw) -> int | None:
    try:
        return _IDENTIFIED.decode(raw).id
    except UNDECODABLE:
        return None


def _decode_page(response: Response) -> Page:
    page = decode_page(response.body, wire.PAGE, "provet page")
    return Page(page.results, page.next, sent_at(response))


_RAW = msgspec.json.Decoder(msgspec.Raw)


def _raw(response: Response) -> msgspec.Raw:
    return decode_page(response.body, _RAW, "provet record")


def sent_at(response: Response) -> dt.datetime | None:
    """The server's clock in the ``Date`` header."""
    try:
        moment = parsedate_to_datetime(response.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
