"""The query of a list as URL parameters and back: shared by server and clients, pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from daemon.errors import Invalid
from daemon.protocol import ListQuery

_REPEATED = ("status", "practice_not", "kind_not", "policy_not", "text_not", "assignee_not")
_ALL = "all"
_AMOUNT_MAX = Decimal(10) ** 12


def query_params(query: ListQuery) -> list[tuple[str, str]]:
    """The query as URL parameters; what equals its default is left out."""
    pairs: list[tuple[str, str]] = []
    for name, default in zip(query.__struct_fields__, query.__struct_defaults__, strict=True):
        value = getattr(query, name)
        if value == default:
            continue
        if name in _REPEATED:
            pairs += [(name, item) for item in value or (_ALL,)]
        else:
            pairs.append((name, _text(value)))
    return pairs


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_query(params: Mapping[str, Sequence[str]]) -> ListQuery:
    """The query that URL parameters (name -> values) describe.

    Raises ``Invalid`` for unknown parameters and values out of bounds.
    """
    if unknown := sorted(set(params) - set(ListQuery.__struct_fields__)):
        raise Invalid(f"unknown parameter {unknown[0][:40]!r}", hint=f"known: {', '.join(ListQuery.__struct_fields__)}")
    fields: dict[str, object] = {name: _value(name, values) for name, values in params.items()}
    try:
        query = msgspec.convert(fields, ListQuery, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from None
    return checked(query)


def checked(query: ListQuery) -> ListQuery:
    """The query if its amounts are amounts; raises ``Invalid`` otherwise."""
    for bound in (query.min_amount, query.max_amount):
        if bound is not None and not (bound.is_finite() and abs(bound) < _AMOUNT_MAX):
            raise Invalid(f"an amount out of bounds: {bound}")
    return query


def _value(name: str, values: Sequence[str]) -> object:
    if name in _REPEATED:
        return () if _ALL in values else tuple(values)
    return values[-1]
