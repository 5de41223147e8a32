"""The requests for steps in doubt, the audit log searched, and documents left out. Viewers may read them all."""

from __future__ import annotations

from aiohttp import web

from daemon.control.answers import answer
from daemon.control.operations import Operations
from daemon.control.report_routes import query_of
from daemon.protocol import AuditQuery, ExcludedQuery


class WatchRoutes:
    """The handlers; each reads its query, calls one operation and encodes the answer."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def table(self) -> list[web.RouteDef]:
        return [
            web.get("/doubts", self.doubts),
            web.get("/audit/search", self.audit_search),
            web.get("/excluded", self.excluded),
        ]

    async def doubts(self, request: web.Request) -> web.Response:
        return answer(await self._operations.doubts(request.query.get("practice", "")))

    async def audit_search(self, request: web.Request) -> web.Response:
        return answer(await self._operations.audit_search(query_of(request, AuditQuery)))

    async def excluded(self, request: web.Request) -> web.Response:
        return answer(await self._operations.excluded(query_of(request, ExcludedQuery)))
