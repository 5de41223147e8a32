"""What each screen looks like in two sizes, on a real desk whose clock, clinic and operator are always the same."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.screen import ModalScreen

from daemon.control import access
from daemon.protocol import Detail
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from tests.desk.office import VISIT, Office, office
from tests.desk.test_decisions_cycle import edit
from tests.support.serving import serving
from tests.support.snapshots import Snapshots
from tests.support.tmux import SIZES
from tests.tui.test_screens import Ui, screen_text, until
from tui.app import ReconcileApp
from tui.desk import Desk
from tui.world import World


@pytest.fixture
def _ann(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests is shown as ann."""
    monkeypatch.setattr(access, "_login", lambda _: "ann")


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Office]:
    """One of each: a change in Xero, a conflict, hand-work, and a write in doubt."""
    async with office(tmp_path) as opened:
        changed = opened.act("provet", "invoice_visit", client=1, rows=[*VISIT, {"name": "Vaccine", "price": "25.00"}])
        paid = opened.act("provet", "invoice_visit", client=2, rows=VISIT)
        payment = opened.act("provet", "pay_in_full", invoice=paid, payment_type=1)
        doubtful = opened.act("provet", "invoice_visit", client=3, rows=VISIT)
        await opened.cycle()
        edit(opened, changed, "19.99")
        opened.act("xero", "reconcile_payment", payment_id=opened.paid(paid)[0].id)
        opened.act("provet", "cancel_payment", payment=payment)
        opened.act("provet", "edit_client", client=3, changes={"email": "new@provet.example", "firstname": "Alexandra"})
        theirs = {"EmailAddress": "other@xero.example", "FirstName": "Sasha"}
        opened.act("xero", "edit_contact", contact_id=opened.contact(3).id, fields=theirs)
        await opened.cycle()
        lost = Rule(Kind.TIMEOUT_BEFORE, system="xero", method="PUT", path="Payments", times=1)
        opened.shop.world.faults.plan = FaultPlan((lost,))
        opened.act("provet", "pay", invoice=doubtful, amount="10.00", payment_type=1)
        await opened.shop.clock.drive(opened.shop.engine.turn())
        yield opened


@contextlib.asynccontextmanager
async def attached(clinic: Office, folder: Path, size: tuple[int, int]) -> AsyncIterator[Ui]:
    socket = folder / "c.sock"
    world = World(utc=clinic.shop.clock.utc, pause=lambda _: None, sleep=lambda _: asyncio.sleep(0.01))
    async with serving(clinic.desk, socket):
        app = ReconcileApp(Desk(str(socket), world))
        async with app.run_test(size=size, notifications=False) as pilot:
            await sees(pilot, "Riverside", "● live")
            yield pilot


async def sees(pilot: Ui, *texts: str) -> None:
    """Wait until these words are on the screen, wherever its lines are folded."""
    await until(pilot, lambda: all(text in " ".join(screen_text(pilot).split()) for text in texts))


async def filtered(pilot: Ui, text: str) -> None:
    await pilot.press("slash", *text, "enter")
    await sees(pilot, "1 ·")


@pytest.mark.usefixtures("_ann")
@pytest.mark.parametrize("size", SIZES)
class TestSnapshots:
    async def test_overview_list_and_dialogs(self, clinic: Office, tmp_path: Path, size: tuple[int, int]) -> None:
        snapshots = Snapshots(size)
        async with attached(clinic, tmp_path, size) as pilot:
            await snapshots.take(pilot, "overview")
            await pilot.press("question_mark")
            await snapshots.take(pilot, "help")
            await pilot.press("escape", "d")
            await sees(pilot, "4 ·")
            await snapshots.take(pilot, "list")
            await pilot.press("space", "space")
            await sees(pilot, "2 selected")
            await snapshots.take(pilot, "list-selected")
            await pilot.press("asterisk")
            await sees(pilot, "4 selected")
            await pilot.press("a")
            await sees(pilot, "No (n)")
            await snapshots.take(pilot, "confirm-many")
            await pilot.press("n", "M", "b")
            await sees(pilot, "in 4 by kind")
            await snapshots.take(pilot, "list-grouped")
            await pilot.press("b", "b", "b", "b")
            await filtered(pilot, "kind:contact")
            await snapshots.take(pilot, "list-filtered")
            await pilot.press("colon")
            await snapshots.take(pilot, "command-line")
        assert not snapshots.different, "\n\n".join(snapshots.different)

    async def test_review(self, clinic: Office, tmp_path: Path, size: tuple[int, int]) -> None:
        snapshots = Snapshots(size)
        async with attached(clinic, tmp_path, size) as pilot:
            await pilot.press("d")
            for name, kind in (
                ("changed", "invoice.changed_in_xero"),
                ("conflict", "contact.conflict"),
                ("hand-work", "payment.reconciled_locked"),
                ("doubt", "payment.missing_in_xero"),
            ):
                await sees(pilot, "discrepancies ·")
                await filtered(pilot, f"kind:{kind}")
                await pilot.press("enter")
                await until(pilot, lambda: isinstance(getattr(pilot.app.screen, "found", None), Detail))
                await snapshots.take(pilot, f"review-{name}")
                if name in ("changed", "conflict"):
                    await self._dialogs(pilot, snapshots, name)
                await pilot.press("escape", "escape")
                await sees(pilot, "4 ·")
        assert not snapshots.different, "\n\n".join(snapshots.different)

    async def test_the_other_views(self, clinic: Office, tmp_path: Path, size: tuple[int, int]) -> None:
        snapshots = Snapshots(size)
        async with attached(clinic, tmp_path, size) as pilot:
            for key, name, words in (
                ("3", "doubts", "1 write in doubt"),
                ("4", "hand-work", "1 thing to do by hand"),
                ("5", "activity", "PUT Payments"),
                ("6", "audit", "hash"),
                ("7", "excluded", "3 documents left out"),
                ("8", "month", "1 document left out"),
            ):
                await pilot.press(key)
                await sees(pilot, words)
                await snapshots.take(pilot, name)
        assert not snapshots.different, "\n\n".join(snapshots.different)

    async def _dialogs(self, pilot: Ui, snapshots: Snapshots, name: str) -> None:
        keys = {
            "changed": (("a", "confirm"), ("w", "waive"), ("y", "copy"), ("o", "links")),
            "conflict": (("f", "mix"),),
        }
        for key, dialog in keys[name]:
            await pilot.press(key)
            await until(pilot, lambda: isinstance(pilot.app.screen, ModalScreen))
            await snapshots.take(pilot, dialog)
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(pilot.app.screen, ModalScreen))
