"""Keys of the review: a mixture put together and approved, a stale approval that shows what moved, links."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec
import pytest

from daemon.core.discrepancy import FieldDiff
from daemon.protocol import EntryView, LedgerRow, Message, Operator, Role
from tests.support.fake_books import contact_finding
from tests.support.fake_operations import FakeOperations
from tests.tui.test_screens import attached, notices, open_review, screen_text, until
from tui import asking
from tui.calls import Call
from tui.desk import Desk
from tui.screens.dialogs import Confirm, Told
from tui.screens.links import Links
from tui.screens.mixing import Mixing

M = TypeVar("M", bound=Message)
ANN = Operator(uid=1001, login="ann", role=Role.APPROVER)


async def test_a_mixture_becomes_a_card_and_is_what_is_approved(socket_path: str, operations: FakeOperations) -> None:
    plain = contact_finding(900, "riverside", "Ada Quinn")
    email = FieldDiff(name="email", provet="a@x.example", baseline="", xero="b@x.example")
    mixed = "field:phone=provet,field:email=xero"
    option = msgspec.structs.replace(plain.options[0], id=mixed, title="A mixture", recommended=False)
    fields = (*(field for field in plain.fields if field.name == "phone"), email)
    operations.found = {}
    operations.add(msgspec.structs.replace(plain, fields=fields, options=(*plain.options, option)))
    async with attached(socket_path, (118, 60)) as pilot:
        await open_review(pilot)
        assert "A mixture" not in screen_text(pilot), "mixtures are no cards until they are wanted"
        await pilot.press("f")
        assert isinstance(pilot.app.screen, Mixing)
        await pilot.press("down", "right", "enter")
        await until(pilot, lambda: "(•) A mixture" in screen_text(pilot))
        await pilot.press("a", "y")
        await until(pilot, lambda: len(operations.corrections) == 1)
        assert [c.option for c in operations.corrections.values()] == [mixed]


async def test_a_mixture_is_forgotten_when_its_difference_is_gone(socket_path: str, operations: FakeOperations) -> None:
    plain = contact_finding(900, "riverside", "Ada Quinn")
    email = FieldDiff(name="email", provet="a@x.example", baseline="", xero="b@x.example")
    option = msgspec.structs.replace(plain.options[0], id="field:phone=provet,field:email=xero", title="A mixture")
    fields = (*(field for field in plain.fields if field.name == "phone"), email)
    operations.found = {}
    operations.add(msgspec.structs.replace(plain, fields=fields, options=(*plain.options, option)))
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("f", "down", "right", "enter")
        await until(pilot, lambda: "(•) A mixture" in screen_text(pilot))
        operations.close(review.found.id)
        await until(pilot, lambda: review.found.status == "closed" and review._mixed is None)
        await pilot.press("S")
        assert "nothing is left to approve" not in notices(pilot)


async def test_more_fields_than_fit_are_scrolled_to(socket_path: str, operations: FakeOperations) -> None:
    plain = contact_finding(900, "riverside", "Ada Quinn")
    names = [f"address_line{number}" for number in range(1, 30)]
    fields = tuple(FieldDiff(name=name, provet="a", baseline="", xero="b") for name in names)
    operations.found = {}
    operations.add(msgspec.structs.replace(plain, fields=fields))
    async with attached(socket_path, (60, 20)) as pilot:
        await open_review(pilot)
        await pilot.press("f")
        await until(
            pilot, lambda: "▸ address line1 " in screen_text(pilot) and "more lines below" in screen_text(pilot)
        )
        assert "Esc leaves" in screen_text(pilot)
        await pilot.press("k")
        await until(pilot, lambda: "▸ address line29" in screen_text(pilot))
        assert "Esc leaves" in screen_text(pilot)
        await pilot.press("j")
        await until(pilot, lambda: "Settle it field by field" in screen_text(pilot))


def move(operations: FakeOperations, discrepancy_id: str, value: str) -> None:
    """Somebody changes the amount in Xero."""
    found = operations.found[discrepancy_id]
    option = msgspec.structs.replace(found.finding.options[0], relies_on={"amount": value})
    fields = (FieldDiff(name="amount", provet="1.00", baseline="1.00", xero=value),)
    new = msgspec.structs.replace(found.finding, options=(option,), fields=fields)
    operations.found[discrepancy_id] = msgspec.structs.replace(found, finding=new)


async def test_an_approval_is_sent_to_its_end_whatever_is_typed_behind_it(
    socket_path: str, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ask = asyncio.Event(), Desk.ask

    async def held_back(desk: Desk, call: Call[M]) -> M:
        if call.path.endswith("/approve"):
            await go_on.wait()
        return await ask(desk, call)

    monkeypatch.setattr(Desk, "ask", held_back)
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a", "y")
        for key in ("escape", "q", "1", "a"):
            await pilot.press(key)
            await until(pilot, lambda: f"sent: approve {review.found.subject.label}" in notices(pilot))
            assert pilot.app.screen is review
            review.hush()
        await pilot.press("n", "escape", "u")
        assert pilot.app.screen is review
        assert operations.corrections == {}
        go_on.set()
        await until(pilot, lambda: len(operations.corrections) == 1 and not review.unfinished())
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not review)


async def test_an_approval_of_what_moved_shows_the_values_before_and_after(
    socket_path: str, operations: FakeOperations
) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a")
        move(operations, review.found.id, "7.77")
        await pilot.press("y")
        await until(pilot, lambda: "is 7.77" in screen_text(pilot))
        assert "nothing was written" in screen_text(pilot)
        assert "No (n)" in screen_text(pilot)
        assert operations.corrections == {}
        await pilot.press("enter")
        assert pilot.app.screen is review
        assert operations.corrections == {}, "Enter is no"


async def test_what_moved_is_decided_on_again_with_one_key(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a")
        move(operations, review.found.id, "7.77")
        await pilot.press("y")
        await until(pilot, lambda: "is 7.77" in screen_text(pilot))
        move(operations, review.found.id, "8.88")
        await pilot.press("y")
        await until(pilot, lambda: "was 7.77, is 8.88" in screen_text(pilot))
        assert operations.corrections == {}
        await pilot.press("y")
        await until(pilot, lambda: len(operations.corrections) == 1)
        (agreed,) = operations.corrections.values()
        assert agreed.fingerprint == operations.found[review.found.id].finding.options[0].fingerprint


async def test_what_is_no_longer_possible_is_told_with_what_moved(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a")
        found = operations.found[review.found.id]
        other = msgspec.structs.replace(found.finding.options[0], id="other")
        finding = msgspec.structs.replace(found.finding, options=(other,))
        operations.found[found.id] = msgspec.structs.replace(found, finding=finding)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, Told))
        assert "is no longer possible" in screen_text(pilot)


async def test_what_somebody_else_decided_meanwhile_is_only_told(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a")
        move(operations, review.found.id, "7.77")
        await operations.approve(review.found.id, review.found.options[0].id, "", ANN)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, Told))
        assert "is 7.77" in screen_text(pilot)
        await pilot.press("enter")
        assert pilot.app.screen is review


async def test_an_open_question_learns_of_a_pause(socket_path: str, operations: FakeOperations) -> None:
    async with attached(socket_path, (118, 60)) as pilot:
        review = await open_review(pilot)
        await pilot.press("a")
        assert "paused" not in screen_text(pilot)
        await operations.pause(review.found.practice, "month end", ANN)
        await until(pilot, lambda: asking.PAUSED in screen_text(pilot))
        await operations.resume(review.found.practice, ANN)
        await until(pilot, lambda: "paused" not in screen_text(pilot))
        assert isinstance(pilot.app.screen, Confirm)


async def test_a_number_copies_a_link(socket_path: str) -> None:
    async with attached(socket_path) as pilot:
        review = await open_review(pilot)
        await pilot.press("o")
        assert isinstance(pilot.app.screen, Links)
        assert "https://" in screen_text(pilot)
        await pilot.press("1")
        await until(pilot, lambda: pilot.app.screen is review)


async def test_a_long_ledger_is_read_to_its_end(socket_path: str, operations: FakeOperations) -> None:
    entry = EntryView(amount="-1.00", date="2026-01-01")
    odd = LedgerRow(what="payment", label="odd", provet=entry, xero=None)
    same = [LedgerRow(what="payment", label=f"P{n}.", provet=entry, xero=entry) for n in range(349)]
    operations.money = (odd, *same)
    async with attached(socket_path, (118, 900)) as pilot:
        await open_review(pilot)
        await until(pilot, lambda: "and 250 more entries, all equal: e reads them" in screen_text(pilot))
        assert "odd" in screen_text(pilot)
        await pilot.press("e")
        await until(pilot, lambda: "P348." in screen_text(pilot))
        text = screen_text(pilot)
        assert [n for n in range(349) if f"P{n}." not in text] == []
        assert "more entries" not in text
