"""Next and previous in the review: past the rows that are here, through doubts, and never deciding on what is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from daemon.protocol import DiscrepancyView
from tests.support.fake_operations import FakeOperations
from tests.support.fake_watch import doubt
from tests.tui.test_screens import Ui, attached, notices, open_list, open_review, screen_text, until
from tests.tui.test_watch_screens import by_hand, view
from tui.screens.dialogs import Confirm
from tui.screens.links import Links
from tui.screens.review import Review


def review_of(pilot: Ui) -> Review:
    assert isinstance(pilot.app.screen, Review)
    return pilot.app.screen


async def test_next_goes_on_past_the_rows_that_are_here_to_the_end(
    socket_path: str, operations: FakeOperations
) -> None:
    operations.found = FakeOperations(500).found
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("enter")
        for goal in (180, 360, 499):
            while screen.listing.cursor < goal:
                await pilot.press(*["n"] * (goal - screen.listing.cursor))
                await until(pilot, lambda: not review_of(pilot)._reaching)
            await until(pilot, lambda: review_of(pilot).found.id == screen.listing.rows[screen.listing.cursor].id)
        assert "the list ends here" not in notices(pilot)
        await pilot.press("n")
        assert "the list ends here" in notices(pilot)


async def test_nothing_is_decided_on_while_the_next_one_is_on_its_way(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        first, other = review.found.id, await operations.show(list(operations.found)[-1])
        may_arrive = asyncio.Event()

        async def arriving() -> DiscrepancyView:
            await may_arrive.wait()
            return other

        def neighbour(_: int, __: str) -> Awaitable[DiscrepancyView]:
            return arriving()

        review._neighbour = neighbour
        await pilot.press("n", "a", "n")
        assert review.found.id == first
        assert pilot.app.screen is review, "no dialog about the one that is left"
        assert "the next one is on its way" in notices(pilot)
        may_arrive.set()
        await until(pilot, lambda: review.found.id == other.id)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))


async def test_work_by_hand_is_gone_through_past_what_is_here(socket_path: str, operations: FakeOperations) -> None:
    ids = by_hand(operations, 400)
    async with attached(socket_path) as pilot:
        screen = await view(pilot, "4")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        while screen.cursor < 399:
            await pilot.press(*["n"] * (399 - screen.cursor))
            await until(pilot, lambda: not review_of(pilot)._reaching)
        await until(pilot, lambda: review_of(pilot).found.id == ids[-1])


async def test_doubts_have_links_and_their_reviews_a_next_and_a_previous(
    socket_path: str, operations: FakeOperations
) -> None:
    ids = list(operations.found)
    operations.doubted = [doubt(1, ids[3]), doubt(2, ids[1]), doubt(3, ids[1]), doubt(4, ids[7])]
    async with attached(socket_path, (120, 40)) as pilot:
        screen = await view(pilot, "3")
        assert "https://go.xero.com/x-1" in screen_text(pilot)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Links))
        await pilot.press("1")
        assert "copied the link to Provet" in notices(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        for key, goal in (("n", 1), ("n", 7), ("p", 1), ("p", 3)):
            await pilot.press(key)
            await until(pilot, lambda goal=goal: review_of(pilot).found.id == ids[goal])  # type: ignore[misc]
        await pilot.press("p")
        assert "the list ends here" in notices(pilot)
        operations.doubted = operations.doubted[1:]
        operations._tell_practice("riverside")
        await until(pilot, lambda: screen.count() == 3)
        await pilot.press("n")
        await until(pilot, lambda: review_of(pilot).found.id == ids[1])
