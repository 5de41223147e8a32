"""The requests of the control socket: who asks, for what, and what is answered. All is passed on to Operations."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from daemon.control.access import Access, operator_of, peer_of
from daemon.control.answers import Handler, answer, failure
from daemon.control.operations import Operations
from daemon.control.stream import Streams
from daemon.errors import Invalid
from daemon.listing import checked, parse_query
from daemon.protocol import (
    PAGE_MAX,
    SELECTED_MAX,
    Approval,
    ApproveRequest,
    Assign,
    BulkRequest,
    CausesRequest,
    Comment,
    Decision,
    GroupBy,
    ListQuery,
    Message,
    Operator,
    Outcome,
    ReasonRequest,
    Reject,
    Role,
    Snooze,
    SomeRequest,
    SyncRequest,
    SyncState,
    UndoRequest,
    Waive,
)

M = TypeVar("M", bound=Message)
OPERATOR = web.RequestKey("operator", Operator)

_DECISIONS: dict[str, type[Decision]] = {
    "reject": Reject,
    "snooze": Snooze,
    "waive": Waive,
    "comment": Comment,
    "assign": Assign,
}
_REFUSED_HINTS = {
    Outcome.STALE: "look at it again and approve what it says now",
    Outcome.REFUSED: "see the practice's mode and state with: reconcile status",
}


def identify(access: Access) -> Middleware:
    """A middleware that lets nobody in whom the kernel does not name, and lets viewers only look."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        operator = _operator(request, access)
        if operator is None:
            return failure(403, "forbidden", "you have no access", "ask to be added to the viewer or approver group")
        if request.method != "GET" and operator.role is not Role.APPROVER:
            hint = "ask somebody of the approver group, or to be added to it"
            return failure(403, "forbidden", f"{operator.login} may look but not decide", hint)
        request[OPERATOR] = operator
        return await handler(request)

    return middleware


