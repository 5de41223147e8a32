"""Ended from outside, the UI leaves the terminal as it found it."""

from __future__ import annotations

import signal

import pytest

from tests.support.terminal import terminal

MAIN_SCREEN, CURSOR, NO_MOUSE = b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_the_terminal_is_put_back_when_told_to_end(socket_path: str, number: signal.Signals) -> None:
    async with terminal(socket_path, 80, 24) as screen:
        await screen.shows("● live")
        screen.keys("d")
        await screen.shows("12 ·")
        assert await screen.ended_by(number) == 128 + number
        for restoring in (MAIN_SCREEN, CURSOR, NO_MOUSE):
            await screen.sends(restoring)
        assert screen.echoes()


async def test_a_command_may_be_typed_faster_than_its_line_opens(socket_path: str) -> None:
    async with terminal(socket_path, 80, 24) as screen:
        await screen.shows("● live")
        screen.keys(":disc oak\r")
        await screen.shows("discrepancies · Oaktree")
