"""One decision on many: on all that a filter lets through, exactly as it was shown, or on those that are named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import money
from daemon.core.choices import BY_HAND
from daemon.core.discrepancy import Discrepancy
from daemon.core.model import ZERO
from daemon.core.wording import writes
from daemon.desk.approvals import Approvals
from daemon.desk.decisions import Decisions
from daemon.desk.lists import store_query
from daemon.errors import Invalid, Stale
from daemon.protocol import (
    BULK_MAX,
    ApproveRequest,
    BulkRefusal,
    BulkRequest,
    BulkResult,
    Expected,
    Operator,
    Outcome,
    Pending,
    Rehearsal,
    Share,
    SomeDecision,
    SomeRequest,
    WriteCount,
)
from daemon.store import discrepancies, lists, state, waits
from daemon.store.database import Database
from daemon.store.tx import Tx

Deciders = Callable[[Discrepancy], tuple[Approvals, Decisions, str]]
"""Who decides on a discrepancy, and the currency of its practice."""
Taken = tuple[Discrepancy, Outcome, str]
"""What became of a decision on one discrepancy, and why if it was refused."""


class _Rehearsed(Exception):
    """Undoes the transaction of a rehearsal and carries out what was learned."""

    def __init__(self, found: Rehearsal) -> None:
        super().__init__()
        self.found = found


class Bulk:
    """Decides on many; ``tell`` is called with each practice that something was decided in."""

    def __init__(self, db: Database, deciders: Deciders, tell: Callable[[str], None]) -> None:
        self._db = db
        self._deciders = deciders
        self._tell = tell

    async def all(self, request: BulkRequest, operator: Operator) -> BulkResult:
        """On all that the filter lets through; raises ``Stale`` unless it is what was shown."""
        query = store_query(request.filter)

        def work(tx: Tx) -> list[Taken]:
            rows = chosen(tx, query, request.expected)
            return [self._take(tx, row, request.decision, operator) for row in rows]

        return await self._decided(work)

    async def some(self, request: SomeRequest, operator: Operator) -> BulkResult:
        """On those that are named; what changed since it was shown is left as it is."""

        def work(tx: Tx) -> list[Taken]:
            return self._take_some(tx, request, request.seq, operator)

        return await self._decided(work)

    async def rehearse(self, request: SomeRequest, operator: Operator) -> Rehearsal:
        """What ``some`` would do: it is done, looked at and undone in one transaction."""

        def work(tx: Tx) -> None:
            seq = state.current_seq(tx)
            taken = self._take_some(tx, request, seq, operator)
            raise _Rehearsed(self._summed(tx, taken, request.decision, seq))

        try:
            await self._db.write(work)
        except _Rehearsed as rehearsed:
            return rehearsed.found
        raise AssertionError("a rehearsal was not undone")

    async def _decided(self, work: Callable[[Tx], list[Taken]]) -> BulkResult:
        taken = await self._db.write(work)
        for practice in dict.fromkeys(row.finding.practice for row, _, _ in taken):
            self._tell(practice)
        return self._result(taken)

    def _take_some(self, tx: Tx, request: SomeRequest, seq: int, operator: Operator) -> list[Taken]:
        found = [discrepancies.get(tx, id_) for id_ in dict.fromkeys(request.ids)]
        taken: list[Taken] = []
        for row in found:
            if row is None:
                continue
            if row.seq > seq:
                taken.append((row, Outcome.STALE, "it has changed since it was shown: look at it again"))
            else:
                taken.append(self._take(tx, row, request.decision, operator))
        return taken

    def _take(self, tx: Tx, row: Discrepancy, decision: SomeDecision, operator: Operator) -> Taken:
        try:
            approvals, decisions, _ = self._deciders(row)
            if isinstance(decision, ApproveRequest):
                approval = approvals.approve(tx, row, decision, operator)
                return row, approval.outcome, approval.message
            agreed = decisions.decide(tx, row, decision, operator)
        except Invalid as error:
            return row, Outcome.REFUSED, f"{error}: {error.hint}".rstrip(": ")
        return row, (Outcome.ACCEPTED if agreed else Outcome.WAITING_SECOND_PERSON), ""

    def _result(self, taken: Sequence[Taken]) -> BulkResult:
        done = [outcome for _, outcome, _ in taken if outcome not in _REFUSED]
        return BulkResult(
            decided=len(done),
            waiting_second_person=done.count(Outcome.WAITING_SECOND_PERSON),
            refused=tuple(BulkRefusal(id=row.id, message=why) for row, outcome, why in taken if outcome in _REFUSED),
            pending=self._pending(row for row, outcome, _ in taken if outcome is Outcome.WAITING_SECOND_PERSON),
        )

    def _pending(self, rows: Iterable[Discrepancy]) -> tuple[Pending, ...]:
        sums: dict[str, list[Decimal]] = {}
        for row in rows:
            sums.setdefault(self._deciders(row)[2], []).append(row.finding.amount)
        return tuple(
            Pending(currency=currency, count=len(amounts), amount=money(sum(amounts, ZERO)))
            for currency, amounts in sums.items()
        )

    def _summed(self, tx: Tx, taken: Sequence[Taken], decision: SomeDecision, seq: int) -> Rehearsal:
        result = self._result(taken)
        counts: Counter[tuple[str, str]] = Counter()
        by_hand = 0
        sums: dict[tuple[str, str], tuple[int, Decimal, Decimal]] = {}
        for row, outcome, _ in taken:
            if outcome in _REFUSED:
                continue
            currency = self._deciders(row)[2]
            key = (row.finding.kind, currency)
            count, amount, effect = sums.get(key, (0, ZERO, ZERO))
            sums[key] = (count + 1, amount + row.finding.amount, effect + row.finding.effect)
            option = row.finding.option(decision.option) if isinstance(decision, ApproveRequest) else None
            by_hand += option is not None and option.id == BY_HAND
            counts.update((w.system.value, w.action) for w in (writes(option.steps, currency) if option else ()))
        return Rehearsal(
            decided=result.decided,
            waiting_second_person=result.waiting_second_person,
            shares=tuple(
                Share(kind=kind, currency=currency, count=count, amount=money(amount), effect=money(effect))
                for (kind, currency), (count, amount, effect) in sums.items()
            ),
            writes=tuple(WriteCount(system=system, action=action, count=n) for (system, action), n in counts.items()),
            refused=result.refused,
            seq=seq,
            pending=result.pending,
            causes=tuple(waits.causes(tx, (row.id for row, outcome, _ in taken if outcome not in _REFUSED))),
            by_hand=by_hand,
        )


_REFUSED = {Outcome.REFUSED, Outcome.STALE}


def chosen(tx: Tx, query: lists.Query, expected: Expected) -> tuple[Discrepancy, ...]:
    """All that the query lets through; raises ``Stale`` unless it is what was shown, ``Invalid`` if it is too much."""
    page = lists.page(tx, msgspec.structs.replace(query, offset=0, limit=BULK_MAX))
    if page.total > BULK_MAX:
        raise Invalid(f"{page.total} are too many to decide at once", hint=f"narrow the filter: {BULK_MAX} at most")
    shown = (page.total, money(page.amount)) == (expected.count, expected.amount)
    if not shown or any(row.seq > expected.seq for row in page.rows):
        raise Stale("the list has changed since it was shown", hint="look at it again, nothing was decided")
    return page.rows
