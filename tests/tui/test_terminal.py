"""A session as an operator has it: the installed program in a real terminal, small and large."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest

from tests.support.fake_books import finding
from tests.support.fake_operations import FakeOperations
from tests.support.hostile import HOSTILE
from tests.support.serving import serving
from tests.support.terminal import terminal

SIZES = [(80, 24), (200, 50)]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_attach_filter_review_approve_and_a_second_operator_sees_it_go(
    socket_path: str, operations: FakeOperations, columns: int, rows: int
) -> None:
    async with terminal(socket_path, columns, rows) as one, terminal(socket_path, columns, rows) as other:
        await one.shows("Riverside", "● live")
        await other.shows("Riverside", "● live")
        other.keys("d")
        await other.shows("12 ·")
        one.keys("d")
        await one.shows("12 ·")
        one.keys("/kind:contact\r")
        await one.shows("3 ·", "contact.conflict")
        one.keys("\r")
        await one.shows("PROVET", "BASELINE", "XERO", "phone", "Provet is right")
        one.keys("a")
        await one.shows("1 correction", "No (n)")
        other.keys("g")
        one.keys("y")
        await one.shows("approved “Provet is right”")
        for _ in range(3):
            operations.step()
        await one.shows("gone: both systems agree")
        await other.shows("11 ·")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_from_attach_to_a_decided_discrepancy_in_at_most_six_keys(
    socket_path: str, operations: FakeOperations, columns: int, rows: int
) -> None:
    async with terminal(socket_path, columns, rows) as screen:
        await screen.shows("Riverside", "● live")
        pressed = (("d", "12 ·"), ("\r", "BASELINE"), ("a", "No (n)"), ("y", "approved"))
        for key, shown in pressed:
            screen.keys(key)
            await screen.shows(shown)
        assert len(pressed) <= 6
        assert len(operations.corrections) == 1


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_each_write_is_seen_on_its_way(
    socket_path: str, operations: FakeOperations, columns: int, rows: int
) -> None:
    async with terminal(socket_path, columns, rows) as screen:
        await screen.shows("● live")
        screen.keys("d")
        await screen.shows("12 ·")
        screen.keys("/kind:contact\r")
        await screen.shows("3 ·")
        screen.keys("\r")
        await screen.shows("BASELINE")
        screen.keys("a")
        await screen.shows("No (n)")
        screen.keys("y")
        await screen.shows("· waiting", "Change phone of the contact")
        screen.keys("e")
        operations.step()
        operations.step()
        await screen.shows("✓ done")
        operations.step()
        await screen.shows("gone: both systems agree")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_both_come_back_when_the_daemon_does(
    operations: FakeOperations, tmp_path: Path, columns: int, rows: int
) -> None:
    path = tmp_path / "c.sock"
    server = contextlib.AsyncExitStack()
    await server.enter_async_context(serving(operations, path))
    async with terminal(str(path), columns, rows) as one, terminal(str(path), columns, rows) as other:
        for screen in (one, other):
            await screen.shows("● live")
            screen.keys("d")
            await screen.shows("12 ·")
            screen.keys("j")
        await server.aclose()
        for screen in (one, other):
            await screen.shows("daemon lost, reconnecting")
            screen.keys("j")
        operations.add(finding(500, operations.rng))
        async with serving(operations, path):
            for screen in (one, other):
                await screen.shows("● live", "13 ·")


async def test_hostile_names_never_steer_the_terminal(socket_path: str, operations: FakeOperations) -> None:
    operations.found = {}
    for number, text in enumerate(HOSTILE):
        plain = finding(4 * number, operations.rng)
        subject = msgspec.structs.replace(plain.subject, label=text)
        operations.add(msgspec.structs.replace(plain, subject=subject, summary=text))
    async with terminal(socket_path, 200, 50) as screen:
        await screen.shows("● live")
        screen.keys("d")
        await screen.shows(f"{len(HOSTILE)} ·", "[bold red]loud[/]")
        screen.keys("\r")
        await screen.shows("BASELINE")
        for attack in (b"\x1b]0;", b"\x1b]52;", b"\x1b[31mred", b"\x9b31m csi", "\u202e".encode(), "\u200b".encode()):
            assert attack not in screen.raw


async def test_what_is_typed_ahead_into_a_dialog_decides_nothing(socket_path: str, operations: FakeOperations) -> None:
    async with terminal(socket_path, 80, 24) as screen:
        await screen.shows("● live")
        screen.keys("d")
        await screen.shows("12 ·")
        screen.keys("\r")
        await screen.shows("BASELINE")
        screen.keys("ray")
        await screen.shows("Reject?")
        screen.keys("y, a yes\r")
        await screen.shows("rejected")
        assert operations.corrections == {}
        assert [entry.action for entry in operations.log] == ["reject"]


async def test_a_reason_may_be_typed_faster_than_its_line_opens(socket_path: str, operations: FakeOperations) -> None:
    async with terminal(socket_path, 80, 24) as screen:
        await screen.shows("● live")
        screen.keys("d")
        await screen.shows("12 ·")
        screen.keys("\r")
        await screen.shows("BASELINE")
        screen.keys("ragreed with the clinic\r")
        await screen.shows("rejected")
        screen.keys("@bob\r")
        await screen.shows("assigned")
    assert [entry.text for entry in operations.log] == ["rejected: agreed with the clinic", "assigned to bob"]
