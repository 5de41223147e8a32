"""The screens, driven by keys against a real server: what an operator sees and what a decision needs."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from daemon.core.correction import CorrectionStatus
from daemon.protocol import ListQuery, Operator, Page, PracticeState, Role
from tests.support.fake_books import finding
from tests.support.fake_operations import FakeOperations
from tests.support.hostile import HOSTILE
from tests.support.serving import serving
from tui.app import ReconcileApp
from tui.desk import Desk
from tui.screens.dialogs import Confirm, Help
from tui.screens.discrepancies import Discrepancies
from tui.screens.forms import Form
from tui.screens.notice import Notice
from tui.screens.overview import Overview
from tui.screens.review import Review
from tui.widgets import Rows
from tui.world import World

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
Ui = Pilot[None]


def world() -> World:
    return World(utc=lambda: NOW, pause=lambda _: None, sleep=lambda _: asyncio.sleep(0.01))


@contextlib.asynccontextmanager
async def attached(path: str, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Ui]:
    app = ReconcileApp(Desk(path, world()))
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: bool(app.desk.state.practices))
        yield pilot


async def until(pilot: Ui, holds: Callable[[], bool]) -> None:
    """Let the app work until something holds; the test's time-out is the limit."""
    async with asyncio.timeout(10):
        while not holds():
            await pilot.pause(0.01)
    await pilot.pause()


