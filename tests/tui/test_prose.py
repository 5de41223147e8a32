"""Lines that are too long go on beneath where they began."""

from __future__ import annotations

import random

import pytest

from tui.drawing import Piece
from tui.prose import content, wrapped


def lines(pieces: list[Piece], width: int) -> list[str]:
    return wrapped(content(pieces), width).plain.split("\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("short", ["short"]),
        ("  what the client owes stays", ["  what the client", "  owes stays"]),
        ("  → Change first name of it", ["  → Change first", "    name of it"]),
        ("1. In Xero open the payment", ["1. In Xero open the", "   payment"]),
        ("  u   Resume (not now: no)", ["  u   Resume (not", "      now: no)"]),
        ("nothing marks where this begins", ["nothing marks where this begins"]),
        ("           so far in that little would fit", ["           so far in that little would fit"]),
    ],
)
def test_a_line_goes_on_beneath_where_it_began(line: str, expected: list[str]) -> None:
    assert [part.rstrip() for part in lines([(line, "")], 19)] == expected


def test_roles_stay_with_their_words() -> None:
    whole = wrapped(content([("  → ", "warn"), ("Change the name of the ", ""), ("client", "bad")]), 20)
    assert [whole.plain[span.start : span.end] for span in whole.spans] == ["  → ", "client"]


@pytest.mark.parametrize("seed", range(20))
def test_no_word_is_lost_and_nothing_is_wider_than_it_may_be(seed: int) -> None:
    rng = random.Random(seed)
    words = [rng.choice(["a", "Öl", "名前", "→", "12.", "long" * rng.randint(1, 9), "  ", "\n"]) for _ in range(40)]
    pieces = [(f"{word} ", rng.choice(["", "dim"])) for word in words]
    text, width = content(pieces), rng.randint(8, 60)
    hung = wrapped(text, width)
    assert "".join(hung.plain.split()) == "".join(text.plain.split())
    left = {line.plain for line in text.split(allow_blank=True)}
    assert all(part.cell_length <= width or part.plain in left for part in hung.split(allow_blank=True))
