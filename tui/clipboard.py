"""Copying to the clipboard of the terminal that a person sits at, also over SSH and through multiplexers."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Mapping

TEXT_MAX = 10_000
_SCREEN_CHUNK = 76


def sequences(text: str, env: Mapping[str, str]) -> str:
    """The escape codes (OSC 52) that copy a text in the terminal described by the environment.

    tmux takes them for itself or hands them on, as configured: both forms are sent, the plain one first. GNU screen
    only hands on what is wrapped for it. Over SSH neither says that it is there but for its ``TERM``: ``screen.xterm``
    is GNU screen's, while plain ``screen`` may be either, so that it is sent the forms of both.
    """
    plain = f"\x1b]52;c;{base64.b64encode(text[:TEXT_MAX].encode()).decode('ascii')}\x07"
    term = env.get("TERM", "")
    if env.get("TMUX") or term.startswith("tmux"):
        return plain + _through_tmux(plain)
    if env.get("STY") or term.startswith("screen."):
        return _through_screen(plain)
    if term.startswith("screen"):
        return plain + _through_screen(plain) + _through_tmux(plain)
    return plain


def doubt(env: Mapping[str, str]) -> str:
    """Why a copy may not arrive in this terminal and what to do then, "" where nothing stands between."""
    term = env.get("TERM", "")
    if env.get("TMUX") or env.get("STY") or term.startswith(("tmux", "screen")):
        return "not there? select the text with Shift+mouse"
    return ""


async def fill_tmux_buffer(text: str) -> None:
    """Hand a text to the tmux around this process: it pastes it, and sets the clipboard of its own terminal.

    This works where tmux takes no escape codes from programs.
    """
    with contextlib.suppress(OSError):
        process = await asyncio.create_subprocess_exec(
            *("tmux", "load-buffer", "-w", "-"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.communicate(text[:TEXT_MAX].encode())


def _through_tmux(plain: str) -> str:
    return "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def _through_screen(plain: str) -> str:
    """GNU screen passes strings on that are short."""
    chunks = [plain[at : at + _SCREEN_CHUNK] for at in range(0, len(plain), _SCREEN_CHUNK)]
    return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
