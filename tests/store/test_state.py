"""Small state: kept whole, apart for each practice, and readable after fields were added."""

from __future__ import annotations

from daemon.store import state
from daemon.store.database import Database
from daemon.store.state import PracticeState
from tests.store.made import CLINIC, at


async def test_the_state_of_a_practice_is_empty_at_first_and_kept_whole(db: Database) -> None:
    assert await db.read(lambda tx: state.practice_state(tx, CLINIC)) == PracticeState()
    known = PracticeState(
        released_at=at(1), released_by="ann", guard="too many", last_full=at(2), proofs={"contact": at(3)}
    )
    await db.write(lambda tx: state.put_state(tx, CLINIC, known))
    assert await db.read(lambda tx: state.practice_state(tx, CLINIC)) == known
    assert await db.read(lambda tx: state.practice_state(tx, "elsewhere")) == PracticeState()
    await db.write(lambda tx: state.put_state(tx, CLINIC, PracticeState()))
    assert await db.read(lambda tx: state.practice_state(tx, CLINIC)) == PracticeState()


async def test_a_state_with_fields_of_another_version_is_read(db: Database) -> None:
    body = '{"released_by":"ann","a_field_of_tomorrow":1}'
    await db.write(lambda tx: tx.execute("INSERT INTO practice_state VALUES (?, ?)", (CLINIC, body)))
    assert (await db.read(lambda tx: state.practice_state(tx, CLINIC))).released_by == "ann"


async def test_cursors_are_kept_by_name_and_practice(db: Database) -> None:
    assert await db.read(lambda tx: state.cursor(tx, CLINIC, "xero/payment")) == ""
    for value in ("2026-01-01", "2026-01-02"):
        await db.write(lambda tx, v=value: state.set_cursor(tx, CLINIC, "xero/payment", v))
    assert await db.read(lambda tx: state.cursor(tx, CLINIC, "xero/payment")) == "2026-01-02"
    assert await db.read(lambda tx: state.cursor(tx, "elsewhere", "xero/payment")) == ""


async def test_sealed_secrets_are_bytes_that_nobody_looks_into(db: Database) -> None:
    assert await db.read(lambda tx: state.sealed(tx, "token")) is None
    for blob in (b"\x00\xff first", b""):
        await db.write(lambda tx, b=blob: state.set_sealed(tx, "token", b))
        assert await db.read(lambda tx: state.sealed(tx, "token")) == blob


async def test_the_sequence_only_grows(db: Database) -> None:
    assert await db.read(state.current_seq) == 0
    assert [await db.write(state.next_seq) for _ in range(3)] == [1, 2, 3]
    assert await db.read(state.current_seq) == 3
