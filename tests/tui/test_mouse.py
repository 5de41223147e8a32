"""The mouse: titles sort, rows are chosen and opened, the wheel moves, the footer's keys are pressed."""

from __future__ import annotations

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from daemon.protocol import Sort
from tests.support.fake_operations import FakeOperations
from tests.tui.test_screens import Ui, attached, notices, open_list, open_review, screen_text, until
from tests.tui.test_watch_screens import busy, view
from tui.screens.discrepancies import Discrepancies
from tui.screens.keybar import KeyBar
from tui.screens.overview import Overview
from tui.screens.review import Review
from tui.widgets import Rows


def line_of(pilot: Ui, *words: str) -> int:
    return next(y for y, line in enumerate(screen_text(pilot).splitlines()) if all(word in line for word in words))


def rows_of(pilot: Ui) -> Rows:
    return pilot.app.screen.query_one(Rows)


async def test_a_click_on_each_title_sorts_by_it(socket_path: str) -> None:
    async with attached(socket_path, (160, 40)) as pilot:
        screen = await open_list(pilot)
        head = line_of(pilot, "AMOUNT", "KIND")
        for title, sort in (("KIND", Sort.KIND), ("SUBJECT", Sort.LABEL), ("AGE", Sort.AGE), ("AMOUNT", Sort.AMOUNT)):
            await pilot.click(offset=(screen_text(pilot).splitlines()[head].index(title), head))
            await until(pilot, lambda sort=sort: screen.filter.sort is sort)  # type: ignore[misc]
            await until(pilot, lambda title=title: any(f"{title}{way}" in screen_text(pilot) for way in "↑↓"))  # type: ignore[misc]


async def test_a_click_chooses_a_row_and_a_second_one_opens_it(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.click(Rows, offset=(20, 4))
        await until(pilot, lambda: rows_of(pilot).cursor == 4)
        on = screen.listing.rows[4].id
        assert pilot.app.screen is screen, "one click decides and opens nothing"
        await pilot.click(Rows, offset=(20, 4), times=2)
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        assert isinstance(pilot.app.screen, Review)
        assert pilot.app.screen.found.id == on


async def test_a_double_click_on_a_practice_opens_its_discrepancies(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        assert isinstance(pilot.app.screen, Overview)
        await pilot.click(Rows, offset=(10, 0), times=2)
        await until(pilot, lambda: isinstance(pilot.app.screen, Discrepancies))


async def test_the_wheel_moves_the_list_and_leaves_the_cursor_where_it_is(
    socket_path: str, operations: FakeOperations
) -> None:
    operations.found = FakeOperations(200).found
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        rows = rows_of(pilot)
        for _ in range(30):
            await wheel(pilot, MouseScrollDown)
        await until(pilot, lambda: rows.first >= 50)
        assert rows.cursor == 0
        seen = range(rows.first, rows.first + rows.height)
        await until(pilot, lambda: all(place in screen.listing.rows for place in seen))
        for _ in range(40):
            await wheel(pilot, MouseScrollUp)
        await until(pilot, lambda: rows.first == 0)


async def wheel(pilot: Ui, way: type[MouseScrollDown | MouseScrollUp]) -> None:
    await pilot._post_mouse_events([way], Rows, offset=(10, 3), button=0)


async def test_every_key_in_the_footer_can_be_clicked(socket_path: str) -> None:
    async with attached(socket_path, (120, 30)) as pilot:
        screen = await open_list(pilot)

        async def click(words: str) -> None:
            line = screen_text(pilot).splitlines()[-1]
            await pilot.click(KeyBar, offset=(line.index(words), 0))

        await click("space Select")
        await until(pilot, lambda: len(screen.selection.kept) == 1)
        await click("/ Filter")
        await until(pilot, lambda: screen.focused is not None and screen.focused.id == "filter")
        await pilot.press("escape")
        await click("↵ Open")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        await click("esc Back")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_a_key_that_does_nothing_now_says_so_when_it_is_clicked(socket_path: str) -> None:
    async with attached(socket_path, (200, 30)) as pilot:
        review = await open_review(pilot)
        line = screen_text(pilot).splitlines()[-1]
        await pilot.click(KeyBar, offset=(line.index("(u) Undo"), 0))
        await until(pilot, lambda: bool(notices(pilot)))
        assert pilot.app.screen is review


@pytest.mark.parametrize("key", ["3", "4", "6"])
async def test_rows_of_the_other_views_open_by_a_double_click(
    socket_path: str, operations: FakeOperations, key: str
) -> None:
    busy(operations, 20)
    async with attached(socket_path) as pilot:
        await view(pilot, key)
        await pilot.click(Rows, offset=(20, 1))
        await until(pilot, lambda: rows_of(pilot).cursor == 1)
        await pilot.click(Rows, offset=(20, 1), times=2)
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
