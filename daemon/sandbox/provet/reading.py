"""Answers to GET: one record, or one page of a collection."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from daemon.sandbox.provet.books import Books, Refusal
from daemon.sandbox.provet.query import (
    FLAGS,
    Pairs,
    conditions,
    cut,
    ordered,
    page_of,
    select,
)
from daemon.sandbox.provet.resources import BY_PATH, Resource
from daemon.sandbox.provet.wire import Json, Wire

EXPOSE = "expose_"


def one(books: Books, wire: Wire, resource: Resource, record_id: int, pairs: Pairs) -> Json:
    """One record, or 404."""
    record = resource.table(books.state).get(record_id)
    if record is None:
        raise Refusal(404, {"detail": "Not found."})
    return _render(books, wire, resource, record, pairs)


def page(books: Books, wire: Wire, resource: Resource, url: str, pairs: Pairs, now: dt.datetime) -> Json:
    """One page in Provet's envelope; ``url`` is the collection's own, for the links to its neighbours."""
    wanted = page_of(pairs)
    found = _found(books, resource, pairs, now)
    records = cut(found, wanted)
    pages = max(1, -(-len(found) // wanted.size))
    return {
        "count": len(found),
        "num_pages": pages,
        "next": _page_link(url, pairs, wanted.number + 1) if wanted.number < pages else None,
        "previous": _page_link(url, pairs, wanted.number - 1) if wanted.number > 1 else None,
        "results": [_render(books, wire, resource, record, pairs) for record in records],
    }


def _found(books: Books, resource: Resource, pairs: Pairs, now: dt.datetime) -> list[Any]:
    query = dict(pairs)
    tests = conditions(pairs, resource.filters, books.zone, books.config.ignored_filters)
    records = select(_candidates(books, resource, query), tests, any_of=query.get("filter_type") == "or")
    if resource.archives and "archived__is" not in query and not FLAGS.get(query.get("include_archived", "false")):
        records = [record for record in records if not record.archived]
    if books.config.late_modified_s and any(name.startswith("modified__") for name in query):
        visible = now - dt.timedelta(seconds=books.config.late_modified_s)
        records = [record for record in records if record.modified <= visible]
    return ordered(records, query.get("ordering", ""), resource.filters)


def _candidates(books: Books, resource: Resource, query: dict[str, str]) -> Iterable[Any]:
    """What the query can reach by key. The filters decide on all of it again, so this only saves time."""
    table = resource.table(books.state)
    usable = query.keys() - books.config.ignored_filters
    if query.get("filter_type") == "or":
        return table.values()
    if resource.parent is not None:
        name, children_of = resource.parent
        key = next((key for key in (f"{name}__in", f"{name}__is") if key in usable), None)
        if key is not None:
            return _children(books, table, children_of, query[key])
    if "id__gt" in usable and query["id__gt"].isdecimal():
        ids = list(table)
        return (table[record_id] for record_id in ids[bisect_right(ids, int(query["id__gt"])) :])
    return table.values()


def _children(books: Books, table: Any, children_of: Any, ids: str) -> Iterator[Any]:
    parents = sorted({int(part) for part in ids.split(",") if part.strip().isdecimal()})
    children = sorted(child for parent in parents for child in children_of(books.state, parent))
    return (table[child] for child in children)


def _page_link(url: str, pairs: Pairs, number: int) -> str:
    kept = [(key, value) for key, value in pairs if key != "page"]
    return f"{url}?{urlencode([*kept, ('page', str(number))])}"


def _render(books: Books, wire: Wire, resource: Resource, record: Any, pairs: Pairs) -> Json:
    shown = resource.render(wire, record)
    for key, _ in pairs:
        name = key.removeprefix(EXPOSE)
        if key.startswith(EXPOSE) and name in resource.exposes and shown.get(name) is not None:
            path, attribute = resource.exposes[name]
            other = BY_PATH[path]
            related = other.table(books.state).get(getattr(record, attribute))
            shown[name] = other.render(wire, related) if related is not None else shown[name]
    return shown
