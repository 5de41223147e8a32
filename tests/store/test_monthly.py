"""What reports read of the store: spans of days, residuals by client and day, windows; and from which index."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from decimal import Decimal

from daemon.core.discrepancy import Exclusion, Status
from daemon.core.model import Kind
from daemon.store import audit, discrepancies, links, monthly, records
from daemon.store.assessments import Books, save
from daemon.store.database import Database, Tx
from daemon.store.schema import migrations
from tests.store.made import CLINIC, START, document, finding, link, payment, xero_document, xero_payment
from tests.store.test_plans import plans

MARCH, APRIL, MAY = dt.date(2026, 3, 31), dt.date(2026, 4, 10), dt.date(2026, 5, 2)
FIRST, LAST = dt.date(2026, 4, 1), dt.date(2026, 4, 30)
FAR = dt.date(9999, 12, 31)


def judged(tx: Tx, root: str, provet: int, xero: int, *, effect: int = 0, excluded: int = 0) -> None:
    """A family with its books, a discrepancy that explains ``effect`` and an exclusion of ``excluded``."""
    family = f"invoice:{root}"
    found = [finding(root, effect=Decimal(effect), amount=Decimal(abs(effect)))] if effect else []
    exclusion = Exclusion(
        practice=CLINIC,
        family=family,
        provet_id=root,
        label=f"Invoice {root}",
        reason="draft",
        amount=Decimal(excluded),
    )
    save(
        tx,
        CLINIC,
        family,
        findings=found,
        exclusions=[exclusion] if excluded else [],
        links=[],
        books=Books(provet=Decimal(provet), xero=Decimal(xero)),
        now=START,
        seen_seq=0,
    )


async def fill(db: Database) -> None:
    """March: 1 of client 7, credited by 2 in April. April: 3 of client 8, 4 excluded. May: 5 of client 7."""

    def work(tx: Tx) -> None:
        records.upsert(
            tx,
            CLINIC,
            [
                document("1", date=MARCH, contact_id="7"),
                document("2", date=APRIL, contact_id="7", credit=True, credits="1"),
                document("3", date=APRIL, contact_id="8"),
                document("4", date=APRIL),
                document("5", date=MAY, contact_id="7"),
                payment("p3", "3", date=MAY),
                xero_document("x1", "1", date=MARCH),
                xero_document("x5", "5", date=MAY),
                xero_payment("xp1", "x1", date=MAY),
                xero_document("foreign", date=APRIL),
            ],
        )
        links.put(tx, CLINIC, link(Kind.DOCUMENT, "1", "x1"))
        links.put(tx, CLINIC, link(Kind.DOCUMENT, "5", "x5"))
        judged(tx, "1", 100, 60, effect=40)
        judged(tx, "3", 50, 0, effect=45)
        judged(tx, "4", 30, 0, excluded=30)
        judged(tx, "5", 70, 70)

    await db.write(work)


async def moved(db: Database, first: dt.date, last: dt.date, after: str = "", limit: int = 100) -> list[str]:
    return await db.read(lambda tx: monthly.families_moved(tx, CLINIC, first, last, after, limit))


async def test_families_move_by_documents_and_payments_of_either_side(db: Database) -> None:
    await fill(db)
    assert await moved(db, MARCH, MARCH) == ["invoice:1"]
    assert await moved(db, FIRST, LAST) == ["invoice:1", "invoice:3", "invoice:4"]
    assert await moved(db, MAY, MAY) == ["invoice:1", "invoice:3", "invoice:5"]
    assert await moved(db, FIRST, LAST, "invoice:1", 1) == ["invoice:3"]
    assert await moved(db, dt.date(2026, 6, 1), FAR) == []


async def test_a_changed_date_moves_a_family(db: Database) -> None:
    await fill(db)
    later = START + dt.timedelta(seconds=9)
    await db.write(lambda tx: records.upsert(tx, CLINIC, [document("5", date=APRIL, updated_at=later)]))
    assert "invoice:5" in await moved(db, FIRST, LAST)


async def test_books_count_from_the_day_on_which_their_family_began(db: Database) -> None:
    await fill(db)
    expected = {MARCH: ("100", "60", "0", "40"), LAST: ("180", "60", "30", "85"), FAR: ("250", "130", "30", "85")}
    for last, sums in expected.items():
        whole = await db.read(lambda tx, last=last: monthly.through(tx, CLINIC, last))
        assert (whole.provet, whole.xero, whole.excluded, whole.effect) == tuple(map(Decimal, sums))
    assert whole.residual == 5


async def test_shares_name_only_what_differs_largest_residual_first(db: Database) -> None:
    await fill(db)
    clients = await db.read(lambda tx: monthly.by_client(tx, CLINIC, FAR, 10))
    assert [(share.key, share.residual) for share in clients] == [("8", 5), ("", 0), ("7", 0)]
    days = await db.read(lambda tx: monthly.by_day(tx, CLINIC, FAR, 10))
    assert [(share.key, share.residual) for share in days] == [("2026-04-10", 5), ("2026-03-31", 0)]
    assert await db.read(lambda tx: monthly.by_day(tx, CLINIC, FAR, 1)) == days[:1]


async def test_discrepancies_of_later_families_are_left_out_and_those_of_none_are_not(db: Database) -> None:
    await fill(db)
    cause = finding("cause", family="cause")
    await db.write(
        lambda tx: discrepancies.put(
            tx, discrepancies.Discrepancy(finding=cause, status=Status.OPEN, first_seen=START, last_seen=START)
        )
    )

    def found(tx: Tx, last: dt.date | None, after: str = "", limit: int = 10) -> set[str]:
        listed = monthly.discrepancies_through(tx, CLINIC, last, (Status.OPEN,), after, limit)
        return {each.finding.subject.label for each in listed}

    assert await db.read(lambda tx: found(tx, MARCH)) == {"Invoice 1", "Invoice cause"}
    assert await db.read(lambda tx: found(tx, None)) == {"Invoice 1", "Invoice 3", "Invoice cause"}
    first = await db.read(lambda tx: monthly.discrepancies_through(tx, CLINIC, None, (Status.OPEN,), "", 1))
    assert len(await db.read(lambda tx: found(tx, None, first[0].id))) == 2
    assert await db.read(lambda tx: monthly.discrepancies_through(tx, CLINIC, None, (Status.CLOSED,), "", 9)) == []


async def test_exclusions_of_earlier_months_stay_while_something_is_open(db: Database) -> None:
    await fill(db)

    def labels(tx: Tx, first: dt.date, last: dt.date) -> list[str]:
        return [each.label for each in monthly.excluded(tx, CLINIC, first, last, "", 10)]

    assert await db.read(lambda tx: labels(tx, dt.date(2026, 3, 1), MARCH)) == []
    assert await db.read(lambda tx: labels(tx, FIRST, LAST)) == ["Invoice 4"]
    assert await db.read(lambda tx: labels(tx, MAY, MAY)) == ["Invoice 4"]


async def test_approvals_are_those_of_the_span(db: Database) -> None:
    def work(tx: Tx) -> None:
        for hour, action in enumerate(("approved", "rejected", "approved", "approved")):
            at = START + dt.timedelta(hours=hour)
            audit.append(tx, at=at, practice=CLINIC, actor="ann", action=action, subject=str(hour), detail={})

    await db.write(work)
    end = START + dt.timedelta(hours=3)
    found = await db.read(lambda tx: monthly.approvals(tx, CLINIC, START, end, 0, 10))
    assert [each.subject for each in found] == ["0", "2"]
    assert await db.read(lambda tx: monthly.approvals(tx, CLINIC, START, end, found[0].number, 10)) == found[1:]


async def test_windows_over_links_follow_each_other(db: Database) -> None:
    await fill(db)
    first = await db.read(lambda tx: links.page(tx, CLINIC, ("", "", ""), 1))
    rest = await db.read(lambda tx: links.page(tx, CLINIC, ("document", "1", "x1"), 10))
    assert [each.provet_id for each in first + rest] == ["1", "5"]


async def test_open_counts_tell_kinds_and_policies_apart(db: Database) -> None:
    await fill(db)
    (count,) = await db.read(lambda tx: discrepancies.open_counts(tx, CLINIC))
    assert (count.kind, count.policy, count.count, count.amount) == ("invoice.missing", "automatic", 2, Decimal(85))


WHOLE = re.compile(
    r"SEARCH (?!family|exclusion|discrepancy|e )\w+ [^/]*\(practice=\?( AND (system|kind)=\?)*( AND name>.*)?\)"
)
"""A search over all records, keys or links of a practice; open books and exclusions are few."""


async def test_nothing_walks_over_the_records_of_a_practice(db: Database) -> None:
    await fill(db)
    works = [
        lambda tx: monthly.families_moved(tx, CLINIC, FIRST, LAST, "", 10),
        lambda tx: monthly.through(tx, CLINIC, LAST),
        lambda tx: monthly.by_client(tx, CLINIC, LAST, 10),
        lambda tx: monthly.excluded(tx, CLINIC, FIRST, LAST, "", 10),
        lambda tx: monthly.excluded(tx, CLINIC, FIRST, LAST, 20, 10),
        lambda tx: monthly.sum_excluded(tx, CLINIC, FIRST, LAST),
        lambda tx: monthly.sum_through(tx, CLINIC, LAST, (Status.OPEN,)),
        lambda tx: monthly.discrepancies_through(tx, CLINIC, LAST, (Status.OPEN,), 20, 10),
        lambda tx: monthly.count_approvals(tx, CLINIC, START, START),
        lambda tx: monthly.approvals(tx, CLINIC, START, START, 0, 10),
        lambda tx: monthly.discrepancies_through(tx, CLINIC, LAST, (Status.OPEN,), "", 10),
        lambda tx: links.page(tx, CLINIC, ("", "", ""), 10),
        lambda tx: discrepancies.open_counts(tx, CLINIC),
    ]
    for work in works:
        for plan in await db.write(lambda tx, w=work: plans(tx, w)):
            assert "SCAN " not in plan.replace("SCAN part", "").replace("SCAN p ", ""), plan
            assert not WHOLE.search(plan), plan


def test_an_older_store_learns_its_days() -> None:
    """The migration reads them from the records that are stored."""
    raw = sqlite3.connect(":memory:")
    try:
        *older, days = migrations()[:3]
        for script in older:
            raw.executescript(script)
        for kind, body in (("document", '{"date":"2026-03-31"}'), ("contact", '{"name":"Ann"}')):
            raw.execute(
                "INSERT INTO record (practice, system, kind, id, digest, updated_at, family, parent, scan, vanished)"
                " VALUES ('p', 'xero', ?, '1', X'00', '', '', '', 0, 0)",
                (kind,),
            )
            raw.execute("INSERT INTO record_body VALUES ('p', 'xero', ?, '1', ?)", (kind, body))
        raw.executescript(days)
        assert dict(raw.execute("SELECT kind, day FROM record")) == {"document": "2026-03-31", "contact": ""}
    finally:
        raw.close()
