"""What a write brings along, and the checks on its fields; failures are 400s in Provet's form."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from daemon.sandbox.provet.books import Books, Refusal, refuse
from daemon.sandbox.provet.wire import Json, Wire

HYPERLINK = re.compile(r"/([a-z]+)/(\d+)/$")
TEXT_MAX = 255


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated write: ``id`` is 0 on a collection."""

    books: Books
    wire: Wire
    id: int
    body: Json
    now: dt.datetime


def linked(call: Call, field: str, resource: str, table: dict[int, Any], *, required: bool = True) -> int | None:
    """The id behind a relation, which is written as a URL."""
    value = call.body.get(field)
    if value is None:
        if required:
            raise refuse(field, "This field is required.")
        return None
    if not isinstance(value, str):
        raise refuse(field, f"Incorrect type. Expected URL string, received {type(value).__name__}.")
    match = HYPERLINK.search(value)
    if match is None or match[1] != resource or int(match[2]) not in table:
        raise refuse(field, "Invalid hyperlink - Object does not exist.")
    return int(match[2])


def amount(call: Call, field: str) -> Decimal:
    """A required money field; a number or a numeric string with at most two decimals."""
    value = call.body.get(field)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise refuse(field, "A valid number is required.")
    try:
        parsed = Decimal(value)
    except InvalidOperation as error:
        raise refuse(field, "A valid number is required.") from error
    if not parsed.is_finite() or abs(parsed) >= Decimal(10) ** 10:
        raise refuse(field, "A valid number is required.")
    if parsed != parsed.quantize(Decimal("0.01")):
        raise refuse(field, "Ensure that there are no more than 2 decimal places.")
    return parsed


def integer(call: Call, field: str, default: int | None = None) -> int:
    value = call.body.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse(field, "A valid integer is required.")
    return value


def text(call: Call, field: str, length_max: int = TEXT_MAX) -> str:
    value = call.body.get(field, "")
    if not isinstance(value, str) or len(value) > length_max:
        raise refuse(field, f"Not a string of at most {length_max} characters.")
    return value


def date(call: Call, field: str) -> dt.date | None:
    value = call.body.get(field)
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise refuse(field, "Date has wrong format. Use YYYY-MM-DD.") from error


def found(table: dict[int, Any], record_id: int) -> Any:
    if record_id not in table:
        raise Refusal(404, {"detail": "Not found."})
    return table[record_id]
