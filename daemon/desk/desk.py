"""The control server's ``Operations``: reads of the store, decisions of people, requests to the engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from decimal import Decimal

import msgspec

from daemon.control.operations import UnknownId
from daemon.control.views import correction_view, waiting_by_currency
from daemon.core.correction import Option
from daemon.core.discrepancy import Discrepancy
from daemon.desk import left_out, switches, weighing
from daemon.desk.agreement import Agreement
from daemon.desk.approvals import Approvals
from daemon.desk.autonomy import autonomy
from daemon.desk.bulk import Bulk
from daemon.desk.decisions import Decisions, found
from daemon.desk.doubts import doubts
from daemon.desk.follow import Following
from daemon.desk.health import practice_status
from daemon.desk.history import told
from daemon.desk.lists import Lists
from daemon.desk.places import place_of
from daemon.desk.requests import Requests
from daemon.desk.searching import search, verified
from daemon.ports import Clock, NewId, T
from daemon.practice import Practice
from daemon.protocol import (
    Activity,
    Approval,
    ApproveRequest,
    AuditFound,
    AuditPage,
    AuditProof,
    AuditQuery,
    Autonomy,
    BulkRequest,
    BulkResult,
    Change,
    CorrectionView,
    Decision,
    Detail,
    DoubtPage,
    ExcludedPage,
    ExcludedQuery,
    GroupBy,
    GroupPage,
    LedgerView,
    ListQuery,
    Operator,
    OptionView,
    Page,
    PracticeStatus,
    Rehearsal,
    SelectedPage,
    SomeRequest,
    SyncState,
    WaitingSums,
)
from daemon.protocol import Status as DaemonStatus
from daemon.pulse import Pulse
from daemon.reconciler.engine import Engine
from daemon.report.reports import Reports
from daemon.store import audit, corrections, state, waits
from daemon.store.database import Database
from daemon.store.tx import Tx


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
        self.reports = Reports(db, engines, clock)
        self._lists = Lists(db, engines)
        self._bulk = Bulk(db, self._deciders, self._tell)
        self._requests = Requests(engines, new_id)
        self._following = Following(db, pulse, engines)
        self._four_eyes_over = four_eyes_over

    async def load(self) -> None:
        """Read what lists are counted from, so that nobody waits for it."""
        await self._lists.load()

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
        return await self._lists.page(query)

    async def groups(self, query: ListQuery, by: GroupBy) -> GroupPage:
        return await self._lists.groups(query, by)

    async def selection(self, query: ListQuery, limit: int) -> SelectedPage:
        return await self._lists.selection(query, limit)

    async def show(self, discrepancy_id: str) -> Detail:
        return await self._db.read(lambda tx: self._detail(tx, discrepancy_id))

    def _detail(self, tx: Tx, discrepancy_id: str) -> Detail:
        row = found(tx, discrepancy_id)
        place, engine = place_of(self._engines, row.finding.practice), self._engines.get(row.finding.practice)
        if engine is None:
            return weighing.plain(tx, row, place)
        detail = weighing.weighed(tx, row, engine.practice, place, self._agreement(row))
        approvals = self._approvals(row)
        why, no_undo = approvals.refusal(tx, row), approvals.undo_refusal(tx, row)
        return msgspec.structs.replace(detail, refusal=why, undo_refusal=no_undo)

    async def ledger(self, discrepancy_id: str, offset: int) -> LedgerView:
        def work(tx: Tx) -> LedgerView:
            row = found(tx, discrepancy_id)
            ledger = weighing.ledger(tx, row, self._engine(row.finding.practice).practice, offset)
            return ledger or LedgerView(rows=(), provet="0.00", xero="0.00")

        return await self._db.read(work)

    async def correction(self, correction_id: str) -> CorrectionView:
        def work(tx: Tx) -> CorrectionView:
            stored = corrections.get(tx, correction_id)
            if stored is None:
                raise UnknownId(f"no correction {correction_id}")
            return weighing.followed(tx, stored, place_of(self._engines, stored.practice).currency)

        return await self._db.read(work)

    async def option(self, discrepancy_id: str, option_id: str) -> OptionView:
        def work(tx: Tx) -> OptionView:
            row = found(tx, discrepancy_id)
            option = self._approvals(row).option(row, option_id)
            return self._weighed(tx, row, option)

        return await self._db.read(work)

    def _weighed(self, tx: Tx, row: Discrepancy, option: Option) -> OptionView:
        practice = self._engine(row.finding.practice).practice
        return weighing.weighed_option(tx, row, option, practice, self._agreement(row))

    async def approve(self, discrepancy_id: str, option: str, expect: str, operator: Operator) -> Approval:
        asked = ApproveRequest(option=option, expect=expect)

        def work(tx: Tx, row: Discrepancy) -> Approval:
            return _followed(tx, self._approvals(row).approve(tx, row, asked, operator))

        return await self._decide(discrepancy_id, work)

    async def undo_option(self, discrepancy_id: str) -> OptionView:
        def work(tx: Tx) -> OptionView:
            row = found(tx, discrepancy_id)
            _, option = self._approvals(row).undo_option(tx, row)
            return self._weighed(tx, row, option)

        return await self._db.read(work)

    async def undo(self, discrepancy_id: str, expect: str, operator: Operator) -> Approval:
        def work(tx: Tx, row: Discrepancy) -> Approval:
            return _followed(tx, self._approvals(row).undo(tx, row, expect, operator))

        return await self._decide(discrepancy_id, work)

    async def decide(self, discrepancy_id: str, decision: Decision, operator: Operator) -> Detail:
        def work(tx: Tx, row: Discrepancy) -> Detail:
            self._decisions(row).decide(tx, row, decision, operator)
            return self._detail(tx, discrepancy_id)

        return await self._decide(discrepancy_id, work)

    async def _decide(self, discrepancy_id: str, work: Callable[[Tx, Discrepancy], T]) -> T:
        def on_row(tx: Tx) -> tuple[T, str]:
            row = found(tx, discrepancy_id)
            return work(tx, row), row.finding.practice

        result, practice = await self._db.write(on_row)
        self._tell(practice)
        return result

    def _tell(self, practice: str) -> None:
        self._engine(practice).nudge()
        self._pulse.beat(practice)

    async def bulk(self, request: BulkRequest, operator: Operator) -> BulkResult:
        return await self._bulk.all(request, operator)

    async def some(self, request: SomeRequest, operator: Operator) -> BulkResult:
        return await self._bulk.some(request, operator)

    async def rehearse(self, request: SomeRequest, operator: Operator) -> Rehearsal:
        return await self._bulk.rehearse(request, operator)

    async def waiting(self, cause_ids: Sequence[str]) -> WaitingSums:
        found = await self._db.read(lambda tx: waits.held(tx, cause_ids))
        currencies = [place_of(self._engines, each.practice).currency for each in found]
        return WaitingSums(sums=waiting_by_currency(zip(currencies, found, strict=True)))

    def _deciders(self, row: Discrepancy) -> tuple[Approvals, Decisions, str]:
        currency = self._engine(row.finding.practice).practice.settings.currency
        return self._approvals(row), self._decisions(row), currency

    async def autonomy(self) -> Autonomy:
        return await self._db.read(lambda tx: autonomy(tx, self._engines))

    async def sync(self, practice: str, *, full: bool, operator: Operator) -> str:  # noqa: ARG002
        if practice:
            self._engine(practice)
        return self._requests.ask(practice, full=full)

    async def sync_state(self, token: str) -> SyncState:
        names = self._requests.practices(token)
        statuses = await self._db.read(lambda tx: {name: practice_status(tx, self._engines[name]) for name in names})
        return self._requests.state(token, statuses)

    async def release(self, practice: str, operator: Operator) -> PracticeStatus:
        return await self._change(practice, lambda tx, at: switches.release(tx, at, operator))

    async def pause(self, practice: str, reason: str, operator: Operator) -> PracticeStatus:
        return await self._change(practice, lambda tx, at: switches.pause(tx, at, reason, operator))

    async def resume(self, practice: str, operator: Operator) -> PracticeStatus:
        return await self._change(practice, lambda tx, at: switches.resume(tx, at, operator))

    async def _change(self, practice: str, work: Callable[[Tx, Practice], None]) -> PracticeStatus:
        engine = self._engine(practice)
        await self._db.write(lambda tx: work(tx, engine.practice))
        self._tell(practice)
        return await self._db.read(lambda tx: practice_status(tx, engine))

    async def audit(self, after: int, limit: int) -> AuditPage:
        return AuditPage(
            entries=await self._db.read(lambda tx: told(tx, audit.page(tx, after=after, limit=limit), self._zone_of))
        )

    async def audit_search(self, query: AuditQuery) -> AuditFound:
        return await self._db.read(lambda tx: search(tx, query, self._zone_of))

    def _zone_of(self, practice: str) -> dt.tzinfo:
        return place_of(self._engines, practice).zone

    async def doubts(self, practice: str) -> DoubtPage:
        if practice:
            self._engine(practice)
        return await self._db.read(lambda tx: doubts(tx, self._engines, practice, self._clock))

    async def excluded(self, query: ExcludedQuery) -> ExcludedPage:
        if query.practice:
            self._engine(query.practice)
        return await self._db.read(lambda tx: left_out.page(tx, self._engines, query))

    async def audit_verify(self, after: int | None = None, previous: str = "") -> AuditProof:
        return await self._db.read(lambda tx: verified(tx, after, previous))

    def changes(self, heard: Callable[[], bool]) -> AsyncIterator[Change]:
        return self._following.changes(heard)

    def recent(self) -> Sequence[Activity]:
        return tuple(self._following.recent)

    def _engine(self, practice: str) -> Engine:
        engine = self._engines.get(practice)
        if engine is None:
            raise UnknownId(f"no practice {practice}", hint=f"it is one of: {', '.join(self._engines)}")
        return engine

    def _agreement(self, row: Discrepancy) -> Agreement:
        return Agreement(self._engine(row.finding.practice).practice, self._four_eyes_over)

    def _approvals(self, row: Discrepancy) -> Approvals:
        return Approvals(self._engine(row.finding.practice).practice, self._agreement(row))

    def _decisions(self, row: Discrepancy) -> Decisions:
        return Decisions(self._engine(row.finding.practice).practice, self._agreement(row))


def _followed(tx: Tx, approval: Approval) -> Approval:
    """The approval with the correction that it is about."""
    newest = next(iter(corrections.of_discrepancy(tx, approval.discrepancy)), None)
    return msgspec.structs.replace(approval, correction=correction_view(newest) if newest is not None else None)
