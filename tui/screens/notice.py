"""What is said in passing: a line in the place of the newest activity, where it covers nothing."""

from __future__ import annotations

from textual.timer import Timer

from daemon.safe import safe
from tui.drawing import Piece
from tui.prose import Line

_ROLES = {"information": "good", "warning": "warn", "error": "bad"}
_TOGETHER_S = 1.0
_TEXT_MAX = 300
"""What fits into as many lines as app.tcss gives it on the narrowest screen."""
_READING_S, _CHARACTERS_A_SECOND = 3.0, 15


class Notice(Line):
    """Shown for as long as it takes to read; what is said right after something else is said beside it."""

    told = ""
    """What stands there, "" if nothing does."""
    _fresh = False
    _ends: tuple[Timer, ...] = ()

    def on_mount(self) -> None:
        self.show([])

    def say(self, text: str, severity: str) -> None:
        """Show a text in as many lines as it needs; ``severity`` is "information", "warning" or "error"."""
        text = safe(text, _TEXT_MAX)
        beside = self.told if self._fresh else ""
        self.hush()
        if beside:
            text = beside if text in beside else f"{beside} · {text}"
        self.told, self._fresh = text, True
        self._draw([(f" {self.told}", _ROLES.get(severity, ""))])
        reading_s = _READING_S + len(self.told) / _CHARACTERS_A_SECOND
        self._ends = (self.set_timer(_TOGETHER_S, self._age), self.set_timer(reading_s, self.hush))

    def hush(self) -> None:
        """What was said is over."""
        for timer in self._ends:
            timer.stop()
        self.told, self._fresh, self._ends = "", False, ()
        self._draw([])

    def _age(self) -> None:
        self._fresh = False

    def _draw(self, pieces: list[Piece]) -> None:
        self.show(pieces)
        for line in self.screen.query("#activity"):
            line.display = not pieces
