"""What policy cannot correct costs a look once, and nothing in the cycles after it: measured in SQLite's own steps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from daemon.core.correction import CancelPayment, Correction, CorrectionStatus, Option
from daemon.core.discrepancy import Finding
from daemon.core.rules import Mode
from daemon.practice import Practice
from daemon.pulse import Pulse
from daemon.reconciler.correct import Corrector
from daemon.store import corrections, due, state
from daemon.store.database import Database, open_inline
from daemon.store.state import PracticeState
from daemon.store.tx import Tx
from tests.store.made import CLINIC, START, at, correction, finding, saving

S = CorrectionStatus
STEP = CancelPayment(payment_id="1", document_id="1", amount=Decimal(1), label="")
OPTION = Option(id="create", title="", steps=(STEP,), recommended=True)


class Backlog:
    """A practice in its import with automatic discrepancies that were refused, and what policy starts of them."""

    def __init__(self, count: int) -> None:
        self.db: Database = open_inline()
        self.now = at(3600)
        self.started: list[Correction] = []
        self.count = count
        practice = Practice(
            id=CLINIC,
            settings=cast("Any", SimpleNamespace(mode=Mode.AUTO)),
            db=self.db,
            provet=cast("Any", None),
            xero=cast("Any", None),
            clock=cast("Any", SimpleNamespace(utc=lambda: self.now)),
            new_id=lambda: f"c{len(self.started)}",
            offload=cast("Any", None),
            pulse=Pulse(),
            epoch=1,
        )
        self.corrector = Corrector(practice, cast("Any", SimpleNamespace(apply=self._apply)))
        self.corrector._rechecker = cast("Any", SimpleNamespace(look_first=_unmoved, still_fit=_unmoved, going_on=None))

    async def _apply(self, batch: list[Correction], going_on: object) -> None:
        self.started += batch

    async def fill(self, **more: Any) -> Backlog:
        await self.db.write(lambda tx: state.put_state(tx, CLINIC, PracticeState(released_at=START, importing=True)))
        for number in range(self.count):
            await self.db.write(saving(missing(number)))
            await self.db.write(lambda tx, number=number: corrections.put(tx, refused(number, **more)))
        return self

    async def cycle(self) -> int:
        """One cycle's automatic corrections; returns how many steps SQLite made for them."""
        steps = [0]

        def count() -> int:
            steps[0] += 1
            return 0

        raw = self.db._raw  # type: ignore[attr-defined]
        raw.set_progress_handler(count, 1)
        await self.corrector.correct(cast("Any", SimpleNamespace(mode=Mode.AUTO)))
        raw.set_progress_handler(None, 1)
        return steps[0]


async def _unmoved(batch: list[Correction], rules: object) -> list[Correction]:
    return batch


def missing(number: int, **more: Any) -> Finding:
    return finding(f"{number}", **{"options": (OPTION,), **more})


def refused(number: int, **more: Any) -> Correction:
    facts = {"family": f"invoice:{number}", "fingerprint": OPTION.fingerprint, "created_at": at(1)}
    return correction(f"old{number}", missing(number).id, S.FAILED, **{**facts, **more})


async def test_a_backlog_is_looked_at_once_and_costs_nothing_after() -> None:
    costs = []
    for count in (10, 300):
        backlog = await Backlog(count).fill()
        first, second = await backlog.cycle(), await backlog.cycle()
        assert backlog.started == []
        assert second < first
        costs.append(second)
    assert costs[0] == costs[1]


async def test_what_changed_is_taken_up_without_a_look_at_the_rest() -> None:
    costs = []
    for count in (10, 300):
        backlog = await Backlog(count).fill()
        await backlog.cycle()
        new = msgspec.structs.replace(OPTION, relies_on={"gross": "2"})
        await backlog.db.write(saving(missing(3, options=(new,))))
        costs.append(await backlog.cycle())
        assert [each.fingerprint for each in backlog.started] == [new.fingerprint]
    assert costs[1] < 1.3 * costs[0]


async def test_changed_rules_make_all_that_was_refused_due() -> None:
    backlog = await Backlog(3).fill()
    await backlog.cycle()
    changed = PracticeState(released_at=START, importing=True, rules_changed_at=backlog.now)

    def change(tx: Tx) -> None:
        state.put_state(tx, CLINIC, changed)
        due.wake_all(tx, CLINIC)

    await backlog.db.write(change)
    await backlog.cycle()
    assert len(backlog.started) == 3


@pytest.mark.parametrize("status", [S.STALE, S.REJECTED, S.APPLIED])
async def test_a_discrepancy_whose_family_is_busy_is_due_when_that_ends(status: CorrectionStatus) -> None:
    backlog = await Backlog(0).fill()
    await backlog.db.write(saving(missing(1)))
    person = correction("p", "of another", family="invoice:1", approved_by="mary")
    doubted = correction("p", "of another", S.IN_DOUBT, family="invoice:1", approved_by="mary")
    await backlog.db.write(lambda tx: corrections.put(tx, doubted))
    await backlog.cycle()
    assert backlog.started == []
    ended = correction("p", "of another", status, family="invoice:1", approved_by=person.approved_by)
    await backlog.db.write(lambda tx: corrections.put(tx, ended))
    await backlog.cycle()
    assert len(backlog.started) == 1


async def test_what_was_given_up_is_due_when_its_rest_is_over() -> None:
    backlog = await Backlog(2).fill(again_at=at(7200))
    await backlog.cycle()
    assert backlog.started == []
    backlog.now += dt.timedelta(hours=1)
    await backlog.cycle()
    assert len(backlog.started) == 2
