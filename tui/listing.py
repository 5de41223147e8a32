"""A long list of which only the neighbourhood of the cursor is here; the daemon has the rest. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from daemon.protocol import PAGE_MAX, Changed, Closed, DiscrepancyView, Event, ListQuery, Page

MARGIN = 25
"""Rows asked for on either side of those that are to be drawn now."""
AHEAD = 70
"""Rows kept here on either side of those that are drawn, so that going on waits for nothing."""
_BLOCK = 150
_KEPT_MAX = 2000


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of one query. ``total`` is None until the first answer; ``stale`` says that it may have moved since.

    ``seq`` is the newest change it was told of. ``rows`` maps places in the list to what stands there. The cursor stays
    on its discrepancy when the list moves, and begins at the top of another list; ``other`` says that ``rows`` are
    still those of the list before.
    """

    query: ListQuery
    total: int | None = None
    amount: str = "0.00"
    groups: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[int, DiscrepancyView] = field(default_factory=dict)
    cursor: int = 0
    stale: bool = True
    seq: int = 0
    other: bool = False

    @property
    def current(self) -> DiscrepancyView | None:
        """What the cursor is on, if it is here."""
        return self.rows.get(self.cursor)


def moved(listing: Listing, cursor: int) -> Listing:
    """The listing with its cursor elsewhere, within bounds."""
    return replace(listing, cursor=min(max(cursor, 0), max((listing.total or 0) - 1, 0)))


def requery(listing: Listing, query: ListQuery) -> Listing:
    """The listing of another query: what is shown stays until the answer comes."""
    if query == listing.query:
        return outdated(listing)
    return replace(listing, query=query, stale=True, cursor=0, other=True)


def outdated(listing: Listing) -> Listing:
    return replace(listing, stale=True)


def wanted(listing: Listing, first: int, height: int) -> ListQuery | None:
    """The window to ask for where ``height`` rows from ``first`` on are looked at; None if nothing is missing.

    What is to be drawn comes first, then what is near.
    """
    end = first + height if listing.total is None else min(first + height, listing.total)
    if listing.stale or any(place not in listing.rows for place in range(first, end)):
        find = listing.current.id if listing.stale and not listing.other and listing.current else ""
        return _window(listing, first - MARGIN, first + max(height, 1) + MARGIN, find)
    below = range(end, min(end + AHEAD, listing.total or 0))
    if (place := _missing(listing, below)) is not None:
        return _window(listing, place, place + _BLOCK)
    above = range(first - 1, max(first - AHEAD, 0) - 1, -1)
    if (place := _missing(listing, above)) is not None:
        return _window(listing, place + 1 - _BLOCK, place + 1)
    return None


def _missing(listing: Listing, places: range) -> int | None:
    return next((place for place in places if place not in listing.rows), None)


def _window(listing: Listing, begin: int, end: int, find: str = "") -> ListQuery:
    offset = max(begin, 0)
    return msgspec.structs.replace(listing.query, offset=offset, limit=min(end - offset, PAGE_MAX), find=find)


def filled(listing: Listing, asked: ListQuery, page: Page) -> Listing:
    """The listing with the answer to ``asked``; an answer to an older question changes nothing."""
    if not _same_list(listing.query, asked):
        return listing
    news = {asked.offset + i: row for i, row in enumerate(page.discrepancies)}
    rows = news if listing.stale else {**_near(listing), **news}
    behind = page.seq < listing.seq
    kept = replace(
        listing, total=page.total, amount=page.amount, groups=page.groups, rows=rows, stale=behind, other=False
    )
    return moved(kept, _found_again(listing, news, page))


def told(listing: Listing, event: Event) -> Listing:
    """The listing after an event: a known row is shown as it is now, and the rest is asked for again."""
    match event:
        case Changed(discrepancy=view, seq=seq):
            rows = {place: view if row.id == view.id else row for place, row in listing.rows.items()}
        case Closed(id=closed_id, seq=seq):
            rows = {place: _closed(row) if row.id == closed_id else row for place, row in listing.rows.items()}
        case _:
            return listing
    return replace(listing, rows=rows, stale=True, seq=max(seq, listing.seq))


def _found_again(listing: Listing, news: Mapping[int, DiscrepancyView], page: Page) -> int:
    """Where the discrepancy under the cursor stands now, near or far; the place itself if it left the list."""
    current = listing.current
    if current is None or listing.other:
        return listing.cursor
    same = next((place for place, row in news.items() if row.id == current.id), page.place)
    return listing.cursor if same is None else same


def _near(listing: Listing) -> Mapping[int, DiscrepancyView]:
    """The rows that are here, those far from the cursor left out where they are many."""
    if len(listing.rows) <= _KEPT_MAX:
        return listing.rows
    return {place: row for place, row in listing.rows.items() if abs(place - listing.cursor) < _KEPT_MAX // 4}


def _same_list(one: ListQuery, other: ListQuery) -> bool:
    return one == msgspec.structs.replace(other, offset=one.offset, limit=one.limit, find=one.find)


def _closed(row: DiscrepancyView) -> DiscrepancyView:
    return msgspec.structs.replace(row, status="closed")
