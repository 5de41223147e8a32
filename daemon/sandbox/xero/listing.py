"""Lists: ``If-Modified-Since``, ``where``, ``order`` and pages over any table (``docs/reference/xero.md`` 5)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from daemon.sandbox.xero.call import Call, Envelope
from daemon.sandbox.xero.errors import bad_query, high_volume
from daemon.sandbox.xero.ledger import Record, Table
from daemon.sandbox.xero.where import Properties, Property, comparable, parse_where
from daemon.sandbox.xero.wire import Element, parse_moment

R = TypeVar("R", bound=Record)
PAGE_SIZE = 100
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Selection(Generic[R]):
    """The rows that a list call selects, and the page of them that it asked for (None: unpaged)."""

    rows: list[R]
    pagination: dict[str, int] | None


def select(
    call: Call,
    table: Table[R],
    properties: Properties[R],
    noun: str,
    *keep: Callable[[R], bool],
    paged: bool | None = None,
) -> Selection[R]:
    """Apply every list parameter. ``paged``: None = as the caller asks, else forced or not supported."""
    rows = [row for row in modified(call, table) if all(test(row) for test in keep)]
    if where := call.query.get("where"):
        predicate = parse_where(where, properties, noun)
        rows = [row for row in rows if predicate(row)]
    if len(rows) > call.context.config.most_selected:
        raise high_volume()
    if order := call.query.get("order"):
        rows = ordered(rows, order, properties, noun)
    wants_page = "page" in call.query or "pagesize" in call.query
    if paged is False or not (paged or wants_page):
        return Selection(rows, None)
    return page_of(rows, _whole(call, "page", 1), _whole(call, "pagesize", PAGE_SIZE))


def modified(call: Call, table: Table[R]) -> list[R]:
    """Rows changed since ``If-Modified-Since`` (``>=`` at second precision), still lagging ones left out."""
    rows = table.ordered()
    since = _since(call.headers.get("if-modified-since", ""))
    if since is None:
        return rows
    rows = rows[bisect_left(rows, since, key=lambda row: row.updated) :]
    if lag := call.context.config.list_lag_s:
        newest = call.context.now - timedelta(seconds=lag)
        rows = [row for row in rows if row.updated <= newest]
    return rows


def ordered(rows: list[R], order: str, properties: Properties[R], noun: str) -> list[R]:
    """Sort by ``A DESC, B`` on top of the default order; nulls come first."""
    known = {name.lower(): found for name, found in properties.items()}
    for term in reversed(order.split(",")):
        name, _, direction = term.strip().partition(" ")
        found = known.get(name.lower())
        if found is None or direction.strip().upper() not in ("", "ASC", "DESC"):
            raise bad_query(f"No property or field '{name}' exists in type '{noun}'")
        missing = [row for row in rows if found.get(row) is None]
        valued = [row for row in rows if found.get(row) is not None]
        descending = direction.strip().upper() == "DESC"
        valued.sort(key=_key(found), reverse=descending)
        rows = valued + missing if descending else missing + valued
    return rows


def page_of(rows: list[R], page: int, size: int) -> Selection[R]:
    """One page, its size pulled into 1..1000; past the end is empty."""
    size = min(max(size, 1), LARGEST_PAGE)
    page = max(page, 1)
    start = (page - 1) * size
    count = -(-len(rows) // size)
    pagination = {"page": page, "pageSize": size, "pageCount": count, "itemCount": len(rows)}
    return Selection(rows[start : start + size], pagination)


def listed_view(key: str, selection: Selection[R], view: Callable[[R], Element]) -> Envelope:
    """The envelope of a selection."""
    return Envelope(key, [view(row) for row in selection.rows], selection.pagination)


def _key(found: Property[R]) -> Callable[[R], Any]:
    return lambda row: comparable(found.get(row))


def _whole(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else default


def _since(text: str) -> datetime | None:
    moment = parse_moment(text.strip())
    return moment.replace(microsecond=0) if moment else None
