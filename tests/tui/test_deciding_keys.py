"""Keys that decide in the review: each asks first, in one line, and sends nothing that makes no sense."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path

import pytest
from textual.widgets import Button

from daemon.control.access import Access, Peer
from daemon.protocol import OptionView, Role
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tests.tui.test_screens import attached, notices, open_review, screen_text, until
from tui.screens.dialogs import Confirm
from tui.screens.forms import Form

ME = getpass.getuser()


@pytest.mark.parametrize(
    ("key", "typed", "shown"),
    [
        ("r", "agreed by phone", "agreed by phone"),
        ("w", "agreed by phone", "until 2026-05-31: agreed by phone"),
        ("c", "asked the clinic", "asked the clinic"),
    ],
)
async def test_a_decision_is_one_key_and_one_line(
    socket_path: str, operations: FakeOperations, key: str, typed: str, shown: str
) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        await open_review(pilot)
        await pilot.press(key, "enter")
        assert isinstance(pilot.app.screen, Form), "an empty line decides nothing"
        assert operations.log == []
        await pilot.press(*typed, "enter")
        await until(pilot, lambda: len(operations.log) == 1 and shown in screen_text(pilot))


@pytest.mark.parametrize(
    ("key", "typed", "shown"),
    [
        ("s", "", "snoozed until 2026-03-03 12:00 UTC"),
        ("s", "3d", "snoozed until 2026-03-05 12:00 UTC"),
        ("at", "", f"assigned to {ME}"),
        ("at", "ann", "assigned to ann"),
    ],
)
async def test_a_default_is_taken_as_it_is_or_typed_over(
    socket_path: str, operations: FakeOperations, key: str, typed: str, shown: str
) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        await open_review(pilot)
        await pilot.press(key, *typed, "enter")
        await until(pilot, lambda: len(operations.log) == 1 and shown in screen_text(pilot))


async def test_what_is_no_login_is_told_in_words_before_anything_is_sent(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path) as pilot:
        await open_review(pilot)
        await pilot.press("at", *"ann smith", "enter")
        await until(pilot, lambda: "'ann smith' is no login name" in screen_text(pilot))
        await pilot.press("escape")
        assert operations.log == []


async def test_a_time_that_is_none_is_told_before_anything_is_sent(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path) as pilot:
        await open_review(pilot)
        await pilot.press("s", *"soon", "enter")
        await until(pilot, lambda: "'soon' is no time" in screen_text(pilot))
        assert isinstance(pilot.app.screen, Form)
        await pilot.press("escape")
        assert operations.log == []


async def test_undo_shows_what_it_writes_and_no_is_the_answer_at_hand(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "nothing was applied" in notices(pilot))
        await pilot.press("a", "y")
        await until(pilot, lambda: "cor-1" in operations.corrections)
        while review.found.status != "closed":
            operations.step()
            await pilot.pause(0.01)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "Undo it?" in screen_text(pilot)
        assert pilot.app.focused is pilot.app.screen.query_one("#no", Button)
        await pilot.press("enter")
        assert list(operations.corrections) == ["cor-1"]
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "cor-2" in operations.corrections)
        await until(pilot, lambda: "approved undo by" in screen_text(pilot))


class Slow(FakeOperations):
    """Takes its time to say what an undo would write."""

    def __init__(self) -> None:
        super().__init__(count=12)
        self.planned = asyncio.Event()

    async def undo_option(self, discrepancy_id: str) -> OptionView:
        await self.planned.wait()
        return await super().undo_option(discrepancy_id)


async def test_undo_asks_at_once_and_takes_no_yes_before_it_says_to_what(tmp_path: Path) -> None:
    operations, path = Slow(), tmp_path / "s.sock"
    async with serving(operations, path), attached(str(path), (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a", "y")
        await until(pilot, lambda: "cor-1" in operations.corrections)
        while review.found.status != "closed":
            operations.step()
            await pilot.pause(0.01)
        await pilot.press("u")
        await until(pilot, lambda: "Looking at what an undo would write" in screen_text(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "wait until it is shown" in notices(pilot))
        assert isinstance(pilot.app.screen, Confirm)
        operations.planned.set()
        await until(pilot, lambda: "Undo it?" in screen_text(pilot))
        assert list(operations.corrections) == ["cor-1"]
        await pilot.press("y")
        await until(pilot, lambda: "cor-2" in operations.corrections)


async def test_an_undo_that_is_refused_closes_its_question(tmp_path: Path) -> None:
    operations, path = Slow(), tmp_path / "s.sock"
    async with serving(operations, path), attached(str(path), (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a", "y")
        await until(pilot, lambda: bool(review.found.correction))
        operations.planned.set()
        operations.step()
        await until(pilot, lambda: bool(review.found.correction and review.found.correction.status == "applying"))
        await pilot.press("u")
        await until(pilot, lambda: "nothing was applied" in notices(pilot) and pilot.app.screen is review)


class Viewers(Access):
    def role(self, peer: Peer) -> Role | None:
        return Role.VIEWER


async def test_a_viewer_is_told_why_a_key_does_nothing(operations: FakeOperations, tmp_path: Path) -> None:
    path = tmp_path / "v.sock"
    async with serving(operations, path, Viewers(own_uid=1)), attached(str(path)) as pilot:
        assert "read-only" in screen_text(pilot)
        review = await open_review(pilot)
        for key in ("a", "r", "s", "w", "c", "at", "u"):
            review.hush()
            await pilot.press(key)
            assert pilot.app.screen is review
            await until(pilot, lambda: "may look but not decide" in notices(pilot))
        assert operations.log == []


async def test_what_is_told_in_passing_leaves_the_cards_of_a_wide_review_in_sight(socket_path: str) -> None:
    async with attached(socket_path, (200, 50)) as pilot:
        await open_review(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "nothing was applied" in screen_text(pilot))
        told = next(line for line in screen_text(pilot).splitlines() if "nothing was applied" in line)
        assert told.index("nothing was applied") < 100
