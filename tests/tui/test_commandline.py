"""Going about: number keys, the line behind ``:`` and the palette lead to the same views."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from textual.events import Key
from textual.widgets import Button, Input, OptionList

from daemon.protocol import PracticeState
from tests.support.fake_operations import FakeOperations
from tests.tui.test_screens import app_of, attached, list_of, notices, open_list, open_review, screen_text, until
from tui.screens.commandline import CommandLine
from tui.screens.dialogs import Confirm, Told
from tui.screens.discrepancies import Discrepancies
from tui.screens.overview import Overview
from tui.views import VIEWS

LINES = [("x", "")] * 60


def test_each_view_has_a_name_and_a_key_of_its_own() -> None:
    assert len({entry.name for entry in VIEWS}) == len({entry.key for entry in VIEWS}) == len(VIEWS)


async def test_a_command_is_completed_and_opens_its_view(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("colon", *"disc")
        assert "what differs" in screen_text(pilot)
        await pilot.press("tab", "tab")
        assert "▸ discrepancies" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Discrepancies))
        assert list_of(pilot).place[0] == "discrepancies"


async def test_tab_goes_on_into_the_argument(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("colon", *"disc", "tab", "tab", "tab")
        assert "▸ discrepancies oaktree" in screen_text(pilot) or "▸ discrepancies riverside" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Discrepancies))
        assert list_of(pilot).place[1] in {"oaktree", "riverside"}


async def test_a_command_may_name_a_practice(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("colon", *"disc oak", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Discrepancies))
        assert list_of(pilot).place == ("discrepancies", "oaktree")


async def test_a_wrong_command_stays_and_says_what_is_meant(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("colon", *"qiut", "enter")
        assert isinstance(pilot.app.screen, CommandLine)
        assert "quit?" in screen_text(pilot)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Overview)


@pytest.mark.parametrize("name", ["discrepancies", "audit", "excluded"])
async def test_a_key_that_comes_before_its_view_waits_for_it(socket_path: str, name: str) -> None:
    async with attached(socket_path) as pilot:
        app = app_of(pilot)
        for key, typed in (("slash", "/"), *((each, each) for each in "quinn")):
            app.post_message(Key(key, typed))
        app.action_view(name)
        await until(pilot, lambda: bool(app.screen.query(Input)) and app.screen.query_one(Input).value == "quinn")


async def test_a_dialog_that_is_answered_twice_closes_nothing_beneath_it(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        screen, answers = await open_list(pilot), list[bool | None]()
        dialog = Confirm(lambda: LINES, "Yes")
        await pilot.app.push_screen(dialog, answers.append)
        button = dialog.query_one("#yes", Button)
        for _ in range(2):
            dialog.post_message(Button.Pressed(button))
        await until(pilot, lambda: not dialog.is_running)
        assert (pilot.app.screen, answers) == (screen, [True])


async def test_what_is_taken_twice_from_the_palette_closes_nothing_beneath_it(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("ctrl+p", *"by subject")
        palette = pilot.app.screen
        await until(pilot, lambda: palette.query_one(OptionList).option_count > 0)
        for _ in range(4):
            palette.post_message(Input.Submitted(palette.query_one(Input), "by subject"))
        await until(pilot, lambda: not palette.is_running)
        assert screen in pilot.app.screen_stack


async def test_a_page_key_may_come_before_the_palette_has_its_list(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("ctrl+p")
        palette = pilot.app.screen
        await until(pilot, lambda: bool(palette.query_one(OptionList).option_count))
        palette.query_one(OptionList)._index_to_line.clear()
        await pilot.press("pageup", "pagedown")
        assert pilot.app.screen is palette
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Overview)


@pytest.mark.parametrize("turns", [0, 20, 40])
@pytest.mark.parametrize("dialog", [lambda: Told(LINES), lambda: Confirm(lambda: LINES, "Yes")], ids=["told", "asked"])
async def test_a_dialog_may_be_closed_before_it_is_there(
    socket_path: str, dialog: Callable[[], Told | Confirm], turns: int
) -> None:
    async with attached(socket_path) as pilot:
        pilot.app.push_screen(dialog())
        for _ in range(turns):
            await asyncio.sleep(0)
        pilot.app.pop_screen()
        await pilot.pause(0.01)
        assert isinstance(pilot.app.screen, Overview)


async def test_going_back_to_a_view_finds_it_as_it_was_left(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("j", "j", "enter")
        await pilot.press("2")
        assert pilot.app.screen is screen
        assert screen.listing.cursor == 2
        await pilot.press("1")
        assert isinstance(pilot.app.screen, Overview)
        assert len(app_of(pilot).screen_stack) == 2, "what was left is gone"


async def test_the_keys_of_a_view_are_commands_too(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        await pilot.press("colon", *"reject", "enter")
        await until(pilot, lambda: "Reject?" in screen_text(pilot))
        assert pilot.app.screen is not review


@pytest.mark.parametrize("typed", ["theme textual-light", "theme nord"])
async def test_the_theme_is_changed_by_name(socket_path: str, typed: str) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("colon", *typed, "enter")
        await until(pilot, lambda: pilot.app.theme == typed.partition(" ")[2])


async def test_a_practice_is_paused_by_name_from_any_view(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        await open_list(pilot)
        await pilot.press("colon", *"pause oak", "enter")
        await until(pilot, lambda: "Pause all writes of Oaktree" in screen_text(pilot))
        await pilot.press(*"stock take", "enter")
        await until(pilot, lambda: operations.states["oaktree"] is PracticeState.PAUSED)
        await pilot.press("colon", *"release hill", "enter")
        await until(pilot, lambda: "Hill Farm Equine does not wait for a release" in notices(pilot))


async def test_nothing_is_asked_about_an_empty_list(socket_path: str, operations: FakeOperations) -> None:
    operations.found = {}
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "nothing here to decide on" in notices(pilot))
        assert pilot.app.screen is screen


async def test_every_theme_that_is_offered_can_be_taken(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        offered = sorted(pilot.app.available_themes)
        assert {"high-contrast", "textual-light"} <= set(offered)
        for name in offered:
            app_of(pilot).action_theme(name)
            await pilot.pause()
            assert pilot.app.theme == name


async def test_a_remembered_theme_that_is_not_offered_is_passed_over(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("colon", *"theme ansi-light", "enter")
        await until(pilot, lambda: "one of" in screen_text(pilot))
        assert pilot.app.theme == "textual-dark"
