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
from daemon.store import discrepancies, groups, lists
from daemon.store.database import Database, Tx, open_inline
from daemon.store.groups import By
from daemon.store.lists import Page, Query, Sort
from tests.store.made import CLINIC, START, at, finding

KINDS = ["invoice.missing", "invoice.changed_in_xero", "payment.differs", "invoiced.other"]
CAUSES: list[dict[str, Any]] = [
    {},
    {"cause": "c1"},
    {"cause": "c2"},
    {"cause": "c1", "also": ("c2",)},
    {"cause": "c2", "also": ("c3", "c1")},
]
LABELS = ["Invoice 12", "invoice 12%", "INVOICE_12", "Zoë's straße", "Invoice 12!", "a"]


def put_all(found: Sequence[Discrepancy]) -> Any:
    return lambda tx: [discrepancies.put(tx, each) for each in found]


def discrepancy(number: int | str, **more: Any) -> Discrepancy:
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
            **draw(st.sampled_from(CAUSES)),
            amount=draw(st.sampled_from([Decimal(text) for text in ("0", "0.01", "9.99", "10.00", "200")])),
            subject=Subject(
                label=draw(st.sampled_from(LABELS)),
                provet=Ref(system=System.PROVET, kind=Kind.DOCUMENT, id=f"{number}"),
            ),
            status=draw(st.sampled_from(Status)),
            first_seen=at(draw(st.integers(0, 3))),
            assignee=draw(st.sampled_from(["", "ann", "bob"])),
            client=draw(st.sampled_from(["", "7", "8"])),
            client_name=draw(st.sampled_from(["", "Ada Quinn"])),
        )
        for number in range(draw(st.integers(0, 25)))
    ]


queries = st.builds(
    Query,
    practice=st.sampled_from(["", CLINIC, "nowhere"]),
    practice_not=st.sampled_from([(), (CLINIC,)]),
    kind=st.sampled_from(["", "invoice.missing", "invoice", "inv_ice", "payment"]),
    kind_not=st.lists(st.sampled_from([*KINDS, "invoice", "pay"]), max_size=2, unique=True).map(tuple),
    statuses=st.lists(st.sampled_from(Status), max_size=3, unique=True).map(tuple),
    text=st.sampled_from(
        [
            "",
            "invoice 12",
            "12%",
            "e_1",
            "STRASSE",
            "ZOË",
            "!",
            "not in xero",
            "  Invoice   12 ",
            "7",
            "missing",
            "12 invoice.m",
        ]
    ),
    text_not=st.sampled_from([(), ("invoice 12",), ("ada", "!"), ("e.miss",)]),
    cause=st.sampled_from(["", "c1", "c3", "none"]),
    client=st.sampled_from(["", "7", "none"]),
    assignee=st.sampled_from(["", "ann", "none"]),
    assignee_not=st.sampled_from([(), ("none",), ("ann", "bob")]),
    policy=st.sampled_from([None, *Policy]),
    policy_not=st.sampled_from([(), (Policy.AUTOMATIC,)]),
    seen_from=st.sampled_from([None, at(1)]),
    seen_before=st.sampled_from([None, at(1), at(3)]),
    min_amount=st.sampled_from([None, Decimal("0.01"), Decimal(10)]),
    max_amount=st.sampled_from([None, Decimal("9.99"), Decimal(0)]),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    offset=st.integers(0, 6),
    limit=st.integers(0, 8),
)


def waited_for(found: Discrepancy) -> tuple[str, ...]:
    """Every cause; of what is closed, the first."""
    causes = found.finding.causes
    return causes[:1] if found.status is Status.CLOSED else causes


