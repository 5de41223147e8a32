"""What the forms of decisions ask for, line by line, and what is wrong with an answer. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import msgspec

from daemon.protocol import DiscrepancyView, Login, Problem, Waive
from tui.plain import amount
from tui.times import FORMS, complaint

WAIVER = "The difference is accepted; it comes back if it grows or the day is past."
_SNOOZE = "1d"
_WAIVER_DAYS = 90
_FAR = dt.timedelta(days=3660)
_LIMIT = Decimal(10) ** 12


def no_complaint(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a form; ``complaint`` says what is wrong with a text, "" if nothing."""

    name: str
    label: str
    default: str = ""
    hint: str = ""
    complaint: Callable[[str], str] = no_complaint
    optional: bool = False


REASON = Entry("reason", "Reason")
COMMENT = Entry("text", "Comment")


def assignee(me: str) -> Entry:
    hint = "login name, or me; empty takes the assignment away"
    return Entry("user", "Who looks after it", me, hint, _no_login, optional=True)


def until(now: Callable[[], dt.datetime], zones: Iterable[str]) -> Entry:
    """The end of a snooze; days begin in the ``zones`` of the practices that it is about."""
    known = tuple(zones)
    there = f"; days and times are those of {known[0]}" if len(set(known)) == 1 and known[0] else ""
    return Entry("until", "Until", _SNOOZE, f"{FORMS}{there}", lambda text: complaint(text, now(), known))


def waiver(alone: DiscrepancyView | None, currency: str | None, now: dt.datetime) -> tuple[Entry, ...]:
    """The terms of a waiver: of one discrepancy its difference is proposed, of several each is taken as it is.

    ``currency`` is the one of all that it is about, None if they have several.
    """
    day = (now.date() + dt.timedelta(days=_WAIVER_DAYS)).isoformat()
    last = Entry("until", "Last day", day, "empty: until somebody ends it", lambda text: _no_day(text, now), True)
    if alone is None:
        hint = "empty: of each what it is now" + (f", else an amount in {currency} for each" if currency else "")
        above = Entry("ceiling", "Ceiling", "", hint, lambda text: _no_ceiling(text, Decimal(0), currency), True)
    else:
        now_is = abs(Decimal(alone.effect)) or Decimal(alone.amount)
        hint = f"{alone.currency}; the difference is {amount(str(now_is), alone.currency)} now"
        above = Entry(
            "ceiling", "Ceiling", str(now_is), hint, lambda text: _no_ceiling(text, now_is, alone.currency), True
        )
    return REASON, above, last


def waive(texts: Mapping[str, str]) -> Waive:
    """The waiver that the answers make."""
    ceiling = _amount(texts["ceiling"]) if texts["ceiling"] else None
    last = dt.date.fromisoformat(texts["until"]) if texts["until"] else None
    return Waive(reason=texts["reason"], ceiling=ceiling, until=last)


def said(problem: Problem) -> str:
    """A refusal in one sentence, with what to do next."""
    return f"{problem.message}; {problem.hint}".rstrip("; ")


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _no_ceiling(text: str, difference: Decimal, currency: str | None) -> str:
    try:
        found = _amount(text)
    except InvalidOperation:
        return f"{text[:40]!r} is no amount: write it like 12.50"
    if currency is None:
        return "these are in several currencies, which have no ceiling in common: leave it empty"
    if not found.is_finite() or not 0 <= found < _LIMIT:
        return f"the ceiling {text[:40]} is no amount of money"
    if found != round(found, 2):
        return f"the ceiling {text[:40]} has more than two decimals"
    if found < difference:
        return f"the ceiling {text[:40]} is below the difference of {amount(str(difference), currency)}"
    return ""


def _no_login(text: str) -> str:
    try:
        msgspec.convert(text, Login)
    except msgspec.ValidationError:
        return f"{text[:40]!r} is no login name: letters, digits and . _ @ + - alone"
    return ""


def _no_day(text: str, now: dt.datetime) -> str:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return f"{text[:40]!r} is no day: write it like 2026-03-31"
    if found < now.date():
        return f"{text[:40]} is past: name a day to come"
    return f"{text[:40]} is too far away: ten years at most" if found > (now + _FAR).date() else ""
