"""Faults on demand: which request goes wrong, and how. Pure; ``host.py`` and the two drivers carry it out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from daemon.ports import Request, Response

Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Kind(StrEnum):
    """What goes wrong. ``before`` and ``after`` say whether the system executed the request first."""

    LIMIT = "429"
    LIMIT_MINUTE = "429-minute"
    LIMIT_DAY = "429-day"
    LIMIT_CONCURRENT = "429-concurrent"
    LIMIT_APP = "429-appminute"
    ERROR_BEFORE = "500-before"
    ERROR_AFTER = "500-after"
    TIMEOUT_BEFORE = "timeout-before"
    TIMEOUT_AFTER = "timeout-after"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    SLOW = "slow"
    GARBAGE = "garbage"
    EMPTY = "empty"
    FORBIDDEN = "403"
    TRUNCATED = "truncated"
    LATE = "late"
    UNAVAILABLE = "unavailable"


class Lands(StrEnum):
    """When the system executes the request."""

    NEVER = "never"
    NOW = "now"
    LATER = "later"


class Ending(StrEnum):
    """What the caller sees: an answer, none while the connection stays open, a closed connection, half an answer."""

    ANSWER = "answer"
    SILENCE = "silence"
    DROP = "drop"
    CUT = "cut"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One instruction. Empty ``system``, ``method`` and ``path`` match all; ``path`` is part of path and query.

    ``times`` ends the rule after so many faults (null: never); ``seconds`` is the delay of ``slow`` and ``late`` and
    the Retry-After of the 429s.
    """

    kind: Kind
    system: Literal["", "provet", "xero"] = ""
    method: str = ""
    path: str = ""
    times: Annotated[int, msgspec.Meta(ge=0)] | None = None
    probability: Probability = 1.0
    seconds: Annotated[float, msgspec.Meta(ge=0, le=86400)] | None = None


class WebhookFaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a delivery is made twice, overtaken by a later one, or never made."""

    duplicate: Probability = 0.0
    reorder: Probability = 0.0
    lose: Probability = 0.0


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is to go wrong, as ``POST /_sandbox/faults`` takes it."""

    rules: Annotated[tuple[Rule, ...], msgspec.Meta(max_length=200)] = ()
    webhooks: WebhookFaults = WebhookFaults()


Rules = tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One decided fault. ``answer`` replaces the system's own; None keeps it."""

    kind: Kind
    lands: Lands
    ending: Ending
    seconds: float
    answer: Response | None = None


def decide(rules: Rules, system: str, request: Request, rng: Random) -> tuple[Fault | None, Rules]:
    """Draw the fault of one request, or None, and the rules that remain; the first rule that fires wins."""
    for at, rule in enumerate(rules):
        if _matches(rule, system, request) and rng.random() < rule.probability:
            spent = rule if rule.times is None else msgspec.structs.replace(rule, times=rule.times - 1)
            return _fault(rule, system, request), (*rules[:at], spent, *rules[at + 1 :])
    return None, rules


def _matches(rule: Rule, system: str, request: Request) -> bool:
    parts = urlsplit(request.url)
    return (
        rule.times != 0
        and rule.system in {"", system}
        and rule.method.upper() in {"", request.method}
        and rule.path in f"{parts.path}?{parts.query}"
    )


_EFFECTS: Mapping[Kind, tuple[Lands, Ending, float]] = {
    Kind.LIMIT: (Lands.NEVER, Ending.ANSWER, 2),
    Kind.LIMIT_MINUTE: (Lands.NEVER, Ending.ANSWER, 2),
    Kind.LIMIT_DAY: (Lands.NEVER, Ending.ANSWER, 60),
    Kind.LIMIT_CONCURRENT: (Lands.NEVER, Ending.ANSWER, 0),
    Kind.LIMIT_APP: (Lands.NEVER, Ending.ANSWER, 2),
    Kind.ERROR_BEFORE: (Lands.NEVER, Ending.ANSWER, 0),
    Kind.ERROR_AFTER: (Lands.NOW, Ending.ANSWER, 0),
    Kind.TIMEOUT_BEFORE: (Lands.NEVER, Ending.SILENCE, 0),
    Kind.TIMEOUT_AFTER: (Lands.NOW, Ending.SILENCE, 0),
    Kind.DROP_BEFORE: (Lands.NEVER, Ending.DROP, 0),
    Kind.DROP_AFTER: (Lands.NOW, Ending.DROP, 0),
    Kind.SLOW: (Lands.NOW, Ending.ANSWER, 2),
    Kind.GARBAGE: (Lands.NOW, Ending.ANSWER, 0),
    Kind.EMPTY: (Lands.NOW, Ending.ANSWER, 0),
    Kind.FORBIDDEN: (Lands.NEVER, Ending.ANSWER, 0),
    Kind.TRUNCATED: (Lands.NOW, Ending.CUT, 0),
    Kind.LATE: (Lands.LATER, Ending.DROP, 3),
    Kind.UNAVAILABLE: (Lands.NEVER, Ending.ANSWER, 0),
}


def _fault(rule: Rule, system: str, request: Request) -> Fault:
    lands, ending, default_s = _EFFECTS[rule.kind]
    seconds = default_s if rule.seconds is None else rule.seconds
    answer = _empty(system, request) if rule.kind is Kind.EMPTY else _answer(rule.kind, system, seconds)
    return Fault(rule.kind, lands, ending, seconds, answer)


def _empty(system: str, request: Request) -> Response:
    """A list without anything in it, as a system may answer that lost its index or the caller's rights."""
    resource = urlsplit(request.url).path.rstrip("/").rpartition("/")[2]
    found: dict[str, object] = {"count": 0, "next": None, "previous": None, "num_pages": 1, "results": []}
    if system == "xero":
        found = {resource: [], "pagination": {"page": 1, "pageSize": 100, "pageCount": 0, "itemCount": 0}}
    return Response(200, {"content-type": "application/json; charset=utf-8"}, msgspec.json.encode(found))


def _answer(kind: Kind, system: str, seconds: float) -> Response | None:
    if kind.startswith("429"):
        return _limit_answer(system, kind.partition("-")[2], math.ceil(seconds))
    if kind is Kind.FORBIDDEN:
        return Response(403, {"content-type": "application/json"}, b'{"detail": "Forbidden"}')
    if kind in {Kind.ERROR_BEFORE, Kind.ERROR_AFTER}:
        return _html(500, "Server Error")
    if kind is Kind.UNAVAILABLE:
        return _html(503, "The Organisation is offline" if system == "xero" else "Service Unavailable")
    if kind is Kind.GARBAGE:
        return Response(200, {"content-type": "application/json; charset=utf-8"}, b'{"Invoices":[{"\x00\xff]],,')
    return None


def _limit_answer(system: str, problem: str, retry_after_s: int) -> Response:
    """The refusal of one system for its limits (docs/reference/xero.md 3, docs/reference/provet.md 2.5)."""
    retry = {"retry-after": str(retry_after_s)}
    if system != "xero":
        detail = f"Request was throttled. Expected available in {retry_after_s} seconds."
        return Response(429, {"content-type": "application/json", **retry}, msgspec.json.encode({"detail": detail}))
    problem = problem or "minute"
    used_up = {"day": {"x-daylimit-remaining": "0"}, "minute": {"x-minlimit-remaining": "0"}}
    remaining = used_up.get(problem, {})
    return Response(429, {**remaining, "x-rate-limit-problem": problem, **({} if problem == "concurrent" else retry)})


def _html(status: int, text: str) -> Response:
    body = f"<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>".encode()
    return Response(status, {"content-type": "text/html; charset=utf-8"}, body)
