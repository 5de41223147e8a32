"""Grouping, selecting and deciding on many, by keys, against a real desk on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest
from textual.widgets import Button, Input

from daemon.protocol import ListQuery, Message, Operator, Reject, Role
from tests.support.serving import serving
from tests.support.stocked import stocked
from tests.support.workshop import Workshop
from tests.tui.test_screens import Ui, attached, notices, open_list, screen_text, until
from tui.calls import Call
from tui.desk import Desk
from tui.screens import selecting, windowed
from tui.screens.dialogs import Confirm, Told
from tui.screens.discrepancies import Discrepancies
from tui.screens.forms import Form
from tui.screens.overview import Overview
from tui.widgets import Rows

M = TypeVar("M", bound=Message)
COUNT = 60
LAST_DAY = "2026-12-31"
"""A day to come at the desk, whose clock is not the screen's."""
BOB = Operator(uid=1002, login="bob", role=Role.APPROVER)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with stocked(tmp_path, COUNT) as opened:
        yield opened


@pytest.fixture
async def path(shop: Workshop, tmp_path: Path) -> AsyncIterator[str]:
    socket = tmp_path / "c.sock"
    async with serving(shop.app.desk, socket):  # type: ignore[arg-type]
        yield str(socket)


async def total(shop: Workshop, *status: str) -> int:
    return (await shop.app.desk.page(ListQuery(status=status))).total


def flat(pilot: Ui) -> str:
    """The words on the screen, wherever a dialog folds them."""
    return " ".join(screen_text(pilot).replace("█", " ").split())


async def settled(pilot: Ui, screen: Discrepancies) -> None:
    await until(pilot, lambda: not screen._busy and not screen._pending)


