"""The health of a practice as its operators see it: sums by who moves next, the oldest, and the last hours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.desk.office import VISIT, office

HOUR_S = 3600


async def test_health_tells_who_moves_next_since_when_and_which_way_it_goes(tmp_path: Path) -> None:
    async with office(tmp_path, ('mode = "auto"', 'mode = "approve"')) as clinic:
        before = (await clinic.desk.status()).practices[0]
        assert before.timezone == "Europe/London"
        assert before.oldest_open
        assert before.oldest_open <= clinic.shop.clock.utc()
        await clinic.later(2 * HOUR_S)
        clinic.act("provet", "invoice_visit", client=2, rows=VISIT)
        await clinic.cycle()
        then = (await clinic.desk.status()).practices[0]
        assert then.open_total > before.open_total
        assert then.oldest_open == before.oldest_open
        assert then.trend[-3] == before.open_total
        assert then.trend[-1] == then.open_total
        assert sum(each.count for each in then.open_by_policy.values()) == then.open_total
        assert sum(Decimal(each.amount) for each in then.open_by_policy.values()) == Decimal(then.open_amount)
