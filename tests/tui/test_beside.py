"""Both sides beside each other: what differs carries a sign, what is equal is folded."""

from __future__ import annotations

from daemon.protocol import EntryView, FieldView, LedgerRow, LedgerView, LinePair, LineView
from tests.tui.details import detail, text
from tui import beside


def line(what: str, gross: str, tax: str = "0.00") -> LineView:
    return LineView(text=what, gross=gross, tax=tax)


def test_a_star_marks_the_side_that_moved_and_equal_fields_are_folded() -> None:
    same = FieldView(name="date", provet="2026-01-01", baseline="2026-01-01", xero="2026-01-01")
    found = detail(fields=(*detail().fields, same))
    shown = text(beside.fields(found, 90, equal=False))
    assert "≠ gross" in shown
    assert "*80.00" in shown
    assert "*100.00" not in shown
    assert "1 equal field folded, e shows" in shown
    assert "2026-01-01" not in shown
    assert "date" in text(beside.fields(found, 90, equal=True))


def test_without_a_baseline_nobody_is_said_to_have_moved() -> None:
    found = detail(fields=(FieldView(name="email", provet="a", baseline=None, xero="b"),))
    assert "*" not in text(beside.fields(found, 90, equal=False))


def test_values_that_do_not_fit_beside_each_other_are_stacked_and_never_cut() -> None:
    long = "an.address.that.is.longer.than.any.column@a-practice.example"
    found = detail(fields=(FieldView(name="email", provet=long, baseline="", xero=f"x{long}"),))
    for width in (40, 76):
        shown = text(beside.fields(found, width, equal=False))
        assert f"Provet   *{long}" in shown
        assert f"Xero     *x{long}" in shown
        assert "baseline  (empty)" in shown


def test_lines_show_what_was_added_removed_and_changed() -> None:
    pairs = (
        LinePair(provet=line("Visit", "40.00"), xero=line("Visit", "44.00")),
        LinePair(provet=line("Pills", "5.00"), xero=None),
        LinePair(provet=None, xero=line("Fee", "3.00")),
        LinePair(provet=line("Bath", "9.00"), xero=line("Bath", "9.00")),
        LinePair(provet=line("Chip", "12.00", "2.00"), xero=line("Chip", "12.00")),
    )
    shown = text(beside.lines(pairs, 60, "GBP", equal=False)).splitlines()
    assert [row.split() for row in shown[1:5]] == [
        ["≠", "Visit", "40.00", "44.00"],
        ["-", "Pills", "5.00", "—"],
        ["+", "Fee", "—", "3.00"],
        ["≠", "Chip", "12.00", "12.00"],
    ]
    assert shown[5].strip() == "tax 2.00 in Provet, 0.00 in Xero"
    assert "1 equal line folded" in shown[6]


def test_the_ledger_ends_with_what_the_client_owes_and_folds_a_long_equal_rest() -> None:
    entry = EntryView(amount="-1.00", date="2026-01-01")
    rows = tuple(LedgerRow(what="payment", label=f"P{n}", provet=entry, xero=entry) for n in range(30))
    odd = LedgerRow(what="payment", label="odd", provet=entry, xero=None)
    view = LedgerView(rows=(*rows, odd), provet="10.00", xero="11.00", left_out=4)
    shown = text(beside.ledger(view, 70, "GBP", equal=False))
    assert "P7" not in shown
    assert "odd" in shown
    assert "30 equal entries folded" in shown
    assert "4 more entries" in shown
    assert shown.splitlines()[-1].split() == ["≠", "the", "client", "owes", "10.00", "11.00"]
    assert "P7" in text(beside.ledger(view, 70, "GBP", equal=True))


def test_money_has_the_decimals_of_its_currency() -> None:
    pair = LinePair(provet=line("Visit", "4000.00", "400.00"), xero=line("Visit", "4000.00", "363.00"))
    assert "4,000 " in text(beside.lines((pair,), 60, "JPY", equal=False))
    assert "tax 400 in Provet, 363 in Xero" in text(beside.lines((pair,), 60, "JPY", equal=False))
    view = LedgerView(rows=(), provet="10.50", xero="11.00")
    assert text(beside.ledger(view, 70, "KWD", equal=False)).split()[-2:] == ["10.500", "11.000"]
