"""Keys are taken in the order they were typed in, however fast they follow each other."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key
from textual.widgets import Input

from tests.tui.test_screens import attached, notices, open_list, screen_text, until
from tui.widgets import TextLine


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
