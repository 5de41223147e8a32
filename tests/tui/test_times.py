"""Times as people type them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tui.times import complaint, moment, moment_for

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12h", dt.datetime(2026, 3, 3, 0, 0, tzinfo=dt.UTC)),
        (" 3d ", dt.datetime(2026, 3, 5, 12, 0, tzinfo=dt.UTC)),
        ("2w", dt.datetime(2026, 3, 16, 12, 0, tzinfo=dt.UTC)),
        ("2026-03-09", dt.datetime(2026, 3, 9, tzinfo=dt.UTC)),
        ("2026-03-09T09:00:00Z", dt.datetime(2026, 3, 9, 9, tzinfo=dt.UTC)),
        ("2026-03-09T09:00:00+02:00", dt.datetime(2026, 3, 9, 7, tzinfo=dt.UTC)),
        ("2026-03-09T09:00Z", dt.datetime(2026, 3, 9, 9, tzinfo=dt.UTC)),
        ("tomorrow", dt.datetime(2026, 3, 3, tzinfo=dt.UTC)),
        ("Friday", dt.datetime(2026, 3, 6, tzinfo=dt.UTC)),
        ("tue", dt.datetime(2026, 3, 3, tzinfo=dt.UTC)),
        ("monday", dt.datetime(2026, 3, 9, tzinfo=dt.UTC)),
        ("sunday", dt.datetime(2026, 3, 8, tzinfo=dt.UTC)),
    ],
)
def test_a_span_a_day_or_a_time(text: str, expected: dt.datetime) -> None:
    assert moment(text, NOW) == expected
    assert complaint(text, NOW) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "'soon' is no time"),
        ("mo", "'mo' is no time"),
        ("mondays", "'mondays' is no time"),
        ("", "'' is no time"),
        ("0d", "no time"),
        ("3", "no time"),
        ("99999w" * 9, "no time"),
        ("2026-02-30", "no time"),
        ("9999-12-31T23:00:00-05:00", "too far away"),
    ],
)
def test_anything_else_is_told(text: str, why: str) -> None:
    assert why in complaint(text, NOW)
    with pytest.raises(ValueError, match=why.partition(":")[0]):
        moment(text, NOW)


def test_a_day_begins_where_the_practice_is() -> None:
    helsinki = ZoneInfo("Europe/Helsinki")
    assert moment("2026-03-09", NOW, helsinki) == dt.datetime(2026, 3, 8, 22, 0, tzinfo=dt.UTC)
    assert moment("2026-03-09 09:00", NOW, helsinki) == dt.datetime(2026, 3, 9, 7, 0, tzinfo=dt.UTC)
    assert moment("2026-03-09T09:00:00Z", NOW, helsinki) == dt.datetime(2026, 3, 9, 9, 0, tzinfo=dt.UTC)
    assert moment("tomorrow", NOW.replace(hour=23), helsinki) == dt.datetime(2026, 3, 3, 22, 0, tzinfo=dt.UTC)


def test_a_day_that_begins_at_different_times_is_no_one_time() -> None:
    assert moment_for("3d", NOW, ["Europe/London", "Europe/Helsinki"]) == moment("3d", NOW)
    assert moment_for("tomorrow", NOW, ["Europe/Helsinki"]) == dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)
    assert "another time in each" in complaint("tomorrow", NOW, ["Europe/London", "Europe/Helsinki"])


def test_a_time_that_is_past_is_told() -> None:
    assert "is past" in complaint("2026-03-02", NOW)
    assert complaint("2026-03-02T12:00:01Z", NOW) == ""
