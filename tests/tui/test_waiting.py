"""What waits for a cause, in words."""

from __future__ import annotations

import pytest

from daemon.protocol import Waiting
from tests.tui.details import detail
from tui.report import detail_lines
from tui.waiting import words_of


def waiting(count: int, amount: str, freed: int, freed_amount: str) -> Waiting:
    return Waiting(currency="GBP", count=count, amount=amount, freed=freed, freed_amount=freed_amount)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            waiting(37, "4310.20", 35, "4000.00"),
            (
                "37 discrepancies of 4,310.20 GBP wait for this: "
                "35 of 4,000.00 GBP go on by it, 2 wait for another cause as well"
            ),
        ),
        (
            waiting(2, "30.00", 1, "10.00"),
            (
                "2 discrepancies of 30.00 GBP wait for this: "
                "1 of 10.00 GBP goes on by it, 1 waits for another cause as well"
            ),
        ),
        (waiting(3, "9.00", 3, "9.00"), "3 discrepancies of 9.00 GBP wait for this and go on by it"),
        (waiting(1, "9.00", 1, "9.00"), "1 discrepancy of 9.00 GBP waits for this and goes on by it"),
        (
            waiting(1, "9.00", 0, "0.00"),
            "1 discrepancy of 9.00 GBP waits for this and for another cause as well: nothing goes on by it alone",
        ),
    ],
)
def test_how_many_wait_and_how_much_and_what_goes_on(found: Waiting, said: str) -> None:
    assert words_of(found) == said


def test_what_is_mended_together_is_said_as_such() -> None:
    said = words_of(waiting(2, "30.00", 2, "30.00"), several=True)
    assert said == "2 discrepancies of 30.00 GBP wait for these and go on by them"


def test_the_command_line_says_what_waits_for_one_that_is_shown() -> None:
    (line,) = [each for each in detail_lines(detail(waiting=waiting(3, "9.00", 3, "9.00"))) if "wait" in each]
    assert line == "waiting   3 discrepancies of 9.00 GBP wait for this and go on by it"
    assert not [each for each in detail_lines(detail()) if "wait" in each]
