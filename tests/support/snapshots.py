"""Screens as plain text, kept in the tree and compared: every line, and which text bears which style.

``UPDATE_SNAPSHOTS=1`` keeps what is seen now; the difference is then read like any other change.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

FOLDER = Path(__file__).parent.parent / "tui" / "snapshots"
_SHOWN = 60


class Snapshots:
    """Collects what differs from what is kept, so that one run tells of all."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.different: list[str] = []
        self._size = f"{size[0]}x{size[1]}"

    async def take(self, pilot: Pilot[Any], name: str) -> None:
        """Compare the screen as it is now with the one kept under this name."""
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False
        await pilot.pause()
        seen, file = drawn(pilot), FOLDER / f"{name}-{self._size}.txt"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            file.write_text(seen, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != seen:
            kept = file.read_text(encoding="utf-8") if file.exists() else "(nothing)"
            self.different.append(f"{file.name}, kept:\n{kept}\nseen:\n{seen}")


def drawn(pilot: Pilot[Any]) -> str:
    """The screen's lines, then each style with how many cells bear it and the first texts that do."""
    lines: list[str] = []
    styles: dict[str, list[str]] = {}
    for strip in pilot.app.screen._compositor.render_strips():
        lines.append(strip.text.rstrip())
        for segment in strip.simplify():
            styles.setdefault(str(segment.style), []).append(segment.text)
    legend = (f"{style} × {len(''.join(texts))}: {_first(texts)}" for style, texts in sorted(styles.items()))
    return "\n".join([*lines, "", "Styles", *legend, ""])


def _first(texts: list[str]) -> str:
    words = " | ".join(text.strip() for text in texts if text.strip())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()}…"
