"""The budgets of all apps in one process: of Xero by app and organisation, of Provet by API user and endpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from daemon.ports import Clock, Response
from daemon.transport.budget import MINUTE_S, DayAllowance, Gate, Note, Tally, Usage, Window
from daemon.transport.call import Call

APP_CALLS_PER_MINUTE = 10_000
PROVET_CONCURRENT = 4
PROVET_PAGE_SIZE = 50
REMEMBERED_S = MINUTE_S + 30.0
"""How long a call counts from the start of the last one of its block: a minute from its end, and it ends in 30 s."""

PROVET_LIMITS = {
    "GET invoice": 60,
    "GET invoice/id": 250,
    "GET invoicerow": 100,
    "GET invoicepayment": 100,
    "GET invoicepayment/id": 300,
    "POST invoicepayment": 300,
    "POST invoicepayment/id/cancel_payment": 100,
    "GET client": 125,
    "GET client/id": 500,
    "PATCH client/id": 200,
    "GET phonenumber": 900,
    "GET department": 300,
}
"""Calls a minute (docs/reference/provet.md 2.5); other lists and actions 100, other single records 300."""


class Budget(Protocol):
    """What one client may spend; shared by all clients of the same app."""

    def slot(self, call: Call) -> AbstractAsyncContextManager[None]:
        """Wait for this call's turn and hold it; raises ``RateLimited`` if it is too far off."""
        ...

    def learn(self, call: Call, response: Response) -> None:
        """Count an answer and take in what its headers say about the limits."""
        ...

    def usage(self) -> Usage:
        """Where the budget stands now."""
        ...


@dataclass(frozen=True, slots=True)
class XeroLimits:
    """Limits of one app and organisation (docs/reference/xero.md 3)."""

    calls_per_minute: int = 60
    calls_per_day: int = 5000
    concurrent: int = 5


class Windows:
    """Makes windows, each knowing what an earlier process may have spent of it until now: ``spent`` by the window's
    name. A window that opens later counts from now too."""

    def __init__(self, clock: Clock, note: Note | None = None, spent: Mapping[str, int] | None = None) -> None:
        self._note = note
        self._spent = spent or {}
        self._began = clock.monotonic()

    def open(self, name: str, limit: int) -> Window:
        window = Window(limit, name, self._note)
        window.remember(self._spent.get(name, 0), self._began)
        return window


class XeroBudget:
    """The calls of one app to one organisation; the app's own minute is shared with its other organisations."""

    def __init__(self, clock: Clock, limits: XeroLimits, app: Window, minute: Window) -> None:
        self._clock = clock
        self._app = app
        self._minute = minute
        self._day = DayAllowance(limits.calls_per_day)
        self._tally = Tally(clock)
        self._gate = Gate(clock, (self._minute, app), concurrent=limits.concurrent, day=self._day)

    def slot(self, call: Call) -> AbstractAsyncContextManager[None]:
        return self._gate.slot(call.priority, call.weight)

    def learn(self, call: Call, response: Response) -> None:  # noqa: ARG002
        """Read ``X-…-Remaining``; on a 429 ``Retry-After`` tells when the minute ends, so its figure is left aside."""
        now = self._clock.monotonic()
        self._tally.add(len(response.body))
        for name, learn in (
            ("x-minlimit-remaining", self._minute.learn_left),
            ("x-appminlimit-remaining", self._app.learn_left),
            ("x-daylimit-remaining", self._day.learn_left),
        ):
            left = _whole(response.headers, name)
            if left is not None and not (response.status == 429 and "min" in name):
                learn(left, now)
        if response.status == 429:
            window = self._app if "app" in limit_problem(response) else self._minute
            window.close(retry_after_s(response), now)

    def usage(self) -> Usage:
        calls, size = self._tally.today
        left = self._minute.left(self._clock.monotonic())
        return Usage(calls, size, left, self._minute.limit, self._day.left, self._day.limit)


