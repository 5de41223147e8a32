"""Every request to the daemon as a value, and how its answer is read: shared by both clients. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from daemon.listing import query_params
from daemon.protocol import (
    Approval,
    ApproveRequest,
    AuditFound,
    AuditPage,
    AuditProof,
    AuditQuery,
    Autonomy,
    BulkDecision,
    BulkRequest,
    BulkResult,
    CausesRequest,
    CorrectionView,
    Decision,
    Detail,
    DoubtPage,
    ExcludedPage,
    ExcludedQuery,
    Expected,
    Failure,
    GroupBy,
    GroupPage,
    LedgerView,
    ListQuery,
    Message,
    OptionView,
    Page,
    PracticeStatus,
    Problem,
    ReasonRequest,
    Rehearsal,
    Reject,
    SelectedPage,
    SomeDecision,
    SomeRequest,
    Status,
    SyncRequest,
    SyncState,
    UndoRequest,
    WaitingSums,
)

M = TypeVar("M", bound=Message)


class ControlError(Exception):
    """The daemon could not be asked, or said no. ``problem`` holds the code, the message and what to do next."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(code=code, message=message, hint=hint)


@dataclass(frozen=True, slots=True)
class Call(Generic[M]):
    """One request and the type of its answer. ``timeout_s`` is how long the command line waits for it."""

    method: str
    path: str
    answer: type[M]
    body: bytes = b""
    timeout_s: float = 60.0


def status() -> Call[Status]:
    return Call("GET", "/status", Status)


def page(query: ListQuery) -> Call[Page]:
    return Call("GET", f"/discrepancies?{urlencode(query_params(query))}", Page)


def groups(query: ListQuery, by: GroupBy) -> Call[GroupPage]:
    return Call("GET", f"/groups?{urlencode([('by', by.value), *query_params(query)])}", GroupPage)


def selection(query: ListQuery, offset: int, limit: int) -> Call[SelectedPage]:
    """As much of a list as selecting needs."""
    plain = [(name, value) for name, value in query_params(query) if name not in {"offset", "limit", "find"}]
    return Call("GET", f"/selection?{urlencode([*plain, ('offset', offset), ('limit', limit)])}", SelectedPage)


def show(discrepancy_id: str) -> Call[Detail]:
    return Call("GET", f"/discrepancies/{_part(discrepancy_id)}", Detail)


def ledger(discrepancy_id: str, offset: int) -> Call[LedgerView]:
    """The ledger of a discrepancy's family, from that row on."""
    return Call("GET", f"/discrepancies/{_part(discrepancy_id)}/ledger?offset={offset}", LedgerView)


def correction(correction_id: str) -> Call[CorrectionView]:
    return Call("GET", f"/corrections/{_part(correction_id)}", CorrectionView)


def option(discrepancy_id: str, option_id: str) -> Call[OptionView]:
    """One option, also one that is put together field by field."""
    return Call("GET", f"/discrepancies/{_part(discrepancy_id)}/options/{_part(option_id)}", OptionView)


def approve(discrepancy_id: str, option: str = "", expect: str = "") -> Call[Approval]:
    """``expect`` is the fingerprint that was seen; "" accepts the present one."""
    body = msgspec.json.encode(ApproveRequest(option=option, expect=expect))
    return Call("POST", f"/discrepancies/{_part(discrepancy_id)}/approve", Approval, body)


def decide(discrepancy_id: str, decision: Decision) -> Call[Detail]:
    path = f"/discrepancies/{_part(discrepancy_id)}/{decision.__struct_config__.tag}"
    return Call("POST", path, Detail, msgspec.json.encode(decision))


def reject(discrepancy_id: str, reason: str) -> Call[Detail]:
    return decide(discrepancy_id, Reject(reason=reason))


def undo_option(discrepancy_id: str) -> Call[OptionView]:
    """What an undo would write."""
    return Call("GET", f"/discrepancies/{_part(discrepancy_id)}/undo", OptionView)


def undo(discrepancy_id: str, expect: str = "") -> Call[Approval]:
    """``expect`` is the fingerprint that was seen; "" accepts the present one."""
    body = msgspec.json.encode(UndoRequest(expect=expect))
    return Call("POST", f"/discrepancies/{_part(discrepancy_id)}/undo", Approval, body)


def bulk(query: ListQuery, decision: BulkDecision, seen: Page) -> Call[BulkResult]:
    """One decision on all that a query lets through, as the page ``seen`` summed it up."""
    expected = Expected(count=seen.total, amount=seen.amount, seq=seen.seq)
    body = msgspec.json.encode(BulkRequest(filter=query, decision=decision, expected=expected))
    return Call("POST", "/bulk", BulkResult, body)


