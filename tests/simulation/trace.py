"""What happened in one simulated run, line by line, for people to read and for comparing two runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

KEPT = 20_000


class Violation(AssertionError):
    """A promise was broken."""


class Trace:
    """Lines with their virtual time. ``echo`` gets each as it is written."""

    def __init__(self, now: Callable[[], float], echo: Callable[[str], None] | None = None) -> None:
        self._now = now
        self._echo = echo
        self.lines: list[str] = []
        self.violations: list[str] = []

    def note(self, who: str, what: str) -> None:
        """One line: when, who, what."""
        line = f"{self._now() - 1000.0:10.3f} {who:<8} {what}"
        if len(self.lines) < KEPT:
            self.lines.append(line)
        if self._echo is not None:
            self._echo(line)

    def hold(self, promise: bool, what: str) -> None:
        """A promise of the product: raises ``Violation`` where it is broken, and remembers it."""
        if not promise:
            self.violations.append(what)
            self.note("BROKEN", what)
            raise Violation(what)

    @property
    def digest(self) -> str:
        """Equal for equal runs."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]
