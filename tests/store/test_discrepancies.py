"""Windows over many discrepancies, compared with a filter anybody can read, and the plans of their queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.core.discrepancy import Discrepancy, Finding, Policy, Status, Subject
from daemon.core.model import Kind, Ref, System
from daemon.errors import Invalid
from daemon.store import discrepancies
from daemon.store.database import Database, open_inline
from daemon.store.discrepancies import Page, Query, Sort
from tests.store.made import CLINIC, START, at, finding

KINDS = ["invoice.missing", "invoice.changed_in_xero", "payment.differs", "invoiced.other"]
LABELS = ["Invoice 12", "invoice 12%", "INVOICE_12", "Zoë's straße", "Invoice 12!", "a"]


def put_all(found: Sequence[Discrepancy]) -> Any:
    return lambda tx: [discrepancies.put(tx, each) for each in found]


def discrepancy(number: int, **more: Any) -> Discrepancy:
    state = {name: more.pop(name) for name in ("status", "first_seen", "assignee") if name in more}
    found: Finding = finding(f"{number}", **more)
    return Discrepancy(**{"finding": found, "status": Status.OPEN, "first_seen": START, "last_seen": START, **state})


@st.composite
def collections(draw: st.DrawFn) -> list[Discrepancy]:
    return [
        discrepancy(
            number,
            practice=draw(st.sampled_from([CLINIC, "hillside"])),
            kind=draw(st.sampled_from(KINDS)),
            policy=draw(st.sampled_from(Policy)),
            cause=draw(st.sampled_from([None, "c1", "c2"])),
            amount=draw(st.sampled_from([Decimal(text) for text in ("0", "0.01", "9.99", "10.00", "200")])),
            subject=Subject(
                label=draw(st.sampled_from(LABELS)),
                provet=Ref(system=System.PROVET, kind=Kind.DOCUMENT, id=f"{number}"),
            ),
            status=draw(st.sampled_from(Status)),
            first_seen=at(draw(st.integers(0, 3))),
        )
        for number in range(draw(st.integers(0, 25)))
    ]


queries = st.builds(
    Query,
    practice=st.sampled_from(["", CLINIC, "nowhere"]),
    kind=st.sampled_from(["", "invoice.missing", "invoice", "inv_ice", "payment"]),
    kind_not=st.lists(st.sampled_from([*KINDS, "invoice", "pay"]), max_size=2, unique=True).map(tuple),
    statuses=st.lists(st.sampled_from(Status), max_size=3, unique=True).map(tuple),
    text=st.sampled_from(
        ["", "invoice 12", "12%", "e_1", "STRASSE", "ZOË", "!", "not in xero", "  Invoice   12 ", "7"]
    ),
    cause=st.sampled_from(["", "c1"]),
    policy=st.sampled_from([None, *Policy]),
    min_amount=st.sampled_from([None, Decimal("0.01"), Decimal(10)]),
    max_amount=st.sampled_from([None, Decimal("9.99"), Decimal(0)]),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    offset=st.integers(0, 6),
    limit=st.integers(0, 8),
)


def passes(found: Discrepancy, query: Query) -> bool:
    about = found.finding
    words = [about.subject.label, about.summary, about.id, about.subject.provet.id if about.subject.provet else ""]
    wanted = " ".join(query.text.split()).casefold()
    return (
        query.practice in {"", about.practice}
        and query.kind in {"", about.kind, about.kind.split(".")[0]}
        and not {about.kind, about.kind.split(".")[0]} & set(query.kind_not)
        and (not query.statuses or found.status in query.statuses)
        and any(wanted in word.casefold() for word in words)
        and query.cause in {"", about.cause}
        and query.policy in {None, about.policy}
        and (query.min_amount is None or about.amount >= query.min_amount)
        and (query.max_amount is None or about.amount <= query.max_amount)
    )


def place(found: Discrepancy, sort: Sort) -> tuple[Any, ...]:
    about = found.finding
    value = (about.amount, found.first_seen, found.id)
    match sort:
        case Sort.AMOUNT:
            return value
        case Sort.AGE:
            return (found.first_seen, found.id)
        case Sort.KIND:
            return (about.kind, *value)
        case Sort.LABEL:
            return (about.subject.label.casefold(), about.summary, found.id)


def naive_page(everything: Sequence[Discrepancy], query: Query) -> Page:
    let_through = sorted(
        (each for each in everything if passes(each, query)),
        key=lambda each: place(each, query.sort),
        reverse=query.descending != (query.sort is Sort.AGE),
    )
    kinds = sorted({each.finding.kind for each in let_through})
    return Page(
        rows=tuple(let_through[query.offset : query.offset + query.limit]),
        total=len(let_through),
        amount=sum((each.finding.amount for each in let_through), Decimal(0)),
        groups={kind: sum(1 for each in let_through if each.finding.kind == kind) for kind in kinds},
        seq=len(everything),
    )


@settings(max_examples=60, deadline=dt.timedelta(seconds=10))
@given(collections(), st.lists(queries, min_size=1, max_size=12))
async def test_a_page_is_what_a_plain_filter_gives(found: list[Discrepancy], asked: list[Query]) -> None:
    db = open_inline()
    everything = await db.write(put_all(found))
    for query in asked:
        page = await db.read(lambda tx, q=query: discrepancies.page(tx, q))
        assert page == naive_page(everything, query)
    await db.close()


async def test_unasked_the_largest_and_newest_open_or_approved_come_first(db: Database) -> None:
    rows = [
        discrepancy(1, amount=Decimal(5), first_seen=at(1)),
        discrepancy(2, amount=Decimal(50)),
        discrepancy(3, amount=Decimal(5), first_seen=at(2), status=Status.APPROVED),
        *(discrepancy(10 + n, status=status) for n, status in enumerate(Status) if status not in {"open", "approved"}),
    ]
    await db.write(put_all(rows))
    page = await db.read(lambda tx: discrepancies.page(tx, Query()))
    assert [row.finding.subject.label for row in page.rows] == ["Invoice 2", "Invoice 3", "Invoice 1"]
    assert (page.total, page.amount, page.seq) == (3, Decimal("60.00"), len(rows))


async def test_a_text_without_end_is_refused(db: Database) -> None:
    with pytest.raises(Invalid, match="longer than"):
        await db.read(lambda tx: discrepancies.page(tx, Query(text="x" * 501)))


async def test_a_text_is_never_sql(db: Database) -> None:
    await db.write(put_all([discrepancy(1)]))
    for text in ("' OR 1=1 --", "%' ; DROP TABLE discrepancy; --", "\x00", "?"):
        assert (await db.read(lambda tx, t=text: discrepancies.page(tx, Query(text=t, practice=t, kind=t)))).total == 0
    assert (await db.read(lambda tx: discrepancies.page(tx, Query()))).total == 1


async def test_every_part_of_a_discrepancy_comes_back(db: Database) -> None:
    whole = msgspec.structs.replace(
        discrepancy(1, effect=Decimal("-0.50"), cause="c"), assignee="ann", rejected_facts="f", snoozed_until=at(5)
    )
    stored = await db.write(lambda tx: discrepancies.put(tx, whole))
    assert stored == msgspec.structs.replace(whole, seq=1)
    assert await db.read(lambda tx: discrepancies.get(tx, whole.id)) == stored
    assert await db.read(lambda tx: discrepancies.get(tx, "unknown")) is None


async def test_the_feed_goes_on_from_any_number_with_each_in_its_latest_state(db: Database) -> None:
    one, two, three = await db.write(put_all([discrepancy(n) for n in range(3)]))
    latest = await db.write(lambda tx: discrepancies.put(tx, msgspec.structs.replace(one, assignee="ann")))
    assert await db.read(lambda tx: discrepancies.changed_since(tx, 0, 10)) == [two, three, latest]
    assert await db.read(lambda tx: discrepancies.changed_since(tx, 2, 10)) == [three, latest]
    assert await db.read(lambda tx: discrepancies.changed_since(tx, 0, 1)) == [two]
    assert await db.read(lambda tx: discrepancies.changed_since(tx, 4, 10)) == []


async def test_open_and_approved_are_counted_by_kind(db: Database) -> None:
    rows = [discrepancy(n, kind=KINDS[n % 2], status=status) for n, status in enumerate([*Status, *Status])]
    await db.write(put_all([*rows, discrepancy(99, practice="hillside")]))
    assert await db.read(lambda tx: discrepancies.open_by_kind(tx, CLINIC)) == {KINDS[0]: 2, KINDS[1]: 2}
