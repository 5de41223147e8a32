"""Lines of both sides laid beside each other."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.correction import PostingLine
from daemon.core.evidence import align
from daemon.core.model import Line


def mine(text: str, gross: str) -> PostingLine:
    amount = Decimal(gross)
    return PostingLine(
        description=text, gross=amount, tax=Decimal(0), tax_code="NONE", account="200", unit_gross=amount
    )


def theirs(text: str, gross: str) -> Line:
    return Line(description=text, gross=Decimal(gross), tax=Decimal(0), tax_rate=Decimal(0))


def laid(ours: list[PostingLine], other: list[Line]) -> list[tuple[str, str]]:
    return [
        (f"{one.description} {one.gross}" if one else "", f"{two.description} {two.gross}" if two else "")
        for one, two in align(ours, other)
    ]


def test_a_changed_amount_stays_beside_its_line() -> None:
    assert laid([mine("Visit", "40"), mine("Pills", "5")], [theirs("Pills", "5"), theirs("visit ", "44")]) == [
        ("Visit 40", "visit  44"),
        ("Pills 5", "Pills 5"),
    ]


def test_a_line_reworded_by_the_bookkeeper_is_known_by_its_amount() -> None:
    assert laid([mine("Visit", "40")], [theirs("Consultation", "40")]) == [("Visit 40", "Consultation 40")]


def test_what_one_side_lacks_stands_alone() -> None:
    assert laid([mine("Visit", "40"), mine("Pills", "5")], [theirs("Visit", "40"), theirs("Fee", "3")]) == [
        ("Visit 40", "Visit 40"),
        ("Pills 5", ""),
        ("", "Fee 3"),
    ]


def test_equal_lines_are_used_once_each_and_exact_ones_first() -> None:
    ours = [mine("Pills", "5"), mine("Pills", "7")]
    assert laid(ours, [theirs("Pills", "7"), theirs("Pills", "7")]) == [("Pills 5", "Pills 7"), ("Pills 7", "Pills 7")]
    assert laid(ours, [theirs("Pills", "7")]) == [("Pills 5", ""), ("Pills 7", "Pills 7")]
