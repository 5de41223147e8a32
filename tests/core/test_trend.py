"""The short memory of how much was open."""

from __future__ import annotations

import datetime as dt

from daemon.core.trend import HOURS, sampled, trend

NOON = dt.datetime(2026, 3, 29, 12, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_the_last_sample_of_an_hour_stands_for_it() -> None:
    samples = sampled(sampled(sampled({}, NOON, 5), NOON + HOUR / 4, 7), NOON + HOUR, 3)
    assert trend(samples, NOON + 2 * HOUR, 1) == (7, 3, 1)


def test_an_hour_without_a_sample_is_as_the_one_before() -> None:
    assert trend(sampled({}, NOON, 5), NOON + 3 * HOUR, 9) == (5, 5, 5, 9)


def test_nothing_is_made_up_from_before_the_first_sample() -> None:
    assert trend({}, NOON, 4) == (4,)


def test_a_day_is_remembered_whatever_the_zone() -> None:
    samples: dict[str, int] = {}
    zone = dt.timezone(dt.timedelta(hours=10))
    for hour in range(100):
        samples = sampled(samples, (NOON + hour * HOUR).astimezone(zone), hour)
    assert trend(samples, NOON + 99 * HOUR, 99) == tuple(range(76, 100))
    assert len(samples) == HOURS
