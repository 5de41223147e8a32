"""Links: stored by pair, found from either side."""

from __future__ import annotations

import pytest

from daemon.core.model import Kind, Origin, System
from daemon.store import links
from daemon.store.database import Database
from tests.store.made import CLINIC, link


async def test_a_link_is_found_from_either_side(db: Database) -> None:
    pair = link(Kind.DOCUMENT, "1", "x", origin=Origin.MANUAL, created_in=System.XERO, baseline={"gross": "1.00"})
    twin = link(Kind.DOCUMENT, "2", "x")
    other = link(Kind.PAYMENT, "1", "x")
    for each in (twin, pair, other):
        await db.write(lambda tx, e=each: links.put(tx, CLINIC, e))
    find = links.find
    assert await db.read(lambda tx: find(tx, CLINIC, Kind.DOCUMENT, provet_id="1")) == [pair]
    assert await db.read(lambda tx: find(tx, CLINIC, Kind.DOCUMENT, xero_id="x")) == [pair, twin]
    assert await db.read(lambda tx: find(tx, CLINIC, Kind.DOCUMENT, provet_id="2", xero_id="x")) == [twin]
    assert await db.read(lambda tx: find(tx, CLINIC, Kind.PAYMENT, provet_id="2")) == []
    assert await db.read(lambda tx: find(tx, "elsewhere", Kind.DOCUMENT, provet_id="1")) == []


async def test_putting_a_pair_again_replaces_it_and_removing_it_forgets_it(db: Database) -> None:
    await db.write(lambda tx: links.put(tx, CLINIC, link(Kind.DOCUMENT, "1", "x")))
    newer = link(Kind.DOCUMENT, "1", "x", baseline={})
    await db.write(lambda tx: links.put(tx, CLINIC, newer))
    assert await db.read(lambda tx: links.find(tx, CLINIC, Kind.DOCUMENT, provet_id="1")) == [newer]
    for _ in range(2):
        await db.write(lambda tx: links.remove(tx, CLINIC, Kind.DOCUMENT, "1", "x"))
    assert await db.read(lambda tx: links.find(tx, CLINIC, Kind.DOCUMENT, provet_id="1")) == []


async def test_a_look_up_without_an_id_is_a_bug(db: Database) -> None:
    with pytest.raises(AssertionError):
        await db.read(lambda tx: links.find(tx, CLINIC, Kind.DOCUMENT))
