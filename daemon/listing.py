"""The query of a list as URL parameters and back: shared by server and clients, pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from daemon.errors import Invalid
from daemon.protocol import ListQuery


def query_params(query: ListQuery) -> list[tuple[str, str]]:
    """The query as URL parameters; what equals its default is left out."""
    pairs: list[tuple[str, str]] = []
    for name, default in zip(query.__struct_fields__, query.__struct_defaults__, strict=True):
        value = getattr(query, name)
        if value == default:
            continue
        if name == "status":
            pairs += [(name, status) for status in value or ("all",)]
        else:
            pairs.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return pairs


def parse_query(params: Mapping[str, str], statuses: tuple[str, ...]) -> ListQuery:
    """The query that URL parameters describe; ``statuses`` are the values of ``status``.

    Raises ``Invalid`` for unknown parameters and values out of bounds.
    """
    fields: dict[str, object] = {name: value for name, value in params.items() if name != "status"}
    if unknown := sorted(set(fields) - set(ListQuery.__struct_fields__)):
        raise Invalid(f"unknown parameter {unknown[0]!r}", hint=f"known: {', '.join(ListQuery.__struct_fields__)}")
    if statuses:
        fields["status"] = () if "all" in statuses else statuses
    try:
        return msgspec.convert(fields, ListQuery, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from None
