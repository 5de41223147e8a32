"""Scripted sessions in a real terminal on the real program: a daemon as a process between both simulated systems."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.acceptance.rig import Rig, clinic
from tests.support.tmux import SIZES, Tmux, needs_tmux, pane

pytestmark = [needs_tmux, pytest.mark.parametrize(("columns", "rows"), SIZES)]


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with clinic(tmp_path_factory.mktemp("sessions"), clients=4, invoices=6, tidy=True) as rig:
        yield rig


@pytest.fixture
def rig(systems: Rig, tmp_path: Path) -> Rig:
    """A daemon of the test's own, whose every write needs a person."""
    state = {"daemon__state_dir": str(tmp_path / "state"), "daemon__socket": str(tmp_path / "c.sock")}
    return systems.with_settings(poll_s="1", mode="approve", **state)


@contextlib.asynccontextmanager
async def session(rig: Rig, folder: Path, columns: int, rows: int) -> AsyncIterator[Tmux]:
    async with pane(rig.socket, folder, columns, rows) as tmux:
        await tmux.shows("Riverside", "(approver)", "● live")
        yield tmux


async def test_a_correction_is_approved_applied_and_undone(rig: Rig, tmp_path: Path, columns: int, rows: int) -> None:
    gross = columns * 12 // 10
    number = str(rig.act("provet", "invoice_visit", client=3, rows=[{"name": "Visit", "price": f"{columns}.00"}]))
    with rig.daemon():
        async with session(rig, tmp_path, columns, rows) as tmux:
            await tmux.press("d", "AMOUNT↓", f"{gross}.00 invoice")
            await tmux.press("/", "Tab:")
            await tmux.typed(f"kind:invoice amount>={gross} amount<={gross}")
            await tmux.press("Enter", f"1 · {gross}.00", "invoice.missing")
            await tmux.press("Enter", "LINES", "(•) Create it in Xero", "recommended", "→ Create invoice")
            await tmux.press("a", "1 correction", f"{gross}.00 GBP", "No (n)", "Approve (y)")
            await tmux.press("y", "gone: both systems agree", "✓ done")
            assert number in rig.books().matches
            await tmux.press("u", "Undo ‘Create it in Xero’?", "Void in Xero", "No (n)")
            await tmux.press("y", "applied “Undo ‘Create it in Xero’”", "-2")
            assert number not in rig.books().matches


async def test_a_first_comparison_is_released_and_writes_are_paused_and_resumed(
    rig: Rig, tmp_path: Path, columns: int, rows: int
) -> None:
    rig = rig.with_settings(release="person")
    with rig.daemon():
        async with session(rig, tmp_path, columns, rows) as tmux:
            await tmux.shows("awaiting release")
            await tmux.press("R", "Release the first comparison of Riverside", "discrepancies over", "No (n)")
            await tmux.press("n", "awaiting release", gone="No (n)")
            await tmux.keys("R")
            await tmux.shows("No (n)")
            await tmux.press("y", "≠ drift", gone="awaiting release")
            await tmux.press("p", "Pause all writes", "Reason")
            await tmux.typed("stocktaking")
            await tmux.press("Enter", "‖ paused", "stocktaking")
            await tmux.press("u", "Resume the automatic writes", "No (n)")
            await tmux.press("y", "≠ drift", gone="‖ paused")
            await tmux.press("s", "a cycle of Riverside")


async def test_a_killed_daemon_is_told_of_and_its_return_finds_everything_in_place(
    rig: Rig, tmp_path: Path, columns: int, rows: int
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        with rig.daemon() as process:
            tmux = await stack.enter_async_context(session(rig, tmp_path, columns, rows))
            await tmux.press("d", "AMOUNT↓", "9.50 invoice.missing")
            await tmux.press("/", "Tab:")
            await tmux.typed("amount>100")
            await tmux.press("Enter", "amount>100", "466.50 invoice.missing", gone=" 9.50 invoice.missing")
            await tmux.press("Space", "1 selected")
            process.kill()
            process.wait()
            await tmux.shows("connection to the daemon lost, reconnecting", "1 selected")
            await tmux.press("a", "not now")
        with rig.daemon():
            await tmux.shows("● live", "amount>100", "1 selected", gone="reconnecting")
            await tmux.press("a", "Approve 1 correction", "No (n)")
            await tmux.press("y", "approved", gone="No (n)")
            found = rig.reconcile("list", "--status", "all").answer["discrepancies"]
            assert [each["correction"]["status"] for each in found if each["correction"]]
