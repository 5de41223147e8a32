"""The driver of the service under the hazards of a shared connection: cancellation and neighbours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import aiosqlite
import pytest

from daemon.errors import StoreUnavailable
from daemon.store import state
from daemon.store.database import Database, Tx, open_aiosqlite
from tests.store.conftest import Opener


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_aiosqlite(tmp_path / "store.db")
    yield database
    await database.close()


def put(name: str) -> Callable[[Tx], None]:
    return lambda tx: state.set_cursor(tx, "p", name, "1")


def names(tx: Tx) -> list[str]:
    return [name for (name,) in tx.execute("SELECT name FROM poll_cursor ORDER BY name")]


class Gate:
    """A work that stands in the middle of its transaction until it is let go."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, tx: Tx) -> None:
        state.set_cursor(tx, "p", f"{self.name} first", "1")
        self.entered.set()
        assert self.opened.wait(30)
        state.set_cursor(tx, "p", f"{self.name} second", "1")

    async def reached(self) -> None:
        assert await asyncio.to_thread(self.entered.wait, 30)


async def test_the_hazard_is_real_on_a_bare_connection(tmp_path: Path) -> None:
    """A cancelled task's half transaction is committed by its neighbour if both share a plain connection."""
    async with aiosqlite.connect(tmp_path / "bare.db") as shared:
        await shared.execute("CREATE TABLE t (name TEXT)")

        inserted = asyncio.Event()

        async def half() -> None:
            await shared.execute("INSERT INTO t VALUES ('half')")
            inserted.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(half())
        await inserted.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await shared.execute("INSERT INTO t VALUES ('neighbour')")
        await shared.commit()
        async with shared.execute("SELECT name FROM t") as cursor:
            assert [row[0] for row in await cursor.fetchall()] == ["half", "neighbour"]


async def test_cancelling_a_caller_in_mid_transaction_commits_it_whole(store: Database) -> None:
    gate = Gate("cancelled")
    caller = asyncio.create_task(store.write(gate))
    await gate.reached()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    neighbour = asyncio.create_task(store.write(put("neighbour")))
    gate.opened.set()
    await neighbour
    assert await store.read(names) == ["cancelled first", "cancelled second", "neighbour"]


async def test_cancelling_a_caller_that_still_waits_commits_it_whole(store: Database) -> None:
    gate, waiting = Gate("gate"), Gate("waiting")
    waiting.opened.set()
    first = asyncio.create_task(store.write(gate))
    await gate.reached()
    second = asyncio.create_task(store.write(waiting))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    gate.opened.set()
    await first
    await store.write(put("after"))
    assert await store.read(names) == ["after", "gate first", "gate second", "waiting first", "waiting second"]


async def test_a_cancelled_caller_whose_work_fails_leaves_nothing(store: Database) -> None:
    gate = Gate("failing")

    def failing(tx: Tx) -> None:
        gate(tx)
        raise LookupError

    caller = asyncio.create_task(store.write(failing))
    await gate.reached()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.opened.set()
    await store.write(put("neighbour"))
    assert await store.read(names) == ["neighbour"]


async def test_works_that_wait_together_are_committed_together_and_fail_alone(store: Database) -> None:
    gate = Gate("gate")
    first = asyncio.create_task(store.write(gate))
    await gate.reached()

    def failing(tx: Tx) -> None:
        state.set_cursor(tx, "p", "undone", "1")
        raise LookupError

    seen_by_neighbour: list[list[str]] = []
    group = [
        asyncio.create_task(store.write(work))
        for work in (put("a"), failing, lambda tx: seen_by_neighbour.append(names(tx)), put("b"))
    ]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    results = await asyncio.gather(*group, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), LookupError, type(None), type(None)]
    assert seen_by_neighbour == [["a", "gate first", "gate second"]]
    assert await store.read(names) == ["a", "b", "gate first", "gate second"]