async def test_groups_show_count_and_money_and_open_one_at_a_time(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("b")
        await until(pilot, lambda: len(screen.folds.groups) == 4)
        first = screen.folds.groups[0]
        text = screen_text(pilot)
        assert f"{first.count:>7,} " in text
        assert "in 4 by kind" in text
        await pilot.press("enter")
        await until(pilot, lambda: screen.listing.total == first.count)
        assert {row.kind for row in screen.listing.rows.values()} == {first.key}
        assert screen.query_one(Rows).count == 4 + first.count
        await pilot.press("j", "enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Discrepancies))
        await pilot.press("escape", "k", "enter")
        await until(pilot, lambda: screen.query_one(Rows).count == 4)
        assert screen.query_one(Rows).cursor == 0


@pytest.mark.parametrize("times", [1, 2, 4], ids=["kind", "client", "cause"])
async def test_a_closed_group_shows_whether_all_or_some_of_it_are_selected(path: str, times: int) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        for _ in range(times):
            await pilot.press("b")
            await until(pilot, lambda: bool(screen.folds.groups))
            await settled(pilot, screen)
        first = screen.folds.groups[0]
        await pilot.press("enter")
        await until(pilot, lambda: screen.listing.total == first.count and 0 in screen.listing.rows)
        await pilot.press("j", "space", "g", "enter")
        await until(pilot, lambda: f"▸◐{first.count:>7,}" in screen_text(pilot))
        await pilot.press("space")
        await until(pilot, lambda: f"▸●{first.count:>7,}" in screen_text(pilot))
        assert len(screen.selection.kept) == first.count
        await pilot.press("space")
        await until(pilot, lambda: f"▸ {first.count:>7,}" in screen_text(pilot))


async def test_grouped_by_client_and_by_root_cause(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("b", "b")
        await until(pilot, lambda: len(screen.folds.groups) == 7)
        text = screen_text(pilot)
        assert "riverside: Client 3" in text
        assert "riverside: no client" in text
        await pilot.press("b", "b")
        await until(pilot, lambda: [group.key for group in screen.folds.groups] == [""])
        assert "no root cause" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.listing.total == COUNT)


async def test_what_is_selected_outside_the_filter_is_told(path: str) -> None:
    async with attached(path) as pilot:
        await open_list(pilot)
        await pilot.press("space", "space")
        await until(pilot, lambda: "2 selected" in screen_text(pilot))
        assert "outside the filter" not in screen_text(pilot)
        await pilot.press("slash", *"no-such-thing", "enter")
        await until(pilot, lambda: "2 of them outside the filter" in screen_text(pilot))


async def test_selections_are_counted_with_their_money_and_stay_through_sorting_and_filtering(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("space", "space", "j", "space")
        selected = {*screen.selection.kept}
        assert len(selected) == 3
        await until(pilot, lambda: "● 3 selected" in screen_text(pilot))
        amount = sum(float(mark.amount) for mark in screen.selection.kept.values())
        assert f"{amount:,.2f} GBP" in screen_text(pilot)
        await pilot.press("A")
        await settled(pilot, screen)
        await pilot.press("slash", *"kind:contact", "enter")
        await settled(pilot, screen)
        assert {*screen.selection.kept} == selected
        await pilot.press("M")
        assert "selected" not in screen_text(pilot)


async def test_a_range_also_of_rows_that_were_never_loaded(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("j", "V", "G", "k", "V")
        await until(pilot, lambda: len(screen.selection.kept) == COUNT - 2)
        await pilot.press("M", "g", "V", "j", "escape")
        assert screen.selection.anchor is None
        assert pilot.app.screen is screen
        await pilot.press("shift+down", "shift+down")
        assert len(screen.selection.kept) == 3


@pytest.mark.parametrize("before", [0, 1])
async def test_a_range_that_has_begun_is_what_a_decision_is_about(path: str, shop: Workshop, before: int) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press(*["space"] * before, "V", "j", "j")
        meant = {screen.listing.rows[place].id for place in range(before + 3)}
        await pilot.press("r")
        words = " ".join(screen_text(pilot).split())
        assert ("Reject 1 selected and the 3 of the range?" if before else "Reject the 3 of the range?") in words
        await pilot.press(*"agreed", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert {*screen.selection.kept} == meant
        await pilot.press("y")
        await until(pilot, lambda: f"{before + 3} of {before + 3} rejected" in notices(pilot))
        rejected = await shop.app.desk.page(ListQuery(status=("rejected",)))
        assert {row.id for row in rejected.discrepancies} == meant


async def test_a_range_without_an_end_decides_nothing(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("b")
        await until(pilot, lambda: len(screen.folds.groups) == 4)
        await pilot.press("enter")
        await until(pilot, lambda: bool(screen.listing.total))
        await pilot.press("j", "V", "k", "a")
        await until(pilot, lambda: "not on a group" in notices(pilot))
        assert pilot.app.screen is screen
        assert not screen.progress


async def test_all_that_the_filter_lets_through_is_approved_after_a_summary(path: str, shop: Workshop) -> None:
    async with attached(path, (100, 40)) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"kind:payment", "enter", "asterisk")
        await until(pilot, lambda: len(screen.selection.kept) == 45)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.pause()
        dialog = pilot.app.screen
        assert isinstance(dialog.focused, Button)
        assert dialog.focused.id == "no"
        text = screen_text(pilot)
        for word in (
            "Approve 42 corrections over",
            "GBP?",
            "× payment.missing_in_xero",
            "create payment in Xero",
            "on hold",
        ):
            assert word in text
        assert await total(shop, "approved") == 0
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, Told))
        assert await total(shop, "approved") == 42
        await until(pilot, lambda: "42 of 45 approved" in screen_text(pilot))
        await pilot.press("escape")
        assert len(screen.selection.kept) == 3, "what went wrong stays selected"


async def test_the_question_about_many_says_that_the_practice_is_paused(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        await shop.app.desk.pause("riverside", "stocktaking", BOB)
        await open_list(pilot)
        await until(pilot, lambda: "paused ● live" in screen_text(pilot))
        await pilot.press("slash", *"policy:person", "enter", "space", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await until(pilot, lambda: "The practice is paused: it is written once it goes on" in screen_text(pilot))


async def test_the_question_before_many_are_snoozed_says_until_when_where_the_practice_is(
    path: str, shop: Workshop
) -> None:
    async with attached(path) as pilot:
        await open_list(pilot)
        await pilot.press("space", "space", "s", *"2027-07-01", "enter")
        await until(pilot, lambda: "Until 2027-07-01 00:00 BST, or until the facts change." in flat(pilot))
        assert await total(shop, "snoozed") == 0
        await pilot.press("y")
        await until(pilot, lambda: "2 of 2 snoozed" in notices(pilot))
        assert await total(shop, "snoozed") == 2


async def test_what_is_being_sent_is_not_left_unfinished(
    path: str, shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    ask = Desk.ask

    async def held_back(desk: Desk, call: Call[M]) -> M:
        if call.path == "/some":
            await go_on.wait()
        return await ask(desk, call)

    monkeypatch.setattr(Desk, "ask", held_back)
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("space", "space", "r", *"agreed", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "rejected: 0 of 2" in flat(pilot))
        for key in ("escape", "q", "1"):
            await pilot.press(key)
            await until(pilot, lambda: "wait until all is sent: rejected: 0 of 2" in notices(pilot))
            assert pilot.app.screen is screen
            screen.hush()
        await pilot.press("7", "1")
        await until(pilot, lambda: "wait until all is sent: rejected: 0 of 2" in notices(pilot))
        assert pilot.app.screen is screen
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Leave before all is sent?" in flat(pilot))
        await pilot.press("n")
        go_on.set()
        await until(pilot, lambda: "2 of 2 rejected" in notices(pilot))
        assert await total(shop, "rejected") == 2
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not screen)


async def test_a_list_that_was_left_asks_nothing_more(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, loop = Desk.ask, asyncio.get_running_loop()
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        left = asyncio.Event()

        async def left_as_it_answers(desk: Desk, call: Call[M]) -> M:
            found, answered = await ask(desk, call), loop.create_future()

            def leave() -> None:
                answered.set_result(None)
                screen.action_back()
                left.set()

            if call.path == "/rehearsal":
                loop.call_soon(leave)
                await answered
            return found

        monkeypatch.setattr(Desk, "ask", left_as_it_answers)
        await pilot.press("a")
        await until(pilot, left.is_set)
        await until(pilot, lambda: not screen.is_attached)
        assert [type(each) for each in pilot.app.screen_stack[1:]] == [Overview]


async def test_no_is_no(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("asterisk")
        await until(pilot, lambda: len(screen.selection.kept) == COUNT)
        await pilot.press("r", *"agreed", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen and not screen.progress)
        assert await total(shop, "rejected") == 0
        assert len(screen.selection.kept) == COUNT


async def test_a_bare_word_finds_kinds_and_an_empty_filter_names_its_terms(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"missing_in_x")
        await until(pilot, lambda: list(screen.listing.groups) == ["payment.missing_in_xero"])
        await pilot.press("ctrl+u", *"total_diffs")
        await until(pilot, lambda: "nothing matches" in screen_text(pilot))
        assert "words kind: practice: status:" in screen_text(pilot)
        await pilot.press("ctrl+u", *"status:")
        await until(pilot, lambda: "waived  rejected  closed  all" in screen_text(pilot))


async def test_enter_goes_to_no_row_that_the_filter_did_not_let_through(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"kind:conflict", "enter", "enter", "down", "a")
        await until(pilot, lambda: "the filter is not understood" in notices(pilot))
        assert pilot.app.screen is screen
        assert screen.query_one(Input).value == "kind:conflicta"
        await pilot.press("escape")
        assert screen.focused is screen.rows
        await pilot.press("escape")
        assert screen.query_one(Input).value == ""


async def test_a_group_is_rejected_whole(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("b")
        await until(pilot, lambda: len(screen.folds.groups) == 4)
        count = screen.folds.groups[0].count
        await pilot.press("r")
        assert f"Reject the {count} of" in " ".join(screen_text(pilot).split())
        await pilot.press(*"agreed", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: f"{count} of {count} rejected" in notices(pilot))
        assert await total(shop, "rejected") == count
        await until(pilot, lambda: len(screen.folds.groups) == 3)


async def test_what_somebody_else_decided_meanwhile_is_refused_and_told(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        first = screen.listing.rows[0].id
        await pilot.press("space", "space", "w", *"goodwill", "tab", "tab", *LAST_DAY, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await shop.app.desk.decide(first, Reject(reason="mine"), BOB)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, Told))
        await until(pilot, lambda: "1 of 2 waived" in screen_text(pilot))
        assert "it has changed since it was shown" in " ".join(screen_text(pilot).split())
        assert [*screen.selection.kept] == [first]
        assert await total(shop, "waived") == 1


async def test_the_list_asks_for_the_terms_of_a_waiver_as_the_review_does(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        row = screen.listing.rows[0]
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, Form))
        assert pilot.app.screen.query_one("#entry-ceiling", Input).value == row.amount
        assert f"GBP; the difference is {float(row.amount):,.2f} now" in screen_text(pilot)
        await pilot.press(*"goodwill", "tab", *"1.00", "enter")
        assert "the ceiling 1.00 is below the difference" in screen_text(pilot)
        await pilot.press("ctrl+u", *"9999.50", "tab", *LAST_DAY, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "waived" in notices(pilot))
        waiver = (await shop.app.desk.show(row.id)).waiver
        assert waiver
        assert (waiver.ceiling, str(waiver.until), waiver.reason) == ("9999.50", LAST_DAY, "goodwill")


async def test_terms_that_the_daemon_refuses_are_there_again_with_its_reason(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        await open_list(pilot)
        await pilot.press("space", "space", "w", *"goodwill", "tab", *"0.01", "enter")
        await until(pilot, lambda: "the ceiling 0.01 is below" in flat(pilot))
        form = pilot.app.screen
        assert form.query_one("#entry-ceiling", Input).has_focus
        assert [line.value for line in form.query(Input)] == ["goodwill", "0.01", "2026-05-31"]
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: "cannot be waived until 2026-05-31" in flat(pilot))
        assert form.query_one("#entry-until", Input).has_focus
        assert "the ceiling 0.01 is below" not in flat(pilot)
        await pilot.press(*LAST_DAY, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "2 of 2 waived" in notices(pilot))
        assert await total(shop, "waived") == 2


@pytest.mark.parametrize("keys", [("asterisk",), ("V", "G", "V"), ("V", "G", "a"), ("b", "a")])
async def test_more_than_can_be_selected_at_once_is_refused_with_a_way_on(
    path: str, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    monkeypatch.setattr(selecting, "SELECTED_MAX", 5)
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot, screen)
        await until(pilot, lambda: "more than the 5 that can be decided on at once" in notices(pilot))
        assert "narrow them (/)" in notices(pilot)
        assert not screen.selection.kept
        assert pilot.app.screen is screen


async def test_more_groups_than_are_shown_are_said_to_be_with_a_way_to_the_others(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windowed, "GROUPS_MAX", 3)
    async with attached(path, (140, 40)) as pilot:
        screen = await open_list(pilot)
        await pilot.press("b", "b")
        await until(pilot, lambda: len(screen.folds.groups) == 3)
        assert "in 7 by client: here are the 3 with most money, / narrows to others" in screen_text(pilot)


async def test_the_one_under_the_cursor_is_decided_in_three_keys(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"policy:person", "enter")
        await settled(pilot, screen)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "approved" in notices(pilot))
        assert await total(shop, "approved") == 1


async def test_a_click_on_a_title_sorts_and_a_second_one_turns_it_round(path: str) -> None:
    async with attached(path, (140, 40)) as pilot:
        screen = await open_list(pilot)
        row = next(y for y, line in enumerate(screen_text(pilot).splitlines()) if "AMOUNT↓" in line)
        column = screen_text(pilot).splitlines()[row].index("KIND")
        await pilot.click(offset=(column, row))
        await until(pilot, lambda: "KIND↑" in screen_text(pilot))
        await pilot.click(offset=(column, row))
        await until(pilot, lambda: "KIND↓" in screen_text(pilot))
        await settled(pilot, screen)
        kinds = [screen.listing.rows[place].kind for place in range(COUNT)]
        assert kinds == sorted(kinds, reverse=True)


async def test_the_filter_hints_and_completes_its_terms(path: str) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press("slash", *"pol")
        await until(pilot, lambda: "Tab: policy:" in screen_text(pilot))
        await pilot.press("tab", "h", "a")
        await until(pilot, lambda: "Tab: hand_work" in screen_text(pilot))
        await pilot.press("tab")
        assert screen.query_one(Input).value == "policy:hand_work"
        await until(pilot, lambda: screen.listing.total == 0)


async def test_the_cursor_stays_on_its_row_however_far_it_moves(path: str, shop: Workshop) -> None:
    async with attached(path) as pilot:
        screen = await open_list(pilot)
        await pilot.press(*["j"] * 55)
        await settled(pilot, screen)
        assert screen.listing.current
        current = screen.listing.current.id
        ids = [screen.listing.rows[place].id for place in range(54)]
        for id_ in ids:
            await shop.app.desk.decide(id_, Reject(reason="mine"), BOB)
        await until(pilot, lambda: screen.listing.total == COUNT - 54 and not screen.listing.stale)
        assert screen.listing.current.id == current
        assert screen.query_one(Rows).cursor == 1
