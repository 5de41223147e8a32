"""One open transaction, as the functions of this package see it. Drivers implement it; no SQL lives here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol


class Tx(Protocol):
    """One open transaction. Values are text, whole numbers and bytes; parameters are written ``?``."""

    def execute(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return all its rows (none for a statement that yields none)."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement once for each row of parameters."""
        ...
