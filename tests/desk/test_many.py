"""Groups, selections and one decision on many, as the desk answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import aiohttp
import msgspec
import pytest

from daemon.core.discrepancy import Status
from daemon.desk.desk import Desk
from daemon.desk.lists import Lists
from daemon.protocol import (
    ApproveRequest,
    Assign,
    Comment,
    GroupBy,
    ListQuery,
    Operator,
    Pending,
    Reject,
    Role,
    SomeRequest,
    Waiting,
)
from daemon.store import corrections, discrepancies
from tests.desk.test_decisions_cycle import FOUR_EYES
from tests.support.serving import serving
from tests.support.stocked import held_by, stocked
from tests.support.workshop import Workshop

ANN = Operator(uid=1001, login="ann", role=Role.APPROVER)
BOB = Operator(uid=1002, login="bob", role=Role.APPROVER)
ALL = ListQuery(limit=500)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with stocked(tmp_path, 40) as opened:
        yield opened


@pytest.fixture
def desk(shop: Workshop) -> Desk:
    return shop.app.desk


async def some(desk: Desk, **query: object) -> tuple[str, ...]:
    page = await desk.page(ListQuery(limit=500, **query))  # type: ignore[arg-type]
    return tuple(row.id for row in page.discrepancies)


async def test_typing_on_finds_what_typing_it_at_once_finds(desk: Desk, shop: Workshop) -> None:
    ids = [row.subject.label for row in (await desk.page(ALL)).discrepancies]
    word = ids[0].casefold()
    for length in range(1, len(word) + 1):
        query = ListQuery(limit=500, text=word[:length])
        typed, at_once = await desk.page(query), await Lists(shop.app.db, shop.app.engines).page(query)
        assert typed == at_once
    assert typed.total >= 1


async def test_groups_are_counted_anew_after_a_change(desk: Desk) -> None:
    before = await desk.groups(ALL, GroupBy.KIND)
    first = (await desk.page(ALL)).discrepancies[0]
    await desk.decide(first.id, Reject(reason="x"), ANN)
    after = await desk.groups(ALL, GroupBy.KIND)
    assert (before.count, after.count) == (40, 39)
    counts = {group.key: group.count for group in before.groups}
    assert {group.key: group.count for group in after.groups if group.count} != counts


async def test_a_window_past_the_last_group_still_counts_them(desk: Desk) -> None:
    whole = await desk.groups(ALL, GroupBy.KIND)
    past = await desk.groups(ListQuery(offset=100), GroupBy.KIND)
    assert (past.groups, past.total) == ((), whole.total)


@pytest.mark.parametrize("by", GroupBy)
async def test_groups_add_up_to_the_list(desk: Desk, by: GroupBy) -> None:
    page, grouped = await desk.page(ALL), await desk.groups(ALL, by)
    assert sum(group.count for group in grouped.groups) == grouped.count == page.total == 40
    assert sum(Decimal(group.amount) for group in grouped.groups) == Decimal(page.amount) == Decimal(grouped.amount)
    assert {group.currency for group in grouped.groups} == {"GBP"}


async def test_a_list_knows_the_place_of_one_that_is_far_away(desk: Desk) -> None:
    ids = await some(desk)
    page = await desk.page(ListQuery(limit=5, find=ids[33]))
    assert page.place == 33
    assert (await desk.page(ListQuery(limit=5, find=ids[33], text="nothing of the kind"))).place is None


async def test_a_selection_is_the_list_in_its_order(desk: Desk) -> None:
    page = await desk.selection(ListQuery(offset=3), 10)
    assert page.total == 40
    assert tuple(each.id for each in page.selected) == (await some(desk))[3:13]


async def test_sums_are_counted_anew_after_a_change(desk: Desk) -> None:
    before = await desk.page(ALL)
    await desk.decide(before.discrepancies[0].id, Reject(reason="x"), ANN)
    after = await desk.page(ALL)
    assert (before.total, after.total) == (40, 39)
    assert Decimal(before.amount) - Decimal(after.amount) == Decimal(before.discrepancies[0].amount)


async def test_a_rehearsal_says_what_would_happen_and_does_nothing(shop: Workshop, desk: Desk) -> None:
    ids = await some(desk)
    before = await desk.page(ALL)
    trail = await desk.audit_verify()
    rehearsal = await desk.rehearse(SomeRequest(ids=ids, decision=ApproveRequest()), ANN)
    assert (rehearsal.decided, len(rehearsal.refused)) == (36, 4)
    assert all("on hold" in refusal.message for refusal in rehearsal.refused)
    assert sum(share.count for share in rehearsal.shares) == 36
    assert sum(write.count for write in rehearsal.writes) >= 36
    assert await desk.page(ALL) == before
    assert await desk.audit_verify() == trail
    assert await shop.app.db.read(lambda tx: corrections.of_discrepancy(tx, ids[0])) == []


async def test_a_decision_does_what_its_rehearsal_said(desk: Desk) -> None:
    request = SomeRequest(ids=await some(desk), decision=ApproveRequest())
    rehearsal = await desk.rehearse(request, ANN)
    result = await desk.some(msgspec.structs.replace(request, seq=rehearsal.seq), ANN)
    assert (result.decided, result.refused) == (rehearsal.decided, rehearsal.refused)
    assert len(await some(desk, status=("approved",))) == 36


async def test_what_changed_since_it_was_shown_is_left_alone(desk: Desk) -> None:
    ids = await some(desk)
    rehearsal = await desk.rehearse(SomeRequest(ids=ids[:2], decision=Reject(reason="x")), ANN)
    await desk.decide(ids[0], Comment(text="wait"), BOB)
    result = await desk.some(SomeRequest(ids=ids[:2], decision=Reject(reason="x"), seq=rehearsal.seq), ANN)
    assert result.decided == 1
    assert [refusal.id for refusal in result.refused] == [ids[0]]
    assert "changed" in result.refused[0].message
    assert (await desk.show(ids[0])).status == Status.OPEN


async def test_one_that_is_named_twice_or_unknown_is_decided_once_or_passed_over(desk: Desk) -> None:
    ids = await some(desk)
    seq = (await desk.page(ALL)).seq
    request = SomeRequest(ids=(ids[0], ids[0], "unknown"), decision=Assign(user="bob"), seq=seq)
    result = await desk.some(request, ANN)
    assert (result.decided, result.refused) == (1, ())
    assert await some(desk, assignee="bob") == (ids[0],)


async def test_a_rehearsal_names_the_causes_and_what_goes_on_by_all_of_them_is_counted_once(
    shop: Workshop, desk: Desk
) -> None:
    ids = [row.id for row in (await desk.page(ALL)).discrepancies if row.policy == "person"][:3]
    await shop.app.db.write(lambda tx: held_by(tx, (ids[0],), (ids[0], ids[1]), (ids[1], "another")))
    rehearsal = await desk.rehearse(SomeRequest(ids=tuple(ids), decision=ApproveRequest()), ANN)
    assert set(rehearsal.causes) == {ids[0], ids[1]}
    (sums,) = (await desk.waiting(rehearsal.causes)).sums
    assert sums == Waiting(currency="GBP", count=3, amount="30.00", freed=2, freed_amount="20.00")
    (first,) = (await desk.waiting(ids[:1])).sums
    assert (first.count, first.freed) == (2, 1)


async def test_above_the_limit_a_rehearsal_counts_who_waits_for_a_second_person(tmp_path: Path) -> None:
    async with stocked(tmp_path, 12, FOUR_EYES) as shop:
        desk = shop.app.desk
        rows = (await desk.page(ALL)).discrepancies
        ids = tuple(row.id for row in rows if row.policy == "person")
        rehearsal = await desk.rehearse(SomeRequest(ids=ids, decision=ApproveRequest()), ANN)
        result = await desk.some(SomeRequest(ids=ids, decision=ApproveRequest(), seq=rehearsal.seq), ANN)
        assert rehearsal.waiting_second_person == result.waiting_second_person > 0
        pending = [row for row in rows if Decimal(row.amount) > 20 and row.id in ids]
        money = sum((Decimal(row.amount) for row in pending), Decimal(0))
        assert rehearsal.pending == result.pending
        assert rehearsal.pending == (Pending(currency="GBP", count=len(pending), amount=f"{money:.2f}"),)
        for row in rows:
            found = await shop.app.db.read(lambda tx, id_=row.id: discrepancies.get(tx, id_))
            assert found


async def test_the_socket_refuses_what_is_no_decision_on_some(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    connector = aiohttp.UnixConnector(str(path))
    async with serving(desk, path), aiohttp.ClientSession("http://localhost", connector=connector) as session:  # type: ignore[arg-type]
        for body in ({}, {"ids": [], "decision": {"type": "approve"}}, {"ids": ["x"] * 201, "decision": {}}):
            async with session.post("/some", json=body) as response:
                assert response.status == 400
        async with session.get("/groups?by=colour") as response:
            assert response.status == 400
        async with session.get("/groups?by=kind&kind=payment&limit=2") as response:
            assert (await response.json())["total"] == 3
        async with session.get("/selection?kind=payment&limit=2&offset=1") as response:
            assert len((await response.json())["selected"]) == 2
