"""CSV that a spreadsheet opens without running anything: no cell begins like a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from daemon.safe import safe

_FORMULA = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def cell(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula; numbers stay numbers."""
    clean = safe(text).strip()
    return f"'{clean}" if clean.startswith(_FORMULA) and not _NUMBER.fullmatch(clean) else clean


def write_rows(out: TextIO, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table row by row as it comes."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([cell(text) for text in row])
