"""Storing records as they arrive: late, repeated, unchanged, vanished and found again."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.model import Contact, Document, Kind, Payment, Record, Ref, System
from daemon.store import records
from daemon.store.database import Database
from tests.store.made import (
    CLINIC,
    at,
    clean_all,
    contact,
    credit_note,
    dirty_ids,
    document,
    later,
    payment,
    xero_document,
    xero_payment,
)

PROVET_DOCUMENT = (System.PROVET, Kind.DOCUMENT)


async def upsert(db: Database, *news: Record, scan: int = 0) -> int:
    return await db.write(lambda tx: records.upsert(tx, CLINIC, news, scan=scan))


async def stored(db: Database, ref: Ref) -> Record | None:
    return await db.read(lambda tx: records.get(tx, CLINIC, ref))


async def test_every_kind_of_record_comes_back_as_it_went_in(db: Database) -> None:
    news: list[Record] = [
        contact("7", name="Zoë O'Brien", email="z@example.org"),
        contact("c-7", System.XERO, merged_into="c-8", number="7"),
        document("1", gross=Decimal("1234.56"), tax=Decimal("205.76"), number="A-1", due_date=None),
        credit_note("cn-1", "x-1", "x-2"),
        payment("p1", "1", amount=Decimal("-0.10"), cancelled=True),
        xero_payment("xp1", "x-1", "p1", reconciled=True),
    ]
    assert await upsert(db, *news) == 6
    for record in news:
        assert await stored(db, record.ref) == record
    assert await stored(db, document("2").ref) is None
    assert await db.read(lambda tx: records.get(tx, "elsewhere", news[0].ref)) is None


async def test_only_a_changed_content_counts_and_dirties(db: Database) -> None:
    first = document("1")
    assert await upsert(db, first) == 1
    assert await dirty_ids(db) == ["invoice:1"]
    await clean_all(db)
    touched = later(first, 60)
    assert await upsert(db, touched) == 0
    assert await dirty_ids(db) == []
    assert await stored(db, first.ref) == touched
    ids = ["1", "2"]
    assert await db.read(lambda tx: records.updated(tx, CLINIC, *PROVET_DOCUMENT, ids)) == {"1": at(60)}
    assert await upsert(db, later(first, 60, gross=Decimal(101))) == 1
    assert await dirty_ids(db) == ["invoice:1"]


async def test_a_late_answer_never_overwrites_a_newer_one(db: Database) -> None:
    newer = document("1", updated_at=at(10), gross=Decimal(110), number="new")
    await upsert(db, newer)
    await clean_all(db)
    assert await upsert(db, document("1", updated_at=at(5), number="old")) == 0
    assert await stored(db, newer.ref) == newer
    assert await dirty_ids(db) == []
    assert await db.read(lambda tx: records.find(tx, CLINIC, System.PROVET, "number:new")) == [newer]
    assert await db.read(lambda tx: records.find(tx, CLINIC, System.PROVET, "number:old")) == []


async def test_an_answer_of_the_same_age_with_other_content_counts(db: Database) -> None:
    await upsert(db, document("1"))
    assert await upsert(db, document("1", gross=Decimal(7))) == 1
    assert await stored(db, document("1").ref) == document("1", gross=Decimal(7))


async def test_the_newest_of_a_record_that_stands_twice_in_a_batch_counts(db: Database) -> None:
    newest = document("1", updated_at=at(9), gross=Decimal(9))
    await upsert(db, document("1"), newest, document("1", updated_at=at(3)))
    assert await stored(db, newest.ref) == newest


async def test_counts_are_of_living_records_by_system_and_kind(db: Database) -> None:
    await upsert(db, document("1"), document("2"), xero_document("x-1"), contact("7"))
    await db.write(lambda tx: records.upsert(tx, "elsewhere", [document("1")]))
    scan = await db.write(lambda tx: records.begin_scan(tx, CLINIC, *PROVET_DOCUMENT))
    await upsert(db, document("2"), scan=scan)
    assert await db.write(lambda tx: records.finish_scan(tx, CLINIC, *PROVET_DOCUMENT, scan, before=at(10**6))) == 1
    assert await db.read(lambda tx: records.counts(tx, CLINIC)) == {
        (System.PROVET, Kind.CONTACT): 1,
        (System.PROVET, Kind.DOCUMENT): 1,
        (System.XERO, Kind.DOCUMENT): 1,
    }


async def test_find_gives_living_records_by_any_of_their_keys(db: Database) -> None:
    one, two = xero_document("x-1", "1", number="A 1"), xero_document("x-2", "1", number="a  1")
    await upsert(db, two, one, document("1", number="A 1"))
    assert await db.read(lambda tx: records.find(tx, CLINIC, System.XERO, "doc:1")) == [one, two]
    assert await db.read(lambda tx: records.find(tx, CLINIC, System.XERO, "number:a 1")) == [one, two]
    changed = later(one, 1, reference="", number="B")
    await upsert(db, changed)
    assert await db.read(lambda tx: records.find(tx, CLINIC, System.XERO, "doc:1")) == [two]
    assert await db.read(lambda tx: records.find(tx, CLINIC, System.XERO, "number:b")) == [changed]


class TestScans:
    async def begin(self, db: Database, system: System = System.PROVET, kind: Kind = Kind.DOCUMENT) -> int:
        return await db.write(lambda tx: records.begin_scan(tx, CLINIC, system, kind))

    async def finish(self, db: Database, scan: int, system: System = System.PROVET, kind: Kind = Kind.DOCUMENT) -> int:
        return await db.write(lambda tx: records.finish_scan(tx, CLINIC, system, kind, scan, before=at(10**6)))

    async def test_what_a_scan_did_not_see_has_vanished_and_dirties_its_family(self, db: Database) -> None:
        await upsert(db, document("1"), document("2"), payment("p1", "1"), contact("7"), xero_document("x-1"))
        await clean_all(db)
        scan = await self.begin(db)
        await upsert(db, document("2"), scan=scan)
        assert await self.finish(db, scan) == 1
        assert await dirty_ids(db) == ["invoice:1"]
        assert await stored(db, document("1").ref) == document("1")
        await clean_all(db)
        assert await self.finish(db, scan) == 0
        assert await dirty_ids(db) == []

    async def test_a_xero_record_that_vanishes_dirties_the_family_that_it_is_marked_for(self, db: Database) -> None:
        await upsert(db, document("1"), document("2"), xero_document("x-1", "1"))
        await clean_all(db)
        scan = await self.begin(db, System.XERO)
        assert await self.finish(db, scan, System.XERO) == 1
        assert await dirty_ids(db) == ["invoice:1"]

    async def test_what_anything_else_read_meanwhile_is_seen(self, db: Database) -> None:
        """A record created after its page had passed is known from a hint and must not count as vanished."""
        await upsert(db, document("1"))
        scan = await self.begin(db)
        await upsert(db, document("1"))
        await upsert(db, document("new"))
        assert await self.finish(db, scan) == 0

    async def test_what_was_read_before_the_scan_began_is_not_seen(self, db: Database) -> None:
        first = await self.begin(db)
        await upsert(db, document("1"), scan=first)
        second = await self.begin(db)
        assert second > first
        assert await self.finish(db, second) == 1

    async def test_a_page_of_an_abandoned_scan_does_not_count_for_the_next(self, db: Database) -> None:
        await upsert(db, document("1"), document("2"))
        abandoned, scan = await self.begin(db), await self.begin(db)
        await upsert(db, document("1"), scan=scan)
        await upsert(db, document("1"), document("2"), scan=abandoned)
        assert await self.finish(db, scan) == 1
        assert (await db.read(lambda tx: records.counts(tx, CLINIC)))[PROVET_DOCUMENT] == 1

    async def test_an_older_version_proves_in_a_scan_that_the_record_lives(self, db: Database) -> None:
        newer = document("1", updated_at=at(10), gross=Decimal(3))
        await upsert(db, newer)
        scan = await self.begin(db)
        await upsert(db, document("1"), scan=scan)
        assert await self.finish(db, scan) == 0
        assert await stored(db, newer.ref) == newer

    async def test_a_vanished_record_that_returns_unchanged_dirties_its_family(self, db: Database) -> None:
        await upsert(db, document("1"))
        scan = await self.begin(db)
        await self.finish(db, scan)
        await clean_all(db)
        assert await upsert(db, document("1")) == 0
        assert await dirty_ids(db) == ["invoice:1"]
        assert (await db.read(lambda tx: records.counts(tx, CLINIC)))[PROVET_DOCUMENT] == 1

    async def test_what_is_only_known_to_be_there_still_is_seen(self, db: Database) -> None:
        await upsert(db, document("1"), document("2"), document("3"))
        await self.finish(db, await self.begin(db))
        await upsert(db, document("2"))
        await clean_all(db)
        scan = await self.begin(db)
        await db.write(lambda tx: records.seen(tx, CLINIC, *PROVET_DOCUMENT, ["1", "2", "unknown"], scan))
        assert await dirty_ids(db) == ["invoice:1"]
        assert await self.finish(db, scan) == 0
        assert (await db.read(lambda tx: records.counts(tx, CLINIC)))[PROVET_DOCUMENT] == 2

    async def test_scans_of_kinds_systems_and_practices_are_independent(self, db: Database) -> None:
        await upsert(db, document("1"), xero_document("x-1"), payment("p", "1"))
        await db.write(lambda tx: records.upsert(tx, "elsewhere", [document("1")]))
        scan = await self.begin(db)
        assert await self.finish(db, scan) == 1
        assert await db.read(lambda tx: records.counts(tx, "elsewhere")) == {PROVET_DOCUMENT: 1}
        assert await db.read(lambda tx: records.counts(tx, CLINIC)) == {
            (System.PROVET, Kind.PAYMENT): 1,
            (System.XERO, Kind.DOCUMENT): 1,
        }

    async def test_more_than_a_chunk_can_vanish(self, db: Database) -> None:
        await upsert(db, *(document(f"{n}") for n in range(2300)))
        await clean_all(db)
        scan = await self.begin(db)
        await upsert(db, document("1500"), scan=scan)
        assert await self.finish(db, scan) == 2299


async def test_types_survive(db: Database) -> None:
    await upsert(db, document("1"), payment("p", "1"), contact("7"))
    kinds = [type(await stored(db, ref)) for ref in (document("1").ref, payment("p", "1").ref, contact("7").ref)]
    assert kinds == [Document, Payment, Contact]

    async def test_what_changed_just_now_is_not_gone_though_the_list_lacks_it(self, db: Database) -> None:
        await upsert(db, document("1", updated_at=at(50)), document("2", updated_at=at(70)))
        scan = await self.begin(db)
        system, kind = PROVET_DOCUMENT
        assert await db.write(lambda tx: records.finish_scan(tx, CLINIC, system, kind, scan, before=at(60))) == 1
        assert await db.read(lambda tx: records.counts(tx, CLINIC)) == {PROVET_DOCUMENT: 1}