def passes(found: Discrepancy, query: Query) -> bool:
    about = found.finding
    words = [about.kind, about.subject.label, about.summary, about.id, about.client_name]
    words += [about.subject.provet.id] if about.subject.provet else []

    def has(text: str) -> bool:
        return all(any(part in word.casefold() for word in words) for part in text.casefold().split())

    def owned(wanted: str, owner: str | None) -> bool:
        return not wanted or wanted == (owner or "none")

    return (
        query.practice in {"", about.practice}
        and query.kind in {"", about.kind, about.kind.split(".")[0]}
        and not {about.kind, about.kind.split(".")[0]} & set(query.kind_not)
        and (not query.statuses or found.status in query.statuses)
        and has(query.text)
        and not any(has(text) for text in query.text_not)
        and query.cause in {"", *(waited_for(found) or ("none",))}
        and owned(query.client, about.client)
        and owned(query.assignee, found.assignee)
        and (found.assignee or "none") not in query.assignee_not
        and about.practice not in query.practice_not
        and query.policy in {None, about.policy}
        and about.policy not in query.policy_not
        and (query.seen_from is None or found.first_seen >= query.seen_from)
        and (query.seen_before is None or found.first_seen < query.seen_before)
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
            return (about.subject.label.casefold(), found.id)
        case Sort.PRACTICE:
            return (about.practice, *value)
        case Sort.STATUS:
            return (found.status, *value)


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
        page = await db.read(lambda tx, q=query: lists.page(tx, q))
        assert page == naive_page(everything, query)
        await check_places(db, query, page, everything)
        for by in By:
            assert await db.read(lambda tx, q=query, b=by: naive_groups(everything, q, b) == all_groups(tx, q, b))
    await db.close()


async def check_places(db: Database, query: Query, page: Page, everything: list[Discrepancy]) -> None:
    shown = {row.id: query.offset + number for number, row in enumerate(page.rows)}
    for row in everything:
        place_of = await db.read(lambda tx, id_=row.id: lists.place(tx, query, id_))
        assert (place_of is not None) == passes(row, query)
        assert place_of == shown.get(row.id, place_of)


def all_groups(tx: Tx, query: Query, by: By) -> list[tuple[str, str, int, Decimal]]:
    whole = msgspec.structs.replace(query, offset=0, limit=100)
    found = groups.grouped(tx, whole, by, groups.tallied(tx, whole, by))
    assert found.total == len(found.rows)
    return [(group.practice, group.key, group.count, group.amount) for group in found.rows]


def naive_groups(everything: list[Discrepancy], query: Query, by: By) -> list[tuple[str, str, int, Decimal]]:
    members: dict[tuple[str, str], list[Decimal]] = {}
    for each in everything:
        about = each.finding
        keys = {
            By.KIND: [("", about.kind)],
            By.CLIENT: [(about.practice, about.client)],
            By.PRACTICE: [(about.practice, about.practice)],
            By.CAUSE: [(about.practice, cause) for cause in waited_for(each) or ("",)],
        }
        for key in keys[by] if passes(each, query) else ():
            members.setdefault(key, []).append(about.amount)
    found = [(practice, key, len(amounts), sum(amounts, Decimal(0))) for (practice, key), amounts in members.items()]
    return sorted(found, key=lambda group: (-group[3], -group[2], group[0], group[1]))


async def test_groups_bear_names(db: Database) -> None:
    cause = discrepancy("c", kind="mapping.missing")
    rows = [discrepancy(n, client="7", client_name="Ada Quinn", cause=cause.id) for n in (1, 2)]
    await db.write(put_all([cause, *rows]))

    def labels(tx: Tx) -> list[list[str]]:
        found = [groups.grouped(tx, Query(), by, groups.tallied(tx, Query(), by)) for by in By]
        return [[group.label for group in each.rows] for each in found]

    by_kind, by_client, by_practice, by_cause = await db.read(labels)
    assert by_kind == ["invoice.missing", "mapping.missing"]
    assert by_client == ["Ada Quinn", ""]
    assert by_practice == [CLINIC]
    assert by_cause == ["Invoice c", ""]


async def test_unasked_the_largest_and_newest_open_or_approved_come_first(db: Database) -> None:
    rows = [
        discrepancy(1, amount=Decimal(5), first_seen=at(1)),
        discrepancy(2, amount=Decimal(50)),
        discrepancy(3, amount=Decimal(5), first_seen=at(2), status=Status.APPROVED),
        *(discrepancy(10 + n, status=status) for n, status in enumerate(Status) if status not in {"open", "approved"}),
    ]
    await db.write(put_all(rows))
    page = await db.read(lambda tx: lists.page(tx, Query()))
    assert [row.finding.subject.label for row in page.rows] == ["Invoice 2", "Invoice 3", "Invoice 1"]
    assert (page.total, page.amount, page.seq) == (3, Decimal("60.00"), len(rows))


async def test_a_text_without_end_is_refused(db: Database) -> None:
    with pytest.raises(Invalid, match="longer than"):
        await db.read(lambda tx: lists.page(tx, Query(text="x" * 501)))


async def test_words_beyond_the_most_narrow_as_one(db: Database) -> None:
    await db.write(lambda tx: discrepancies.put(tx, discrepancy(1, summary=" ".join(f"w{n}" for n in range(30)))))
    for text, count in ((" ".join(f"w{n}" for n in range(30)), 1), (" ".join(f"w{29 - n}" for n in range(30)), 0)):
        assert (await db.read(lambda tx, t=text: lists.page(tx, Query(text=t)))).total == count


async def test_a_text_is_never_sql(db: Database) -> None:
    await db.write(put_all([discrepancy(1)]))
    for text in ("' OR 1=1 --", "%' ; DROP TABLE discrepancy; --", "\x00", "?"):
        assert (await db.read(lambda tx, t=text: lists.page(tx, Query(text=t, practice=t, kind=t)))).total == 0
    assert (await db.read(lambda tx: lists.page(tx, Query()))).total == 1


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
