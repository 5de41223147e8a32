"""What both drivers promise: whole transactions, consistent reads, clear refusals."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from daemon.errors import Invalid, StoreUnavailable
from daemon.store import state
from daemon.store.database import Database, Tx, epoch, raise_epoch
from daemon.store.schema import migrations
from tests.store.conftest import Opener
from tests.store.made import open_to_others


def put(name: str, value: str = "1") -> object:
    return lambda tx: state.set_cursor(tx, "p", name, value)


def names(tx: Tx) -> list[str]:
    return [name for (name,) in tx.execute("SELECT name FROM poll_cursor ORDER BY name")]


async def test_a_committed_write_is_read_at_once(db: Database) -> None:
    assert await db.write(lambda tx: state.next_seq(tx)) == 1
    assert await db.read(state.current_seq) == 1


async def test_a_work_that_raises_leaves_nothing_and_its_error_comes_out(db: Database) -> None:
    def work(tx: Tx) -> None:
        state.set_cursor(tx, "p", "half", "1")
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        await db.write(work)
    assert await db.read(names) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, asyncio.CancelledError, SystemExit])
async def test_no_kind_of_exception_commits_a_half(db: Database, error: type[BaseException]) -> None:
    def work(tx: Tx) -> None:
        state.set_cursor(tx, "p", "half", "1")
        raise error

    with pytest.raises(error):
        await db.write(work)
    await db.write(put("whole"))
    assert await db.read(names) == ["whole"]


async def test_an_exhausted_iterator_inside_a_work_stops_only_that_work(db: Database) -> None:
    with pytest.raises(RuntimeError):
        await db.write(lambda tx: next(iter(())))
    await db.write(put("next"))
    assert await db.read(names) == ["next"]


async def test_a_broken_rule_of_the_schema_undoes_the_work(db: Database) -> None:
    def work(tx: Tx) -> None:
        state.set_cursor(tx, "p", "half", "1")
        tx.execute("INSERT INTO finding (practice, id, body) VALUES ('p', 'of nothing', '')")

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await db.write(work)
    assert await db.read(names) == []


async def test_tables_refuse_values_of_another_type(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await db.write(lambda tx: tx.execute("INSERT INTO counter VALUES ('x', 'many')"))


async def test_a_read_may_not_write(db: Database) -> None:
    with pytest.raises(StoreUnavailable, match="may not be written"):
        await db.read(put("forbidden"))
    await db.write(put("allowed"))
    assert await db.read(names) == ["allowed"]


async def test_a_full_disk_is_said_in_words_and_leaves_nothing(db: Database) -> None:
    (pages,) = (await db.write(lambda tx: tx.execute("PRAGMA page_count")))[0]
    await db.write(lambda tx: tx.execute(f"PRAGMA max_page_count = {pages + 3}"))
    with pytest.raises(StoreUnavailable, match="disk is full") as caught:
        await db.write(put("big", "x" * 100_000))
    assert caught.value.hint
    assert await db.read(names) == []
    await db.write(put("small"))
    await db.write(lambda tx: tx.execute("PRAGMA max_page_count = 100000"))
    await db.write(put("big", "x" * 100_000))
    assert await db.read(names) == ["big", "small"]


async def test_the_epoch_can_be_raised_on_an_open_store(db: Database) -> None:
    assert await db.read(epoch) == 1
    assert await db.write(raise_epoch) == 2
    assert await db.read(epoch) == 2


@pytest.mark.parametrize("first", ["aiosqlite", "inline"])
@pytest.mark.parametrize("second", ["aiosqlite", "inline"])
async def test_a_second_opener_is_refused_until_the_first_closes(
    tmp_path: Path, opened: Opener, first: str, second: str
) -> None:
    path = tmp_path / "state" / "store.db"
    holder = await opened(first, path)
    with pytest.raises(Invalid, match="another process holds the store") as caught:
        await opened(second, path)
    assert caught.value.hint
    await holder.close()
    successor = await opened(second, path)
    assert await successor.read(epoch) == 2
    await successor.close()


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_what_was_written_is_there_after_opening_again(tmp_path: Path, opened: Opener, driver: str) -> None:
    path = tmp_path / "store.db"
    for generation in range(1, 4):
        database = await opened(driver, path)
        assert await database.read(epoch) == generation
        await database.write(put(f"n{generation}"))
        await database.close()
    database = await opened(driver, path)
    assert await database.read(names) == ["n1", "n2", "n3"]
    await database.close()


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_a_file_that_is_no_store_is_refused_and_the_lock_let_go(
    tmp_path: Path, opened: Opener, driver: str
) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"garbage " * 4096)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="damaged") as caught:
            await opened(driver, path)
        assert "backup" in caught.value.hint
    path.unlink()
    await (await opened(driver, path)).close()


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_a_damaged_page_is_noticed_at_opening(tmp_path: Path, opened: Opener, driver: str) -> None:
    path = tmp_path / "store.db"
    database = await opened(driver, path)
    await database.write(lambda tx: [state.set_cursor(tx, "p", f"name {n}", "x" * 500) for n in range(200)])
    await database.close()
    body = bytearray(path.read_bytes())
    middle = len(body) // 2
    body[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(body)
    with pytest.raises(StoreUnavailable, match="damaged"):
        await opened(driver, path)


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_a_store_of_a_newer_version_is_refused(tmp_path: Path, opened: Opener, driver: str) -> None:
    path = tmp_path / "store.db"
    await (await opened(driver, path)).close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    raw.close()
    with pytest.raises(Invalid, match="this version knows"):
        await opened(driver, path)


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path, opened: Opener, driver: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await opened(driver, tmp_path / "file" / "store.db")


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_only_the_owner_may_read_the_file(tmp_path: Path, opened: Opener, driver: str) -> None:
    path = tmp_path / "store.db"
    database = await opened(driver, path)
    await database.write(put("x"))
    modes = open_to_others(tmp_path)
    assert [modes[name] for name in ("store.db", "store.db-shm", "store.db-wal")] == [False, False, False]
    await database.close()


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_every_commit_reaches_the_disk_and_the_schema_is_not_trusted(
    tmp_path: Path, opened: Opener, driver: str
) -> None:
    database = await opened(driver, tmp_path / "store.db")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "busy_timeout": 5000}

    def pragmas(tx: Tx) -> dict[str, object]:
        return {name: tx.execute(f"PRAGMA {name}")[0][0] for name in wanted}

    assert await database.write(pragmas) == wanted
    assert await database.read(pragmas) == wanted
    assert await database.read(lambda tx: tx.execute("PRAGMA query_only")) == [(1,)]
    await database.close()


async def test_every_table_is_strict(db: Database) -> None:
    rows = await db.read(lambda tx: tx.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    assert len(rows) > 10
    assert [name for name, sql in rows if "STRICT" not in sql] == []
