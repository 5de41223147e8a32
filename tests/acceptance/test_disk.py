"""A disk that takes nothing any more, or is damaged before the start: nothing that is not noted is sent."""

from __future__ import annotations

import resource
import sqlite3
from pathlib import Path

from tests.acceptance.rig import Rig, run
from tests.support import books
from tests.support.waiting import wait_until

ROWS = [{"name": "Visit", "price": "31.00", "item": 1}]
SAID_S, IN_STEP_S = 60, 120


def store_of(rig: Rig) -> Path:
    return next(Path(rig.settings).parent.rglob("reconciled.sqlite"))


def test_on_a_full_disk_nothing_is_written_and_with_space_it_goes_on(small_clinic: Rig) -> None:
    rig = small_clinic.with_settings(poll_s="1")
    with rig.daemon() as process:
        wait_until(lambda: rig.state()["state"] == "in_sync", IN_STEP_S, "in sync")
        before = rig.writes()
        soft, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, hard))
        for client in (1, 2, 3):
            rig.act("provet", "invoice_visit", client=client, rows=ROWS)
        wait_until(lambda: any("disk" in said for said in rig.state()["warnings"]), SAID_S, "it is said")
        assert rig.writes() == before
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (soft, hard))
        wait_until(lambda: rig.state()["state"] == "in_sync", IN_STEP_S, "in sync again")
        assert not [said for said in rig.state()["warnings"] if "disk" in said]
        assert len(rig.writes()) > len(before)
    assert books.differences(rig.books()) == []
    with sqlite3.connect(store_of(rig)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_damaged_store_is_refused_with_what_to_do(small_clinic: Rig) -> None:
    assert small_clinic.once().status == 0
    store = store_of(small_clinic)
    with sqlite3.connect(store) as inside:
        inside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    body = store.read_bytes()
    store.write_bytes(body[:8192] + b"\xa5" * (len(body) - 8192))
    before = small_clinic.writes()
    ended = run("reconciled", "run", "--settings", str(small_clinic.settings), env=small_clinic.env)
    assert ended.status == 2
    assert "backup" in ended.err
    assert "Traceback" not in ended.err
    assert small_clinic.writes() == before
