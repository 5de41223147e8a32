"""The one gate between text from outside and a terminal: what passes ``safe`` can only ever be seen."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS = frozenset("\t\n\r\v\f\x85\u2028\u2029")


def safe(text: str, limit: int = 0) -> str:
    """``text`` on one line, without control, bidirectional, zero-width and unassigned characters.

    Line breaks and tabs become spaces. With ``limit`` the text ends after that many characters, the last one an
    ellipsis. Markup is left as it is: whoever draws the text must not interpret any.
    """
    if not text.isprintable():
        text = "".join(_seen(char) for char in text)
    return f"{text[: limit - 1]}…" if limit and len(text) > limit else text


def _seen(char: str) -> str:
    if char in _BLANKS:
        return " "
    return "" if unicodedata.category(char) in _UNSEEN else char
