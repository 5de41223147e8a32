"""Times and days as people type and read them, against a given present and in a practice's own zone. Pure."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from tui.plain import age

FORMS = "3d, 12h, 2026-03-09 or 2026-03-09T09:00:00Z"
_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: dt.datetime, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """The time that a text names: a span from ``now``, the start of a day in ``zone``, or a time with its zone.

    Raises ``ValueError`` with what is wrong.
    """
    text = text.strip()
    if span := _SPAN.fullmatch(text):
        return now + dt.timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"no time: {text[:40]!r}; it is {FORMS}") from None
    if found.tzinfo is None and ":" in text:
        raise ValueError(f"{text[:40]!r} names no zone: write it with Z for UTC")
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError(f"{text[:40]!r} is too far away") from None


def complaint(text: str, now: dt.datetime) -> str:
    """What is wrong with a text as a time, "" if nothing."""
    try:
        moment(text, now)
    except ValueError as error:
        return str(error)
    return ""


def at(moment: dt.datetime, zone: str) -> str:
    """A time to the minute in the zone of that name: "2026-03-09 09:00 GMT"."""
    return f"{moment.astimezone(_zone(zone)):%Y-%m-%d %H:%M %Z}"


def local(moment: dt.datetime | None, zone: str, now: dt.datetime) -> str:
    """A time to the minute in the zone of that name, and how long ago: "2026-03-09 09:00 GMT (3 h ago)"."""
    if moment is None:
        return "never"
    passed = f"{age(moment, now)} ago" if moment <= now else f"in {age(now, moment)}"
    return f"{at(moment, zone)} ({passed})"


def recently(moment: dt.datetime | None, zone: str, now: dt.datetime) -> str:
    """As ``local``, but without the date where that is today's in the zone: "09:00 GMT (21 s ago)"."""
    text = local(moment, zone, now)
    here = _zone(zone)
    today = moment is not None and moment.astimezone(here).date() == now.astimezone(here).date()
    return text.partition(" ")[2] if today else text


def clock(moment: dt.datetime, zone: str) -> str:
    """The time of day in the zone of that name."""
    return f"{moment.astimezone(_zone(zone)):%H:%M:%S}"


@lru_cache(maxsize=256)
def _zone(name: str) -> dt.tzinfo:
    """The zone of that name; UTC for one that this machine does not know."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name) if name else dt.UTC
    except (KeyError, OSError, ValueError):
        return dt.UTC
