"""A day in which nothing happens, under the documented call limits."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

from tests.support.workshop import workshop


async def test_an_idle_day_costs_less_than_half_of_its_calls_and_no_refusal(tmp_path: Path) -> None:
    def seldom(text: str) -> str:
        return text.replace("settle_s = 5", "settle_s = 5\npoll_s = 120")

    async with workshop(tmp_path, clients=5, invoices=10, limits="real", change=seldom) as shop:
        await shop.settle_down(full=True)
        begun = shop.clock.utc()
        before = len(shop.world.hosts["xero"].log.entries())
        work = asyncio.ensure_future(shop.engine.run())
        while shop.clock.utc() - begun < dt.timedelta(days=1):
            await shop.clock.drive(shop.clock.sleep(600))
        work.cancel()
        calls = shop.world.hosts["xero"].log.entries()[before:]
        assert 1000 < len(calls) < 2500
        assert not [call for call in calls if call.status == 429]
        assert shop.engine.practice.fault == ""