def screen_text(pilot: Ui) -> str:
    """What is on the screen now, line by line."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def notices(pilot: Ui) -> str:
    """What the operator was told in passing."""
    return "\n".join(notice.told for screen in pilot.app.screen_stack for notice in screen.query(Notice))


def app_of(pilot: Ui) -> ReconcileApp:
    assert isinstance(pilot.app, ReconcileApp)
    return pilot.app


def list_of(pilot: Ui) -> Discrepancies:
    assert isinstance(pilot.app.screen, Discrepancies)
    return pilot.app.screen


async def open_list(pilot: Ui) -> Discrepancies:
    await pilot.press("d")
    await until(pilot, lambda: isinstance(pilot.app.screen, Discrepancies))
    await until(pilot, lambda: list_of(pilot).listing.total is not None)
    return list_of(pilot)


async def open_review(pilot: Ui) -> Review:
    await open_list(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Review))
    await pilot.pause()
    assert isinstance(pilot.app.screen, Review)
    return pilot.app.screen


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_overview_shows_every_practice_and_who_is_looking(socket_path: str, size: tuple[int, int]) -> None:
    async with attached(socket_path, size) as pilot:
        text = screen_text(pilot)
        for word in ("PRACTICE", "RESIDUAL", "Riverside", "≠ drift", "approver", "● live"):
            assert word in text


async def test_list_opens_with_the_largest_amount_first(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        largest = max(found.finding.amount for found in operations.found.values())
        assert screen.listing.rows[0].amount == f"{largest:.2f}"
        assert f"{largest:,.2f}" in screen_text(pilot)
        assert "AMOUNT↓" in screen_text(pilot)


class SlowList(FakeOperations):
    """Gives no list before it ``may_list``."""

    def __init__(self) -> None:
        super().__init__(count=12)
        self.may_list = asyncio.Event()

    async def page(self, query: ListQuery) -> Page:
        await self.may_list.wait()
        return await super().page(query)


async def test_a_row_that_is_wanted_before_it_is_here_is_said_to_be_on_its_way(tmp_path: Path) -> None:
    operations, path = SlowList(), tmp_path / "s.sock"
    async with serving(operations, path), attached(str(path)) as pilot:
        await pilot.press("d", "enter")
        await until(pilot, lambda: "on its way from the daemon" in notices(pilot))
        operations.may_list.set()
        await until(pilot, lambda: list_of(pilot).row() is not None)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))


async def test_only_what_is_near_is_loaded_and_the_end_is_reached_at_once(
    socket_path: str, operations: FakeOperations
) -> None:
    operations.found = FakeOperations(3000).found
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        assert len(screen.listing.rows) < 200
        await pilot.press("G")
        await until(pilot, lambda: screen.listing.current is not None and screen.listing.cursor == 2999)
        assert len(screen.listing.rows) < 400
        await pilot.press("k")
        assert screen.query_one(Rows).cursor == 2998


async def test_filter_as_one_types_and_nothing_else_happens(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"kind:contact")
        await until(pilot, lambda: screen.listing.total == 3)
        assert {row.kind for row in screen.listing.rows.values()} == {"contact.conflict"}
        await pilot.press("space", *"aqryGd?:")
        assert screen.query_one(Input).value == "kind:contact aqryGd?:"
        await until(pilot, lambda: screen.listing.total == 0)
        assert "nothing matches" in screen_text(pilot)
        await pilot.press("enter", "escape")
        await until(pilot, lambda: screen.listing.total == 12)
        assert pilot.app.screen is screen
        assert operations.log == []


async def test_a_wrong_filter_says_so_and_keeps_the_list(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"amount>x")
        await until(pilot, lambda: "x is no amount" in screen_text(pilot))
        assert screen.listing.total == 12


async def test_sorting_turns_round_when_asked_twice(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        top = screen.listing.rows[0].id
        await pilot.press("A")
        await until(pilot, lambda: not screen.listing.stale and screen.listing.rows[11].id == top)
        await pilot.press("K")
        await until(pilot, lambda: "KIND↑" in screen_text(pilot) and not screen.listing.stale)
        kinds = [screen.listing.rows[place].kind for place in range(12)]
        assert kinds == sorted(kinds)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_review_shows_both_sides_and_what_would_be_written(socket_path: str, size: tuple[int, int]) -> None:
    async with attached(socket_path, size) as pilot:
        await open_review(pilot)
        text = screen_text(pilot)
        for word in ("PROVET", "BASELINE", "XERO", "≠ status", "(•)", "recommended", "→ Book a payment", "1 equal"):
            assert word in text
        await pilot.press("e")
        assert "1 equal" not in screen_text(pilot)


async def test_approve_asks_with_no_in_focus_then_shows_progress_until_it_is_gone(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        await pilot.press("a")
        dialog = pilot.app.screen
        assert isinstance(dialog, Confirm)
        assert isinstance(dialog.focused, Button)
        assert dialog.focused.id == "no"
        assert "1 correction" in screen_text(pilot)
        assert "1 write" in screen_text(pilot)
        await pilot.press("enter")
        assert pilot.app.screen is review
        assert operations.corrections == {}, "Enter on the focused button is a no"
        await pilot.press("a", "y")
        await until(pilot, lambda: review.found.status == "approved")
        operations.step()
        operations.step()
        await until(pilot, lambda: "1/1 write" in screen_text(pilot))
        operations.step()
        operations.step()
        await until(pilot, lambda: "gone: both systems agree" in screen_text(pilot))
        await pilot.press("a")
        assert pilot.app.screen is review, "what is gone is not approved again"
        await pilot.press("escape")
        await until(pilot, lambda: list_of(pilot).listing.total == 11)


async def test_the_other_option_is_what_gets_approved(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        await pilot.press("j", "a", "y")
        await until(pilot, lambda: bool(operations.corrections))
        correction = operations.corrections["cor-1"]
        assert correction.option == review.found.options[1].id
        assert correction.fingerprint == review.found.options[1].fingerprint


async def test_a_moved_fact_makes_the_approval_stale_and_shows_it(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        await pilot.press("a")
        found = operations.found[review.found.id]
        moved = msgspec.structs.replace(found.finding.options[0], relies_on={"amount": "something else"})
        new = msgspec.structs.replace(found.finding, options=(moved,), summary="it has moved")
        operations.found[found.id] = msgspec.structs.replace(found, finding=new)
        await pilot.press("y")
        await until(pilot, lambda: "it has moved" in screen_text(pilot))
        assert operations.corrections == {}


async def test_a_failed_correction_says_why(socket_path: str, operations: FakeOperations) -> None:
    operations.result = CorrectionStatus.FAILED
    async with attached(socket_path) as pilot:
        await open_review(pilot)
        await pilot.press("a", "y")
        await until(pilot, lambda: bool(operations.corrections))
        for _ in range(4):
            operations.step()
        await until(pilot, lambda: "the account is archived" in " ".join(screen_text(pilot).split()))


async def test_reject_needs_a_reason(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        await pilot.press("r", "enter")
        assert isinstance(pilot.app.screen, Form)
        assert operations.log == []
        await pilot.press(*"agreed", "enter")
        await until(pilot, lambda: review.found.status == "rejected")
        assert operations.log[0].text == "rejected: agreed"


async def test_next_and_previous_without_going_back(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        first = review.found.id
        await pilot.press("n")
        assert review.found.id != first
        await pilot.press("p")
        assert review.found.id == first
        await pilot.press("p")
        assert review.found.id == first


async def test_next_after_a_decision_skips_nothing(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        below = pilot.app.screen_stack[-2]
        assert isinstance(below, Discrepancies)
        second = below.listing.rows[1].id
        operations.close(review.found.id)
        await until(pilot, lambda: below.listing.total == 11 and not below.listing.stale)
        await pilot.press("n")
        assert review.found.id == second


async def test_the_cursor_stays_on_its_practice_when_the_order_changes(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("j")
        order = [practice.id for practice in app_of(pilot).desk.state.practices]
        operations.states[order[2]] = PracticeState.DISCONNECTED
        operations.close(next(d.id for d in operations.found.values() if d.finding.practice == order[2]))
        await until(pilot, lambda: app_of(pilot).desk.state.practices[0].id == order[2])
        await pilot.press("p", *"mine", "enter")
        await until(pilot, lambda: operations.states[order[1]] is PracticeState.PAUSED)


async def test_another_engineers_decision_appears_by_itself(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("j", "j")
        current = screen.listing.rows[2].id
        operations.close(screen.listing.rows[0].id)
        await until(pilot, lambda: screen.listing.total == 11 and not screen.listing.stale)
        assert screen.listing.current
        assert (screen.listing.current.id, screen.query_one(Rows).cursor) == (current, 1)
        operations.add(finding(77, operations.rng))
        await until(pilot, lambda: screen.listing.total == 12)


async def test_a_lost_daemon_shows_a_banner_and_the_ui_comes_back_in_place(
    operations: FakeOperations, tmp_path: Path
) -> None:
    path = tmp_path / "c.sock"
    server = contextlib.AsyncExitStack()
    await server.enter_async_context(serving(operations, path))
    async with attached(str(path)) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"payment", "enter", "j", "j", "j")
        await until(pilot, lambda: screen.listing.cursor == 3 and not screen.listing.stale)
        current = screen.listing.current
        await server.aclose()
        await until(pilot, lambda: "connection to the daemon lost, reconnecting" in screen_text(pilot))
        async with serving(operations, path):
            await until(pilot, lambda: "● live" in screen_text(pilot) and not screen.listing.stale)
            assert "lost" not in screen_text(pilot)
            assert screen.listing.current == current
            assert screen.query_one(Input).value == "payment"


async def test_a_banner_is_whole_on_a_narrow_screen_and_a_list_that_never_came_says_why() -> None:
    path = f"/nonexistent/{'a' * 40}/c.sock"
    async with ReconcileApp(Desk(path, world())).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: "waiting: no daemon" in screen_text(pilot))
        shown = "".join(screen_text(pilot).split())
        assert "".join(f"no socket at {path}; start it".split()) in shown
        assert "--socketorRECONCILED_SOCKET" in shown
        await pilot.press("d")
        await until(pilot, lambda: "nothing is here before the daemon is back" in screen_text(pilot))
        assert "loading" not in screen_text(pilot)


async def test_what_is_said_in_passing_is_whole_on_a_narrow_screen(socket_path: str) -> None:
    async with attached(socket_path, (60, 20)) as pilot:
        text = " ".join(f"word{number}" for number in range(40))
        pilot.app.notify(text)
        await until(pilot, lambda: "word0" in screen_text(pilot))
        assert [word for word in text.split() if word not in screen_text(pilot)] == []
        assert "? Help" in screen_text(pilot)


async def test_rows_of_a_filter_that_was_cleared_while_the_daemon_was_lost_are_said_to_be_its(
    operations: FakeOperations, tmp_path: Path
) -> None:
    path = tmp_path / "c.sock"
    server = contextlib.AsyncExitStack()
    await server.enter_async_context(serving(operations, path))
    async with attached(str(path)) as pilot:
        screen = await open_list(pilot)
        every = screen.listing.total
        await pilot.press("slash", *"payment", "enter")
        await until(pilot, lambda: screen.listing.total != every and not screen.listing.stale)
        await server.aclose()
        await until(pilot, lambda: "connection to the daemon lost" in screen_text(pilot))
        assert "showing the rows" not in screen_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "showing the rows of `payment` until the daemon is back" in screen_text(pilot))
        async with serving(operations, path):
            await until(pilot, lambda: screen.listing.total == every)
            assert "showing the rows" not in screen_text(pilot)


async def test_without_a_daemon_it_waits_and_says_so(operations: FakeOperations, tmp_path: Path) -> None:
    app = ReconcileApp(Desk(str(tmp_path / "c.sock"), world()))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no daemon" in screen_text(pilot))
        async with serving(operations, tmp_path / "c.sock"):
            await until(pilot, lambda: "Riverside" in screen_text(pilot))


async def test_help_is_made_of_the_views_own_keys(socket_path: str) -> None:
    async with attached(socket_path, (100, 50)) as pilot:
        await open_review(pilot)
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, Help)
        text = screen_text(pilot)
        for word in ("Approve", "Reject", "Previous", "Back", "Commands"):
            assert word in text
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Review)


async def test_pause_release_and_sync_from_the_overview(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path) as pilot:
        await pilot.press("p", *"stocktaking", "enter")
        await until(pilot, lambda: PracticeState.PAUSED in operations.states.values())
        await until(pilot, lambda: "‖ paused" in screen_text(pilot))
        await pilot.press("s")
        await until(pilot, lambda: bool(operations.synced))
        await pilot.press("R")
        assert isinstance(pilot.app.screen, Overview)
        await until(pilot, lambda: "does not wait for a release" in notices(pilot))


async def test_a_paused_practice_is_said_to_be_on_list_review_and_question(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path) as pilot:
        screen = await open_list(pilot)
        assert "paused" not in screen_text(pilot)
        practice = screen.listing.rows[0].practice
        await operations.pause(practice, "stocktaking", Operator(uid=1, login="bob", role=Role.APPROVER))
        await until(pilot, lambda: "paused ● live" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Review))
        assert "paused ● live" in screen_text(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await until(pilot, lambda: "The practice is paused: it is written once it goes on" in screen_text(pilot))


async def test_nothing_open_is_said_plainly(socket_path: str, operations: FakeOperations) -> None:
    operations.found = {}
    async with attached(socket_path) as pilot:
        await open_list(pilot)
        assert "nothing is open" in screen_text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_hostile_text_is_only_ever_seen(
    socket_path: str, operations: FakeOperations, size: tuple[int, int]
) -> None:
    operations.found = {}
    for number, text in enumerate(HOSTILE):
        plain = finding(4 * number, operations.rng)
        subject = msgspec.structs.replace(plain.subject, label=text)
        field = msgspec.structs.replace(plain.fields[0], name=text, provet=text, baseline=text, xero=None)
        option = msgspec.structs.replace(plain.options[0], id=text, title=text, consequences=(text,))
        hostile = msgspec.structs.replace(plain, subject=subject, summary=text, fields=(field,), options=(option,))
        operations.say(text, text)
        operations.add(hostile)
        operations.say(text, text)
    async with attached(socket_path, size) as pilot:
        await open_review(pilot)
        for _ in HOSTILE:
            operations.say("[/]\x1b[2J", "\x1b]0;x\x07[@click=app.quit]x[/]")
            await pilot.pause()
            assert_harmless(pilot)
            await pilot.press("a")
            assert_harmless(pilot)
            await pilot.press("n", "n")
        await pilot.press("escape")
        assert_harmless(pilot)
        assert "[bold red]loud[/]" in screen_text(pilot), "markup is shown, not run"


def assert_harmless(pilot: Ui) -> None:
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.text.isprintable(), repr(segment.text)
            if segment.style:
                assert not segment.style.link
                assert "@click" not in segment.style.meta
