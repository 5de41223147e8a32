"""Arithmetic of money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.amounts import cents, half_even, money, rate_text, share_out, xero_round, xero_tax

AMOUNTS = st.decimals(min_value=-10_000, max_value=10_000, places=2)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0.00"), ("-0.00", "0.00"), ("-0.001", "0.00"), ("120", "120.00"), ("1E+3", "1000.00"), ("-5.5", "-5.50")],
)
def test_money_reads_with_two_decimals(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "even", "up"),
    [
        pytest.param("2.235", "2.24", "2.24", id="half to even above"),
        pytest.param("2.245", "2.24", "2.25", id="half to even below"),
        pytest.param("-2.245", "-2.24", "-2.25", id="a negative half"),
        pytest.param("2.2451", "2.25", "2.25", id="more than half"),
    ],
)
def test_the_two_systems_round_halves_differently(amount: str, even: str, up: str) -> None:
    assert (half_even(Decimal(amount)), xero_round(Decimal(amount))) == (Decimal(even), Decimal(up))


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        pytest.param("541.25", "15", "70.60", id="inclusive example of the reference"),
        pytest.param("120.00", "20", "20.00", id="even"),
        pytest.param("-120.00", "20", "-20.00", id="negative"),
        pytest.param("10.00", "0", "0.00", id="no tax"),
        pytest.param("0.03", "20", "0.01", id="half a cent goes up"),
    ],
)
def test_xero_taxes_a_line(gross: str, rate: str, tax: str) -> None:
    assert xero_tax(Decimal(gross), Decimal(rate)) == Decimal(tax)


@pytest.mark.parametrize(
    ("rate", "text"), [("20", "20"), ("20.00", "20"), ("13.50", "13.5"), ("0.00", "0"), ("-0", "0"), ("100", "100")]
)
def test_a_rate_reads_as_settings_write_it(rate: str, text: str) -> None:
    assert rate_text(Decimal(rate)) == text


@given(st.lists(AMOUNTS, min_size=1, max_size=8), AMOUNTS, st.data())
def test_what_is_shared_out_adds_up_and_no_part_moves_more_than_its_turn(
    parts: list[Decimal], total: Decimal, data: st.DataObject
) -> None:
    weights = data.draw(st.lists(AMOUNTS, min_size=len(parts), max_size=len(parts)))
    shared = share_out(total, parts, weights)
    assert sum(shared) == total
    moves = [abs(cents(after - before)) for before, after in zip(parts, shared, strict=True)]
    assert max(moves) - min(moves) <= 1


def test_the_heaviest_part_changes_first() -> None:
    parts = [Decimal("1.00"), Decimal("2.00"), Decimal("3.00")]
    assert share_out(Decimal("6.01"), parts, [Decimal(1), Decimal(-9), Decimal(3)]) == [
        Decimal("1.00"),
        Decimal("2.01"),
        Decimal("3.00"),
    ]


def test_a_gap_of_millions_is_shared_out_at_once() -> None:
    assert share_out(Decimal(10**15), [Decimal(0)], [Decimal(1)]) == [Decimal(10**15)]


def test_nothing_is_shared_among_none() -> None:
    assert share_out(Decimal(5), [], []) == []
