"""What waits for a cause: counted once each, apart by whether anything else is waited for."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.store import discrepancies, waits
from daemon.store.database import Database, open_inline
from daemon.store.schema import migrations, prepare
from daemon.store.waits import Held
from tests.store.made import CLINIC, START, finding
from tests.store.test_plans import plans

GOING_ON = {Status.OPEN, Status.APPROVED}
EMPTY = (
    *("family", "kind", "policy", "first_seen", "last_seen", "assignee"),
    *("snoozed_until", "waiver", "rejected_facts", "wake_at", "search"),
)
CAUSES = ("c1", "c2", "c3")


def waiting(number: int, *causes: str, status: Status = Status.OPEN, **more: Any) -> Discrepancy:
    found = finding(f"{number}", cause=causes[0] if causes else None, also=causes[1:], policy=Policy.HOLD, **more)
    return Discrepancy(finding=found, status=status, first_seen=START, last_seen=START)


discrepancies_of_two = st.builds(
    lambda causes, status, practice, amount: {
        "causes": tuple(causes),
        "status": status,
        "practice": practice,
        "amount": Decimal(amount),
    },
    st.lists(st.sampled_from(CAUSES), max_size=3, unique=True),
    st.sampled_from(Status),
    st.sampled_from([CLINIC, "hillside"]),
    st.integers(0, 500),
)


def counted(found: list[Discrepancy], causes: set[str]) -> list[Held]:
    """The same by a loop that anybody can read."""
    sums = []
    for practice in sorted({each.finding.practice for each in found}):
        of_it = [each for each in found if each.finding.practice == practice and each.status in GOING_ON]
        met = [each.finding for each in of_it if causes & set(each.finding.causes)]
        freed = [each for each in met if causes >= set(each.causes)]
        if met:
            money = [sum((each.amount for each in part), Decimal(0)) for part in (met, freed)]
            sums.append(
                Held(practice=practice, count=len(met), amount=money[0], freed=len(freed), freed_amount=money[1])
            )
    return sums


@settings(max_examples=100, deadline=dt.timedelta(seconds=10))
@given(st.lists(discrepancies_of_two, max_size=20), st.sets(st.sampled_from(CAUSES), min_size=1))
async def test_each_is_counted_once_and_goes_on_only_if_all_that_it_waits_for_is_mended(
    made: list[dict[str, Any]], mended: set[str]
) -> None:
    found = [waiting(n, *facts.pop("causes"), **facts) for n, facts in enumerate(map(dict, made))]
    db = open_inline()
    await db.write(lambda tx: [discrepancies.put(tx, each) for each in found])
    assert await db.read(lambda tx: waits.held(tx, sorted(mended))) == counted(found, mended)
    await db.close()


async def test_what_is_decided_changes_grows_or_closes_is_counted_as_it_is_now(db: Database) -> None:
    first, second = waiting(1, "c1"), waiting(2, "c1", "c2")

    async def held_after(*stored: Discrepancy) -> list[tuple[int, Decimal, int]]:
        await db.write(lambda tx: [discrepancies.put(tx, each) for each in stored])
        return [(each.count, each.amount, each.freed) for each in await db.read(lambda tx: waits.held(tx, ["c1"]))]

    assert await held_after(first, second) == [(2, Decimal(200), 1)]
    assert await held_after(waiting(1, "c1", amount=Decimal("7.50"))) == [(2, Decimal("107.50"), 1)]
    assert await held_after(waiting(2, "c1")) == [(2, Decimal("107.50"), 2)]
    snoozed = msgspec.structs.replace(second, status=Status.SNOOZED)
    assert await held_after(snoozed) == [(1, Decimal("7.50"), 1)]
    assert await held_after(waiting(1)) == []
    assert await held_after(waiting(1, "c1"), waiting(1, "c1", status=Status.CLOSED)) == []


async def test_nothing_waits_for_no_cause(db: Database) -> None:
    await db.write(lambda tx: discrepancies.put(tx, waiting(1)))
    assert await db.read(lambda tx: waits.held(tx, [])) == []


async def test_counting_reads_one_index_and_only_what_waits(db: Database) -> None:
    (plan,) = await db.read(lambda tx: plans(tx, lambda t: waits.held(t, ["c1", "c2"])))
    assert plan.count("SEARCH waits USING COVERING INDEX waits_cause (cause=? AND causes") == 2
    assert "SCAN waits" not in plan


@pytest.mark.parametrize("also", [(), ("c2",), ("c2", "c3")])
def test_what_waited_in_an_older_store_waits_for_the_same(tmp_path: Path, also: tuple[str, ...]) -> None:
    before = next(n for n, script in enumerate(migrations()) if "waits_beside" in script)
    path = tmp_path / "store.db"
    raw = sqlite3.connect(path, isolation_level=None)
    for script in migrations()[:before]:
        raw.executescript(script)
    raw.execute(f"PRAGMA user_version = {before}")
    for number, status in enumerate(Status):
        facts = dict.fromkeys(EMPTY, "") | dict.fromkeys(("effect_cents", "seq", "by_hand"), 0)
        facts |= {"practice": CLINIC, "id": f"d{number}", "status": status, "cause": "c1", "amount_cents": 100 + number}
        raw.execute(
            f"INSERT INTO discrepancy ({','.join(facts)}) VALUES ({','.join('?' * len(facts))})", (*facts.values(),)
        )
        for cause in also if status is not Status.CLOSED else ():
            raw.execute("INSERT INTO waits VALUES (?, ?, ?)", (CLINIC, f"d{number}", cause))
    prepare(raw)
    found = raw.execute("SELECT id, cause, causes, status, cents FROM waits ORDER BY id, cause").fetchall()
    assert found == [
        (f"d{number}", cause, 1 + len(also), status, 100 + number)
        for number, status in enumerate(Status)
        if status is not Status.CLOSED
        for cause in ("c1", *also)
    ]
    raw.close()
