"""The keys of a view as the footer and the help show them: which matter, what they do, and why one cannot. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.drawing import Piece
from tui.marks import Mark, legend
from tui.plain import cells

_GAP = "  "
_ARROWS = ("↑", "↓")


@dataclass(frozen=True, slots=True)
class Key:
    """``press`` and ``action`` are what Textual knows, ``shown`` what people read; ``why_not`` is "" if it works now.

    ``footer`` keys stand in the footer while there is room, ``pinned`` ones always, at its end.
    """

    press: str
    action: str
    shown: tuple[str, ...]
    text: str
    section: str
    why_not: str = ""
    footer: bool = False
    pinned: bool = False

    @property
    def opens(self) -> bool:
        """Whether it is the one key that goes on from here."""
        return self.press == "enter"

    @property
    def label(self) -> str:
        """As it stands in the footer, an arrow with its letter; one that is off now is bracketed, not only dim."""
        name = "/".join(self.shown[:2]) if self.shown[0] in _ARROWS else self.shown[0]
        return f"({name}) {self.text}" if self.why_not else f"{name} {self.text}"


def footer(keys: Sequence[Key], width: int) -> list[Key]:
    """The keys that fit into ``width``, in their order, the pinned ones last.

    Those are given room first, then the one that opens, and of each section what works now before what does not.
    """
    shown = sorted((key for key in keys if key.footer), key=lambda each: (each.pinned, not each.opens))
    sections = list(dict.fromkeys(key.section for key in keys))
    room, chosen = width - 1, set()
    for key in sorted(
        shown, key=lambda each: (not each.pinned, not each.opens, sections.index(each.section), bool(each.why_not))
    ):
        room -= cells(key.label) + len(_GAP)
        if room < 0 and not key.pinned:
            break
        chosen.add(key)
    return [key for key in shown if key in chosen]


def footer_line(keys: Sequence[Key]) -> tuple[list[Piece], list[tuple[int, int, str]]]:
    """The footer's pieces, and for the mouse from which column to which a click means which key."""
    pieces: list[Piece] = [(" ", "")]
    spans, at = [], 1
    for key in keys:
        name, _, text = key.label.partition(" ")
        pieces += [(name, "dim" if key.why_not else "key"), (f" {text}{_GAP}", "dim" if key.why_not else "")]
        spans.append((at, at + cells(key.label), key.press))
        at += cells(key.label) + len(_GAP)
    return pieces, spans


def help_lines(keys: Sequence[Key], about: str, marks: Sequence[Mark] = ()) -> list[Piece]:
    """What a view is about, its keys by section and the marks in it, each line a piece; a key that is off says why."""
    lines: list[Piece] = [(line, "") for line in about.splitlines()]
    width = max((len(" ".join(key.shown)) for key in keys), default=0)
    for section in dict.fromkeys(key.section for key in keys):
        lines += [("", "")] if lines else []
        lines.append((section, "head"))
        for key in keys:
            if key.section == section:
                note = f" (not now: {key.why_not})" if key.why_not else ""
                lines.append((f"  {' '.join(key.shown):<{width}}  {key.text}{note}", "dim" if note else ""))
        if marks and section == keys[0].section:
            lines += [("", ""), ("Marks", "head"), *legend(marks)]
    return lines
