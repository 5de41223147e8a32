"""What operators can ask of the daemon, as the control server calls it. The daemon implements it; tests fake it.

Every method may raise ``UnknownId`` (404), ``Invalid`` (400), ``Stale`` (409) or any other ``ReconError`` (503 when
``Transient``, else 500); their messages and hints are shown to the operator. Roles are checked before a call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from daemon.control.reporting import Reporting
from daemon.errors import Permanent
from daemon.protocol import (
    Activity,
    Approval,
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
    Status,
    SyncState,
    WaitingSums,
)


class UnknownId(Permanent):
    """No discrepancy, correction, practice or sync request of that id exists."""


class Operations(Protocol):
    @property
    def reports(self) -> Reporting: ...

    async def status(self) -> Status: ...

    async def page(self, query: ListQuery) -> Page: ...

    async def groups(self, query: ListQuery, by: GroupBy) -> GroupPage:
        """The list grouped; the query's window is one over groups."""
        ...

    async def selection(self, query: ListQuery, limit: int) -> SelectedPage:
        """As much of a list as selecting needs, from the query's offset on, at most ``limit``."""
        ...

    async def show(self, discrepancy_id: str) -> Detail:
        """Closed ones too, with the last correction."""
        ...

    async def correction(self, correction_id: str) -> CorrectionView:
        """How a correction stands now, finished or not."""
        ...

    async def ledger(self, discrepancy_id: str, offset: int) -> LedgerView:
        """The ledger of a ``Detail``, from that row on."""
        ...

    async def option(self, discrepancy_id: str, option_id: str) -> OptionView:
        """One option with its effect, also one that is put together field by field."""
        ...

    async def approve(self, discrepancy_id: str, option: str, expect: str, operator: Operator) -> Approval:
        """Decide and return at once: ``accepted``, ``waiting_second_person``, ``stale`` or ``refused``."""
        ...

    async def undo_option(self, discrepancy_id: str) -> OptionView:
        """What an undo would write; ``Invalid`` where there is nothing to undo or no way to."""
        ...

    async def undo(self, discrepancy_id: str, expect: str, operator: Operator) -> Approval:
        """Decide to correct back what was applied last; returns at once, as ``approve`` does."""
        ...

    async def decide(self, discrepancy_id: str, decision: Decision, operator: Operator) -> Detail:
        """A decision that writes nothing. A waiver that waits for a second person shows as a proposed correction."""
        ...

    async def bulk(self, request: BulkRequest, operator: Operator) -> BulkResult:
        """One decision on all that a filter lets through; ``Stale`` unless that is what was shown."""
        ...

    async def some(self, request: SomeRequest, operator: Operator) -> BulkResult:
        """One decision on those that are named; unknown ids are passed over."""
        ...

    async def rehearse(self, request: SomeRequest, operator: Operator) -> Rehearsal:
        """What ``some`` would do; does nothing."""
        ...

    async def waiting(self, cause_ids: Sequence[str]) -> WaitingSums:
        """What waits for these causes and goes on by mending them together; unknown ids are passed over."""
        ...

    async def autonomy(self) -> Autonomy: ...

    async def sync(self, practice: str, *, full: bool, operator: Operator) -> str:
        """Ask for a cycle that begins after this call; returns the token to ask ``sync_state`` with."""
        ...

    async def sync_state(self, token: str) -> SyncState:
        """``done`` when the cycle ended, no automatic writes followed and doubts were settled or given up on."""
        ...

    async def release(self, practice: str, operator: Operator) -> PracticeStatus: ...

    async def pause(self, practice: str, reason: str, operator: Operator) -> PracticeStatus: ...

    async def resume(self, practice: str, operator: Operator) -> PracticeStatus: ...

    async def audit(self, after: int, limit: int) -> AuditPage:
        """Entries numbered above ``after``, oldest first, at most ``limit``."""
        ...

    async def audit_search(self, query: AuditQuery) -> AuditFound:
        """What a search finds in the next part of the log, newest first."""
        ...

    async def audit_verify(self, after: int | None = None, previous: str = "") -> AuditProof:
        """The whole chain, or the next part of it behind an entry and its hash (0: the first part)."""
        ...

    async def doubts(self, practice: str) -> DoubtPage:
        """The steps in doubt of a practice, of all for ""."""
        ...

    async def excluded(self, query: ExcludedQuery) -> ExcludedPage: ...

    def changes(self, heard: Callable[[], bool]) -> AsyncIterator[Change]:
        """Every change from the moment of the call on; the server iterates it once and serves all clients from it."""
        ...

    def recent(self) -> Sequence[Activity]:
        """The newest activity that ``changes`` gave, the newest last."""
        ...
