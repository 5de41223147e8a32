"""Inside a real tmux: it is drawn, typed at, and what is copied arrives in tmux's own buffer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.fake_operations import FakeOperations
from tests.support.tmux import SIZES, needs_tmux, pane

pytestmark = needs_tmux


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_what_is_copied_arrives_in_tmux(
    socket_path: str, operations: FakeOperations, tmp_path: Path, columns: int, rows: int
) -> None:
    largest = max(operations.found.values(), key=lambda found: (found.finding.amount, found.first_seen))
    async with pane(socket_path, tmp_path, columns, rows) as tmux:
        await tmux.shows("● live", "Riverside")
        await tmux.keys("d")
        await tmux.shows("12 ·", "AMOUNT")
        await tmux.keys("y")
        await tmux.holds(largest.id)
        await tmux.keys("1", "q")
        await tmux.shows("back in the shell")


async def test_a_resize_folds_and_unfolds_the_columns(socket_path: str, tmp_path: Path) -> None:
    async with pane(socket_path, tmp_path, 200, 50) as tmux:
        await tmux.shows("● live", "LAST DAY", "Oaktree Small Animals")
        await tmux.run("resize-window", "-x", "60", "-y", "20", "-t", "0")
        await tmux.shows("● live", "STATE", "RESIDUAL", "? Help")
        await tmux.run("resize-window", "-x", "200", "-y", "50", "-t", "0")
        await tmux.shows("LAST DAY")


async def test_the_theme_is_there_again_in_the_next_session(socket_path: str, tmp_path: Path) -> None:
    async with pane(socket_path, tmp_path, 80, 24) as tmux:
        await tmux.shows("● live")
        await tmux.keys(":", "theme high-contrast-l", "Enter")
        kept = tmp_path / "reconcile" / "ui.json"
        async with asyncio.timeout(20):
            while not kept.exists():
                await tmux.run("list-panes")
    async with pane(socket_path, tmp_path, 80, 24) as tmux:
        await tmux.shows("● live")
        light = "\x1b[48;5;254m reconcile"
        assert light in await tmux.run("capture-pane", "-e", "-p", "-t", "0")
