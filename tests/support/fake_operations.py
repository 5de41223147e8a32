"""An in-memory daemon for the control server: three practices whose discrepancies change as tests and trials wish."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal

import msgspec

from daemon.control.operations import UnknownId
from daemon.control.views import Place, correction_view, detail_view, discrepancy_view, option_view
from daemon.control.weighing import followed
from daemon.core.amounts import money
from daemon.core.correction import Correction, CorrectionStatus, Option, moved
from daemon.core.discrepancy import Discrepancy, Finding, Policy, Status
from daemon.errors import Invalid
from daemon.protocol import (
    Activity,
    Approval,
    AuditEntry,
    AuditPage,
    AuditProof,
    Budget,
    Change,
    Changed,
    Closed,
    CorrectionView,
    Decision,
    Detail,
    DiscrepancyView,
    HistoryEntry,
    LedgerRow,
    LedgerView,
    ListQuery,
    OpenSum,
    Operator,
    OptionView,
    Outcome,
    Page,
    PracticeChanged,
    PracticeState,
    PracticeStatus,
    PracticeSync,
    Selected,
    SelectedPage,
    Sort,
    SyncState,
)
from daemon.protocol import Status as DaemonStatus
from tests.support.fake_books import PRACTICES, START, finding
from tests.support.fake_decisions import decided
from tests.support.fake_watch import FakeWatch

_SORT_KEYS = {
    Sort.AMOUNT: lambda d: (d.finding.amount, d.first_seen),
    Sort.AGE: lambda d: d.first_seen,
    Sort.KIND: lambda d: d.finding.kind,
    Sort.LABEL: lambda d: d.finding.subject.label,
}
_LIVE = (Status.OPEN, Status.APPROVED)


class FakeOperations(FakeWatch):
    """Implements ``Operations``; ``step`` moves every approved correction on by one step."""

    def __init__(self, count: int = 40, seed: int = 7) -> None:
        super().__init__()
        self.rng = random.Random(seed)
        self.now = START
        self.seq = 0
        self.found: dict[str, Discrepancy] = {}
        self.corrections: dict[str, Correction] = {}
        self.states = dict.fromkeys(PRACTICES, PracticeState.DRIFT)
        self.modes = dict.fromkeys(PRACTICES, "auto")
        self.synced: dict[str, int] = {}
        self.chain_broken = False
        self.money: tuple[LedgerRow, ...] = ()
        self.may_verify = asyncio.Event()
        self.may_verify.set()
        self.result = CorrectionStatus.APPLIED
        self._listeners: list[asyncio.Queue[Change]] = []
        for number in range(count):
            self.add(finding(number, self.rng))

    def add(self, found: Finding) -> str:
        """A new open discrepancy; its id."""
        self.now += dt.timedelta(seconds=37)
        self._put(Discrepancy(finding=found, status=Status.OPEN, first_seen=self.now, last_seen=self.now))
        return found.id

    def close(self, discrepancy_id: str) -> None:
        """The difference is gone."""
        closed = msgspec.structs.replace(self._get(discrepancy_id), status=Status.CLOSED)
        self.seq += 1
        self.found[discrepancy_id] = msgspec.structs.replace(closed, seq=self.seq)
        self._tell(Closed(id=discrepancy_id, practice=closed.finding.practice, seq=self.seq))
        self._tell_practice(closed.finding.practice)

    def step(self) -> None:
        """One step of every correction under way, and an activity line for it."""
        for correction in list(self.corrections.values()):
            if correction.status is CorrectionStatus.APPROVED:
                self._move(moved(correction, CorrectionStatus.APPLYING))
            elif correction.status is CorrectionStatus.APPLYING and correction.cursor < len(correction.steps):
                self._move(msgspec.structs.replace(correction, cursor=correction.cursor + 1))
            elif correction.status is CorrectionStatus.APPLYING:
                self._finish(correction)

    def say(self, practice: str, text: str) -> None:
        self.said.append(Activity(at=self.now, practice=practice, text=text))
        self._tell(self.said[-1])

    async def status(self) -> DaemonStatus:
        practices = tuple(self._practice(practice) for practice in PRACTICES)
        return DaemonStatus(version="0.1.0", started_at=START, practices=practices, seq=self.seq)

    async def page(self, query: ListQuery) -> Page:
        kept = [d for d in self.found.values() if _keeps(query, d)]
        kept.sort(key=_SORT_KEYS[query.sort], reverse=query.descending)
        window = kept[query.offset : query.offset + query.limit]
        return Page(
            total=len(kept),
            discrepancies=tuple(self._view(d) for d in window),
            amount=money(sum((d.finding.amount for d in kept), Decimal(0))),
            groups=dict(Counter(d.finding.kind for d in kept)),
            seq=self.seq,
        )

    async def selection(self, query: ListQuery, limit: int) -> SelectedPage:
        page = await self.page(msgspec.structs.replace(query, limit=limit))
        return SelectedPage(
            total=page.total,
            selected=tuple(
                Selected(
                    id=each.id,
                    practice=each.practice,
                    kind=each.kind,
                    label=each.subject.label,
                    amount=each.amount,
                    currency=each.currency,
                    client=each.client,
                    causes=each.causes,
                )
                for each in page.discrepancies
            ),
        )

    async def show(self, discrepancy_id: str) -> Detail:
        found = self._get(discrepancy_id)
        history = [
            HistoryEntry(at=entry.at, actor=entry.actor, action=entry.action, text=entry.text)
            for entry in self.log
            if entry.subject == discrepancy_id
        ]
        detail = detail_view(self._view(found), tuple(history))
        mine = [c for c in self.corrections.values() if c.discrepancy_id == discrepancy_id]
        ledger = await self.ledger(discrepancy_id, 0) if self.money else None
        correction = followed(mine[-1], (), "GBP") if mine else None
        return msgspec.structs.replace(detail, correction=correction, ledger=ledger)

    async def ledger(self, discrepancy_id: str, offset: int) -> LedgerView:
        rows = self.money[offset : offset + 100]
        return LedgerView(rows=rows, provet="1.00", xero="0.00", left_out=max(len(self.money) - offset - 100, 0))

    async def correction(self, correction_id: str) -> CorrectionView:
        if correction_id not in self.corrections:
            raise UnknownId(f"no correction {correction_id}")
        return followed(self.corrections[correction_id], (), "GBP")

    async def option(self, discrepancy_id: str, option_id: str) -> OptionView:
        found = self._get(discrepancy_id)
        if found.status is Status.CLOSED:
            raise Invalid(f"{discrepancy_id} is closed", hint="its difference is gone; nothing is left to approve")
        chosen = found.finding.option(option_id)
        if chosen is None:
            raise Invalid(f"no option {option_id!r}")
        return option_view(chosen, "GBP")

    async def approve(self, discrepancy_id: str, option: str, expect: str, operator: Operator) -> Approval:
        found = self._get(discrepancy_id)
        practice = found.finding.practice
        if self.modes[practice] == "observe":
            return Approval(
                discrepancy=discrepancy_id, outcome=Outcome.REFUSED, message=f"{practice} is in observe mode"
            )
        chosen = found.finding.option(option)
        if chosen is None:
            known = ", ".join(o.id for o in found.finding.options)
            raise Invalid(f"no option {option!r}", hint=f"options: {known}")
        if expect and expect != chosen.fingerprint:
            return Approval(
                discrepancy=discrepancy_id, outcome=Outcome.STALE, message="what the approval relies on has moved"
            )
        correction = Correction(
            id=f"cor-{len(self.corrections) + 1}",
            practice=practice,
            discrepancy_id=discrepancy_id,
            family=found.finding.family,
            option=chosen.id,
            fingerprint=chosen.fingerprint,
            steps=chosen.steps,
            status=CorrectionStatus.APPROVED,
            approved_by=operator.login,
            created_at=self.now,
        )
        self.corrections[correction.id] = correction
        self._note(operator.login, "approve", practice, discrepancy_id, f"approved {chosen.id}")
        self._put(msgspec.structs.replace(found, status=Status.APPROVED))
        return Approval(discrepancy=discrepancy_id, outcome=Outcome.ACCEPTED, correction=correction_view(correction))

    async def undo_option(self, discrepancy_id: str) -> OptionView:
        option = Option(id="undo", title="Undo it", steps=self._applied(discrepancy_id).steps, recommended=True)
        return option_view(option, "GBP")

    async def undo(self, discrepancy_id: str, expect: str, operator: Operator) -> Approval:
        done = self._applied(discrepancy_id)
        undo = msgspec.structs.replace(
            done, id=f"cor-{len(self.corrections) + 1}", option="undo", status=CorrectionStatus.APPROVED, cursor=0
        )
        self.corrections[undo.id] = undo
        self._note(operator.login, "undo", done.practice, discrepancy_id, f"undo of {done.option}")
        self._put(self._get(discrepancy_id))
        return Approval(discrepancy=discrepancy_id, outcome=Outcome.ACCEPTED, correction=correction_view(undo))

    def _applied(self, discrepancy_id: str) -> Correction:
        mine = [c for c in self.corrections.values() if c.discrepancy_id == self._get(discrepancy_id).id]
        if not mine or mine[-1].status is not CorrectionStatus.APPLIED:
            raise Invalid(f"nothing was applied for {discrepancy_id}", hint="there is nothing to undo")
        return mine[-1]

    async def decide(self, discrepancy_id: str, decision: Decision, operator: Operator) -> Detail:
        found, text = decided(self._get(discrepancy_id), decision, operator, self.now)
        name = type(decision).__name__.lower()
        self._note(operator.login, name, found.finding.practice, discrepancy_id, text)
        self._put(found)
        return await self.show(discrepancy_id)

    async def sync(self, practice: str, *, full: bool, operator: Operator) -> str:
        self._known(practice or "riverside")
        self._note(operator.login, "sync", practice, "", "full" if full else "changes")
        token = f"sync-{len(self.synced) + 1}"
        self.synced[token] = 0
        return token

    async def sync_state(self, token: str) -> SyncState:
        if token not in self.synced:
            raise UnknownId(f"no sync request {token}")
        self.synced[token] += 1
        done = self.synced[token] > 2
        practices = tuple(
            PracticeSync(id=practice, done=done, note="" if done else "reading") for practice in PRACTICES
        )
        return SyncState(token=token, done=done, practices=practices)

    async def release(self, practice: str, operator: Operator) -> PracticeStatus:
        return self._set_state(practice, PracticeState.DRIFT, operator, "release")

    async def pause(self, practice: str, reason: str, operator: Operator) -> PracticeStatus:
        return self._set_state(practice, PracticeState.PAUSED, operator, f"pause: {reason}")

    async def resume(self, practice: str, operator: Operator) -> PracticeStatus:
        return self._set_state(practice, PracticeState.DRIFT, operator, "resume")

    async def audit(self, after: int, limit: int) -> AuditPage:
        return AuditPage(entries=tuple(self.log[after : after + limit]))

    async def audit_verify(self, after: int | None = None, previous: str = "") -> AuditProof:
        """In parts of a hundred; ``may_verify`` holds all but the first."""
        total = len(self.log)
        if self.chain_broken:
            return AuditProof(ok=False, entries=total, head="", broken_at=2, message="the hash does not fit")
        if after:
            assert previous == f"hash-{after}"
            await self.may_verify.wait()
        checked = total if after is None else min(after + 100, total)
        resume = "" if checked == total else f"hash-{checked}"
        return AuditProof(ok=True, entries=total, head="f00d", checked=checked, resume=resume)

    async def changes(self, heard: Callable[[], bool]) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(queue)

    def _finish(self, correction: Correction) -> None:
        error = "" if self.result is CorrectionStatus.APPLIED else "Xero: the account is archived"
        self._move(moved(correction, self.result, error=error))
        if self.result is CorrectionStatus.APPLIED:
            self._note(
                "daemon", "applied", correction.practice, correction.discrepancy_id, f"applied {correction.option}"
            )
            self.say(correction.practice, f"applied {correction.option}")
            self.close(correction.discrepancy_id)

    def _move(self, correction: Correction) -> None:
        self.corrections[correction.id] = correction
        found = self._get(correction.discrepancy_id)
        done = correction.status in (CorrectionStatus.FAILED, CorrectionStatus.STALE)
        self._put(msgspec.structs.replace(found, status=Status.OPEN) if done else found)

    def _set_state(self, practice: str, state: PracticeState, operator: Operator, what: str) -> PracticeStatus:
        self._known(practice)
        self.states[practice] = state
        self._note(operator.login, what.partition(":")[0], practice, "", what)
        self._tell_practice(practice)
        return self._practice(practice)

    def _practice(self, practice: str) -> PracticeStatus:
        live = [d for d in self.found.values() if d.finding.practice == practice and d.status in _LIVE]
        drift = self.states[practice] is PracticeState.DRIFT
        return PracticeStatus(
            id=practice,
            name=PRACTICES[practice],
            mode=self.modes[practice],
            state=PracticeState.IN_SYNC if drift and not live else self.states[practice],
            residual="0.00",
            open=dict(Counter(d.finding.kind for d in live)),
            open_total=len(live),
            open_amount=money(sum((d.finding.amount for d in live), Decimal(0))),
            in_doubt=0,
            hand_work=sum(d.finding.policy is Policy.HAND_WORK for d in live),
            excluded=12,
            last_cycle=self.now,
            last_full=START - dt.timedelta(hours=5),
            budget=Budget(xero_day_remaining=4210, xero_minute_remaining=55, calls_today=790, bytes_today=31_000_000),
            warnings=("account 201 is archived in Xero",) if practice == "oaktree" else (),
            currency="GBP",
            timezone="Europe/London",
            oldest_open=min((d.first_seen for d in live), default=None),
            open_by_policy={policy: _sum([d for d in live if d.finding.policy is policy]) for policy in Policy},
            proofs={"invoices": START - dt.timedelta(hours=5)},
            trend=tuple(range(max(len(live) - 20, 0), len(live) + 1)),
        )

    def _view(self, found: Discrepancy) -> DiscrepancyView:
        last = [c for c in self.corrections.values() if c.discrepancy_id == found.id]
        place = Place(currency="GBP", provet_web_url="https://provetcloud.com/54321/")
        return discrepancy_view(found, last[-1] if last else None, place)

    def _put(self, found: Discrepancy) -> None:
        self.seq += 1
        self.found[found.id] = msgspec.structs.replace(found, seq=self.seq)
        self._tell(Changed(discrepancy=self._view(self.found[found.id]), seq=self.seq))
        self._tell_practice(found.finding.practice)

    def _get(self, discrepancy_id: str) -> Discrepancy:
        if discrepancy_id not in self.found:
            raise UnknownId(f"no discrepancy {discrepancy_id}", hint="see: reconcile list --status all")
        return self.found[discrepancy_id]

    def _known(self, practice: str) -> None:
        if practice not in PRACTICES:
            raise UnknownId(f"no practice {practice}", hint=f"practices: {', '.join(PRACTICES)}")

    def _note(self, actor: str, action: str, practice: str, subject: str, text: str) -> None:
        number = len(self.log) + 1
        entry = AuditEntry(
            number=number,
            at=self.now,
            actor=actor,
            action=action,
            practice=practice,
            subject=subject,
            text=text,
            hash=f"{number:064x}",
        )
        self.log.append(entry)

    def _tell(self, change: Change) -> None:
        for queue in self._listeners:
            queue.put_nowait(change)

    def _tell_practice(self, practice: str) -> None:
        if self._listeners:
            self._tell(PracticeChanged(practice=self._practice(practice)))


def _sum(found: Sequence[Discrepancy]) -> OpenSum:
    return OpenSum(count=len(found), amount=money(sum((d.finding.amount for d in found), Decimal(0))))


def _keeps(query: ListQuery, found: Discrepancy) -> bool:
    it = found.finding
    kinds = (it.kind, it.kind.partition(".")[0])
    return (
        query.practice in ("", it.practice)
        and (not query.kind or query.kind in kinds)
        and not any(kind in query.kind_not for kind in kinds)
        and (not query.status or found.status in query.status)
        and query.policy in ("", it.policy)
        and _contains(query.text, (it.kind, it.subject.label, it.summary, it.id))
        and (query.min_amount is None or it.amount >= query.min_amount)
        and (query.max_amount is None or it.amount <= query.max_amount)
    )


def _contains(text: str, places: Sequence[str]) -> bool:
    return all(any(word in place.casefold() for place in places) for word in text.casefold().split())