class Routes:
    """The handlers; each reads its arguments, calls one operation and encodes the answer."""

    def __init__(self, operations: Operations, streams: Streams) -> None:
        self._operations = operations
        self._streams = streams

    def table(self) -> list[web.RouteDef]:
        return [
            web.get("/status", self.status),
            web.get("/discrepancies", self.page),
            web.get("/groups", self.groups),
            web.get("/selection", self.selection),
            web.get("/discrepancies/{id}", self.show),
            web.get("/discrepancies/{id}/ledger", self.ledger),
            web.get("/discrepancies/{id}/options/{option}", self.option),
            web.post("/discrepancies/{id}/approve", self.approve),
            web.get("/discrepancies/{id}/undo", self.undo_option),
            web.post("/discrepancies/{id}/undo", self.undo),
            web.post(f"/discrepancies/{{id}}/{{decision:{'|'.join(_DECISIONS)}}}", self.decide),
            web.post("/bulk", self.bulk),
            web.post("/some", self.some),
            web.post("/rehearsal", self.rehearse),
            web.post("/waiting", self.waiting),
            web.get("/autonomy", self.autonomy),
            web.get("/corrections/{id}", self.correction),
            web.post("/sync", self.sync),
            web.get("/sync/{id}", self.sync_state),
            web.post("/practices/{id}/release", self.release),
            web.post("/practices/{id}/pause", self.pause),
            web.post("/practices/{id}/resume", self.resume),
            web.get("/audit", self.audit),
            web.get("/audit/verify", self.audit_verify),
            web.get("/events", self.events),
        ]

    async def status(self, _: web.Request) -> web.Response:
        return answer(await self._operations.status())

    async def page(self, request: web.Request) -> web.Response:
        return answer(await self._operations.page(_query(request)))

    async def groups(self, request: web.Request) -> web.Response:
        return answer(await self._operations.groups(_query(request, "by"), _grouping(request.query.get("by", ""))))

    async def selection(self, request: web.Request) -> web.Response:
        limit = min(_number(request, "limit", SELECTED_MAX), SELECTED_MAX)
        return answer(await self._operations.selection(_query(request, "limit"), limit))

    async def show(self, request: web.Request) -> web.Response:
        return answer(await self._operations.show(_id(request)))

    async def ledger(self, request: web.Request) -> web.Response:
        return answer(await self._operations.ledger(_id(request), _number(request, "offset", 0)))

    async def option(self, request: web.Request) -> web.Response:
        return answer(await self._operations.option(_id(request), request.match_info["option"]))

    async def approve(self, request: web.Request) -> web.Response:
        asked = await _body(request, ApproveRequest)
        return _approved(await self._operations.approve(_id(request), asked.option, asked.expect, request[OPERATOR]))

    async def undo_option(self, request: web.Request) -> web.Response:
        return answer(await self._operations.undo_option(_id(request)))

    async def undo(self, request: web.Request) -> web.Response:
        asked = await _body(request, UndoRequest)
        return _approved(await self._operations.undo(_id(request), asked.expect, request[OPERATOR]))

    async def decide(self, request: web.Request) -> web.Response:
        decision = await _body(request, _DECISIONS[request.match_info["decision"]])
        return answer(await self._operations.decide(_id(request), decision, request[OPERATOR]))

    async def bulk(self, request: web.Request) -> web.Response:
        asked = await _body(request, BulkRequest)
        checked(asked.filter)
        return answer(await self._operations.bulk(asked, request[OPERATOR]))

    async def some(self, request: web.Request) -> web.Response:
        return answer(await self._operations.some(await _body(request, SomeRequest), request[OPERATOR]))

    async def rehearse(self, request: web.Request) -> web.Response:
        return answer(await self._operations.rehearse(await _body(request, SomeRequest), request[OPERATOR]))

    async def waiting(self, request: web.Request) -> web.Response:
        return answer(await self._operations.waiting((await _body(request, CausesRequest)).ids))

    async def autonomy(self, _: web.Request) -> web.Response:
        return answer(await self._operations.autonomy())

    async def correction(self, request: web.Request) -> web.Response:
        return answer(await self._operations.correction(_id(request)))

    async def sync(self, request: web.Request) -> web.Response:
        asked = await _body(request, SyncRequest)
        token = await self._operations.sync(asked.practice, full=asked.full, operator=request[OPERATOR])
        return answer(SyncState(token=token, done=False), 202)

    async def sync_state(self, request: web.Request) -> web.Response:
        return answer(await self._operations.sync_state(_id(request)))

    async def release(self, request: web.Request) -> web.Response:
        return answer(await self._operations.release(_id(request), request[OPERATOR]))

    async def pause(self, request: web.Request) -> web.Response:
        asked = await _body(request, ReasonRequest)
        return answer(await self._operations.pause(_id(request), asked.reason, request[OPERATOR]))

    async def resume(self, request: web.Request) -> web.Response:
        return answer(await self._operations.resume(_id(request), request[OPERATOR]))

    async def audit(self, request: web.Request) -> web.Response:
        after, limit = _number(request, "after", 0), _number(request, "limit", 200)
        return answer(await self._operations.audit(after, min(max(limit, 1), PAGE_MAX)))

    async def audit_verify(self, request: web.Request) -> web.Response:
        after = _number(request, "after", 0) if "after" in request.query else None
        return answer(await self._operations.audit_verify(after, request.query.get("previous", "")))

    async def events(self, request: web.Request) -> web.StreamResponse:
        return await self._streams.serve(request, request[OPERATOR])


def _operator(request: web.Request, access: Access) -> Operator | None:
    sock = request.transport.get_extra_info("socket") if request.transport else None
    try:
        return operator_of(peer_of(sock), access) if sock else None
    except OSError:
        return None


def _approved(approval: Approval) -> web.Response:
    if hint := _REFUSED_HINTS.get(approval.outcome):
        return failure(409, approval.outcome.value, approval.message, hint)
    return answer(approval)


def _query(request: web.Request, *others: str) -> ListQuery:
    """The list's query in a URL, parameters of other meaning left out."""
    return parse_query({name: request.query.getall(name) for name in request.query if name not in others})


def _grouping(text: str) -> GroupBy:
    if text not in set(GroupBy):
        raise Invalid(f"cannot group by {text[:20]!r}", hint=f"by one of: {', '.join(GroupBy)}")
    return GroupBy(text)


def _id(request: web.Request) -> str:
    return request.match_info["id"]


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Invalid(f"{name} is not a number: {text[:20]!r}")
    return int(text) if text else default


async def _body(request: web.Request, kind: type[M]) -> M:
    """The JSON body as a message; no body is an empty one."""
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(f"cannot read the request: {error}") from None
