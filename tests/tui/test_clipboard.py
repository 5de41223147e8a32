"""Copying: what the person's own terminal receives, whatever stands between."""

from __future__ import annotations

import base64
import re

import pytest

from tests.tui.test_screens import app_of, attached, notices, open_list, screen_text
from tui.clipboard import TEXT_MAX, doubt, sequences

PLAIN = "\x1b]52;c;YTEyMw==\x07"


def passed_on_by_tmux(sent: str) -> str:
    """What tmux hands on with ``allow-passthrough``."""
    return "".join(inner.replace("\x1b\x1b", "\x1b") for inner in re.findall("\x1bPtmux;(.*?)(?<!\x1b)\x1b\\\\", sent))


def passed_on_by_screen(sent: str) -> str:
    return "".join(re.findall("\x1bP(.*?)\x1b\\\\", sent, re.DOTALL))


def test_a_plain_terminal_gets_one_plain_sequence() -> None:
    assert sequences("a123", {"TERM": "xterm-256color"}) == PLAIN


@pytest.mark.parametrize(
    "env",
    [
        {"TMUX": "/tmp/x,1,0", "TERM": "screen-256color"},
        {"TERM": "tmux-256color"},
        {"TERM": "screen-256color"},
        {"TERM": "screen", "SSH_TTY": "/dev/pts/1"},
    ],
)
def test_in_tmux_and_over_ssh_from_tmux_both_forms_are_sent(env: dict[str, str]) -> None:
    sent = sequences("a123", env)
    assert sent.startswith(PLAIN)
    assert passed_on_by_tmux(sent) == PLAIN


def test_screen_passes_long_texts_on_in_pieces() -> None:
    sent = sequences("x" * 500, {"STY": "1.pts", "TERM": "screen"})
    assert max(len(piece) for piece in sent.split("\x1b\\")) < 100
    found = re.fullmatch("\x1b]52;c;(.*)\x07", passed_on_by_screen(sent))
    assert found
    assert base64.b64decode(found[1]) == b"x" * 500


@pytest.mark.parametrize(
    "env",
    [
        {"STY": "1.pts", "TERM": "screen"},
        {"TERM": "screen.xterm-256color", "SSH_TTY": "/dev/pts/1"},
        {"TERM": "screen", "SSH_TTY": "/dev/pts/1"},
        {"TERM": "screen-256color", "SSH_TTY": "/dev/pts/1"},
    ],
)
def test_screen_hands_the_copy_on_here_and_over_ssh(env: dict[str, str]) -> None:
    sent = sequences("a123", env)
    handed_on = [
        string for string in re.findall("\x1bP(.*?)\x1b\\\\", sent, re.DOTALL) if not string.startswith("tmux;")
    ]
    assert "".join(handed_on) == PLAIN


def test_where_screen_is_certain_tmux_is_sent_nothing() -> None:
    for env in ({"STY": "1.pts", "TERM": "screen"}, {"TERM": "screen.xterm-256color"}):
        assert "tmux;" not in sequences("a123", env)


def test_where_something_stands_between_the_way_out_is_told() -> None:
    for env in ({"TMUX": "x"}, {"STY": "1.pts"}, {"TERM": "screen"}, {"TERM": "tmux-256color"}):
        assert "select the text with Shift" in doubt(env)
    assert doubt({"TERM": "xterm-256color"}) == ""


def test_a_text_cannot_leave_the_sequence_and_is_bounded() -> None:
    sent = sequences("\x07\x1b\\ Ż" + "y" * 2 * TEXT_MAX, {})
    assert re.fullmatch(r"\x1b]52;c;[A-Za-z0-9+/=]*\x07", sent)
    assert len(sent) < 2 * TEXT_MAX


async def test_the_first_copy_through_a_multiplexer_says_what_to_do_should_it_not_arrive(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        app = app_of(pilot)
        app._env = {"TERM": "screen-256color"}
        screen = await open_list(pilot)
        await pilot.press("y")
        assert notices(pilot).count("select the text with Shift") == 1
        said = next(line for line in screen_text(pilot).splitlines() if "select the text" in line)
        assert re.search(r"copied \S+ · not there\? select the text with Shift\+mouse", said), (
            "on one line, in this order"
        )
        await pilot.press("y")
        assert notices(pilot).count("select the text with Shift") == 1, "said again at once, it takes nothing away"
        screen.hush()
        await pilot.press("y")
        assert "select the text with Shift" not in notices(pilot)
        assert notices(pilot).count("copied") == 1
