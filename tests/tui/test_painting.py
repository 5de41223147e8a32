"""How often the list is painted: a key's answer once, and only the lines that it changes. No time is asserted."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.screen import Screen

import tui.app
from daemon.protocol import Operator, Role
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tests.support.stocked import stocked
from tests.tui.test_screens import Ui, list_of, open_list, until, world
from tui import widgets
from tui.app import ReconcileApp
from tui.desk import Desk
from tui.screens.discrepancies import Discrepancies

FRAME_S = 0.05
BOB = Operator(uid=1002, login="bob", role=Role.APPROVER)


class Watched(ReconcileApp):
    """Counts how often each line of the terminal is painted."""

    CSS_PATH = str(Path(tui.app.__file__).with_name("app.tcss"))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.painted: Counter[int] = Counter()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate):
            self.painted.update(range(renderable.region.y, renderable.region.bottom))
        elif isinstance(renderable, ChopsUpdate):
            self.painted.update({y for y, _, _ in renderable.spans})
        super()._display(screen, renderable)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, the daemon's answer is waited for."""
    monkeypatch.setattr(widgets, "_PATIENCE_S", 60.0)


@contextlib.asynccontextmanager
async def listed(path: str) -> AsyncIterator[tuple[Ui, Watched]]:
    app = Watched(Desk(path, world()))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: bool(app.desk.state.practices))
        await open_list(pilot)
        await at_rest(pilot)
        yield pilot, app


async def at_rest(pilot: Ui) -> None:
    """Until nothing is asked for any more, and what was answered has been painted."""
    screen = list_of(pilot)
    await until(pilot, lambda: not (screen._busy or screen._pending))
    for _ in range(2):
        await pilot.pause(FRAME_S)


async def lines_of(pilot: Ui, app: Watched, *keys: str) -> dict[int, int]:
    """How often each line of the list is painted for these keys, counted from the list's first."""
    app.painted.clear()
    await pilot.press(*keys)
    await at_rest(pilot)
    rows = list_of(pilot).rows.region
    return {y - rows.y: count for y, count in app.painted.items() if rows.y <= y < rows.bottom}


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations(3000)


async def test_a_step_paints_the_two_rows_that_change(socket_path: str) -> None:
    async with listed(socket_path) as (pilot, app):
        assert await lines_of(pilot, app, "j") == {0: 1, 1: 1}


@pytest.mark.parametrize("keys", [["k"], ["g"], ["pageup"], ["G", "G"]], ids=" ".join)
async def test_a_key_that_changes_nothing_paints_nothing(socket_path: str, keys: list[str]) -> None:
    async with listed(socket_path) as (pilot, app):
        await pilot.press(*keys[1:])
        await at_rest(pilot)
        assert await lines_of(pilot, app, keys[0]) == {}


@pytest.mark.parametrize("key", ["enter", "escape", "down"])
async def test_leaving_the_filters_line_paints_every_line_once_at_most(socket_path: str, key: str) -> None:
    async with listed(socket_path) as (pilot, app):
        await pilot.press("slash", "p")
        await at_rest(pilot)
        app.painted.clear()
        await pilot.press(key)
        await at_rest(pilot)
        assert isinstance(list_of(pilot).focused, widgets.Rows)
        assert max(app.painted.values()) == 1


@pytest.mark.parametrize("key", ["pagedown", "G", "N", "K", "L"])
async def test_an_answer_is_painted_once(socket_path: str, key: str) -> None:
    async with listed(socket_path) as (pilot, app):
        await pilot.press("pagedown", "pagedown")
        await at_rest(pilot)
        lines = await lines_of(pilot, app, key)
        assert len(lines) > 1
        assert set(lines.values()) == {1}


async def test_what_is_typed_into_the_filter_paints_the_list_once_if_it_changes(socket_path: str) -> None:
    async with listed(socket_path) as (pilot, app):
        await pilot.press("slash")
        await at_rest(pilot)
        first = list_of(pilot).listing.rows[0]
        digit = first.subject.label[-1]
        assert max((await lines_of(pilot, app, digit)).values(), default=0) <= 1
        lines = await lines_of(pilot, app, *"nobody")
        assert list_of(pilot).listing.total == 0
        assert max(lines.values()) <= len("nobody")
        assert await lines_of(pilot, app, "x") == {}


async def test_the_list_is_grouped_and_a_group_opened_and_closed_in_one_picture_each(tmp_path: Path) -> None:
    socket = tmp_path / "c.sock"
    async with (
        stocked(tmp_path, 60) as shop,
        serving(shop.app.desk, socket),  # type: ignore[arg-type]
        listed(str(socket)) as (pilot, app),
    ):
        for key in ("b", "enter", "enter"):
            lines = await lines_of(pilot, app, key)
            assert len(lines) > 1
            assert set(lines.values()) == {1}


async def test_what_the_daemon_tells_paints_its_own_lines_alone(socket_path: str, operations: FakeOperations) -> None:
    async with listed(socket_path) as (pilot, app):
        app.painted.clear()
        operations.say("oaktree", "cycle done")
        await operations.pause("oaktree", "stocktaking", BOB)
        await until(pilot, lambda: app.painted[0] > 0)
        await at_rest(pilot)
        assert set(app.painted) == {0, app.size.height - 2}, "the header, and the line of the newest activity"


async def test_what_is_not_here_in_time_is_shown_as_missing(
    socket_path: str, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widgets, "_PATIENCE_S", 0.01)
    answer, held = operations.page, asyncio.Event()

    async def late(query: object) -> object:
        await held.wait()
        return await answer(query)  # type: ignore[arg-type]

    async with listed(socket_path) as (pilot, app):
        monkeypatch.setattr(operations, "page", late)
        app.painted.clear()
        await pilot.press("G")
        rows = list_of(pilot).rows.region
        await until(pilot, lambda: app.painted[rows.y] > 0)
        assert strip_text(list_of(pilot)) == "  …"
        held.set()
        await at_rest(pilot)
        assert strip_text(list_of(pilot)) != "  …"


def strip_text(screen: Discrepancies) -> str:
    return screen.rows.render_line(0).text[:40].rstrip()
