"""The audit log: whatever is changed, taken out or cut off is found."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

import pytest

from daemon.store import audit
from daemon.store.database import Database
from tests.store.made import CLINIC, at

LENGTH = 2300


async def append(db: Database, subject: str = "d", **detail: Any) -> int:
    return await db.write(
        lambda tx: audit.append(
            tx, at=at(0), practice=CLINIC, actor="ann", action="approve", subject=subject, detail=detail
        )
    )


async def fill(db: Database, count: int = LENGTH) -> None:
    def work(tx: Any) -> None:
        for number in range(count):
            audit.append(
                tx, at=at(number), practice=CLINIC, actor="policy", action="write", subject="s", detail={"n": number}
            )

    await db.write(work)


async def tamper(db: Database, *statements: str) -> None:
    def work(tx: Any) -> None:
        tx.execute("DROP TRIGGER audit_is_append_only")
        for statement in statements:
            tx.execute(statement)

    await db.write(work)


async def test_entries_are_numbered_and_come_back_in_order(db: Database) -> None:
    assert [await append(db, f"d{n % 2}", amount=Decimal("1.10"), when=at(n)) for n in range(5)] == [1, 2, 3, 4, 5]
    entries = await db.read(audit.page)
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    first = entries[0]
    assert (first.at, first.practice, first.actor, first.action, first.subject) == (
        *(at(0), CLINIC, "ann", "approve", "d0"),
    )
    assert first.detail == {"amount": "1.10", "when": "2026-03-01T09:00:00Z"}
    assert len({entry.hash for entry in entries}) == 5
    assert [e.number for e in await db.read(lambda tx: audit.page(tx, after=2, limit=2))] == [3, 4]
    assert [e.number for e in await db.read(lambda tx: audit.page(tx, subject="d1"))] == [2, 4]
    assert [e.number for e in await db.read(lambda tx: audit.page(tx, subject="d1", after=2))] == [4]


async def test_an_untouched_log_holds(db: Database) -> None:
    assert await db.read(audit.verify) is None
    await fill(db)
    assert await db.read(audit.verify) is None


async def test_followed_in_parts_the_chain_holds_also_while_it_grows(db: Database) -> None:
    await fill(db, 100)
    found, parts = audit.Check(), 0
    while not found.done:
        found = await db.read(lambda tx, so_far=found: audit.followed(tx, so_far, 30))
        parts += 1
        if parts == 2:
            await append(db)
    assert (found.number, found.broken, parts) == (101, None, 4)


async def test_followed_in_parts_a_changed_entry_is_found_where_it_is(db: Database) -> None:
    await fill(db, 100)
    await tamper(db, "UPDATE audit SET actor = 'eve' WHERE number = 77")
    found = audit.Check()
    while not found.done:
        found = await db.read(lambda tx, so_far=found: audit.followed(tx, so_far, 30))
    assert (found.number, found.broken) == (76, 77)


async def test_an_entry_may_not_be_changed_in_passing(db: Database) -> None:
    await append(db)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        await db.write(lambda tx: tx.execute("UPDATE audit SET actor = 'eve'"))


COLUMNS = ["at", "practice", "actor", "action", "subject", "detail", "hash"]
PLACES = [*((3, column) for column in COLUMNS), *((number, "actor") for number in (1, 1000, 1001, LENGTH))]


@pytest.mark.parametrize(("number", "column"), PLACES)
async def test_a_changed_entry_is_found(db: Database, number: int, column: str) -> None:
    await fill(db, max(number, 5))
    await tamper(db, f"UPDATE audit SET {column} = {column} || ' ' WHERE number = {number}")
    assert await db.read(audit.verify) == number


@pytest.mark.parametrize("number", [1, 1000, 1001, LENGTH])
async def test_a_missing_entry_is_found(db: Database, number: int) -> None:
    await fill(db)
    await tamper(db, f"DELETE FROM audit WHERE number = {number}")
    assert await db.read(audit.verify) == number


@pytest.mark.parametrize("kept", [0, 1, 1000, LENGTH - 1])
async def test_a_cut_off_tail_is_found(db: Database, kept: int) -> None:
    await fill(db)
    await tamper(db, f"DELETE FROM audit WHERE number > {kept}")
    assert await db.read(audit.verify) == kept + 1


async def test_entries_that_change_places_are_found(db: Database) -> None:
    await fill(db, 5)
    await tamper(
        db,
        "UPDATE audit SET number = 99 WHERE number = 2",
        "UPDATE audit SET number = 2 WHERE number = 3",
        "UPDATE audit SET number = 3 WHERE number = 99",
    )
    assert await db.read(audit.verify) == 2


async def test_a_tail_cut_off_together_with_the_head_entry_leads_to_a_broken_chain(db: Database) -> None:
    await fill(db, 5)
    await tamper(db, "DELETE FROM audit WHERE number > 3", "UPDATE audit_head SET number = 3")
    assert await db.read(audit.verify) == 3


async def test_a_failed_transaction_leaves_no_gap(db: Database) -> None:
    await append(db)

    def failing(tx: Any) -> None:
        audit.append(tx, at=at(0), practice=CLINIC, actor="a", action="b", subject="c", detail={})
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(failing)
    assert await append(db) == 2
    assert await db.read(audit.verify) is None
