"""The window over a long list: what is asked for, what is kept, and a cursor that stays on its row."""

from __future__ import annotations

import msgspec
import pytest

from daemon.protocol import Changed, Closed, ListQuery, Page
from tests.support.fake_books import finding
from tests.support.fake_operations import FakeOperations
from tui.listing import Listing, filled, moved, outdated, requery, told, wanted

HEIGHT = 20


async def loaded(operations: FakeOperations, first: int = 0, listing: Listing | None = None) -> Listing:
    listing = listing or Listing(ListQuery())
    asked = 0
    while query := wanted(listing, first, HEIGHT):
        listing = filled(listing, query, await operations.page(query))
        asked += 1
        assert asked < 5
    return listing


async def test_only_the_neighbourhood_is_asked_for() -> None:
    listing = await loaded(FakeOperations(1000))
    assert listing.total == 1000
    assert len(listing.rows) < 300
    query = wanted(listing, 500, HEIGHT)
    assert query
    assert (query.offset, query.limit) == (475, 70), "what is to be drawn comes first"


async def test_going_on_in_either_direction_never_meets_a_row_that_is_not_here() -> None:
    operations = FakeOperations(3000)
    listing = await loaded(operations)
    asked = 0
    for first in (*range(0, 2900, 7), *range(2900, 0, -7)):
        assert all(place in listing.rows for place in range(first, first + HEIGHT))
        while query := wanted(listing, first, HEIGHT):
            listing = filled(listing, query, await operations.page(query))
            asked += 1
    assert asked < 50


async def test_the_end_of_the_list_asks_for_nothing_beyond() -> None:
    listing = await loaded(FakeOperations(30))
    assert wanted(listing, 20, HEIGHT) is None


async def test_memory_is_bounded_however_far_one_scrolls() -> None:
    operations = FakeOperations(9000)
    listing = await loaded(operations)
    for first in range(100, 8900, 100):
        listing = await loaded(operations, first, listing)
    assert len(listing.rows) < 2500


async def test_the_cursor_stays_on_its_row_when_the_list_moves() -> None:
    operations = FakeOperations(60)
    listing = moved(await loaded(operations), 10)
    assert listing.current
    before = listing.current.id
    operations.close(listing.rows[3].id)
    operations.close(listing.rows[5].id)
    listing = await loaded(operations, 0, outdated(listing))
    assert listing.current
    assert (listing.cursor, listing.current.id) == (8, before)


async def test_the_cursor_keeps_its_place_when_its_row_is_gone() -> None:
    operations = FakeOperations(60)
    listing = moved(await loaded(operations), 10)
    assert listing.current
    following = listing.rows[11].id
    operations.close(listing.current.id)
    listing = await loaded(operations, 0, outdated(listing))
    assert listing.current
    assert (listing.cursor, listing.current.id) == (10, following)


async def test_an_event_shows_at_once_and_asks_anew() -> None:
    operations = FakeOperations(60)
    listing = await loaded(operations)
    row = listing.rows[4]
    approved = msgspec.structs.replace(row, status="approved")
    listing = told(listing, Changed(discrepancy=approved, seq=operations.seq + 1))
    assert listing.rows[4].status == "approved"
    assert wanted(listing, 0, HEIGHT)
    closed = told(listing, Closed(id=row.id, practice=row.practice, seq=operations.seq + 2))
    assert closed.rows[4].status == "closed"


async def test_an_answer_older_than_an_event_leaves_it_stale() -> None:
    operations = FakeOperations(60)
    listing = await loaded(operations)
    query = listing.query
    old = await operations.page(query)
    operations.add(finding(999, operations.rng))
    view = (await operations.page(query)).discrepancies[0]
    listing = filled(told(listing, Changed(discrepancy=view, seq=operations.seq)), query, old)
    assert wanted(listing, 0, HEIGHT), "the answer does not contain the event"
    assert wanted(await loaded(operations, 0, listing), 0, HEIGHT) is None


async def test_a_late_answer_to_an_older_filter_is_ignored() -> None:
    operations = FakeOperations(60)
    listing = Listing(ListQuery())
    late = await operations.page(ListQuery())
    narrowed = requery(listing, ListQuery(kind="contact"))
    assert filled(narrowed, ListQuery(), late) == narrowed


def test_another_query_starts_at_the_top() -> None:
    listing = moved(Listing(ListQuery(), total=50), 30)
    assert requery(listing, ListQuery(kind="contact")).cursor == 0
    assert requery(listing, ListQuery()).cursor == 30


async def test_another_order_is_looked_at_from_its_top_and_looks_for_nothing() -> None:
    operations = FakeOperations(60)
    listing = moved(await loaded(operations), 10)
    turned = requery(listing, msgspec.structs.replace(listing.query, descending=False))
    query = wanted(turned, 0, HEIGHT)
    assert query
    assert query.find == ""
    turned = filled(turned, query, await operations.page(query))
    assert (turned.cursor, turned.rows[0].id) == (0, (await loaded(operations)).rows[59].id)


@pytest.mark.parametrize(("to", "at"), [(-5, 0), (7, 7), (999, 49)])
def test_the_cursor_stays_in_the_list(to: int, at: int) -> None:
    assert moved(Listing(ListQuery(), total=50), to).cursor == at
    assert filled(Listing(ListQuery()), ListQuery(), Page(total=0, discrepancies=())).cursor == 0
