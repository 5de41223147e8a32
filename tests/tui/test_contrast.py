"""What is written can be read: every colour on every background that the screens use, in each theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color
from textual.color import Color as Rgb
from textual.screen import ModalScreen

from daemon.protocol import PracticeState
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tests.support.stocked import stocked
from tests.tui.test_screens import Ui, app_of, attached, open_list, until
from tests.tui.test_watch_screens import busy, view
from tui.screens.dialogs import Confirm, Help, Told
from tui.screens.review import Review

THEMES = {"textual-dark": 4.5, "textual-light": 4.5, "high-contrast": 7.0, "high-contrast-light": 7.0}

Pair = tuple[str, str]


def ratio(one: Rgb, other: Rgb) -> float:
    """WCAG 2.2's contrast of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.r / 255, colour.g / 255, colour.b / 255)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_measure_is_the_one_of_the_standard() -> None:
    assert ratio(Rgb.parse("#000"), Rgb.parse("#fff")) == pytest.approx(21)
    assert ratio(Rgb.parse("#777"), Rgb.parse("#fff")) == pytest.approx(4.48, abs=0.01)


def _rgb(colour: Color | None) -> Rgb | None:
    return Rgb(*colour.get_truecolor()) if colour else None


def pairs(pilot: Ui) -> dict[Pair, str]:
    """Every colour of a text on its background as they are on the screen now, with what is written so."""
    found: dict[Pair, str] = {}
    screen = pilot.app.screen
    for y, strip in enumerate(screen._compositor.render_strips()):
        dialogs = [dialog.region for dialog in screen.query(".dialog, #command")]
        on_line = [region for region in dialogs if region.y <= y < region.bottom]
        parts = (
            [strip.crop(region.x, region.right) for region in on_line] if isinstance(screen, ModalScreen) else [strip]
        )
        for segment in (segment for part in parts for segment in part):
            style = segment.style
            text = "".join(char for char in segment.text if char.isalnum() or char in "✓✗≠!?●○»~▸▾")
            if not text or style is None:
                continue
            front, back = _rgb(style.color), _rgb(style.bgcolor)
            assert front, segment
            assert back, segment
            front, back = (back, front) if style.reverse else (front, back)
            front = back.blend(front, 0.5) if style.dim else front
            found.setdefault((front.hex, back.hex), segment.text.strip()[:40])
    return found


class Walk:
    """Gathers the pairs of all that is looked at."""

    def __init__(self, pilot: Ui, found: dict[Pair, str]) -> None:
        self.pilot = pilot
        self.found = found

    async def see(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause(0.05)
        for pair, text in pairs(self.pilot).items():
            self.found.setdefault(pair, text)


async def walk_views(pilot: Ui, walk: Walk) -> None:
    """Every view, the review with its dialogs, help, command line, what is said in passing."""
    await walk.see()
    await walk.see("question_mark")
    await until(pilot, lambda: isinstance(pilot.app.screen, Help))
    await walk.see()
    await walk.see("escape", "colon", "a")
    await walk.see("escape")
    await open_list(pilot)
    await walk.see("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Review))
    await walk.see("e", "down")
    for key in ("a", "r", "w", "s", "o", "y"):
        await walk.see(key)
        await walk.see("escape")
    await walk.see("u", "C")
    await walk.see("escape", "escape")
    for key in "345678":
        await view(pilot, key)
        await walk.see("G", "v")
        await walk.see("slash", "z", "z")
        await walk.see("escape", "escape")
    pilot.app.notify("said", title="title", severity="error")
    pilot.app.notify("said", title="title", severity="warning")
    pilot.app.notify("said", title="title")
    await walk.see()


async def walk_lists(pilot: Ui, walk: Walk) -> None:
    """The list: filtered, selected, grouped, decided on, and what became of that."""
    screen = await open_list(pilot)
    await walk.see("space", "space", "V", "j")
    await walk.see("escape", "slash", "p", "o")
    await walk.see("tab", "y")
    await walk.see("escape", "escape", "M", "b")
    await until(pilot, lambda: bool(screen.folds.groups))
    await walk.see("enter")
    await walk.see("b", "b", "b", "b", "asterisk")
    await until(pilot, lambda: bool(screen.selection.kept))
    await walk.see("a")
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
    await walk.see("tab")
    await walk.see("y")
    await until(pilot, lambda: isinstance(pilot.app.screen, Told))
    await walk.see("escape")


@pytest.mark.parametrize("theme", THEMES)
async def test_every_text_stands_out_from_its_background(
    socket_path: str, operations: FakeOperations, tmp_path: Path, theme: str
) -> None:
    busy(operations)
    operations.states["oaktree"] = PracticeState.PAUSED
    found: dict[Pair, str] = {}
    async with attached(socket_path, (140, 45)) as pilot:
        app_of(pilot).theme = theme
        await walk_views(pilot, Walk(pilot, found))
    socket = tmp_path / "stocked.sock"
    async with (
        stocked(tmp_path / "stocked", 30) as shop,
        serving(shop.app.desk, socket),
        attached(str(socket), (140, 45)) as pilot,
    ):
        app_of(pilot).theme = theme
        await walk_lists(pilot, Walk(pilot, found))
    need = THEMES[theme]
    measured = {pair: ratio(Rgb.parse(pair[0]), Rgb.parse(pair[1])) for pair in found}
    low = [
        f"{front} on {back}: {measured[front, back]:.2f} ({text})"
        for (front, back), text in found.items()
        if measured[front, back] < need
    ]
    assert not low, f"below {need}:\n" + "\n".join(sorted(low))
    assert len(found) > 10
