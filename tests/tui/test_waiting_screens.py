"""What goes on by a root cause, on the screens that ask about it, against a real desk on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.protocol import ListQuery
from tests.support.serving import serving
from tests.support.stocked import held_by, stocked
from tests.support.workshop import Workshop
from tests.tui.test_many_screens import flat
from tests.tui.test_screens import attached, open_list, until
from tui.screens.dialogs import Confirm


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with stocked(tmp_path, 12) as opened:
        yield opened


@pytest.fixture
async def path(shop: Workshop, tmp_path: Path) -> AsyncIterator[str]:
    socket = tmp_path / "c.sock"
    async with serving(shop.app.desk, socket):  # type: ignore[arg-type]
        yield str(socket)


@pytest.fixture
async def causes(shop: Workshop) -> list[str]:
    """The two that stand first among those that need a person.

    One waits for the first alone, two for both, one for something else too.
    """
    found = (await shop.app.desk.page(ListQuery(limit=12, policy="person"))).discrepancies
    first, second = (row.id for row in found[:2])
    held = ((first,), (first, second), (second, first), (second, "of another"))
    await shop.app.db.write(lambda tx: held_by(tx, *held))
    return [first, second]


async def test_a_question_about_many_counts_once_what_goes_on_by_them_together(path: str, causes: list[str]) -> None:
    async with attached(path, (110, 40)) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"policy:person", "enter")
        await until(pilot, lambda: [screen.listing.rows[place].id for place in (0, 1)] == causes)
        await pilot.press("space", "space", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        said = "4 discrepancies of 40.00 GBP wait for these: 3 of 30.00 GBP go on by them"
        assert f"{said}, 1 waits for another cause as well." in flat(pilot)
        await pilot.press("n", "M", "g", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "3 discrepancies of 30.00 GBP wait for this: 1 of 10.00 GBP goes on by it" in flat(pilot)
        await pilot.press("n", "r", *"no", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "by it" not in flat(pilot), "a rejection mends nothing"
