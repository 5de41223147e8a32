"""Decoding what systems send: exact amounts, times, and pages whose records stand or fall one by one. No I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

import msgspec

from daemon.core.model import ZERO, Kind
from daemon.errors import BadMessage
from daemon.transport.answers import Unreadable
from daemon.transport.status import Garbled

T = TypeVar("T")
R = TypeVar("R")

DIGITS_MAX = 28
WHOLE_DIGITS_MAX = 16
PLACES_MAX = 12
REASON_MAX = 200
UNDECODABLE = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)


def exact(value: Decimal) -> Decimal:
    """A received number in its shortest exact form, so that 40, 40.0 and 40.00 are one value, and -0.0 is 0.

    Raises ``ValueError`` for what cannot be an amount: not finite, too large, too many places.
    """
    if not value.is_finite() or len(value.as_tuple().digits) > DIGITS_MAX:
        raise ValueError("not an amount")
    if not value:
        return ZERO
    if abs(value.adjusted()) > DIGITS_MAX:
        raise ValueError("not an amount")
    short = value.normalize()
    exponent = short.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -PLACES_MAX or short.adjusted() >= WHOLE_DIGITS_MAX:
        raise ValueError("not an amount")
    return short.quantize(Decimal(1)) if exponent > 0 else short


def needed(value: Decimal | None, name: str) -> Decimal:
    """An amount that must be there."""
    if value is None:
        raise ValueError(f"{name} is missing")
    return exact(value)


def utc(moment: dt.datetime) -> dt.datetime:
    """A received time in UTC; one without a zone is taken for UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def one_line(text: str | None) -> str:
    """A name without outer or doubled spaces."""
    return " ".join((text or "").split())


def decode_page(body: bytes, decoder: msgspec.json.Decoder[T], place: str) -> T:
    """Decode a body whole; raises ``Garbled``."""
    try:
        return decoder.decode(body)
    except UNDECODABLE as error:
        raise Garbled(f"{place}: {_reason(error)}") from None


def map_each(
    raws: Iterable[msgspec.Raw], read: Callable[[msgspec.Raw], R], kind: Kind, id_key: str, place: str
) -> tuple[list[R], list[Unreadable]]:
    """Decode record by record; what does not decode is set aside and the rest goes on."""
    good: list[R] = []
    bad: list[Unreadable] = []
    for raw in raws:
        try:
            good.append(read(raw))
        except UNDECODABLE as error:
            found = id_in(raw, id_key)
            bad.append(Unreadable(kind, found, f"{place} {kind} {found or '?'}: {_reason(error)}"))
    return good, bad


def id_in(raw: msgspec.Raw, id_key: str) -> str:
    """The id in a record that otherwise does not decode; empty if even that fails."""
    try:
        value = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])[id_key]
        found = msgspec.json.decode(value, type=int | str)
    except (KeyError, *UNDECODABLE):
        return ""
    text = str(found)
    return text if text.isprintable() and len(text) <= 64 else ""


def _reason(error: BaseException) -> str:
    """What a decoder says, without any of the text it stumbled over."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, msgspec.MsgspecError) or type(error) is ValueError:
        return str(error)[:REASON_MAX]
    return type(error).__name__


def check_page_count(count: int, maximum: int, place: str) -> None:
    """Refuse a list that never ends."""
    if count >= maximum:
        raise BadMessage(f"{place}: more than {maximum} pages")
