"""The query string of Provet's lists: filters, order, pages (docs/reference/provet.md 2.3, 2.4).

Unknown filters are ignored, as Provet does: the whole collection comes back.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from daemon.sandbox.provet.books import Refusal, refuse

T = TypeVar("T")
Getter = Callable[[Any], Any]
Pairs = Sequence[tuple[str, str]]

PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000
OFFSET_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Filter:
    """A declared filter: where the value is, and its type. ``get`` may return a list; any member may then match."""

    get: Getter
    kind: type


def filters(
    *, numbers: str = "", texts: str = "", flags: str = "", dates: str = "", times: str = ""
) -> dict[str, Filter]:
    """Filters on plain attributes, named as they are; names are separated by blanks."""
    kinds = ((numbers, int), (texts, str), (flags, bool), (dates, dt.date))
    plain = {name: Filter(operator.attrgetter(name), kind) for names, kind in kinds for name in names.split()}
    return plain | {name: Filter(_to_the_second(name), dt.datetime) for name in times.split()}


def _to_the_second(name: str) -> Getter:
    """Times are compared as they are shown: in whole seconds."""
    get = operator.attrgetter(name)

    def shown(record: Any) -> dt.datetime:
        moment: dt.datetime = get(record)
        return moment.replace(microsecond=0) if moment.microsecond else moment

    return shown


def _between(value: Any, args: Sequence[Any]) -> bool:
    return len(args) == 2 and bool(args[0] <= value <= args[1])


METHODS: dict[str, Callable[[Any, Sequence[Any]], bool]] = {
    "is": lambda value, args: value == args[0],
    "is_not": lambda value, args: value != args[0],
    "lt": lambda value, args: bool(value < args[0]),
    "lte": lambda value, args: bool(value <= args[0]),
    "gt": lambda value, args: bool(value > args[0]),
    "gte": lambda value, args: bool(value >= args[0]),
    "range": _between,
    "not_in_range": lambda value, args: not _between(value, args),
    "contains": lambda value, args: args[0] in value,
    "contains_not": lambda value, args: args[0] not in value,
    "icontains": lambda value, args: args[0].lower() in value.lower(),
    "icontains_not": lambda value, args: args[0].lower() not in value.lower(),
    "in": lambda value, args: value in args,
    "not_in": lambda value, args: value not in args,
}
SYNONYMS = {"eq": "is", "not_eq": "is_not", "neq": "is_not"}
LISTS = frozenset({"in", "not_in", "range", "not_in_range"})
ON_NONE = frozenset({"is_not", "not_in", "not_in_range", "contains_not", "icontains_not"})
TEXT_ONLY = frozenset({"contains", "contains_not", "icontains", "icontains_not"})
FLAGS = {"true": True, "false": False, "1": True, "0": False}


def conditions(
    pairs: Pairs, declared: Mapping[str, Filter], zone: ZoneInfo, ignored: frozenset[str]
) -> list[Callable[[Any], bool]]:
    """The declared filters of a query as predicates; a bad value is a 400, an unknown name is nothing."""
    found = []
    for key, text in pairs:
        name, _, method = key.rpartition("__")
        method = SYNONYMS.get(method, method)
        if name in declared and key not in ignored and (method in METHODS or method == "is_null"):
            found.append(_condition(key, declared[name], method, text, zone))
    return found


def _condition(key: str, declared: Filter, method: str, text: str, zone: ZoneInfo) -> Callable[[Any], bool]:
    try:
        if method == "is_null":
            wanted = FLAGS[text.lower()]
            return lambda record: (declared.get(record) is None) == wanted
        parts = text.split(",") if method in LISTS else [text]
        kind = str if method in TEXT_ONLY else declared.kind
        args = [parse(part.strip(), kind, zone) for part in parts]
    except (ValueError, KeyError, InvalidOperation) as error:
        raise refuse(key, "Enter a valid value.") from error
    get, test, on_none = declared.get, METHODS[method], method in ON_NONE
    return lambda record: _matches(get(record), test, args, on_none)


def _matches(value: Any, test: Callable[[Any, Sequence[Any]], bool], args: Sequence[Any], on_none: bool) -> bool:
    if value is None:
        return on_none
    if isinstance(value, list):
        return any(test(member, args) for member in value)
    return test(value, args)


def parse(text: str, kind: type, zone: ZoneInfo) -> Any:
    """A filter's value. A date-time without offset is taken in the tenant's zone; raises ValueError or KeyError."""
    if kind is bool:
        return FLAGS[text.lower()]
    if kind is int:
        return int(text)
    if kind is Decimal:
        return Decimal(text)
    if kind is dt.datetime:
        moment = dt.datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if kind is dt.date:
        return dt.date.fromisoformat(text)
    return text


def ordered(records: list[T], ordering: str, declared: Mapping[str, Filter]) -> list[T]:
    """Sort by comma-separated fields, ``-`` for descending; unknown fields are ignored."""
    for name in reversed([part.strip() for part in ordering.split(",") if part.strip()]):
        field = declared.get(name.removeprefix("-"))
        if field is not None:
            records.sort(key=_sort_key(field.get), reverse=name.startswith("-"))
    return records


def _sort_key(get: Getter) -> Callable[[Any], tuple[bool, Any]]:
    def key(record: Any) -> tuple[bool, Any]:
        value = get(record)
        return (value is not None, value if value is not None else 0)

    return key


@dataclass(frozen=True, slots=True)
class Page:
    """The wanted page; ``cost`` is what the call counts against the rate limit."""

    number: int
    size: int

    @property
    def cost(self) -> int:
        return -(-self.size // PAGE_SIZE)

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def page_of(pairs: Pairs) -> Page:
    """The page a query asks for; sizes above the maximum are cut, bad ones fall back to the default."""
    query = dict(pairs)
    size = query.get("page_size", "")
    number = query.get("page", "1")
    if not number.isdecimal() or int(number) < 1:
        raise Refusal(404, {"detail": "Invalid page."})
    wanted = int(size) if size.isdecimal() and int(size) > 0 else PAGE_SIZE
    return Page(int(number), min(wanted, PAGE_SIZE_MAX))


def select(records: Iterable[T], tests: Sequence[Callable[[T], bool]], *, any_of: bool) -> list[T]:
    if not tests:
        return list(records)
    combine = any if any_of else all
    return [record for record in records if combine(test(record) for test in tests)]


def cut(records: Sequence[T], page: Page) -> Sequence[T]:
    """The records of one page; past the last one is a 404, an offset past 10,000 a 400 (provet.md 2.3)."""
    if page.offset >= OFFSET_MAX:
        raise Refusal(400, {"detail": "The offset is too large; filter by id__gt instead."})
    if page.number > 1 and page.offset >= len(records):
        raise Refusal(404, {"detail": "Invalid page."})
    return records[page.offset : page.offset + page.size]
