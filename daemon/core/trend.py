"""How many discrepancies were open, hour by hour: a short memory of each practice. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

HOURS = 24

_HOUR = dt.timedelta(hours=1)


def sampled(samples: Mapping[str, int], now: dt.datetime, count: int) -> dict[str, int]:
    """The samples with what is open now as that of this hour; those older than a day are dropped."""
    hours = _hours(now)
    return {hour: n for hour, n in {**samples, hours[-1]: count}.items() if hour in hours}


def trend(samples: Mapping[str, int], now: dt.datetime, count: int) -> tuple[int, ...]:
    """What was open at the end of each of the last ``HOURS`` hours, the present one last.

    An hour without a sample stands as the one before it; hours before the first sample are left out.
    """
    found: list[int] = []
    for hour in _hours(now)[:-1]:
        if hour in samples:
            found.append(samples[hour])
        elif found:
            found.append(found[-1])
    return (*found, count)


def _hours(now: dt.datetime) -> list[str]:
    """The names of the last hours (UTC), the present one last."""
    utc = now.astimezone(dt.UTC)
    return [f"{utc - _HOUR * back:%Y-%m-%dT%H}" for back in reversed(range(HOURS))]
