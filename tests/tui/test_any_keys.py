"""Any keys in any order and at any moment: whatever is pressed, the program goes on."""

from __future__ import annotations

import asyncio
import random
import string
from pathlib import Path

import pytest
from textual.events import Key

from daemon.protocol import Comment, ListQuery, Operator, Reject, Role
from tests.support.serving import serving
from tests.support.stocked import stocked
from tests.support.workshop import Workshop
from tests.tui.test_screens import Ui, attached

SEEDS, STEPS = range(3), 200
NAMED = {"slash": "/", "at": "@", "asterisk": "*", "question_mark": "?", "colon": ":", "minus": "-", "space": " "}
KEYS = [
    *sorted(set(string.ascii_letters + string.digits) - set("qQ")),
    *sorted(NAMED),
    *("tab", "shift+tab", "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "shift+down", "shift+up"),
    *("ctrl+u", "ctrl+p", "ctrl+f", "ctrl+b", "backspace", "delete"),
    *(["enter", "escape", "d", "y"] * 4),
]
BOB = Operator(uid=1002, login="bob", role=Role.APPROVER)


async def bob_decides(shop: Workshop, rng: random.Random) -> None:
    for found in (await shop.app.desk.page(ListQuery(limit=1, offset=rng.randrange(30)))).discrepancies:
        decision = Reject(reason="[b]no") if rng.random() < 0.3 else Comment(text="[b]hello")
        await shop.app.desk.decide(found.id, decision, BOB)


async def step(pilot: Ui, shop: Workshop, rng: random.Random) -> None:
    kind = rng.random()
    if kind < 0.02:
        await pilot.resize_terminal(rng.randint(20, 220), rng.randint(5, 60))
    elif kind < 0.05:
        await pilot.click(offset=(rng.randrange(pilot.app.size.width), rng.randrange(pilot.app.size.height)))
    elif kind < 0.1:
        await bob_decides(shop, rng)
    else:
        key = rng.choice(KEYS)
        pilot.app.post_message(Key(key, NAMED.get(key, key if len(key) == 1 else None)))
    for _ in range(rng.choice((0, 0, 1, 5, 30))):
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_keys(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    socket = tmp_path / "c.sock"
    async with (
        stocked(tmp_path, 60) as shop,
        serving(shop.app.desk, socket),  # type: ignore[arg-type]
        attached(str(socket), rng.choice([(60, 15), (80, 24), (200, 50)])) as pilot,
    ):
        for _ in range(STEPS):
            if not pilot.app._exit:
                await step(pilot, shop, rng)
        await pilot.pause()
        assert pilot.app.return_code in {0, None}
