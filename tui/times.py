"""Times and days as people type and read them, against a given present and in a practice's own zone. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

from tui.plain import age

FORMS = "tomorrow, friday, 12h, 3d, 2w, YYYY-MM-DD or YYYY-MM-DD 09:00"
_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ABBREVIATED = 3


def moment(text: str, now: dt.datetime, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """The time that a text names: a span from ``now``, the start of a day in ``zone``, or a time, there or in its own.

    Days are dates, "tomorrow", and weekdays, of which the next after today is meant. Raises ``ValueError`` with what is
    wrong.
    """
    text = text.strip()
    if span := _SPAN.fullmatch(text):
        return now + dt.timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        found = dt.datetime.fromisoformat(_as_date(text, now.astimezone(zone).date()))
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no time: write {FORMS}") from None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError(f"{text[:40]!r} is too far away") from None


def _as_date(text: str, today: dt.date) -> str:
    """A day that is named by a word as a date; any other text as it is."""
    word = text.casefold()
    if word == "tomorrow":
        return (today + dt.timedelta(days=1)).isoformat()
    for number, name in enumerate(_WEEKDAYS):
        if len(word) >= _ABBREVIATED and name.startswith(word):
            return (today + dt.timedelta(days=(number - today.weekday() - 1) % 7 + 1)).isoformat()
    return text


def moment_for(text: str, now: dt.datetime, zones: Iterable[str]) -> dt.datetime:
    """The one time that a text names in all the zones of these names, which are those of practices.

    Raises ``ValueError`` with what is wrong, also where a day begins at different times in them.
    """
    found = {moment(text, now, _zone(name)) for name in zones} or {moment(text, now)}
    if len(found) > 1:
        raise ValueError(
            f"{text[:40]!r} is another time in each of these practices: choose those of one, or add the zone, as 09:00Z"
        )
    return found.pop()


def complaint(text: str, now: dt.datetime, zones: Iterable[str] = ()) -> str:
    """What is wrong with a text as a time to come, "" if nothing."""
    try:
        found = moment_for(text, now, zones)
    except ValueError as error:
        return str(error)
    return "" if found > now else f"{text[:40]!r} is past: name a time to come"


def at(moment: dt.datetime, zone: str) -> str:
    """A time to the minute in the zone of that name: "2026-03-09 09:00 GMT"."""
    return f"{moment.astimezone(_zone(zone)):%Y-%m-%d %H:%M %Z}"


def month_of(moment: dt.datetime, zone: str) -> str:
    """The month that a moment is in, in the zone of that name: "2026-03"."""
    return f"{moment.astimezone(_zone(zone)):%Y-%m}"


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
