"""A store of an older version, with all it holds, brought to the present shape.

``ROWS=200000`` builds one of that many rows and says how long it takes and how large it becomes
(docs/measurements.md).
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.core.correction import CorrectionStatus
from daemon.core.discrepancy import Policy, Status
from daemon.core.family import fold
from daemon.core.model import Kind, Payment, Record, System
from daemon.store import corrections, discrepancies, due, lists, reach
from daemon.store.codec import stamp, to_json
from daemon.store.database import open_inline
from daemon.store.lists import Query, Sort
from daemon.store.schema import migrations, prepare
from daemon.store.sqlite import connect
from tests.store.made import (
    CLINIC,
    START,
    at,
    correction,
    document,
    finding,
    link,
    payment,
    xero_document,
    xero_payment,
)

OLD_SHAPE = 3
"""The last one without what lists are sorted by."""
ROWS = int(os.environ.get("ROWS", "600"))
ROWS_A_VISIT = 15
VISITS = ROWS // ROWS_A_VISIT
NEW_FIELDS = {"client", "client_name", "also", "sources", "again_at", "title"}
"""What bodies of that shape did not have."""
STATUSES = (Status.OPEN, Status.CLOSED, Status.CLOSED, Status.WAIVED)
TABLES = ("record", "record_body", "link", "family", "discrepancy", "finding", "correction", "request", "intent")


def old_body(value: object) -> str:
    body = json.loads(to_json(value))
    return json.dumps({name: each for name, each in body.items() if name not in NEW_FIELDS})


def old_store(path: Path, visits: int) -> None:
    """A store as the version of that shape left it after so many paid visits, each with a discrepancy."""
    raw = sqlite3.connect(path, isolation_level=None)
    for script in migrations()[:OLD_SHAPE]:
        raw.executescript(script)
    raw.execute(f"PRAGMA user_version = {OLD_SHAPE}")
    raw.execute("BEGIN")
    for number in range(visits):
        for table, values in rows_of(number):
            raw.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(values))})", values)
    raw.execute("COMMIT")
    raw.close()


def rows_of(number: int) -> Iterator[tuple[str, tuple[object, ...]]]:
    family = f"invoice:{number}"
    for record in records_of(number):
        ref = record.ref
        of_visit = family if ref.system is System.PROVET else ""
        parent = record.document_id if isinstance(record, Payment) else ""
        key = (CLINIC, ref.system, ref.kind, ref.id)
        day = record.date.isoformat()  # type: ignore[union-attr]
        yield "record", (*key, b"", stamp(record.updated_at), of_visit, parent, 1, 0, day)
        yield "record_body", (*key, to_json(record))
    for kind in (Kind.DOCUMENT, Kind.PAYMENT):
        pair = link(kind, f"{number}", f"x{number}")
        yield "link", (CLINIC, kind, pair.provet_id, pair.xero_id, to_json(pair))
    yield "family", (CLINIC, family, 0, 10_000, 0)
    yield from told_of(number, family)


def records_of(number: int) -> tuple[Record, ...]:
    mine, theirs = f"{number}", f"x{number}"
    return (
        document(mine, contact_id=f"{number % 50}"),
        xero_document(theirs, mine, contact_id=f"contact-{number % 50}"),
        payment(mine, mine),
        xero_payment(theirs, theirs, mine),
    )


def told_of(number: int, family: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """A discrepancy of every status in turn, what was done about it, and the write of that."""
    found = finding(f"{number}", policy=Policy.AUTOMATIC if number % 3 else Policy.PERSON)
    seen, search = stamp(at(number)), f"{fold(found.subject.label)}\nnot in xero\n{found.id}\n{number}"
    status, money = STATUSES[number % len(STATUSES)], (10_000, 10_000)
    decided = ("", "", "", "", "", search, 0)
    facts = (CLINIC, found.id, family, found.kind, status, found.policy, "", *money, seen, seen, number, *decided)
    yield "discrepancy", facts
    yield "finding", (CLINIC, found.id, old_body(found))
    done = correction(f"c{number}", found.id, CorrectionStatus.FAILED, family=family)
    yield "correction", (CLINIC, done.id, number, found.id, family, done.status, old_body(done))
    yield "request", (CLINIC, f"r{number}", "xero", "PUT", "/Invoices", b"{}", f"r{number}", stamp(START), 1)
    step = (f"r{number}:0", f"r{number}", done.id, 0, 0, 1, family, f"Provet invoice {number}", 10_000)
    yield "intent", (CLINIC, *step, stamp(START), "refused", "no", stamp(START))


def held(raw: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """What stands in every old column but the one that was to change."""
    found = {}
    for table in TABLES:
        names = [name for _, name, *_ in raw.execute(f"PRAGMA table_info({table})") if name not in ADDED | {"parent"}]
        found[table] = sorted(raw.execute(f"SELECT {', '.join(names)} FROM {table}"), key=repr)
    return found


ADDED = {"label", "client", "client_name", "due_at"}


def shape(raw: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Every table by its columns, and every index and trigger as it was made."""
    made = raw.execute("SELECT type, name, sql FROM sqlite_master WHERE sql <> '' ORDER BY name").fetchall()
    return [
        (type_, name, repr(raw.execute(f"PRAGMA table_info({name})").fetchall()) if type_ == "table" else sql)
        for type_, name, sql in made
    ]


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "store.db"
    old_store(path, VISITS)
    return path


