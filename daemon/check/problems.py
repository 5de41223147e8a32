"""What a check says: problems with their mending steps, and the place in the settings that they are about."""

from __future__ import annotations

from enum import StrEnum

from daemon.core.model import Value
from daemon.settings.names import dotted


class Level(StrEnum):
    """An ``error`` stops documents or money; a ``warning`` is lawful but probably not meant."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Value, frozen=True, kw_only=True):
    """One thing that is wrong. ``practice`` "" is the daemon itself; ``mend`` is what a person does about it."""

    level: Level
    practice: str
    text: str
    mend: str


class Findings:
    """Collects the problems of one practice."""

    def __init__(self, practice: str) -> None:
        self.practice = practice
        self.problems: list[Problem] = []

    def error(self, text: str, mend: str) -> None:
        self._add(Level.ERROR, text, mend)

    def warn(self, text: str, mend: str) -> None:
        self._add(Level.WARNING, text, mend)

    def key(self, *path: str) -> str:
        """A key of the practice as the settings file writes it."""
        return dotted(("practices", self.practice, *path))

    def _add(self, level: Level, text: str, mend: str) -> None:
        self.problems.append(Problem(level=level, practice=self.practice, text=text, mend=mend))
