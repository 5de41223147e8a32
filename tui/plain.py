"""Text for people on standard output: tables, amounts, times. Everything from outside passes ``safe`` here."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from daemon.safe import safe

LABEL_MAX = 160
"""Characters of a name that stands above what must be read: nobody's name pushes that off the screen."""

_GAP = "  "
_BARS = "▁▂▃▄▅▆▇█"
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "XAF"), 0),
    **dict.fromkeys(("VUV", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Currencies (ISO 4217) whose minor unit is not a hundredth."""


def cells(text: str) -> int:
    """How many terminal columns a safe text takes."""
    return len(text) if _narrow(text) else sum(_width(char) for char in text)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """A safe text in exactly ``width`` columns: cut with an ellipsis or filled with blanks."""
    if cells(text) > width:
        text = _cut(text, width)
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int], width: int = 0) -> list[str]:
    """Aligned lines; columns in ``right`` are flush right; with ``width`` lines end there (the last column is cut)."""
    clean = [[safe(cell) for cell in row] for row in rows]
    widths = [max(cells(row[i]) for row in [list(head), *clean]) for i in range(len(head))]
    if width:
        widths[-1] = max(8, width - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1))
    lines = []
    for row in [list(head), *clean]:
        parts = (fit(cell, widths[i], right=i in right) for i, cell in enumerate(row))
        lines.append(_GAP.join(parts).rstrip())
    return lines


def amount(text: str, currency: str = "") -> str:
    """Money for people: thousands apart, as many decimals as the currency has; no cent is ever left out."""
    value = Decimal(text)
    decimals = _DECIMALS.get(currency, 2)
    has_cents = value != value.to_integral_value()
    return f"{value:,.{2 if has_cents and not decimals else decimals}f}"


def counted(count: int, noun: str) -> str:
    """How many of what: 1 practice, 2 practices, 1,000 discrepancies."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def sparkline(values: Sequence[int]) -> str:
    """One bar for each value, as high as it is beside the largest; nothing at all is the lowest."""
    most = max(values, default=0)
    return "".join(_BARS[-(-value * (len(_BARS) - 1) // most) if most else 0] for value in values)


def when(moment: dt.datetime | None) -> str:
    """A time to the minute in UTC, or a dash."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%MZ") if moment else "-"


def age(moment: dt.datetime | None, now: dt.datetime) -> str:
    """How long ago, in the largest unit that fits: "3 h"; a dash for never."""
    if moment is None:
        return "-"
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def words(name: str) -> str:
    """An identifier as words: ``awaiting_release`` reads "awaiting release"."""
    return safe(name).replace("_", " ")


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _narrow(text: str) -> bool:
    """Whether every character takes one column: none before U+0300 is wide or combining."""
    return text.isascii() or max(text) < "\u0300"


def _cut(text: str, width: int) -> str:
    if width and _narrow(text):
        return f"{text[: width - 1]}…"
    taken, used = [], 1
    for char in text:
        used += _width(char)
        if used > width:
            break
        taken.append(char)
    return "".join(taken) + "…" if width else ""