def test_an_older_store_keeps_all_it_holds_and_gains_what_newer_lists_need(older: Path) -> None:
    with sqlite3.connect(older) as raw:
        before = held(raw)
    raw.close()
    size, began = older.stat().st_size, time.monotonic()
    raw = connect(older)
    prepare(raw)
    took = time.monotonic() - began
    raw.close()
    total = sum(map(len, before.values()))
    print(f"{total} rows, {size / 1e6:.0f} MB: opened in {took:.1f} s, then {older.stat().st_size / 1e6:.0f} MB")
    with sqlite3.connect(older) as raw:
        assert held(raw) == before
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        parents = dict(raw.execute("SELECT id, parent FROM record WHERE system = 'xero' AND kind = 'document'"))
        assert parents == {f"x{number}": f"contact-{number % 50}" for number in range(VISITS)}
        others = raw.execute("SELECT COUNT(*) FROM record WHERE kind = 'payment' AND parent = id")
        assert others.fetchone() == (2 * VISITS,)
        labels = dict(raw.execute("SELECT family, label FROM discrepancy"))
        assert labels == {f"invoice:{number}": f"invoice {number}" for number in range(VISITS)}
    raw.close()


async def test_the_daemon_works_on_it_as_on_its_own(older: Path) -> None:
    opened = [number for number in range(VISITS) if STATUSES[number % len(STATUSES)] is Status.OPEN]
    store = open_inline(older)
    page = await store.read(lambda tx: lists.page(tx, Query(practice=CLINIC, sort=Sort.LABEL, limit=VISITS)))
    assert page.total == len(opened)
    shown = [row.finding.subject.label for row in page.rows]
    assert shown == sorted(shown, reverse=True)
    waiting = await store.read(lambda tx: due.some(tx, CLINIC, START, VISITS))
    assert {row.id for row in waiting} == {finding(f"{number}").id for number in opened if number % 3}
    one = await store.read(lambda tx: discrepancies.get(tx, finding("0").id))
    assert one is not None
    assert (one.finding.also, one.finding.client) == ((), "")
    done = await store.read(lambda tx: corrections.get(tx, "c0"))
    assert done is not None
    assert (done.status, done.again_at, done.sources) == (CorrectionStatus.FAILED, None, {})
    concerned = await store.read(lambda tx: reach.concerned(tx, CLINIC, System.XERO, Kind.DOCUMENT, ["x0"]))
    assert concerned == ["invoice:0"]
    changed = await store.write(lambda tx: discrepancies.put(tx, one))
    assert changed.seq
    await store.close()


def test_an_older_store_ends_in_the_shape_of_a_new_one(older: Path, tmp_path: Path) -> None:
    found = []
    for path in (older, tmp_path / "new.db"):
        raw = sqlite3.connect(path, isolation_level=None)
        prepare(raw)
        found.append(shape(raw))
        raw.close()
    assert found[0] == found[1]


def test_a_migration_that_is_broken_off_leaves_the_store_as_it_was_and_is_done_the_next_time(older: Path) -> None:
    raw = sqlite3.connect(older, isolation_level=None)
    whole = held(raw)
    raw.close()
    for steps in (2_000, 5_000, 9_000, 14_000):
        raw = sqlite3.connect(older, isolation_level=None)
        version = raw.execute("PRAGMA user_version").fetchone()[0]
        left = [steps // 100]

        def stop(left: list[int] = left) -> int:
            left[0] -= 1
            return left[0] < 0

        raw.set_progress_handler(stop, 100)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            prepare(raw)
        raw = sqlite3.connect(older, isolation_level=None)
        assert raw.execute("PRAGMA user_version").fetchone()[0] >= version
        assert held(raw) == whole
        raw.close()
    raw = sqlite3.connect(older, isolation_level=None)
    prepare(raw)
    assert raw.execute("PRAGMA user_version").fetchone()[0] == len(migrations())
    assert held(raw) == whole
    raw.close()
