"""The keys in the footer and the help: those that matter, in any width, and why one does nothing."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import msgspec
import pytest

from daemon.protocol import DEFAULT_SOCKET, Operator, Role
from tests.support.fake_books import contact_finding
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tests.tui.details import listed
from tests.tui.test_screens import app_of, attached, notices, open_list, open_review, screen_text, until
from tui.attached import attached_lines
from tui.keys import Key, footer, footer_line, help_lines
from tui.marks import DISCREPANCIES, FOLDED, OPENED, PRACTICES, REACHED, SELECTED
from tui.screens.dialogs import Confirm, Help
from tui.screens.keybar import KeyBar
from tui.screens.overview import Overview
from tui.state import State

APPROVE = Key("a", "approve", ("a",), "Approve", "Here", footer=True)
REJECT = Key("r", "reject", ("r", "R"), "Reject", "Here", why_not="read-only", footer=True)
UP = Key("up", "move", ("↑", "k"), "Up", "Moving about")
HELP = Key("question_mark", "app.help", ("?",), "Help", "Everywhere", footer=True, pinned=True)
ANN = Operator(uid=1001, login="ann", role=Role.APPROVER)
KEYS = [APPROVE, REJECT, UP, HELP]


@pytest.mark.parametrize(
    ("width", "kept"), [(80, ["Approve", "Reject", "Help"]), (24, ["Approve", "Help"]), (8, ["Help"])]
)
def test_keys_fold_to_the_width_and_help_stays(width: int, kept: list[str]) -> None:
    fitting = footer(KEYS, width)
    assert [key.text for key in fitting] == kept
    assert len("".join(text for text, _ in footer_line(fitting)[0]).rstrip()) <= max(width, 8)


def test_what_works_now_is_given_room_before_what_does_not() -> None:
    pause = Key("p", "pause", ("p",), "Pause", "Here", why_not="it is paused already", footer=True)
    resume = Key("u", "resume", ("u",), "Resume", "Here", footer=True)
    assert [key.text for key in footer([pause, resume, HELP], 20)] == ["Resume", "Help"]
    assert [key.text for key in footer([pause, resume, HELP], 80)] == ["Pause", "Resume", "Help"]


def test_a_click_means_the_key_under_it() -> None:
    pieces, spans = footer_line(footer(KEYS, 80))
    line = "".join(text for text, _ in pieces)
    assert [(line[begin:end], press) for begin, end, press in spans] == [
        ("a Approve", "a"),
        ("(r) Reject", "r"),
        ("? Help", "question_mark"),
    ]


def test_help_says_why_a_key_does_nothing_now() -> None:
    lines = [text for text, _ in help_lines(KEYS, "What it is for.")]
    assert lines[0] == "What it is for."
    assert [line.strip() for line in lines if "Reject" in line] == ["r R  Reject (not now: read-only)"]
    assert [line for line in lines if line in {"Here", "Moving about", "Everywhere"}] == [
        "Here",
        "Moving about",
        "Everywhere",
    ]


async def test_a_viewer_sees_which_keys_are_not_for_them_and_is_told_why(
    operations: FakeOperations, tmp_path: Path
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(serving(operations, tmp_path / "c.sock"))
        pilot = await stack.enter_async_context(attached(str(tmp_path / "c.sock")))
        desk = app_of(pilot).desk
        assert desk.state.operator
        assert "(s) Sync" not in screen_text(pilot)
        viewer = Operator(uid=desk.state.operator.uid, login="vera", role=Role.VIEWER)
        desk.state = dataclasses.replace(desk.state, operator=viewer)
        app_of(pilot)._tell(None)
        await pilot.pause()
        assert "(s) Sync" in screen_text(pilot)
        assert "read-only" in screen_text(pilot)
        await pilot.press("s", "p", "u", "R")
        assert isinstance(pilot.app.screen, Overview)
        assert "vera may look but not decide" in notices(pilot)
        assert (operations.log, operations.synced) == ([], {})


async def test_a_key_that_would_change_nothing_says_so(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("u")
        assert "nothing has stopped the writes" in notices(pilot)
        for practice in operations.states:
            await operations.pause(practice, "stocktaking", ANN)
        await until(pilot, lambda: screen_text(pilot).count("‖ paused") == len(operations.states))
        await until(pilot, lambda: "u Resume" in screen_text(pilot).splitlines()[-1])
        await pilot.press("p")
        assert isinstance(pilot.app.screen, Overview)


async def test_a_click_on_the_footer_presses_the_key(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        await open_list(pilot)
        line = screen_text(pilot).splitlines()[-1]
        await pilot.click(KeyBar, offset=(line.index("? Help"), 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))


def test_help_says_how_others_attach_to_this_daemon() -> None:
    text = listed(attached_lines(State(operator=ANN), "/tmp/a demo/c.sock"))
    assert "attached as ann (approver) to /tmp/a demo/c.sock" in text
    assert "reconcile --socket '/tmp/a demo/c.sock'" in text
    assert "viewer_group" in text
    assert text.splitlines()[-1] == "  a second person attaches so too, under a login of their own"
    assert "by: reconcile\n" in listed(attached_lines(State(), DEFAULT_SOCKET))


async def test_help_has_every_key_of_the_view(socket_path: str) -> None:
    async with attached(socket_path, (100, 50)) as pilot:
        review = await open_review(pilot)
        wanted = {active.binding.description for active in review.active_bindings.values()} - {
            "",
            "Focus Next",
            "Focus Previous",
        }
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, Help)
        shown = "\n".join(text for text, _ in pilot.app.screen.lines)
        assert not {word for word in wanted if word not in shown}


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_help_that_goes_on_below_says_so_until_its_end(socket_path: str, size: tuple[int, int]) -> None:
    async with attached(socket_path, size) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "more lines below: j, PgDn" in screen_text(pilot))
        assert "Esc closes this" in screen_text(pilot)
        await pilot.press(*["pagedown"] * 6)
        await until(pilot, lambda: "more lines below" not in screen_text(pilot))
        assert "a second person attaches" in screen_text(pilot)
        await pilot.press("k")
        await until(pilot, lambda: "1 more line below: j, PgDn" in screen_text(pilot))


async def test_the_help_of_a_view_tells_every_mark_that_is_drawn_in_it(socket_path: str) -> None:
    async with attached(socket_path, (80, 60)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "Marks" in screen_text(pilot))
        assert all(f"{mark.sign}  {mark.meaning}" in screen_text(pilot) for mark in PRACTICES.values())
        await pilot.press("escape")
        await open_list(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: "Marks" in screen_text(pilot))
        known = [*DISCREPANCIES.values(), SELECTED, REACHED, FOLDED, OPENED]
        assert all(f"{mark.sign}  {mark.meaning}" in screen_text(pilot) for mark in known if mark.meaning)


async def test_the_footer_names_the_letters_that_move_beside_the_arrows(socket_path: str) -> None:
    async with attached(socket_path, (200, 24)) as pilot:
        assert "↓/j Down  ↑/k Up" in screen_text(pilot)
        await open_review(pilot)
        assert "↓/j Next option" in screen_text(pilot)


async def test_an_arrow_chooses_an_option_however_much_there_is_to_scroll(
    socket_path: str, operations: FakeOperations
) -> None:
    plain = contact_finding(900, "riverside", "Ada Quinn")
    options = tuple(msgspec.structs.replace(each, consequences=("so be it",) * 20) for each in plain.options)
    operations.found = {}
    operations.add(msgspec.structs.replace(plain, options=options))
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        first = review.chosen()
        await pilot.press("down")
        assert review.chosen() != first
        await pilot.press("up")
        assert review.chosen() == first


async def test_a_long_question_keeps_its_answers_in_sight_and_can_be_read_by_keys(socket_path: str) -> None:
    rows = [(f"  {number:>5} × waits for a second person, over 12.00 GBP", "warn") for number in range(30)]
    async with attached(socket_path, (60, 20)) as pilot:
        pilot.app.push_screen(Confirm(lambda: rows, "Approve"))
        await until(pilot, lambda: "more lines below: j, PgDn" in screen_text(pilot))
        assert "No (n)" in screen_text(pilot)
        assert "Approve (y)" in screen_text(pilot)
        await pilot.press(*["pagedown"] * 9)
        await until(pilot, lambda: "29 ×" in screen_text(pilot) and "more lines" not in screen_text(pilot))
        assert "No (n)" in screen_text(pilot)
        await pilot.press("enter")
        assert not isinstance(pilot.app.screen, Confirm), "what has the focus is still no"
