"""How values stand in columns: times and JSON as text, and lists of ids in statements. No table is named here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

import msgspec

from daemon.core.model import Record
from daemon.store.tx import Tx

_CHUNK = 500
_records: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def stamp(at: dt.datetime) -> str:
    """A time as text whose order is the order in time."""
    if at.tzinfo is None:
        raise AssertionError(f"time without a zone: {at}")
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def maybe_stamp(at: dt.datetime | None) -> str:
    return stamp(at) if at else ""


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def maybe_moment(text: str) -> dt.datetime | None:
    return moment(text) if text else None


def from_cents(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


def to_json(value: object) -> str:
    """Canonical JSON: the same value always gives the same text."""
    return msgspec.json.encode(value, order="sorted").decode()


def to_record(body: str) -> Record:
    return _records.decode(body)


def chunked(values: Iterable[str]) -> Iterator[list[str]]:
    """Pieces small enough for one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def execute_in(tx: Tx, sql: str, params: Sequence[object], values: Iterable[str]) -> list[tuple[Any, ...]]:
    """Run a statement that holds ``IN (...)`` after its other parameters, for any number of different ``values``."""
    rows: list[tuple[Any, ...]] = []
    for chunk in chunked(dict.fromkeys(values)):
        rows += tx.execute(sql.replace("(...)", listed(chunk)), (*params, *chunk))
    return rows


def listed(values: Sequence[object]) -> str:
    """The placeholders of a list: ``(?,?,?)``."""
    return f"({','.join('?' * len(values))})"
