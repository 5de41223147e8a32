"""Xero's spellings: dates, money, ids, bodies and headers. No state and no rules of business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

import msgspec

from daemon.ports import Response
from daemon.sandbox.xero.errors import Fault

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
ZERO = Decimal("0.00")
CENT = Decimal("0.01")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_STORE = {"cache-control": "max-age=0, no-cache, no-store"}
JSON_TYPE = {"content-type": "application/json; charset=utf-8"}
HTML_TYPE = {"content-type": "text/html; charset=utf-8"}

Element = dict[str, Any]

_encoder = msgspec.json.Encoder(decimal_format="number")
_DATE_STAMP = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def round2(value: Decimal) -> Decimal:
    """To cents, exact halves away from zero (8.3)."""
    return value.quantize(CENT, ROUND_HALF_UP)


def new_guid(rng: Random) -> str:
    """A fresh lower-case GUID."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def is_guid(text: str) -> bool:
    """Whether ``text`` has the 8-4-4-4-12 form, in either case."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def date_stamp(day: date) -> str:
    """A document date as ``/Date(ms+0000)/`` at midnight UTC (5.6)."""
    return f"/Date({(day.toordinal() - EPOCH.toordinal()) * 86_400_000}+0000)/"


def date_string(day: date) -> str:
    """The twin of ``date_stamp``."""
    return f"{day.isoformat()}T00:00:00"


def instant_stamp(moment: datetime, offset: str = "+0000") -> str:
    """A timestamp as ``/Date(ms+0000)/``; ``offset`` empty for the envelope."""
    return f"/Date({(moment - EPOCH) // timedelta(milliseconds=1)}{offset})/"


def instant_string(moment: datetime) -> str:
    """The twin of ``instant_stamp``, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamps(moment: datetime) -> Element:
    """``UpdatedDateUTC`` in both spellings."""
    return {"UpdatedDateUTC": instant_stamp(moment), "UpdatedDateUTCString": instant_string(moment)}


def parse_moment(text: str) -> datetime | None:
    """An ISO date-time (``Z``, offset or none = UTC) or ``/Date(ms)/``; None for anything else."""
    if match := _DATE_STAMP.fullmatch(text):
        try:
            return EPOCH + timedelta(milliseconds=int(match[1]))
        except OverflowError:
            return None
    if not _ISO_DATE.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_day(text: str) -> date | None:
    """A document date in any accepted spelling; its time part is ignored."""
    if _ISO_DATE.match(text) and parse_moment(text) is not None:
        return date.fromisoformat(text[:10])
    moment = parse_moment(text)
    return moment.date() if moment else None


def absolute_url(text: str) -> SplitResult | None:
    """The parts of an absolute URL; None for anything else."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return parts if parts.scheme and parts.netloc else None


def present(element: Element) -> Element:
    """``element`` without its null fields, which Xero leaves out."""
    return {key: value for key, value in element.items() if value is not None}


def without_nulls(value: Any) -> Any:
    """A sent body without nulls at any depth, for the echo of a refused element."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value if item is not None]
    return value


def encode(payload: object) -> bytes:
    """JSON with exact decimals and Xero's escaped slashes in dates."""
    return _encoder.encode(payload).replace(b"/Date(", rb"\/Date(").replace(b')/"', rb')\/"')


def json_response(status: int, payload: object, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(status, {**JSON_TYPE, **NO_STORE, **(headers or {})}, encode(payload))


def fault_response(fault: Fault) -> Response:
    """The answer that a ``Fault`` stands for (6.3, 6.4)."""
    if fault.number:
        return json_response(400, {"ErrorNumber": fault.number, "Type": fault.kind, "Message": fault.message})
    if fault.status == 400:
        return json_response(400, {"Message": fault.message})
    return Response(fault.status, {**HTML_TYPE, **NO_STORE}, fault.message.encode())


def validation_errors(messages: tuple[str, ...]) -> list[Element]:
    """Messages in the shape of ``ValidationErrors`` and ``Warnings``."""
    return [{"Message": message} for message in messages]
