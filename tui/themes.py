"""The program's own themes, and what makes the texts of any theme legible: nothing is told apart by hue alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from textual.color import Color
from textual.theme import Theme

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    warning="#ffd700",
    error="#ff8080",
    success="#00ff66",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    boost="#262626",
    dark=True,
    variables={
        "text-muted": "#ffffff",
        "text-disabled": "#d0d0d0",
        "text-success": "#00ff66",
        "text-warning": "#ffd700",
        "text-error": "#ff8080",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#404000",
        "error-muted": "#5c0000",
        "footer-key-foreground": "#ffff00",
    },
)
HIGH_CONTRAST_LIGHT = Theme(
    name="high-contrast-light",
    primary="#0000c0",
    secondary="#005050",
    accent="#0000c0",
    warning="#6b4200",
    error="#a00000",
    success="#005a1e",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#ededed",
    boost="#e0e0e0",
    dark=False,
    variables={
        "text-muted": "#000000",
        "text-disabled": "#303030",
        "text-success": "#005a1e",
        "text-warning": "#6b4200",
        "text-error": "#a00000",
        "block-cursor-background": "#0000c0",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#c0c0ff",
        "error-muted": "#ffd0d0",
        "footer-key-foreground": "#0000c0",
    },
)
OWN = (HIGH_CONTRAST, HIGH_CONTRAST_LIGHT)
UNMEASURED = ("ansi-dark", "ansi-light")
"""Themes whose colours only the terminal knows: nobody can say that their texts are legible."""

_NEED, _NEED_HIGH = 4.6, 7.1
_BACKS = ("background", "surface", "panel", "panel-lighten-1", "error-muted", "block-cursor-blurred-background")
_TEXTS = ("text-success", "text-warning", "text-error", "text-accent", "text-primary", "footer-key-foreground")
_FAINT = {"text-muted": 0.65, "text-disabled": 0.55}
_TINT = 0.05
"""How much an input that has the focus is lighter or darker than others."""
_STEPS = 50
_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)


def legible(variables: Mapping[str, str], theme: str) -> dict[str, str]:
    """A theme's variables with its texts as far from every background that they stand on as WCAG 2.2 asks (AA; AAA in
    high contrast), however the theme was drawn."""
    need = _NEED_HIGH if theme in {own.name for own in OWN} else _NEED
    ground, front = Color.parse(variables["background"]), Color.parse(variables["foreground"])
    cursor = _away(Color.parse(variables["block-cursor-background"]), [ground], 1.5)
    on_cursor = max((_BLACK, _WHITE), key=lambda colour: contrast(colour, cursor))
    cursor = _away(cursor, [on_cursor], need)
    backs = [ground + Color.parse(variables[name]) for name in _BACKS]
    backs += [back + Color.parse(variables["boost"]) for back in backs[:3]]
    backs += [back.blend(front, _TINT) for back in backs]
    found = {name: _away(Color.parse(variables[name]), backs, need) for name in _TEXTS}
    found |= {name: _away(ground.blend(front, share), backs, need) for name, share in _FAINT.items()}
    found |= {"block-cursor-background": cursor, "block-cursor-foreground": on_cursor}
    found |= {"input-selection-background": on_cursor, "input-selection-foreground": cursor}
    return {**variables, **{name: colour.hex for name, colour in found.items()}}


def contrast(one: Color, other: Color) -> float:
    """How far two colours are apart, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=1024)
def _luminance(colour: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _away(colour: Color, backs: Sequence[Color], need: float) -> Color:
    """The colour, made so much lighter or darker that it can be told from all of these."""
    ends = sorted((_BLACK, _WHITE), key=lambda end: min(contrast(end, back) for back in backs))
    for step in range(_STEPS + 1):
        moved = colour.blend(ends[-1], step / _STEPS)
        if all(contrast(moved, back) >= need for back in backs):
            return moved
    return ends[-1]
