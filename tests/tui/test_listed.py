"""The lines around the list: sums have the decimals of their currency, and several currencies have no sum."""

from __future__ import annotations

from decimal import Decimal

import pytest

from daemon.protocol import GroupBy, ListQuery, Sort
from tests.tui.details import NOW, detail, text
from tui.deciding_many import amounts
from tui.folds import Folds
from tui.listed import list_columns, list_head, list_row, selection_line, summary_line
from tui.listing import Listing
from tui.selecting import Selection, selected

LISTING = Listing(ListQuery(), total=3, amount="1500.00")


def test_the_lists_total_has_the_decimals_of_its_currency() -> None:
    assert "3 · 1,500 JPY" in text(summary_line(LISTING, Folds(), None, "JPY"))
    assert "3 · 1,500.000 KWD" in text(summary_line(LISTING, Folds(), None, "KWD"))
    assert "2 · 70 JPY" in text(summary_line(LISTING, Folds(by=GroupBy.KIND), (2, "70.00"), "JPY"))


def test_amounts_of_several_currencies_are_not_added_up() -> None:
    shown = text(summary_line(LISTING, Folds(), None, None))
    assert "1,500" not in shown
    assert "several currencies" in shown


def test_sums_of_a_selection_stand_one_for_each_currency() -> None:
    sums = {"GBP": Decimal("10.50"), "JPY": Decimal(2500), "KWD": Decimal("1.25")}
    assert amounts(sums) == "10.50 GBP + 2,500 JPY + 1.250 KWD"


def test_the_order_is_told_also_where_its_column_has_no_room() -> None:
    by_age = Listing(ListQuery(sort=Sort.AGE, descending=False), total=3)
    assert "AGE↓" in text(list_head(list_columns(200), by_age))
    assert "SUBJECT  by age↓" in text(list_head(list_columns(80), by_age))
    assert "by amount" not in text(list_head(list_columns(80), LISTING))


def test_the_arrow_points_down_where_the_oldest_or_the_largest_stands_first() -> None:
    newest_first = Listing(ListQuery(sort=Sort.AGE, descending=True), total=3)
    assert "AGE↑" in text(list_head(list_columns(200), newest_first))
    assert "AMOUNT↓" in text(list_head(list_columns(200), LISTING))


def test_what_is_selected_outside_the_filter_is_told() -> None:
    chosen = Selection({"d1": selected(detail())})
    assert "1 selected · 100.00 GBP · 1 of them outside the filter" in text(selection_line(chosen, "", "1"))
    assert "outside" not in text(selection_line(chosen, ""))


@pytest.mark.parametrize("width", [60, 71, 80, 200])
def test_every_width_leaves_room_for_the_subject_and_no_row_is_wider(width: int) -> None:
    columns = list_columns(width)
    known = {column.title: column.width for column in columns}
    assert known["SUBJECT"] >= 16
    assert sum(column.width + 1 for column in columns) + 2 <= width


def test_at_80_an_amount_has_the_room_it_needs_and_the_subject_the_rest() -> None:
    roomy, tight = list_columns(80), list_columns(80, most="491.00")
    assert [column.width for column in tight if column.title == "AMOUNT"] == [len("AMOUNT↓")]
    assert tight[-1].width == roomy[-1].width + 6


@pytest.mark.parametrize("width", [80, 200])
def test_no_digit_of_an_amount_is_cut_where_the_sum_is_known(width: int) -> None:
    columns = list_columns(width, most="1,234,567,890.00")
    row = detail(amount="1234567890.00")
    assert " 1,234,567,890.00 " in text(list_row(row, NOW, columns, " "))
