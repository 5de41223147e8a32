"""How often a system with a daily limit is polled, so that its calls last the day."""

from __future__ import annotations

from decimal import Decimal

from daemon.transport.budget import DAY_S, Usage

PLENTY = Decimal("0.90")
"""While more than this share of the day's calls is left, polls come as often as settings say."""
_SPENT_ON_POLLS = Decimal("0.30")
_SCARCE = Decimal("0.30")


def poll_gap_s(usage: Usage, wanted_s: float, calls: int) -> float:
    """Seconds from one poll of ``calls`` calls to the next, never less than ``wanted_s``.

    Beyond the first calls of a day, a day's polls cost three tenths of its limit: an idle day fits in half
    of it. When corrections have used most of it polls come half as often.
    """
    if usage.day_limit is None or usage.day_left is None or usage.day_left > usage.day_limit * PLENTY:
        return wanted_s
    scarce = usage.day_left < usage.day_limit * _SCARCE
    spread_s = calls * DAY_S / float(usage.day_limit * _SPENT_ON_POLLS) * (2 if scarce else 1)
    return max(wanted_s, spread_s)