async def test_a_group_needs_one_commit(store: Database, tmp_path: Path) -> None:
    """Each commit appends at least one frame per table page, so a hundred alone make the log far longer."""
    log = tmp_path / "store.db-wal"
    gate = Gate("gate")
    first = asyncio.create_task(store.write(gate))
    await gate.reached()
    group = [asyncio.create_task(store.write(put(f"{n:03}"))) for n in range(100)]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    before = log.stat().st_size
    await asyncio.gather(*group)
    together = log.stat().st_size - before
    for n in range(100):
        await store.write(put(f"alone {n:03}"))
    alone = log.stat().st_size - before - together
    assert alone > 10 * together


@pytest.mark.parametrize("statements", [["ROLLBACK"], ["ROLLBACK", "BEGIN"]])
async def test_a_lost_transaction_fails_for_all_its_callers_with_an_error_each(
    store: Database, statements: list[str]
) -> None:
    gate = Gate("gate")
    first = asyncio.create_task(store.write(gate))
    await gate.reached()
    group = [asyncio.create_task(store.write(work)) for work in (put("a"), lambda tx: tx.execute("ROLLBACK"), put("b"))]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    results = await asyncio.gather(*group, return_exceptions=True)
    assert [type(result) for result in results] == [StoreUnavailable] * 3
    assert len({id(result) for result in results}) == 3
    assert await store.read(names) == ["gate first", "gate second"]
    await store.write(put("c"))
    assert await store.read(names) == ["c", "gate first", "gate second"]


async def test_readers_do_not_wait_for_the_writer_and_see_only_what_is_committed(store: Database) -> None:
    gate = Gate("gate")
    writing = asyncio.create_task(store.write(gate))
    await gate.reached()
    assert await store.read(names) == []
    gate.opened.set()
    await writing
    assert await store.read(names) == ["gate first", "gate second"]


async def test_a_read_sees_one_state_from_beginning_to_end(store: Database) -> None:
    await store.write(put("before"))
    entered, opened = threading.Event(), threading.Event()

    def twice(tx: Tx) -> tuple[list[str], list[str]]:
        first = names(tx)
        entered.set()
        assert opened.wait(30)
        return first, names(tx)

    reading = asyncio.create_task(store.read(twice))
    assert await asyncio.to_thread(entered.wait, 30)
    await store.write(put("meanwhile"))
    opened.set()
    assert await reading == (["before"], ["before"])


async def test_a_cancelled_read_harms_no_later_one(store: Database) -> None:
    entered, opened = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        entered.set()
        assert opened.wait(30)

    reading = asyncio.create_task(store.read(slow))
    assert await asyncio.to_thread(entered.wait, 30)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    opened.set()
    await store.write(put("x"))
    assert await store.read(names) == ["x"]


async def test_closing_commits_what_waits_and_refuses_what_comes_after(tmp_path: Path, opened: Opener) -> None:
    store = await opened("aiosqlite", tmp_path / "store.db")
    group = [asyncio.create_task(store.write(put(f"{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*group)
    for refused in (store.write(put("late")), store.read(names)):
        with pytest.raises(StoreUnavailable, match="closed"):
            await refused
    await store.close()
    again = await opened("aiosqlite", tmp_path / "store.db")
    assert await again.read(names) == ["0", "1", "2", "3", "4"]


async def test_when_the_loop_is_torn_down_nobody_waits_for_ever(store: Database) -> None:
    gate = Gate("gate")
    waiting = [asyncio.create_task(store.write(work)) for work in (gate, put("behind"))]
    await gate.reached()
    committer = next(task for task in asyncio.all_tasks() if task.get_name() == "store committer")
    committer.cancel()
    results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 30)
    assert {type(result) for result in results} == {StoreUnavailable}
    gate.opened.set()


def test_a_store_that_does_not_open_leaves_no_thread_behind(tmp_path: Path) -> None:
    """The loop ends at once here: a thread that answers later has nobody to answer to and dies with an error."""
    (tmp_path / "store.db").write_bytes(b"garbage " * 1000)
    before = set(threading.enumerate())
    for _ in range(20):
        with pytest.raises(StoreUnavailable):
            asyncio.run(open_aiosqlite(tmp_path / "store.db"))
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive()
