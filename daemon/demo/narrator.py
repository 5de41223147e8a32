"""Tells the story on a stream of text, and only what holds: each statement is compared before it is printed."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TextIO

from daemon.safe import safe

WIDTH = 100
_SHOWN = 2_000


class Untrue(Exception):
    """A statement of the story does not hold."""

    def __init__(self, text: str, *, expected: object, seen: object) -> None:
        super().__init__(text)
        self.text, self.expected, self.seen = text, expected, seen


@dataclass(slots=True)
class Narrator:
    """Prints to ``out``; ``checked`` counts the statements that held."""

    out: TextIO
    checked: int = field(default=0, init=False)
    _chapters: int = field(default=0, init=False)

    def opening(self, text: str) -> None:
        self._write(textwrap.fill(text, WIDTH))

    def chapter(self, title: str) -> None:
        self._chapters += 1
        self._write(f"\n{self._chapters}. {title}")

    def command(self, line: str) -> None:
        """A command as an operator types it."""
        self._write(f"   $ {safe(line)}")

    def says(self, text: str, *, expected: object, seen: object) -> None:
        """Print a statement; raises ``Untrue``, having printed nothing, unless what was seen is what it says."""
        if seen != expected:
            raise Untrue(text, expected=expected, seen=seen)
        self.checked += 1
        self._write(textwrap.fill(safe(text), WIDTH, initial_indent="   - ", subsequent_indent="     "))

    def broken(self, untrue: Untrue) -> None:
        """Why the story ends here."""
        self._write(f"\nNOT TRUE: {safe(untrue.text)}")
        self._write(f"  expected: {safe(repr(untrue.expected), _SHOWN)}")
        self._write(f"  seen:     {safe(repr(untrue.seen), _SHOWN)}")

    def closing(self) -> None:
        self._write(f"\nAll {self.checked} statements held.")

    def _write(self, text: str) -> None:
        self.out.write(f"{text}\n")
        self.out.flush()