def rehearse(ids: tuple[str, ...], decision: SomeDecision) -> Call[Rehearsal]:
    """What a decision on these would do."""
    return Call("POST", "/rehearsal", Rehearsal, msgspec.json.encode(SomeRequest(ids=ids, decision=decision)))


def some(ids: tuple[str, ...], decision: SomeDecision, seq: int) -> Call[BulkResult]:
    """One decision on these, but for those that changed after ``seq``."""
    return Call("POST", "/some", BulkResult, msgspec.json.encode(SomeRequest(ids=ids, decision=decision, seq=seq)))


def waiting(cause_ids: tuple[str, ...]) -> Call[WaitingSums]:
    """What waits for these causes, if they are mended together."""
    return Call("POST", "/waiting", WaitingSums, msgspec.json.encode(CausesRequest(ids=cause_ids)))


def autonomy() -> Call[Autonomy]:
    return Call("GET", "/autonomy", Autonomy)


def sync(practice: str = "", *, full: bool = False) -> Call[SyncState]:
    return Call("POST", "/sync", SyncState, msgspec.json.encode(SyncRequest(practice=practice, full=full)))


def sync_state(token: str) -> Call[SyncState]:
    return Call("GET", f"/sync/{_part(token)}", SyncState)


def release(practice: str) -> Call[PracticeStatus]:
    return Call("POST", f"/practices/{_part(practice)}/release", PracticeStatus)


def pause(practice: str, reason: str) -> Call[PracticeStatus]:
    body = msgspec.json.encode(ReasonRequest(reason=reason))
    return Call("POST", f"/practices/{_part(practice)}/pause", PracticeStatus, body)


def resume(practice: str) -> Call[PracticeStatus]:
    return Call("POST", f"/practices/{_part(practice)}/resume", PracticeStatus)


def audit(after: int, limit: int) -> Call[AuditPage]:
    return Call("GET", f"/audit?after={after}&limit={limit}", AuditPage)


def audit_verify(so_far: AuditProof | None = None) -> Call[AuditProof]:
    """The next part of the chain's proof, behind what was checked so far."""
    after, previous = (so_far.checked, so_far.resume) if so_far else (0, "")
    return Call("GET", f"/audit/verify?{urlencode([('after', after), ('previous', previous)])}", AuditProof)


def audit_search(query: AuditQuery) -> Call[AuditFound]:
    """The next part of the log, newest first, that a search looks at."""
    return Call("GET", f"/audit/search?{_params(query)}", AuditFound)


def doubts(practice: str = "") -> Call[DoubtPage]:
    return Call("GET", f"/doubts?{urlencode([('practice', practice)])}", DoubtPage)


def excluded(query: ExcludedQuery) -> Call[ExcludedPage]:
    return Call("GET", f"/excluded?{_params(query)}", ExcludedPage)


def answer(call: Call[M], status: int, body: bytes) -> M:
    """The answer to a call; raises ``ControlError`` for a refusal and for what no daemon would say."""
    try:
        if status < 300:
            return msgspec.json.decode(body, type=call.answer)
        problem = msgspec.json.decode(body, type=Failure).error
    except (msgspec.DecodeError, RecursionError) as error:
        hint = "is another program listening on this socket, or is the daemon of another version?"
        raise ControlError("bad_answer", f"cannot read the daemon's answer ({status}): {error}", hint) from None
    raise ControlError(problem.code, problem.message, problem.hint)


def unreachable(path: str, error: OSError) -> ControlError:
    """Why a socket cannot be used, and what to do about it."""
    if isinstance(error, FileNotFoundError):
        hint = "start it (systemctl start reconciled), or name its socket with --socket or RECONCILED_SOCKET"
        return ControlError("unreachable", f"no daemon: there is no socket at {path}", hint)
    if isinstance(error, PermissionError):
        hint = "join the group named by viewer_group or approver_group in the [control] settings, then log in again"
        return ControlError("forbidden", f"no access to {path}", hint)
    if isinstance(error, ConnectionRefusedError):
        hint = "the socket is left over; start the daemon (systemctl start reconciled) or read its log"
        return ControlError("unreachable", f"no daemon answers at {path}", hint)
    reason = error.strerror or str(error) or type(error).__name__
    return ControlError("unreachable", f"the connection to the daemon at {path} failed: {reason}", "is it running?")


def _part(text: str) -> str:
    return quote(text, safe="") or "-"


def _params(query: Message) -> str:
    """A message of plain fields as URL parameters; what is empty is left out."""
    return urlencode([(name, getattr(query, name)) for name in query.__struct_fields__ if getattr(query, name)])
