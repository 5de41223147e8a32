"""What is kept in memory of all that is not closed: the same sums and groups as a plain filter gives, at any time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.core.discrepancy import Discrepancy, Status
from daemon.errors import Invalid
from daemon.store import discrepancies, lists
from daemon.store.database import Database, Tx, open_inline
from daemon.store.groups import By, grouped
from daemon.store.lists import Query
from daemon.store.living import Living
from tests.store.test_discrepancies import (
    collections,
    discrepancy,
    naive_groups,
    naive_page,
    put_all,
    queries,
)

LIVING = tuple(status for status in Status if status is not Status.CLOSED)


def typed(query: Query) -> list[Query]:
    """The query as it comes while its text is typed."""
    living = msgspec.structs.replace(query, statuses=tuple(s for s in query.statuses if s in LIVING) or LIVING)
    return [msgspec.structs.replace(living, text=query.text[:end]) for end in range(len(query.text) + 1)]


def check(tx: Tx, living: Living, everything: list[Discrepancy], query: Query) -> None:
    part = living.part(tx, query)
    assert part is not None
    whole = naive_page(everything, msgspec.structs.replace(query, offset=0, limit=len(everything)))
    assert (part.sums.total, part.sums.amount, part.sums.groups) == (whole.total, whole.amount, whole.groups)
    assert part.ids == {each.id for each in whole.rows}
    assert tuple(lists.window(tx, query, whole.total, part.ids)) == naive_page(everything, query).rows
    for at, each in enumerate(whole.rows):
        assert lists.place(tx, query, each.id, part.ids) == at
    for by in By:
        groups = grouped(tx, msgspec.structs.replace(query, offset=0, limit=100), by, part.tallies(by))
        told = [(group.practice, group.key, group.count, group.amount) for group in groups.rows]
        assert told == naive_groups(everything, query, by)
        assert groups.total == len(told)


@pytest.mark.parametrize("few", [0, 3000])
@settings(max_examples=25, deadline=dt.timedelta(seconds=20))
@given(collections(), collections(), st.lists(queries, min_size=1, max_size=4))
async def test_memory_tells_what_a_plain_filter_gives_before_and_after_changes(
    few: int, found: list[Discrepancy], later: list[Discrepancy], asked: list[Query]
) -> None:
    """Few are sorted; more are looked for in the order of all, here three at a time."""
    db, living = open_inline(), Living()
    state: dict[str, Discrepancy] = {}
    for change in (found, later, later[::2], found[::3]):
        state |= {each.id: each for each in await db.write(put_all(change))}
        everything = list(state.values())
        for each in [Query(statuses=LIVING), *(each for query in asked for each in typed(query))]:
            with patch.multiple(lists, _FEW=few, _STRIDE=3):
                await db.read(lambda tx, all_=everything, q=each: check(tx, living, all_, q))
    await db.close()


async def test_one_that_the_filter_keeps_out_has_no_place(db: Database) -> None:
    await db.write(put_all([discrepancy(1, client="7"), discrepancy(2, client="8")]))
    for few in (0, 3000):
        with patch.multiple(lists, _FEW=few):
            query, ids = Query(client="7"), {discrepancy(1).id}
            assert await db.read(lambda tx, q=query, i=ids: lists.place(tx, q, discrepancy(2).id, i)) is None


async def test_what_is_closed_is_not_here(db: Database) -> None:
    living = Living()
    for statuses in ((), (Status.CLOSED,), (Status.OPEN, Status.CLOSED)):
        assert await db.read(lambda tx, s=statuses: living.part(tx, Query(statuses=s))) is None


async def test_nothing_is_read_again_while_nothing_changes(db: Database) -> None:
    living = Living()
    await db.write(put_all([discrepancy(1, amount=Decimal(5))]))
    first = await db.read(lambda tx: living.part(tx, Query(limit=1)))
    assert await db.read(lambda tx: living.part(tx, Query(offset=3, descending=False))) is first
    await db.write(lambda tx: discrepancies.put(tx, discrepancy(2)))
    assert await db.read(lambda tx: living.part(tx, Query(limit=1))) is not first


async def test_a_text_without_end_is_refused(db: Database) -> None:
    living = Living()
    with pytest.raises(Invalid, match="longer than"):
        await db.read(lambda tx: living.part(tx, Query(text="x" * 501)))
