"""What a quick hand types, in a real terminal: every key takes effect in the order in which it was pressed."""

from __future__ import annotations

from pathlib import Path

from tests.support.tmux import needs_tmux, pane

pytestmark = needs_tmux


async def test_what_is_typed_behind_a_deletion_stays(socket_path: str, tmp_path: Path) -> None:
    async with pane(socket_path, tmp_path, 80, 24) as tmux:
        await tmux.shows("● live")
        await tmux.press("d", "12 ·")
        await tmux.press("/", "Tab:")
        await tmux.typed("kind:contact")
        await tmux.shows("kind:contact")
        await tmux.keys("C-u", "amount>1")
        await tmux.shows(" amount>1 ")
        await tmux.keys("BSpace", "C-u", "amount<9", "BSpace", "7", "Home", "-")
        await tmux.shows("-amount<7 ")
