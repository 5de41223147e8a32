"""The live feed's source: nothing is read while nobody hears, and whoever comes then misses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.control.feed import Feed
from daemon.control.stream import pump
from daemon.control.views import Place
from daemon.core.correction import Correction
from daemon.core.discrepancy import Discrepancy
from daemon.desk import follow
from daemon.protocol import Activity, Changed, Comment, DiscrepancyView, ListQuery
from tests.desk.office import ANN
from tests.support.stocked import stocked


async def test_nothing_is_drawn_up_while_nobody_hears_and_nothing_is_missed_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = follow.discrepancy_view

    def drawing(row: Discrepancy, correction: Correction | None, place: Place) -> DiscrepancyView:
        drawn.append(row.id)
        return draw(row, correction, place)

    monkeypatch.setattr(follow, "discrepancy_view", drawing)
    async with stocked(tmp_path, 20) as shop:
        desk, feed = shop.app.desk, Feed()
        ids = [row.id for row in (await desk.page(ListQuery())).discrepancies]
        following = asyncio.create_task(pump(desk, feed))
        try:
            await asyncio.sleep(0)
            for id_ in ids[:10]:
                await desk.decide(id_, Comment(text="unheard"), ANN)
            await _seen(lambda: len(desk.recent()) >= 10)
            for _ in range(50):
                await asyncio.sleep(0)
            assert drawn == []
            assert [each.text for each in desk.recent()][-1] == "ann unheard"
            with feed.subscribe() as queue:
                for id_ in ids[10:]:
                    await desk.decide(id_, Comment(text="heard"), ANN)
                await _seen(lambda: queue.qsize() >= 20)
                told = [queue.get_nowait() for _ in range(queue.qsize())]
            changed = [each.discrepancy.id for each in told if isinstance(each, Changed)]
            assert [id_ for id_ in ids[10:] if id_ not in changed] == []
            assert "ann heard" in [each.text for each in told if isinstance(each, Activity)], told
        finally:
            following.cancel()


async def test_what_happens_again_and_again_is_kept_once(tmp_path: Path) -> None:
    async with stocked(tmp_path, 1) as shop:
        following = asyncio.create_task(pump(shop.app.desk, Feed()))
        try:
            for text in ("busy", "idle", "idle", "busy", "idle", "idle", "end"):
                shop.engine.practice.remark(text)
            await _seen(lambda: bool(shop.app.desk.recent()) and shop.app.desk.recent()[-1].text == "end")
        finally:
            following.cancel()
        assert [each.text for each in shop.app.desk.recent()][-5:] == ["busy", "idle", "busy", "idle", "end"]


async def _seen(holds: Callable[[], bool]) -> None:
    """Let the feed work until something holds; the time-out is the limit."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0)
