"""Names as nobody should be called: markup, escape codes, bidirectional and invisible characters, endless text."""

from __future__ import annotations

HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "\x1b]52;c;b3duZWQ=\x07",
    "\x9b31m csi \x9d0;title\x9c",
    "[bold red]loud[/] [@click=app.quit]x[/] [/] [link=file:///etc/passwd]y[/link]",
    "\u202egnp.exe \u2066isolate\u2069 \u200b\u200d\ufeff hidden",
    "line\nbreak\rreturn\ttab\u2028separator",
    "\x00\x08\x7f\ud7ff\U000e0041 tags",
    "W" * 5000,
    "[",
    "\\[escaped]",
]
