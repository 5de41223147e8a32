"""Polls last the day."""

from __future__ import annotations

import pytest

from daemon.reconciler.pace import poll_gap_s
from daemon.transport.budget import Usage

DAY_S = 86_400
POLL = 3


def usage(left: int | None, limit: int | None) -> Usage:
    return Usage(calls_today=0, bytes_today=0, minute_left=None, minute_limit=None, day_left=left, day_limit=limit)


def test_a_system_without_a_daily_limit_is_polled_as_wanted() -> None:
    assert poll_gap_s(usage(None, None), 30, POLL) == 30


@pytest.mark.parametrize("limit", [1000, 5000])
def test_an_idle_day_fits_in_half_of_its_limit(limit: int) -> None:
    left, passed = limit, 0.0
    while passed < DAY_S:
        left -= POLL
        passed += poll_gap_s(usage(left, limit), 30, POLL)
    assert limit * 0.55 <= left < limit * 0.65


def test_a_day_that_others_use_is_polled_to_its_end() -> None:
    left, passed, polls = 5000.0, 0.0, 0
    while passed < DAY_S:
        gap_s = poll_gap_s(usage(int(left), 5000), 30, POLL)
        left -= POLL + gap_s * 2400 / DAY_S
        passed += gap_s
        polls += 1
    assert left > 250
    assert polls > 200


def test_slower_settings_stand() -> None:
    assert poll_gap_s(usage(100, 5000), 3600, POLL) == 3600
