"""Provet's documented rate limits: for each operation, in a rolling minute (docs/reference/provet.md 2.5)."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

from daemon.sandbox.provet.books import Refusal

WINDOW = dt.timedelta(seconds=60)

LIST_DEFAULT = 100
OTHER_DEFAULT = 300
ACTION_DEFAULT = 100

LIMITS = {
    "GET invoice": 60,
    "GET invoice/id": 250,
    "GET invoicerow": 100,
    "GET invoicerow/id": 300,
    "GET invoicepayment": 100,
    "GET unallocatedpayment": 200,
    "GET unallocatedpayment/id": 800,
    "GET client": 125,
    "GET client/id": 500,
    "PUT client/id": 200,
    "PATCH client/id": 200,
    "GET phonenumber": 900,
    "GET department": 300,
    "GET department/id": 1200,
}


class OverLimit(Refusal):
    """429 with the seconds to wait."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(429, {"detail": f"Request was throttled. Expected available in {retry_after_s} seconds."})
        self.retry_after_s = retry_after_s


def limit_of(operation: str) -> int:
    """Calls a minute for ``"<VERB> <resource>[/id[/<action>]]"``."""
    if operation in LIMITS:
        return LIMITS[operation]
    if operation.count("/id/"):
        return ACTION_DEFAULT
    return LIST_DEFAULT if operation.startswith("GET ") and not operation.endswith("/id") else OTHER_DEFAULT


def spend(
    calls: dict[str, list[tuple[dt.datetime, int]]], operation: str, cost: int, now: dt.datetime, scale: Decimal
) -> None:
    """Count one call of ``cost`` or raise ``OverLimit``; refused calls are not counted."""
    recent = [(at, weight) for at, weight in calls.get(operation, ()) if at > now - WINDOW]
    calls[operation] = recent
    room = limit_of(operation) * scale - cost - sum(weight for _, weight in recent)
    if room < 0:
        raise OverLimit(_wait_s(recent, -room, now))
    recent.append((now, cost))


def _wait_s(recent: list[tuple[dt.datetime, int]], missing: Decimal, now: dt.datetime) -> int:
    """Whole seconds until enough calls have left the window; a whole window where they never will."""
    for at, weight in recent:
        missing -= weight
        if missing <= 0:
            return max(1, math.ceil((at + WINDOW - now).total_seconds()))
    return int(WINDOW.total_seconds())
