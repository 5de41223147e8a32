"""Keys are taken in the order they were typed in, however fast they follow each other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest
from textual.events import Key, Paste
from textual.widgets import Input

from daemon.protocol import TEXT_MAX, Message
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tests.support.stocked import stocked
from tests.tui.test_screens import attached, notices, open_list, screen_text, until
from tui.calls import Call
from tui.desk import Desk
from tui.screens.review import Review
from tui.widgets import TextLine

M = TypeVar("M", bound=Message)


async def test_no_key_overtakes_what_is_typed(socket_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take = TextLine.on_key

    async def take_slowly(line: TextLine, event: Key) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        await take(line, event)

    monkeypatch.setattr(TextLine, "on_key", take_slowly)
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"kind:c")
        await until(pilot, lambda: bool(screen.problem))
        for key in (*"ontact", "enter", "A"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: screen.focused is screen.rows and bool(screen.listing.groups))
        await until(pilot, lambda: not screen._busy and not screen._pending)
        assert screen.query_one(Input).value == "kind:contact"
        assert "AMOUNT↑" in screen_text(pilot)
        assert {kind.partition(".")[0] for kind in screen.listing.groups} == {"contact"}
        assert "not understood" not in notices(pilot)


async def test_nothing_is_decided_or_opened_before_the_list_of_a_new_filter_is_here(
    socket_path: str, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ask = asyncio.Event(), Desk.ask
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)

        async def held_back(desk: Desk, call: Call[M]) -> M:
            if call.path.startswith("/discrepancies?"):
                await go_on.wait()
            return await ask(desk, call)

        monkeypatch.setattr(Desk, "ask", held_back)
        await pilot.press("slash", *"kind:contact", "enter")
        for key in ("a", "r", "enter"):
            screen.hush()
            await pilot.press(key)
            await until(pilot, lambda: "on its way from the daemon" in notices(pilot))
            assert pilot.app.screen is screen
        go_on.set()
        await until(pilot, lambda: not screen.on_its_way)
        await pilot.press("r")
        await until(pilot, lambda: pilot.app.screen is not screen)
        assert {found.status for found in operations.found.values()} == {"open"}


async def test_a_question_does_not_lie_on_what_was_opened_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ask, socket = asyncio.Event(), Desk.ask, tmp_path / "c.sock"

    async def held_back(desk: Desk, call: Call[M]) -> M:
        if call.path == "/rehearsal":
            await go_on.wait()
        return await ask(desk, call)

    monkeypatch.setattr(Desk, "ask", held_back)
    async with (
        stocked(tmp_path, 20) as shop,
        serving(shop.app.desk, socket),  # type: ignore[arg-type]
        attached(str(socket)) as pilot,
    ):
        await open_list(pilot)
        await pilot.press("a", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        go_on.set()
        await until(pilot, lambda: "nothing is asked, as you went on" in notices(pilot))
        assert isinstance(pilot.app.screen, Review)


async def test_of_a_long_paste_comes_what_there_is_room_for_and_the_rest_is_told(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", "a")
        pilot.app.post_message(Paste("b" * 5000 + "\nsecond"))
        await until(pilot, lambda: "characters of the first line fit" in notices(pilot))
        assert screen.query_one(Input).value == "a" + "b" * (TEXT_MAX - 1)