class ProvetBudget:
    """The calls of one API user, each endpoint with a minute of its own. No header tells what is left."""

    def __init__(self, clock: Clock, rate_scale: float | Decimal, windows: Windows, name: str) -> None:
        self._clock = clock
        self._scale = Decimal(rate_scale)
        self._windows = windows
        self._name = name
        self._tally = Tally(clock)
        self._gates: dict[str, tuple[Window, Gate]] = {}

    def slot(self, call: Call) -> AbstractAsyncContextManager[None]:
        return self._of(call.endpoint)[1].slot(call.priority, call.weight)

    def learn(self, call: Call, response: Response) -> None:
        self._tally.add(len(response.body))
        if response.status == 429:
            self._of(call.endpoint)[0].close(retry_after_s(response), self._clock.monotonic())

    def usage(self) -> Usage:
        """The minute is that of the endpoint with the smallest share left."""
        calls, size = self._tally.today
        now = self._clock.monotonic()
        windows = [window for window, _ in self._gates.values()]
        tightest = min(windows, key=lambda window: window.left(now) / window.limit, default=None)
        if tightest is None:
            return Usage(calls, size, None, None, None, None)
        return Usage(calls, size, tightest.left(now), tightest.limit, None, None)

    def _of(self, endpoint: str) -> tuple[Window, Gate]:
        if endpoint not in self._gates:
            window = self._windows.open(f"{self._name} {endpoint}", max(int(provet_limit(endpoint) * self._scale), 1))
            self._gates[endpoint] = (window, Gate(self._clock, (window,), concurrent=PROVET_CONCURRENT))
        return self._gates[endpoint]


class Budgets:
    """All budgets of the process, one object for each app, whose practices share its limits."""

    def __init__(self, clock: Clock, windows: Windows | None = None) -> None:
        self._clock = clock
        self._windows = windows or Windows(clock)
        self._apps: dict[tuple[str, str], Window] = {}
        self._xero: dict[tuple[str, str, str], XeroBudget] = {}
        self._provet: dict[tuple[str, str], ProvetBudget] = {}

    def xero(self, base_url: str, client_id: str, tenant_id: str, limits: XeroLimits) -> XeroBudget:
        """The budget of an app and organisation; the limits of its first caller stand."""
        name = f"xero {base_url} {client_id}"
        if (base_url, client_id) not in self._apps:
            self._apps[base_url, client_id] = self._windows.open(name, APP_CALLS_PER_MINUTE)
        key = (base_url, client_id, tenant_id)
        if key not in self._xero:
            minute = self._windows.open(f"{name} {tenant_id}", limits.calls_per_minute)
            self._xero[key] = XeroBudget(self._clock, limits, self._apps[base_url, client_id], minute)
        return self._xero[key]

    def provet(self, base_url: str, client_id: str, rate_scale: float | Decimal) -> ProvetBudget:
        """The budget of an API user; ``rate_scale`` multiplies the documented limits."""
        key = (base_url, client_id)
        if key not in self._provet:
            name = f"provet {base_url} {client_id}"
            self._provet[key] = ProvetBudget(self._clock, rate_scale, self._windows, name)
        return self._provet[key]


def provet_limit(endpoint: str) -> int:
    """Calls a minute for ``"<VERB> <resource>[/id[/<action>]]"``."""
    if endpoint in PROVET_LIMITS:
        return PROVET_LIMITS[endpoint]
    return 300 if endpoint.endswith("/id") or (not endpoint.startswith("GET ") and "/id/" not in endpoint) else 100


def page_weight(page_size: int) -> int:
    """What one Provet list call of that page size counts (docs/reference/provet.md 2.5)."""
    return max(math.ceil(page_size / PROVET_PAGE_SIZE), 1)


def limit_problem(response: Response) -> str:
    """Which limit a 429 names, lower case; empty if it names none."""
    return response.headers.get("x-rate-limit-problem", "").lower()


def retry_after_s(response: Response) -> float:
    """How long a 429 asks to wait; a guess by the kind of limit where it does not say (docs/reference/xero.md 3)."""
    told = _whole(response.headers, "retry-after")
    if told is not None:
        return float(told)
    problem = limit_problem(response)
    return 1.0 if "conc" in problem else 3600.0 if "day" in problem else 60.0


def _whole(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
