"""What is pasted is text, wherever the input is cut."""

from __future__ import annotations

import random

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste

from tui.pasting import Pasting

BEGIN, END = "\x1b[200~", "\x1b[201~"


def read(parts: list[str]) -> list[str]:
    """What the terminal's input means: keys by their names, and what is pasted."""
    parser, pasting = XTermParser(), Pasting()
    found = []
    for part in parts:
        for message in parser.feed(text) if (text := pasting.feed(part)) else ():
            if isinstance(message, Paste):
                found.append(f"pasted {message.text}")
            elif isinstance(message, Key):
                found.append(message.key)
    return found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a3", ["a", "3"]),
        (f"a{BEGIN}b3{END}c", ["a", "pasted b3", "c"]),
        (f"{BEGIN}x\x1b[31my{END}d", ["pasted x[31my", "d"]),
        (f"{BEGIN}x\x1b{END}{BEGIN}\x1b\x1b[20{END}d", ["pasted x", "pasted [20", "d"]),
        ("\x1b[A\x1b[200", ["up"]),
        (f"{BEGIN}{END}\x1b[B", ["pasted ", "down"]),
    ],
)
@pytest.mark.parametrize("seed", range(10))
def test_no_key_is_read_from_what_is_pasted(typed: str, meant: list[str], seed: int) -> None:
    rng = random.Random(seed)
    cuts = sorted(rng.randrange(len(typed) + 1) for _ in range(rng.randrange(len(typed))))
    parts = [typed[start:end] for start, end in zip([0, *cuts], [*cuts, len(typed)], strict=True) if end > start]
    assert read([typed]) == meant
    assert read(parts) == meant, parts
