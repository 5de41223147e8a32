"""A tripped guard: what a person sees of it, and what lifts it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.errors import Invalid
from daemon.protocol import Operator, Outcome, PracticeState, PracticeStatus, Role
from tests.support.workshop import Workshop, workshop

ANN = Operator(uid=1000, login="ann", role=Role.APPROVER)


def one_write_an_hour(settings: str) -> str:
    return re.sub(r"writes_per_cycle = \d+", "writes_per_cycle = 1", settings)


@contextlib.asynccontextmanager
async def guarded(folder: Path) -> AsyncIterator[Workshop]:
    """A practice in which more was about to be written than its guard allows."""
    async with workshop(folder, change=one_write_an_hour) as shop:
        await shop.settle_down(full=True)
        shop.world.step(20)
        await shop.settle_down(full=True)
        assert (await status(shop)).state is PracticeState.GUARDED
        yield shop


async def status(shop: Workshop) -> PracticeStatus:
    return (await shop.app.desk.status()).practices[0]


async def test_the_approval_of_a_tripped_guard_lifts_it_and_writes_nothing(tmp_path):
    async with guarded(tmp_path) as shop:
        (tripped,) = await shop.found(kind="guard.tripped")
        written = shop.writes("xero"), shop.writes("provet")
        approval = await shop.app.desk.approve(tripped.id, "resume", tripped.finding.options[0].fingerprint, ANN)
        assert approval.outcome is Outcome.APPLIED
        assert (await status(shop)).state is PracticeState.DRIFT
        assert "guard.tripped" not in (await status(shop)).open
        assert (shop.writes("xero"), shop.writes("provet")) == written
        history = (await shop.app.desk.show(tripped.id)).history
        assert [(entry.actor, entry.text) for entry in history] == [("ann", "approved “Let automatic writes go on”")]
        with pytest.raises(Invalid, match="is closed"):
            await shop.app.desk.approve(tripped.id, "resume", "", ANN)


async def test_an_approval_of_another_guard_than_the_one_shown_is_stale(tmp_path):
    async with guarded(tmp_path) as shop:
        (tripped,) = await shop.found(kind="guard.tripped")
        approval = await shop.app.desk.approve(tripped.id, "resume", "0" * 16, ANN)
        assert approval.outcome is Outcome.STALE
        assert (await status(shop)).state is PracticeState.GUARDED


async def test_an_approval_leaves_a_pause_in_place(tmp_path):
    async with guarded(tmp_path) as shop:
        (tripped,) = await shop.found(kind="guard.tripped")
        await shop.app.desk.pause("riverside", "month end", ANN)
        await shop.app.desk.approve(tripped.id, "", "", ANN)
        assert (await status(shop)).state is PracticeState.PAUSED


async def test_resume_lifts_a_guard_and_closes_its_discrepancy(tmp_path):
    async with guarded(tmp_path) as shop:
        await shop.app.desk.resume("riverside", ANN)
        assert (await status(shop)).state is PracticeState.DRIFT
        assert "guard.tripped" not in (await status(shop)).open
