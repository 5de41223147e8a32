"""Draws the pictures of the README: the real UI on the demo's daemon, after people changed things on both sides.

make screenshots
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from daemon.clock import SystemClock
from daemon.demo.corrected import corrected
from daemon.demo.drift import make_drift
from daemon.demo.first import before, first_comparison, release
from daemon.demo.narrator import Narrator
from daemon.demo.stage import open_stage
from daemon.demo.story import open_story
from tui.app import ReconcileApp
from tui.desk import Desk
from tui.screens.discrepancies import Discrepancies
from tui.screens.review import Review
from tui.world import World

IMAGES = Path(__file__).parent / "images"
SEED = 7
SIZE = (100, 22)
PATIENCE_S = 20
SUMMARY, OPTION, OTHER = "differs", "Restore", "removed"
"""Words of the discrepancy that is reviewed, of its option, and of another one on the list."""
FONTS = re.compile(r"@font-face\s*{[^}]*}\s*")
"""Fonts that a viewer would fetch from elsewhere; without them the system's own monospace is taken."""


async def draw() -> None:
    clock = SystemClock()
    async with open_stage(SEED, clock, live=False) as stage:
        async with open_story(stage, Narrator(io.StringIO())) as begun:
            story = await before(begun)
            await first_comparison(story)
            await release(story)
            await corrected(story, await make_drift(story))
        await photograph(ReconcileApp(Desk(str(stage.socket), World(clock.utc, lambda _: None, clock.sleep))))


async def photograph(app: ReconcileApp) -> None:
    """The overview, and the review of the invoice that was changed in Xero."""
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: bool(app.desk.state.practices))
        save(app, "overview")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Discrepancies) and SUMMARY in text(pilot))
        await pilot.press("slash", *SUMMARY, "enter")
        await until(pilot, lambda: OTHER not in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Review) and OPTION in text(pilot))
        save(app, "review")


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Let the app work until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await pilot.pause(0.05)
    await pilot.pause()


def text(pilot: Pilot[None]) -> str:
    return pilot.app.export_screenshot()


def save(app: ReconcileApp, name: str) -> None:
    picture = FONTS.sub("", app.export_screenshot(title=f"reconcile: {name}"))
    picture = picture.replace("<svg ", '<svg xml:space="preserve" ', 1)
    (IMAGES / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draw())
