"""What moved since an approval, in words."""

from __future__ import annotations

from daemon.core.correction import Option
from daemon.core.staleness import moved_since


def now(**relies_on: str) -> Option:
    return Option(id="update", title="Update", steps=(), relies_on=relies_on)


def test_each_value_is_told_as_it_was_and_as_it_is() -> None:
    text = moved_since({"gross": "10.00", "date": "2026-03-01", "gone": "x"}, now(gross="12.00", date="2026-03-01"))
    assert text == "what it relied on has moved: gone was x, is nothing; gross was 10.00, is 12.00"


def test_an_option_that_is_no_longer_offered_says_so() -> None:
    assert "no longer possible or needed" in moved_since({"gross": "10.00"}, None)


def test_equal_values_mean_that_other_writes_would_follow() -> None:
    assert "write something else" in moved_since({"gross": "10.00"}, now(gross="10.00"))


def test_an_approval_of_an_older_version_names_no_values_that_it_did_not_keep() -> None:
    assert "was nothing" not in moved_since({}, now(gross="10.00"))


def test_long_values_and_long_lists_are_cut() -> None:
    names = {f"field {number:02}": "a" * 500 for number in range(20)}
    text = moved_since(names, now(**dict.fromkeys(names, "b")))
    assert len(text) < 1200
    assert text.endswith("and 12 more")
