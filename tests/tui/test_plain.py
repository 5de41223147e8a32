"""Text for people: columns that line up whatever the script, amounts, times."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.safe import safe
from tests.support.hostile import HOSTILE
from tui.plain import age, amount, cells, counted, fit, table, when

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


@given(st.text(max_size=40), st.integers(1, 30), st.booleans())
def test_fitted_text_has_exactly_its_width(text: str, width: int, right: bool) -> None:
    assert cells(fit(safe(text), width, right=right)) == width


def test_wide_characters_line_up() -> None:
    lines = table(("NAME", "N"), [("李小龙", "1"), ("Ada", "22"), ("e\u0301", "3")], frozenset({1}))
    assert {cells(line) for line in lines} == {10}


def test_a_width_cuts_the_last_column() -> None:
    lines = table(("A", "B"), [("x", "y" * 100)], frozenset(), width=20)
    assert max(map(cells, lines)) == 20
    assert lines[1].endswith("…")


@pytest.mark.parametrize("text", HOSTILE)
def test_tables_hold_no_control_characters(text: str) -> None:
    lines = table(("A",), [(text,)], frozenset())
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1234567.8", "1,234,567.80"), ("-0.5", "-0.50"), ("12345678901234567.89", "12,345,678,901,234,567.89")],
)
def test_amounts(text: str, shown: str) -> None:
    assert amount(text) == shown


@pytest.mark.parametrize(
    ("text", "currency", "shown"),
    [
        ("1234.00", "JPY", "1,234"),
        ("1234.50", "JPY", "1,234.50"),
        ("1234.50", "KWD", "1,234.500"),
        ("1234.50", "EUR", "1,234.50"),
        ("1234.50", "?", "1,234.50"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(text: str, currency: str, shown: str) -> None:
    assert amount(text, currency) == shown


@pytest.mark.parametrize(
    ("count", "noun", "shown"),
    [(1, "practice", "1 practice"), (0, "practice", "0 practices"), (2000, "discrepancy", "2,000 discrepancies")],
)
def test_counts(count: int, noun: str, shown: str) -> None:
    assert counted(count, noun) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (86400 * 3, "3 d"), (-5, "0 s")]
)
def test_ages(seconds: int, shown: str) -> None:
    assert age(NOW - dt.timedelta(seconds=seconds), NOW) == shown


def test_never() -> None:
    assert (age(None, NOW), when(None)) == ("-", "-")
    assert when(NOW) == "2026-03-02 12:00Z"
