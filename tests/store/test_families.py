"""The list of dirty families, and what one looks at."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.core.correction import CorrectionStatus
from daemon.core.family import Family
from daemon.core.model import Document, Kind, Link, Payment, Record, System
from daemon.store import corrections, families, links, records
from daemon.store.database import Database, Tx, open_inline
from tests.store.made import (
    CLINIC,
    at,
    clean_all,
    contact,
    correction,
    credit_note,
    dirty_ids,
    document,
    link,
    payment,
    xero_document,
    xero_payment,
)


async def upsert(db: Database, *news: Record) -> None:
    await db.write(lambda tx: records.upsert(tx, CLINIC, news))


async def put(db: Database, *pairs: Link) -> None:
    await db.write(lambda tx: [links.put(tx, CLINIC, pair) for pair in pairs])


async def load(db: Database, family: str) -> Family:
    return await db.read(lambda tx: families.load(tx, CLINIC, family))


class TestDirt:
    async def dirty(self, db: Database, limit: int = 100) -> list[tuple[str, int]]:
        return await db.read(lambda tx: families.dirty(tx, CLINIC, limit))

    async def mark(self, db: Database, *ids: str) -> None:
        await db.write(lambda tx: families.mark(tx, CLINIC, ids))

    async def clean(self, db: Database, family: str, seen: int) -> None:
        await db.write(lambda tx: families.clean(tx, CLINIC, family, seen))

    async def test_clients_come_before_invoices(self, db: Database) -> None:
        await self.mark(db, "invoice:3")
        await self.mark(db, "client:2", "invoice:1")
        await self.mark(db, "invoice:3", "client:9")
        assert [family for family, _ in await self.dirty(db)] == ["client:2", "client:9", "invoice:1", "invoice:3"]
        assert [family for family, _ in await self.dirty(db, 2)] == ["client:2", "client:9"]

    async def test_a_family_dirtied_while_it_was_judged_stays_dirty(self, db: Database) -> None:
        await self.mark(db, "invoice:1", "invoice:2")
        seen = dict(await self.dirty(db))
        await self.mark(db, "invoice:1")
        for family, seq in seen.items():
            await self.clean(db, family, seq)
        again = dict(await self.dirty(db))
        assert list(again) == ["invoice:1"]
        await self.clean(db, "invoice:1", again["invoice:1"])
        assert await self.dirty(db) == []

    async def test_all_families_of_one_practice_can_be_marked(self, db: Database) -> None:
        await upsert(db, document("1"), document("2", credits="1"), contact("7"), xero_document("x"))
        await db.write(lambda tx: families.mark(tx, "elsewhere", ["invoice:5"]))
        await clean_all(db)
        await clean_all(db, "elsewhere")
        await db.write(lambda tx: families.mark_all(tx, CLINIC))
        assert await dirty_ids(db) == ["client:7", "invoice:1"]
        assert await dirty_ids(db, "elsewhere") == []

    async def test_marking_nothing_is_nothing(self, db: Database) -> None:
        await self.mark(db)
        assert await self.dirty(db) == []


class TestLoading:
    async def test_nothing_stored_is_an_empty_family(self, db: Database) -> None:
        for family in ("invoice:1", "client:1", "mapping:payments", ""):
            assert await load(db, family) == Family(practice=CLINIC, id=family)

    async def test_an_invoice_with_all_that_belongs_to_it(self, db: Database) -> None:
        own = [document("1", contact_id="7"), document("2", credits="1", contact_id="7"), payment("p", "2")]
        theirs = [
            xero_document("x-1", "1"),
            xero_document("x-2"),
            credit_note("foreign", "x-1"),
            xero_payment("xp", "x-1"),
            xero_payment("elsewhere", "x-9", note="moved"),
        ]
        people = [contact("7"), contact("c-7", System.XERO, merged_into="c-8"), contact("c-8", System.XERO)]
        strangers = [
            document("3", contact_id="8"),
            payment("q", "3"),
            contact("8"),
            xero_document("x-3", "3"),
            xero_payment("yp", "x-3"),
            xero_payment("refund", "foreign"),
            contact("c-9", System.XERO, name="Name 7"),
        ]
        pairs = [
            link(Kind.CONTACT, "7", "c-7"),
            link(Kind.DOCUMENT, "2", "x-2", baseline={"gross": "100.00"}),
            link(Kind.PAYMENT, "p", "elsewhere"),
        ]
        await upsert(db, *own, *theirs, *people, *strangers)
        await put(db, *pairs, link(Kind.DOCUMENT, "3", "x-3"))
        family = await load(db, "invoice:1")
        assert family.documents == (own[0], own[1], theirs[2], theirs[0], theirs[1])
        assert family.payments == (own[2], theirs[4], theirs[3])
        assert family.contacts == tuple(people)
        assert family.links == tuple(pairs)
        assert (family.vanished, family.busy) == ((), False)

    async def test_a_rival_for_the_same_xero_document_is_known_by_its_link(self, db: Database) -> None:
        await upsert(db, document("1", number="N"), document("2", number="N"), xero_document("x", number="N"))
        await put(db, link(Kind.DOCUMENT, "2", "x"))
        family = await load(db, "invoice:1")
        assert [each.id for each in family.documents] == ["1", "x"]
        assert family.links == (link(Kind.DOCUMENT, "2", "x"),)

    async def test_a_client_with_every_contact_that_may_be_it(self, db: Database) -> None:
        people = [
            contact("7", name="Ann Lee", email="ann@example.org", number="7"),
            contact("by-mail", System.XERO, name="A. Lee", email="ANN@example.org"),
            contact("by-name", System.XERO, name="ann lee", merged_into="target"),
            contact("by-number", System.XERO, name="?", number="7"),
            contact("linked", System.XERO, name="Someone Else"),
            contact("target", System.XERO, name="Whoever", merged_into="last"),
            contact("last", System.XERO, name="Last"),
            contact("no", System.XERO, name="Nobody"),
            contact("8", name="Ann Lee"),
        ]
        waits, posted = document("1", contact_id="7"), document("2", contact_id="7")
        await upsert(db, *people, waits, posted, document("3", contact_id="8"))
        await put(db, link(Kind.CONTACT, "7", "linked"), link(Kind.DOCUMENT, "2", "x"))
        family = await load(db, "client:7")
        assert [each.id for each in family.contacts] == [
            *("7", "by-mail", "by-name", "by-number", "last", "linked", "target"),
        ]
        assert family.documents == (waits,)
        assert family.links == (link(Kind.CONTACT, "7", "linked"),)

    async def test_a_ring_of_merges_ends(self, db: Database) -> None:
        ring = [contact(f"c{n}", System.XERO, merged_into=f"c{(n + 1) % 3}") for n in range(3)]
        await upsert(db, contact("7"), *ring)
        await put(db, link(Kind.CONTACT, "7", "c0"))
        assert [each.id for each in (await load(db, "client:7")).contacts] == ["7", "c0", "c1", "c2"]

    async def test_vanished_records_are_still_there_and_named(self, db: Database) -> None:
        await upsert(db, document("1"), payment("p", "1"), xero_document("x", "1"))
        for system, kind in ((System.XERO, Kind.DOCUMENT), (System.PROVET, Kind.PAYMENT)):
            scan = await db.write(lambda tx, s=system, k=kind: records.begin_scan(tx, CLINIC, s, k))
            await db.write(
                lambda tx, s=system, k=kind, n=scan: records.finish_scan(tx, CLINIC, s, k, n, before=at(10**6))
            )
        family = await load(db, "invoice:1")
        assert family.vanished == ("payment/p", "document/x")
        assert [each.id for each in family.documents] == ["1", "x"]
        assert [each.id for each in family.payments] == ["p"]

    async def test_a_family_is_busy_while_a_correction_is_decided_and_not_finished(self, db: Database) -> None:
        await upsert(db, document("1"), document("2"))
        busy = {CorrectionStatus.APPROVED, CorrectionStatus.APPLYING, CorrectionStatus.IN_DOUBT}
        for status in CorrectionStatus:
            await db.write(lambda tx, s=status: corrections.put(tx, correction("c", "d", s, family="invoice:1")))
            assert (await load(db, "invoice:1")).busy is (status in busy)
            assert not (await load(db, "invoice:2")).busy

    async def test_many_are_loaded_as_each_alone_in_the_order_asked_for(self, db: Database) -> None:
        for n in range(12):
            await upsert(
                db,
                document(f"{n}", contact_id=f"k{n % 3}", number=f"N{n % 4}"),
                payment(f"p{n}", f"{n}"),
                contact(f"k{n % 3}", name=f"Name {n % 2}"),
                xero_document(f"x{n}", f"{n}", number=f"N{n % 5}"),
                xero_payment(f"y{n}", f"x{n}", f"p{n}"),
                credit_note(f"z{n}", f"x{n}", f"x{(n + 1) % 12}"),
                contact(f"c{n}", System.XERO, name=f"Name {n % 2}"),
            )
            await put(db, link(Kind.PAYMENT, f"p{n}", f"y{n}"), link(Kind.CONTACT, f"k{n % 3}", f"c{n % 3}"))
        ids = ["client:k2", *(f"invoice:{n}" for n in range(11, -1, -1)), "client:k0", "invoice:none"]
        together = await db.read(lambda tx: families.load_many(tx, CLINIC, ids))
        assert [family.id for family in together] == ids
        assert together == [await load(db, id_) for id_ in ids]

    async def test_the_number_of_queries_does_not_grow_with_the_number_of_families(self, db: Database) -> None:
        for n in range(60):
            await upsert(db, document(f"{n}", contact_id=f"{n}"), contact(f"{n}"), xero_document(f"x{n}", f"{n}"))

        def queries(count: int, tx: Tx) -> int:
            counting = Counting(tx)
            families.load_many(counting, CLINIC, [f"invoice:{n}" for n in range(count)])
            return counting.statements

        one = await db.read(lambda tx: queries(1, tx))
        assert await db.read(lambda tx: queries(60, tx)) == one < 40


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.statements = 0

    def execute(self, sql: str, params: object = ()) -> list[tuple[object, ...]]:
        self.statements += 1
        return self._tx.execute(sql, params)

    def executemany(self, sql: str, rows: object) -> None:
        raise AssertionError("loading writes nothing")


IDS = [str(n) for n in range(8)]


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[Record]]:
    """Versions of documents that credit or consolidate each other (rings and strangers included) and payments."""
    versions: list[Record] = []
    for id_ in draw(st.lists(st.sampled_from(IDS), unique=True)):
        for version in range(draw(st.integers(1, 2))):
            target = draw(st.sampled_from(["", "", "unknown", *IDS]))
            inside = tuple(draw(st.lists(st.sampled_from(["unknown", *IDS]), max_size=2, unique=True)))
            inside = inside if draw(st.booleans()) else ()
            versions.append(document(id_, credits=target, consolidates=inside, updated_at=at(version)))
    for n in range(draw(st.integers(0, 6))):
        documents = draw(st.lists(st.sampled_from([*IDS, "unknown"]), min_size=1, max_size=2))
        versions += [payment(f"p{n}", id_, updated_at=at(version)) for version, id_ in enumerate(documents)]
    shuffled = draw(st.permutations(versions))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    return [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]


async def homes(batches: list[list[Record]]) -> dict[str, list[str]]:
    """Which families hold each Provet record after these arrivals, by loading every family there is."""
    db = open_inline()
    for batch in batches:
        await upsert(db, *batch)
    names = await db.read(lambda tx: [name for (name,) in tx.execute("SELECT id FROM family ORDER BY id")])
    found: dict[str, list[str]] = {}
    for family in await db.read(lambda tx: families.load_many(tx, CLINIC, names)):
        for record in (*family.documents, *family.payments):
            found.setdefault(f"{record.ref.kind}/{record.id}", []).append(family.id)
    await db.close()
    return dict(sorted(found.items()))


@settings(max_examples=150, deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.too_slow])
@given(arrivals())
async def test_every_record_is_in_one_family_whatever_the_order_of_arrival(batches: list[list[Record]]) -> None:
    found = await homes(batches)
    newest: dict[str, Document | Payment] = {}
    for record in sorted((each for batch in batches for each in batch), key=lambda each: each.updated_at):
        assert isinstance(record, Document | Payment)
        newest[f"{record.ref.kind}/{record.id}"] = record
    assert {key: len(home) for key, home in found.items()} == dict.fromkeys(newest, 1)
    in_order = await homes([list(newest.values())])
    assert found == in_order
    for record in newest.values():
        parent = record.document_id if isinstance(record, Payment) else record.credits
        if f"document/{parent}" in newest:
            assert found[f"{record.ref.kind}/{record.id}"] == found[f"document/{parent}"]
        for original in record.consolidates if isinstance(record, Document) else ():
            assert found.get(f"document/{original}", found[f"document/{record.id}"]) == found[f"document/{record.id}"]
