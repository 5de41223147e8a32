"""What may have been spent of a call limit survives the process."""

from __future__ import annotations

import datetime as dt

from daemon.store import call_blocks
from daemon.store.database import Database
from daemon.store.tx import Tx
from tests.store.made import START

MINUTE = dt.timedelta(minutes=1)


async def noted(db: Database, *blocks: tuple[str, int, float]) -> None:
    for name, weight, after_s in blocks:
        at = START + dt.timedelta(seconds=after_s)
        await db.write(lambda tx, n=name, w=weight, a=at: call_blocks.note(tx, n, w, at=a, since=a - MINUTE))  # type: ignore[misc]


async def spent(db: Database, after_s: float) -> dict[str, int]:
    since = START + dt.timedelta(seconds=after_s) - MINUTE
    return await db.read(lambda tx: call_blocks.spent(tx, since=since))


async def test_nothing_was_spent_before_the_first_note(db: Database) -> None:
    assert await spent(db, 0) == {}


async def test_blocks_of_the_last_minute_count_by_name(db: Database) -> None:
    await noted(db, ("xero", 6, 0), ("xero", 6, 10), ("provet", 4, 10))
    assert await spent(db, 20) == {"xero": 12, "provet": 4}


async def test_the_newest_block_before_the_minute_may_have_been_used_in_it(db: Database) -> None:
    await noted(db, ("xero", 6, 0), ("xero", 6, 10), ("xero", 6, 100))
    assert await spent(db, 101) == {"xero": 12}
    assert await spent(db, 10_000) == {"xero": 6}


async def test_older_blocks_are_forgotten(db: Database) -> None:
    await noted(db, *[("xero", 1, 10.0 * number) for number in range(100)])
    kept = await db.read(lambda tx: _rows(tx))
    assert kept <= 8


async def test_a_clock_set_back_forgets_nothing(db: Database) -> None:
    await noted(db, ("xero", 6, 3600), ("xero", 6, 0))
    assert await spent(db, 5) == {"xero": 12}


def _rows(tx: Tx) -> int:
    return int(tx.execute("SELECT COUNT(*) FROM call_block", ())[0][0])
