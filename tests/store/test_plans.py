"""The plans of the queries that run all the time: from an index, and never over a whole practice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from daemon.core.correction import CorrectionStatus
from daemon.core.discrepancy import Status
from daemon.core.model import Kind, Record, System
from daemon.store import assessments, corrections, discrepancies, families, groups, journal, links, lists, records
from daemon.store.database import Database, Tx
from daemon.store.groups import By
from daemon.store.lists import Query, Sort
from daemon.store.living import Living
from tests.store.made import (
    CLINIC,
    START,
    contact,
    correction,
    credit_note,
    document,
    finding,
    later,
    link,
    payment,
    saving,
    xero_document,
    xero_payment,
)

ONLY_THE_PRACTICE = re.compile(r"\(practice=\?( AND (system|kind|status)=\?)*\)")
"""A search that walks over all records of a practice, or all of a kind."""


class Recording:
    """A transaction that notes its statements."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.statements: list[tuple[str, Sequence[object]]] = []

    def execute(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self.statements.append((sql, params))
        return self._tx.execute(sql, params)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._tx.executemany(sql, rows)


def plans(tx: Tx, work: Callable[[Tx], object]) -> list[str]:
    """How SQLite carries out each statement of a work, one text for each."""
    recording = Recording(tx)
    work(recording)
    return [
        " / ".join([*(row[3] for row in tx.execute(f"EXPLAIN QUERY PLAN {sql}", params)), sql])
        for sql, params in recording.statements
    ]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query(practice=CLINIC), "discrepancy_practice_amount"),
        (Query(practice=CLINIC, offset=50_000), "discrepancy_practice_amount"),
        (Query(practice=CLINIC, descending=False), "discrepancy_practice_amount"),
        (Query(practice=CLINIC, statuses=(Status.SNOOZED,)), "discrepancy_practice_amount"),
        (Query(practice=CLINIC, sort=Sort.AGE), "discrepancy_practice_age"),
        (Query(practice=CLINIC, sort=Sort.KIND), "discrepancy_kind"),
        (Query(practice=CLINIC, sort=Sort.LABEL), "discrepancy_label"),
        (Query(), "discrepancy_amount"),
        (Query(kind="payment"), "discrepancy_amount"),
        (Query(sort=Sort.AGE), "discrepancy_age"),
        (Query(sort=Sort.KIND, kind_not=("contact",)), "discrepancy_kind"),
        (Query(sort=Sort.LABEL), "discrepancy_label"),
        (Query(sort=Sort.PRACTICE), "discrepancy_practice_amount"),
        (Query(sort=Sort.STATUS, offset=50_000), "discrepancy_status"),
        (Query(sort=Sort.STATUS, practice=CLINIC), "discrepancy_status"),
    ],
)
async def test_a_window_is_read_from_an_index_in_its_order(db: Database, query: Query, index: str) -> None:
    found = await db.read(lambda tx: plans(tx, lambda t: lists.page(t, query)))
    assert f"USING COVERING INDEX {index}" in found[1]
    assert "TEMP B-TREE" not in found[1]


@pytest.mark.parametrize(
    "query", [Query(text="ada"), Query(practice=CLINIC, text_not=("ada",)), Query(assignee="ann"), Query(client="7")]
)
async def test_a_search_reads_one_index_that_holds_what_is_not_closed(db: Database, query: Query) -> None:
    found = await db.read(lambda tx: plans(tx, lambda t: lists.sums(t, query)))
    assert "SCAN discrepancy USING COVERING INDEX discrepancy_search" in found[0]


async def test_one_client_of_a_practice_is_found_without_a_scan(db: Database) -> None:
    query = Query(practice=CLINIC, client="7")
    found = await db.read(lambda tx: plans(tx, lambda t: lists.sums(t, query)))
    assert "SEARCH discrepancy USING INDEX discrepancy_client (practice=? AND client=?" in found[0]


async def test_the_names_of_clients_are_read_from_an_index(db: Database) -> None:
    tallies = [(CLINIC, "7", 1, 100), (CLINIC, "8", 1, 100)]
    found = await db.read(lambda tx: plans(tx, lambda t: groups.grouped(t, Query(), By.CLIENT, tallies)))
    assert "USING COVERING INDEX discrepancy_client (practice=? AND client=?)" in found[0]
    assert "TEMP B-TREE" not in found[0]


async def test_what_changed_is_brought_to_memory_without_a_scan(db: Database) -> None:
    living = Living()
    await db.read(lambda tx: living.part(tx, Query()))
    await fill(db)
    for plan in await db.read(lambda tx: plans(tx, lambda t: living.part(t, Query()))):
        assert "SCAN " not in plan
        assert not ONLY_THE_PRACTICE.search(plan)


