"""What lists show: windows, groups and selections. What is not closed is counted in memory, all else in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from daemon.control.views import discrepancy_view
from daemon.core.amounts import money
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.desk.places import place_of
from daemon.errors import Invalid
from daemon.protocol import DiscrepancyView, Group, GroupBy, GroupPage, ListQuery, Page, Selected, SelectedPage, Sort
from daemon.reconciler.engine import Engine
from daemon.store import corrections, lists, state
from daemon.store.database import Database
from daemon.store.filters import searches
from daemon.store.groups import By, grouped, tallied
from daemon.store.groups import Group as Counted
from daemon.store.living import Living
from daemon.store.tx import Tx


class Lists:
    """Lists of the discrepancies of all practices."""

    def __init__(self, db: Database, engines: Mapping[str, Engine]) -> None:
        self._db = db
        self._engines = engines
        self._living = Living()

    async def load(self) -> None:
        """Read what is not closed, so that nobody waits for it later."""
        await self._db.read(lambda tx: self._living.part(tx, lists.Query()))

    async def page(self, query: ListQuery) -> Page:
        wanted = store_query(query)
        return await self._db.read(lambda tx: self._page(tx, wanted, query.find))

    def _page(self, tx: Tx, query: lists.Query, find: str) -> Page:
        known, ids = self._known(tx, query)
        rows = lists.window(tx, query, known.total, ids)
        place = next((query.offset + number for number, row in enumerate(rows) if row.id == find), None)
        return Page(
            total=known.total,
            discrepancies=tuple(self._view(tx, row) for row in rows),
            amount=money(known.amount),
            groups=known.groups,
            place=lists.place(tx, query, find, ids) if find and place is None else place,
            seq=state.current_seq(tx),
        )

    def _view(self, tx: Tx, row: Discrepancy) -> DiscrepancyView:
        return discrepancy_view(row, corrections.shown(tx, row), place_of(self._engines, row.finding.practice))

    async def groups(self, query: ListQuery, by: GroupBy) -> GroupPage:
        wanted = store_query(query)

        def work(tx: Tx) -> GroupPage:
            known, _ = self._known(tx, wanted)
            part = self._living.part(tx, wanted)
            tallies = part.tallies(By(by)) if part else tallied(tx, wanted, By(by))
            found = grouped(tx, wanted, By(by), tallies)
            return GroupPage(
                total=found.total,
                groups=tuple(self._group(group) for group in found.rows),
                count=known.total,
                amount=money(known.amount),
                seq=state.current_seq(tx),
            )

        return await self._db.read(work)

    def _group(self, group: Counted) -> Group:
        practices = [group.practice] if group.practice else self._engines
        currencies = {place_of(self._engines, practice).currency for practice in practices}
        return Group(
            practice=group.practice,
            key=group.key,
            label=group.label,
            count=group.count,
            amount=money(group.amount),
            currency=currencies.pop() if len(currencies) == 1 else "",
        )

    async def selection(self, query: ListQuery, limit: int) -> SelectedPage:
        wanted = msgspec.structs.replace(store_query(query), limit=limit)

        def work(tx: Tx) -> SelectedPage:
            known, ids = self._known(tx, wanted)
            rows = lists.window(tx, wanted, known.total, ids)
            return SelectedPage(total=known.total, selected=tuple(self._selected(row) for row in rows))

        return await self._db.read(work)

    def _selected(self, row: Discrepancy) -> Selected:
        finding = row.finding
        return Selected(
            id=row.id,
            practice=finding.practice,
            kind=finding.kind,
            label=finding.subject.label,
            amount=money(finding.amount),
            currency=place_of(self._engines, finding.practice).currency,
            client=finding.client,
            causes=finding.causes,
        )

    def _known(self, tx: Tx, query: lists.Query) -> tuple[lists.Sums, Collection[str] | None]:
        """Sums of a list, and the ids of all in it where the store would search long for them."""
        part = self._living.part(tx, query)
        if part is None:
            return lists.sums(tx, query), None
        return part.sums, part.ids if part.rare and searches(query) else None


def store_query(query: ListQuery) -> lists.Query:
    """The store's words for a list; raises ``Invalid`` for a status or policy that does not exist."""
    try:
        statuses = tuple(Status(status) for status in query.status)
        policy = Policy(query.policy) if query.policy else None
        policy_not = tuple(Policy(each) for each in query.policy_not)
    except ValueError as error:
        names = ", ".join([*Status, *Policy])
        raise Invalid(str(error), hint=f"one of: {names}") from error
    return lists.Query(
        practice=query.practice,
        practice_not=query.practice_not,
        kind=query.kind,
        kind_not=query.kind_not,
        statuses=statuses,
        text=query.text,
        text_not=query.text_not,
        cause=query.cause,
        client=query.client,
        assignee=query.assignee,
        assignee_not=query.assignee_not,
        policy=policy,
        policy_not=policy_not,
        min_amount=query.min_amount,
        max_amount=query.max_amount,
        seen_from=query.seen_from,
        seen_before=query.seen_before,
        sort=lists.Sort(query.sort),
        descending=query.descending != (query.sort is Sort.AGE),
        offset=query.offset,
        limit=query.limit,
    )
