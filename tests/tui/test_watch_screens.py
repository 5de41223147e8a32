"""The views beside the list and the review, driven by keys: read, empty, refused, searched, followed, reconnected."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from textual.widgets import Input

from daemon.core.discrepancy import Policy
from daemon.protocol import PAGE_MAX, By, ExcludedRow, Message, Resync
from daemon.protocol import Activity as Happening
from tests.support.fake_books import START, finding
from tests.support.fake_operations import FakeOperations
from tests.support.fake_watch import doubt, left_out
from tests.support.hostile import HOSTILE
from tests.support.serving import serving
from tests.tui.test_screens import Ui, app_of, attached, notices, screen_text, until
from tui.calls import Call
from tui.desk import Desk
from tui.screens.activity import Activity
from tui.screens.audit import Audit
from tui.screens.doubts import Doubts
from tui.screens.excluded import Excluded
from tui.screens.hand_work import HandWork
from tui.screens.keybar import KeyBar
from tui.screens.links import Links
from tui.screens.month import Month
from tui.screens.reading import Reading
from tui.screens.review import Review
from tui.widgets import Rows

M = TypeVar("M", bound=Message)

SIZES = [(80, 24), (200, 50)]
VIEWS: dict[str, type[Reading]] = {
    "3": Doubts,
    "4": HandWork,
    "5": Activity,
    "6": Audit,
    "7": Excluded,
    "8": Month,
}


async def view(pilot: Ui, key: str) -> Reading:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, VIEWS[key]))
    screen = pilot.app.screen
    assert isinstance(screen, Reading)
    await until(pilot, lambda: screen.loaded or bool(screen.problem))
    return screen


def by_hand(operations: FakeOperations, count: int) -> list[str]:
    found = [finding(100 + number, operations.rng, "riverside") for number in range(count)]
    return [operations.add(msgspec.structs.replace(each, policy=Policy.HAND_WORK)) for each in found]


def many_left_out(count: int) -> list[ExcludedRow]:
    return [left_out(number, "anonymous sale" if number % 3 else "a draft") for number in range(count, 0, -1)]


def busy(operations: FakeOperations, entries: int = 250) -> None:
    """Something in every view."""
    ids = list(operations.found)
    operations.doubted = [doubt(1, ids[0]), doubt(2, ids[1], stuck=True)]
    operations.left_out = [
        left_out(number, "anonymous sale" if number % 3 else "a draft") for number in range(120, 0, -1)
    ]
    by_hand(operations, 5)
    for number in range(entries):
        operations._note("ann" if number % 2 else "daemon", "comment", "riverside", ids[number % 12], f"said {number}")
    operations.said = [Happening(at=START, practice="oaktree", text="cycle done"), *operations.said]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", VIEWS)
async def test_an_empty_view_says_so(socket_path: str, key: str, size: tuple[int, int]) -> None:
    async with attached(socket_path, size) as pilot:
        screen = await view(pilot, key)
        text = screen_text(pilot)
        assert screen.headline().partition(" ")[0] in text
        assert "● live" in text
        assert "? Help" in text
        if key != "8":
            assert f"✓ {screen.NOTHING}" in text
        await pilot.press("enter", "y", "G", "g", "down", "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, VIEWS[key]))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("3", ["2 writes in doubt", "1 that looking does not settle", "Looked for: a payment of 54.00 GBP", "in 1 h"]),
        ("4", ["5 things to do by hand", "each closes by itself once seen done", "https://go.xero.com/"]),
        ("5", ["● following", "cycle done", "XERO TODAY", "Riverside"]),
        ("6", ["● following", "250 entries", "said 249", "hash"]),
        ("7", ["120 documents left out", "anonymous sale", "a draft", "120.50"]),
        ("8", ["every cent is explained", "VAT 20 %", "1,234.50", "account 200, net", "document left out"]),
    ],
)
async def test_each_view_shows_what_there_is(
    socket_path: str, operations: FakeOperations, key: str, words: list[str], size: tuple[int, int]
) -> None:
    busy(operations)
    async with attached(socket_path, size) as pilot:
        await view(pilot, key)
        text = screen_text(pilot)
        assert [word for word in words if word not in text] == []
        assert all(len(line) <= size[0] for line in text.splitlines())


@pytest.mark.parametrize("key", VIEWS)
async def test_outside_text_is_never_more_than_text(socket_path: str, operations: FakeOperations, key: str) -> None:
    busy(operations, 3)
    hostile = "".join(HOSTILE)
    operations.doubted = [
        msgspec.structs.replace(each, label=hostile, sought=hostile, remedy=hostile) for each in operations.doubted
    ]
    operations.left_out = [msgspec.structs.replace(left_out(1, "x" + hostile[:150]), label=hostile)]
    operations.log = [
        msgspec.structs.replace(each, actor=hostile, action=hostile, text=hostile, practice=hostile)
        for each in operations.log
    ]
    operations.said = [Happening(at=START, practice=hostile, text=hostile, sort=hostile[:20])]
    async with attached(socket_path) as pilot:
        await view(pilot, key)
        text = screen_text(pilot)
        assert not any(
            ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u202e\u2066" for char in text if char != "\n"
        )


@pytest.mark.parametrize("key", ["3", "4", "6"])
async def test_enter_opens_the_review(socket_path: str, operations: FakeOperations, key: str) -> None:
    busy(operations)
    async with attached(socket_path) as pilot:
        screen = await view(pilot, key)
        subject = screen.subject()
        assert subject in operations.found
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        assert isinstance(pilot.app.screen, Review)
        assert pilot.app.screen.found.id == subject
        await pilot.press("escape")
        assert pilot.app.screen is screen


async def test_work_by_hand_closes_by_itself_and_the_cursor_stays(socket_path: str, operations: FakeOperations) -> None:
    ids = by_hand(operations, 4)
    async with attached(socket_path) as pilot:
        screen = await view(pilot, "4")
        await pilot.press("j", "j")
        on = screen.subject()
        assert on == ids[2]
        operations.close(ids[0])
        await until(pilot, lambda: screen.count() == 3)
        assert screen.subject() == on
        assert "3 things to do by hand" in screen_text(pilot)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Links))
        await pilot.press("2")
        assert "copied the link to Xero" in notices(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        await pilot.press("n")
        assert isinstance(pilot.app.screen, Review)
        assert pilot.app.screen.found.id == ids[3]


async def test_doubts_go_when_they_are_settled(socket_path: str, operations: FakeOperations) -> None:
    busy(operations)
    async with attached(socket_path) as pilot:
        screen = await view(pilot, "3")
        await pilot.press("j")
        assert "Looking does not settle it. If it is to be, enter it there" in " ".join(screen_text(pilot).split())
        operations.doubted = operations.doubted[1:]
        operations._tell_practice("riverside")
        await until(pilot, lambda: screen.count() == 1)
        assert "1 write in doubt" in screen_text(pilot)


async def test_activity_is_followed_stopped_and_chosen(socket_path: str, operations: FakeOperations) -> None:
    operations.say("riverside", "before anybody looked")
    async with attached(socket_path) as pilot:
        screen = await view(pilot, "5")
        assert "before anybody looked" in screen_text(pilot)
        for number in range(30):
            operations.say("riverside", f"cycle {number}")
        await until(pilot, lambda: "cycle 29" in screen_text(pilot))
        await pilot.press("f")
        operations.say("riverside", "unseen")
        await until(pilot, lambda: "stopped, 1 new" in screen_text(pilot))
        assert "unseen" not in "".join(screen_text(pilot).splitlines()[:-2])
        await pilot.press("f")
        assert "unseen" in "".join(screen_text(pilot).splitlines()[:-2])
        await pilot.press("j", "j")
        assert "cycle 28" in _under_cursor(pilot)
        operations.say("riverside", "later")
        await until(pilot, lambda: screen.count() == 33)
        assert "cycle 28" in _under_cursor(pilot)
        await pilot.press("t", "t", "t")
        assert "only corrections" in screen_text(pilot)
        assert screen.count() == 0


async def test_the_audit_log_is_read_on_searched_and_followed(socket_path: str, operations: FakeOperations) -> None:
    busy(operations)
    async with attached(socket_path) as pilot:
        screen = await view(pilot, "6")
        assert screen.count() < 250
        await pilot.press("G")
        await until(pilot, lambda: screen.count() > 150)
        await pilot.press("G")
        await until(pilot, lambda: screen.count() == 250)
        await pilot.press("G")
        on = _under_cursor(pilot)
        assert "said 0" in on
        operations._note("bob", "paused", "oaktree", "", "paused writes: stock take")
        operations.say("oaktree", "bob paused writes")
        await until(pilot, lambda: screen.count() == 251)
        assert _under_cursor(pilot) == on
        await pilot.press("slash", *"actor:bob")
        await until(pilot, lambda: screen.loaded and screen.count() == 1)
        assert "stock take" in screen_text(pilot)
        await pilot.press("escape", "escape")
        assert pilot.app.screen is screen
        assert not screen.query_one(Input).value
        await until(pilot, lambda: screen.count() >= 100)
        assert "said 249" in screen_text(pilot)


async def test_stopped_the_audit_log_keeps_still(socket_path: str, operations: FakeOperations) -> None:
    busy(operations, 20)
    async with attached(socket_path) as pilot:
        screen = await view(pilot, "6")
        await pilot.press("f")
        assert "stopped" in screen_text(pilot)
        for number in range(PAGE_MAX + 10):
            operations._note("bob", "comment", "oaktree", "", f"more {number}")
        operations.say("oaktree", "much happened")
        await pilot.pause(0.5)
        assert screen.count() == 20
        await pilot.press("f")
        await until(pilot, lambda: "more 509" in screen_text(pilot))


@pytest.mark.parametrize("broken", [False, True])
async def test_verifying_says_what_it_found(socket_path: str, operations: FakeOperations, broken: bool) -> None:
    busy(operations, 20)
    operations.chain_broken = broken
    async with attached(socket_path) as pilot:
        await view(pilot, "6")
        await pilot.press("v")
        said = "the chain is broken at entry 2" if broken else "the chain of 20 entries holds"
        await until(pilot, lambda: said in screen_text(pilot))
        await pilot.press("b")
        if broken:
            await until(pilot, lambda: "said 1" in _under_cursor(pilot))
        else:
            assert "no break was found" in notices(pilot)


async def test_verifying_a_long_log_shows_how_far_it_is_and_can_be_stopped(
    socket_path: str, operations: FakeOperations
) -> None:
    busy(operations, 350)
    operations.may_verify.clear()
    async with attached(socket_path) as pilot:
        await view(pilot, "6")
        await pilot.press("v")
        await until(pilot, lambda: "100 of 350 entries hold (28 %): v stops" in screen_text(pilot))
        await pilot.press("v")
        assert "stopped: 100 of 350 entries hold (28 %), the rest was not checked" in screen_text(pilot)
        operations.may_verify.set()
        await pilot.press("v")
        await until(pilot, lambda: "✓ the chain of 350 entries holds" in screen_text(pilot))


async def test_what_is_left_out_is_paged_searched_and_gone_through_by_reason(
    socket_path: str, operations: FakeOperations
) -> None:
    operations.left_out = [
        left_out(number, "anonymous sale" if number % 3 else "a draft") for number in range(900, 0, -1)
    ]
    async with attached(socket_path) as pilot:
        screen = await view(pilot, "7")
        assert isinstance(screen, Excluded)
        await pilot.press("G")
        await until(pilot, lambda: "Invoice 3001" in _under_cursor(pilot))
        assert len(screen.window.rows) < 300
        await pilot.press("t")
        await until(pilot, lambda: "600 documents left out" in screen_text(pilot))
        await pilot.press("t")
        await until(pilot, lambda: "300 documents left out" in screen_text(pilot))
        assert "only: a draft" in screen_text(pilot)
        await pilot.press("slash", *"invoice 3300", "enter")
        await until(pilot, lambda: "1 document left out" in screen_text(pilot))
        await pilot.press("y")
        assert "copied https://provetcloud.com/1/300/" in notices(pilot)


async def test_the_month_is_gone_through_and_broken_down(socket_path: str, operations: FakeOperations) -> None:
    operations.reports.residual = "12.34"
    page = await operations.show(next(iter(operations.found)))
    operations.reports.discrepant = (page,)
    async with attached(socket_path, (120, 40)) as pilot:
        screen = await view(pilot, "8")
        assert isinstance(screen, Month)
        assert "residual 12.34 GBP" in screen_text(pilot)
        assert "✗ unexplained" in screen_text(pilot)
        assert "2 approvals" in screen_text(pilot)
        first = screen.practice
        await pilot.press("p", "p", "p")
        await until(pilot, lambda: ("2025-12" in screen_text(pilot)) and screen.loaded and screen.count() > 0)
        assert operations.reports.asked[-1] == (first, "2025-12", None)
        await pilot.press("n", "b")
        await until(pilot, lambda: screen.loaded and screen.count() > 0)
        assert operations.reports.asked[-1] == (first, "2026-01", By.CLIENT)
        await pilot.press("c")
        await until(pilot, lambda: screen.loaded and screen.count() > 0)
        assert operations.reports.asked[-1][0] != first
        place = next(
            place for place in range(screen.count()) if (line := screen._line(place)) and line.opens == page.id
        )
        await pilot.press(*["j"] * place, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))


async def test_a_view_that_cannot_be_read_says_why_and_is_read_again(
    socket_path: str, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(operations)

    async def fails(_: str) -> None:
        raise RuntimeError("the disk is on fire")

    with monkeypatch.context() as broken:
        broken.setattr(operations, "doubts", fails)
        async with attached(socket_path) as pilot:
            screen = await view(pilot, "3")
            assert "cannot be read: the daemon met an unexpected error" in screen_text(pilot)
            broken.undo()
            await pilot.press("r")
            await until(pilot, lambda: screen.count() == 2)
            assert "cannot be read" not in screen_text(pilot)


@pytest.mark.parametrize("key", ["3", "4", "6", "7"])
async def test_a_lost_daemon_comes_back_without_losing_the_place(tmp_path: Path, key: str) -> None:
    operations, path = FakeOperations(12), tmp_path / "s"
    busy(operations)
    async with contextlib.AsyncExitStack() as daemon:
        await daemon.enter_async_context(serving(operations, path))
        async with attached(str(path)) as pilot:
            screen = await view(pilot, key)
            await pilot.press("j")
            on = _under_cursor(pilot)
            await daemon.aclose()
            await until(pilot, lambda: "connection to the daemon lost" in screen_text(pilot))
            assert _under_cursor(pilot) == on
            async with serving(operations, path):
                await until(pilot, lambda: "● live" in screen_text(pilot) and not screen.problem)
                assert _under_cursor(pilot) == on
                assert app_of(pilot).screen is screen


@pytest.mark.parametrize("key", [key for key in VIEWS if key != "5"])  # the activity asks for nothing
async def test_an_answer_that_comes_while_the_view_is_taken_apart_is_left(
    socket_path: str, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    busy(operations)
    waits, apart, answer = asyncio.Event(), asyncio.Event(), asyncio.Event()
    ask = Desk.ask

    async def held_back(desk: Desk, call: Call[M]) -> M:
        found = await ask(desk, call)
        waits.set()
        await answer.wait()
        return found

    async def lingering(_: KeyBar) -> None:
        while apart.is_set() and screen.query(Rows):  # noqa: ASYNC110
            await asyncio.sleep(0)
        answer.set()
        for _number in range(20 if apart.is_set() else 0):
            await asyncio.sleep(0)

    async with attached(socket_path) as pilot:
        screen = await view(pilot, key)
        await pilot.pause()
        monkeypatch.setattr(Desk, "ask", held_back)
        monkeypatch.setattr(KeyBar, "on_unmount", lingering, raising=False)
        screen.told(Resync())
        screen.action_reread()
        await until(pilot, waits.is_set)
        apart.set()
        await pilot.press("escape")
        await until(pilot, lambda: not screen.is_running)
        assert answer.is_set()
        assert pilot.app.screen is not screen


def _under_cursor(pilot: Ui) -> str:
    """The chosen row, without the scroll bar."""
    return next((line[:-2] for line in screen_text(pilot).splitlines() if line.startswith("▸")), "")