@pytest.mark.parametrize("query", [Query(practice=CLINIC), Query(), Query(practice=CLINIC, kind_not=("x",))])
async def test_counts_are_summed_from_an_index_alone(db: Database, query: Query) -> None:
    found = await db.read(lambda tx: plans(tx, lambda t: lists.page(t, query)))
    assert "USING COVERING INDEX" in found[0]


WORLD: list[Record] = [
    document("1", number="N", contact_id="7"),
    document("2", credits="1", contact_id="7"),
    payment("p", "2"),
    contact("7"),
    xero_document("x", "1", number="N"),
    credit_note("cn", "x"),
    xero_payment("xp", "x", "p"),
    contact("c", System.XERO, name="Name 7", merged_into="d"),
    contact("d", System.XERO),
]


def moved(record: Record) -> Record:
    """The record with another content and another place."""
    match record.ref.kind:
        case Kind.CONTACT:
            return later(record, 5, email="new@example.org", merged_into="")
        case Kind.DOCUMENT:
            return later(record, 5, gross=Decimal(7), credits="9", number="M", allocations=())
        case Kind.PAYMENT:
            return later(record, 5, document_id="y")


def scan(system: System, kind: Kind) -> Callable[[Tx], object]:
    return lambda tx: records.finish_scan(
        tx, CLINIC, system, kind, records.begin_scan(tx, CLINIC, system, kind), before=START
    )


GROWING: list[Callable[[Tx], object]] = [
    lambda tx: records.upsert(tx, CLINIC, WORLD),
    lambda tx: families.load_many(tx, CLINIC, ["invoice:1", "client:7"]),
    lambda tx: records.upsert(tx, CLINIC, [moved(record) for record in WORLD]),
    saving(finding("1", amount=Decimal(7), cause="c"), causes=[finding("c", family="cause")]),
    saving(finding("1", kind="payment.differs")),
    saving(family="invoice:1"),
    lambda tx: records.find(tx, CLINIC, System.XERO, "doc:1"),
    lambda tx: records.updated(tx, CLINIC, System.XERO, Kind.DOCUMENT, ["x"]),
    lambda tx: links.find(tx, CLINIC, Kind.DOCUMENT, xero_id="x"),
    lambda tx: corrections.of_discrepancy(tx, "d"),
    lambda tx: corrections.last_failure(tx, "d"),
    lambda tx: corrections.get(tx, "d"),
    lambda tx: journal.attempts(tx, "c", 0),
    lambda tx: discrepancies.get(tx, "d"),
    lambda tx: discrepancies.changed_since(tx, 0, 10),
    lambda tx: discrepancies.due_snoozes(tx, CLINIC, START),
]


async def fill(db: Database) -> None:
    def work(tx: Tx) -> None:
        records.upsert(tx, CLINIC, WORLD)
        links.put(tx, CLINIC, link(Kind.DOCUMENT, "1", "x"))
        links.put(tx, CLINIC, link(Kind.CONTACT, "7", "c"))
        corrections.put(tx, correction("k", finding("1").id))
        saving(finding("1", cause="c"))(tx)
        saving(finding("7", family="client:7"))(tx)

    await db.write(work)


@pytest.mark.parametrize("number", range(len(GROWING)))
async def test_nothing_that_one_change_causes_walks_over_a_whole_practice(db: Database, number: int) -> None:
    await fill(db)
    for plan in await db.write(lambda tx: plans(tx, GROWING[number])):
        assert "SCAN " not in plan
        assert not ONLY_THE_PRACTICE.search(plan)


async def test_nothing_that_runs_in_every_cycle_scans_a_table(db: Database) -> None:
    works: list[Callable[[Tx], object]] = [
        lambda tx: assessments.totals(tx, CLINIC),
        lambda tx: discrepancies.open_by_kind(tx, CLINIC),
        lambda tx: families.dirty(tx, CLINIC, 100),
        lambda tx: corrections.with_status(tx, CLINIC, [CorrectionStatus.APPROVED], 10),
        lambda tx: journal.unsettled(tx, CLINIC),
        lambda tx: journal.spent(tx, CLINIC, START),
        scan(System.PROVET, Kind.DOCUMENT),
        scan(System.XERO, Kind.PAYMENT),
    ]
    for work in works:
        for plan in await db.write(lambda tx, w=work: plans(tx, w)):
            assert "SCAN " not in plan


async def test_what_is_not_settled_is_found_without_all_that_ever_was_sent(db: Database) -> None:
    found = await db.read(lambda tx: plans(tx, lambda t: journal.unsettled(t, CLINIC)))
    assert "USING INDEX intent_unsettled" in found[0]
