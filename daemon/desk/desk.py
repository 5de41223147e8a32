"""The control server's ``Operations``: reads of the store, decisions of people, requests to the engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping
from decimal import Decimal

from daemon.control.operations import UnknownId
from daemon.control.views import correction_view, detail_view, discrepancy_view
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.desk.decisions import Decisions, found
from daemon.desk.follow import follow
from daemon.desk.health import practice_status
from daemon.desk.history import audit_entry, history_entry
from daemon.desk.places import place_of
from daemon.desk.requests import Requests
from daemon.errors import Invalid
from daemon.ports import Clock, NewId, T
from daemon.protocol import (
    Approval,
    AuditPage,
    AuditProof,
    Change,
    CorrectionView,
    Detail,
    DiscrepancyView,
    ListQuery,
    Operator,
    Page,
    PracticeStatus,
    Sort,
    SyncState,
)
from daemon.protocol import Status as DaemonStatus
from daemon.pulse import Pulse
from daemon.reconciler.engine import Engine
from daemon.store import audit, corrections, discrepancies, state
from daemon.store.database import Database
from daemon.store.tx import Tx

_HISTORY_MAX = 500


class Desk:
    """One process's operations over all its practices."""

    def __init__(
        self,
        db: Database,
        engines: Mapping[str, Engine],
        pulse: Pulse,
        clock: Clock,
        new_id: NewId,
        *,
        version: str,
        four_eyes_over: Decimal,
    ) -> None:
        self._db = db
        self._engines = engines
        self._pulse = pulse
        self._clock = clock
        self._version = version
        self._started_at: dt.datetime = clock.utc()
        self._requests = Requests(engines, clock, new_id)
        self._decisions = {name: Decisions(engine.practice, four_eyes_over) for name, engine in engines.items()}

    async def status(self) -> DaemonStatus:
        return await self._db.read(
            lambda tx: DaemonStatus(
                version=self._version,
                started_at=self._started_at,
                practices=tuple(practice_status(tx, engine) for engine in self._engines.values()),
                seq=state.current_seq(tx),
            )
        )

    async def page(self, query: ListQuery) -> Page:
        wanted = _store_query(query)
        return await self._db.read(lambda tx: self._page(tx, wanted))

    def _page(self, tx: Tx, query: discrepancies.Query) -> Page:
        window = discrepancies.page(tx, query)
        return Page(
            total=window.total,
            discrepancies=tuple(self._view(tx, row) for row in window.rows),
            amount=f"{window.amount:.2f}",
            groups=window.groups,
            seq=window.seq,
        )

    def _view(self, tx: Tx, row: Discrepancy) -> DiscrepancyView:
        newest = next(iter(corrections.of_discrepancy(tx, row.id)), None)
        return discrepancy_view(row, newest, place_of(self._engines, row.finding.practice))

    async def show(self, discrepancy_id: str) -> Detail:
        return await self._db.read(lambda tx: self._detail(tx, discrepancy_id))

    def _detail(self, tx: Tx, discrepancy_id: str) -> Detail:
        row = found(tx, discrepancy_id)
        entries = audit.page(tx, subject=row.id, limit=_HISTORY_MAX)
        return detail_view(self._view(tx, row), tuple(history_entry(entry) for entry in entries))

    async def correction(self, correction_id: str) -> CorrectionView:
        stored = await self._db.read(lambda tx: corrections.get(tx, correction_id))
        if stored is None:
            raise UnknownId(f"no correction {correction_id}")
        return correction_view(stored)

    async def approve(self, discrepancy_id: str, option: str, expect: str, operator: Operator) -> Approval:
        def work(tx: Tx) -> Approval:
            row = found(tx, discrepancy_id)
            approval = self._decider(row.finding.practice).approve(tx, row, option, expect, operator)
            newest = next(iter(corrections.of_discrepancy(tx, row.id)), None)
            return _with_correction(approval, correction_view(newest) if newest is not None else None)

        return await self._decide(discrepancy_id, work)

    async def reject(self, discrepancy_id: str, reason: str, operator: Operator) -> Detail:
        def work(tx: Tx) -> Detail:
            row = found(tx, discrepancy_id)
            self._decider(row.finding.practice).reject(tx, row, reason, operator)
            return self._detail(tx, discrepancy_id)

        return await self._decide(discrepancy_id, work)

    async def _decide(self, discrepancy_id: str, work: Callable[[Tx], T]) -> T:
        result = await self._db.write(work)
        row = await self._db.read(lambda tx: found(tx, discrepancy_id))
        self._engine(row.finding.practice).nudge()
        self._pulse.beat(row.finding.practice)
        return result

    async def sync(self, practice: str, *, full: bool, operator: Operator) -> str:  # noqa: ARG002
        if practice:
            self._engine(practice)
        return self._requests.ask(practice, full=full)

    async def sync_state(self, token: str) -> SyncState:
        names = self._requests.practices(token)
        statuses = await self._db.read(lambda tx: {name: practice_status(tx, self._engines[name]) for name in names})
        return self._requests.state(token, statuses)

    async def release(self, practice: str, operator: Operator) -> PracticeStatus:
        return await self._change(practice, lambda tx: self._decider(practice).release(tx, operator))

    async def pause(self, practice: str, reason: str, operator: Operator) -> PracticeStatus:
        return await self._change(practice, lambda tx: self._decider(practice).pause(tx, reason, operator))

    async def resume(self, practice: str, operator: Operator) -> PracticeStatus:
        return await self._change(practice, lambda tx: self._decider(practice).resume(tx, operator))

    async def _change(self, practice: str, work: Callable[[Tx], None]) -> PracticeStatus:
        engine = self._engine(practice)
        await self._db.write(work)
        engine.nudge()
        self._pulse.beat(practice)
        return await self._db.read(lambda tx: practice_status(tx, engine))

    async def audit(self, after: int, limit: int) -> AuditPage:
        entries = await self._db.read(lambda tx: audit.page(tx, after=after, limit=limit))
        return AuditPage(entries=tuple(audit_entry(entry) for entry in entries))

    async def audit_verify(self) -> AuditProof:
        def work(tx: Tx) -> AuditProof:
            broken = audit.verify(tx)
            count, head = audit.head(tx)
            message = "" if broken is None else f"entry {broken} is missing or was changed"
            return AuditProof(ok=broken is None, entries=count, head=head, broken_at=broken, message=message)

        return await self._db.read(work)

    def changes(self) -> AsyncIterator[Change]:
        return follow(self._db, self._pulse, self._engines)

    def _engine(self, practice: str) -> Engine:
        engine = self._engines.get(practice)
        if engine is None:
            raise UnknownId(f"no practice {practice}", hint=f"it is one of: {', '.join(self._engines)}")
        return engine

    def _decider(self, practice: str) -> Decisions:
        self._engine(practice)
        return self._decisions[practice]


def _with_correction(approval: Approval, view: CorrectionView | None) -> Approval:
    return Approval(
        discrepancy=approval.discrepancy, outcome=approval.outcome, correction=view, message=approval.message
    )


def _store_query(query: ListQuery) -> discrepancies.Query:
    """The store's words for a list; raises ``Invalid`` for a status or policy that does not exist."""
    try:
        statuses = tuple(Status(status) for status in query.status)
        policy = Policy(query.policy) if query.policy else None
    except ValueError as error:
        names = ", ".join([*Status, *Policy])
        raise Invalid(str(error), hint=f"one of: {names}") from error
    return discrepancies.Query(
        practice=query.practice,
        kind=query.kind,
        statuses=statuses,
        text=query.text,
        cause=query.cause,
        policy=policy,
        kind_not=query.kind_not,
        min_amount=query.min_amount,
        max_amount=query.max_amount,
        sort=discrepancies.Sort(query.sort),
        descending=query.descending != (query.sort is Sort.AGE),
        offset=query.offset,
        limit=query.limit,
    )
