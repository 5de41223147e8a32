"""What a person holds on to, and what a viewer may not touch: selections through losses and gaps, keys that say why."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.widgets import Input

from daemon.control.access import Access, Peer
from daemon.protocol import ListQuery, Operator, Reject, Resync, Role
from tests.support.serving import serving
from tests.support.stocked import stocked
from tests.support.workshop import Workshop
from tests.tui.test_many_screens import settled, total
from tests.tui.test_screens import attached, notices, open_list, screen_text, until
from tui.screens.dialogs import Confirm

BOB = Operator(uid=1002, login="bob", role=Role.APPROVER)
BULK = {"a": "Approve", "r": "Reject", "s": "Snooze", "w": "Waive", "c": "Comment", "at": "Assign"}


class Viewers(Access):
    def role(self, peer: Peer) -> Role | None:
        return Role.VIEWER


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with stocked(tmp_path, 30) as opened:
        yield opened


@pytest.mark.parametrize("what", ["row", "selection", "group"])
async def test_every_key_that_decides_on_many_is_dim_for_a_viewer_and_says_why(
    shop: Workshop, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "c.sock"
    async with serving(shop.app.desk, path, Viewers(own_uid=1)), attached(str(path), (160, 40)) as pilot:
        screen = await open_list(pilot)
        await pilot.press(*{"row": ("j",), "selection": ("space", "space"), "group": ("b",)}[what])
        await settled(pilot, screen)
        footer = screen_text(pilot).splitlines()[-1]
        assert "(a) Approve" in footer, "bracketed, not only dim"
        assert "(r) Reject" in footer
        for key in BULK:
            screen.hush()
            await pilot.press(key)
            assert pilot.app.screen is screen, key
            await until(pilot, lambda: "may look but not decide: deciding needs the approver group" in notices(pilot))
        await pilot.press("question_mark")
        await pilot.pause()
        text = " ".join(screen_text(pilot).split())
        for name in ("Approve", "Snooze", "Assign"):
            assert f"{name} (not now: " in text
        assert len(await _with_status(shop, "open")) == await total(shop, "open", "approved")


async def _with_status(shop: Workshop, status: str) -> list[str]:
    return [row.id for row in (await shop.app.desk.page(ListQuery(status=(status,), limit=100))).discrepancies]


@pytest.mark.parametrize("how", ["restart", "gap"])
async def test_selection_filter_range_and_place_outlive_a_restart_and_a_gap_in_the_feed(
    shop: Workshop, tmp_path: Path, how: str
) -> None:
    path, desk = tmp_path / "c.sock", shop.app.desk
    async with contextlib.AsyncExitStack() as daemon:
        server = await daemon.enter_async_context(serving(desk, path))
        async with attached(str(path)) as pilot:
            screen = await open_list(pilot)
            await pilot.press("slash", *"kind:payment", "enter")
            await settled(pilot, screen)
            await pilot.press("space", "space", "j", "j", "space", "V", "j")
            kept, anchor, on = {*screen.selection.kept}, screen.selection.anchor, screen.listing.current
            assert on
            assert (len(kept), anchor) == (3, 5)
            first = screen.listing.rows[7].id
            if how == "restart":
                await daemon.aclose()
                await until(pilot, lambda: "connection to the daemon lost" in screen_text(pilot))
                assert "● 3 selected" in screen_text(pilot)
                await desk.decide(first, Reject(reason="meanwhile"), BOB)
                await daemon.enter_async_context(serving(desk, path))
                await until(pilot, lambda: "● live" in screen_text(pilot))
            else:
                await desk.decide(first, Reject(reason="meanwhile"), BOB)
                server._feed.publish(Resync())
            await until(pilot, lambda: all(row.id != first for row in screen.listing.rows.values()))
            await settled(pilot, screen)
            assert ({*screen.selection.kept}, screen.selection.anchor) == (kept, anchor)
            assert screen.listing.current
            assert screen.listing.current.id == on.id
            assert screen.query_one(Input).value == "kind:payment"
            await pilot.press("escape", "r", *"agreed", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await pilot.press("y")
            await until(pilot, lambda: "3 of 3 rejected" in notices(pilot))
            assert {*await _with_status(shop, "rejected")} == {*kept, first}


async def test_nothing_is_decided_without_a_daemon_and_the_selection_stays(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    async with contextlib.AsyncExitStack() as daemon:
        await daemon.enter_async_context(serving(shop.app.desk, path))
        async with attached(str(path)) as pilot:
            screen = await open_list(pilot)
            await pilot.press("space", "space")
            await daemon.aclose()
            await until(pilot, lambda: "connection to the daemon lost" in screen_text(pilot))
            for key in BULK:
                screen.hush()
                await pilot.press(key)
                assert pilot.app.screen is screen
                assert "not connected to the daemon" in notices(pilot)
            assert len(screen.selection.kept) == 2
    assert await _with_status(shop, "rejected") == []
