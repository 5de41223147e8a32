"""Copies of the store, taken while it is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.errors import StoreUnavailable
from daemon.store import state
from daemon.store.database import backup, epoch, open_inline
from tests.store.conftest import Opener
from tests.store.made import open_to_others


async def test_a_backup_of_a_running_store_opens_as_a_store(tmp_path: Path, opened: Opener) -> None:
    live = await opened("aiosqlite", tmp_path / "store.db")
    await live.write(lambda tx: state.set_cursor(tx, "p", "name", "before"))
    backup(tmp_path / "store.db", tmp_path / "copy.db")
    await live.write(lambda tx: state.set_cursor(tx, "p", "name", "after"))
    copy = open_inline(tmp_path / "copy.db")
    assert await copy.read(lambda tx: state.cursor(tx, "p", "name")) == "before"
    assert await live.read(lambda tx: state.cursor(tx, "p", "name")) == "after"
    await copy.close()


async def test_a_backup_is_one_private_file_and_replaces_the_last(tmp_path: Path) -> None:
    await open_inline(tmp_path / "store.db").close()
    target = tmp_path / "backups" / "copy.db"
    target.parent.mkdir()
    target.write_bytes(b"an older one")
    backup(tmp_path / "store.db", target)
    assert open_to_others(target.parent) == {"copy.db": False}
    copy = open_inline(target)
    assert await copy.read(epoch) == 2
    await copy.close()


async def test_a_backup_that_fails_says_so_and_leaves_the_last_one(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"the last good one")
    (tmp_path / "store.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreUnavailable, match="no backup was made"):
        backup(tmp_path / "store.db", target)
    with pytest.raises(StoreUnavailable, match="no backup was made"):
        backup(tmp_path / "missing.db", target)
    with pytest.raises(StoreUnavailable, match="no backup was made"):
        backup(tmp_path / "store.db", tmp_path / "no folder" / "copy.db")
    assert target.read_bytes() == b"the last good one"
    assert sorted(open_to_others(tmp_path)) == ["copy.db", "store.db"]
