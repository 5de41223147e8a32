"""The program's own themes, beside Textual's: nothing in them is told apart by hue alone."""

from __future__ import annotations

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
