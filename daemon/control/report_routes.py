"""The requests for reports and exports. Viewers may read them all."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from daemon.control.answers import answer
from daemon.control.operations import Operations
from daemon.errors import Invalid
from daemon.protocol import ExportQuery, Message, ReportQuery

M = TypeVar("M", bound=Message)


class ReportRoutes:
    """The handlers below ``/practices/{id}/report`` and ``/practices/{id}/export``."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def table(self) -> list[web.RouteDef]:
        return [
            web.get("/practices/{id}/report", self.month),
            web.get("/practices/{id}/report/discrepancies", self.discrepancies),
            web.get("/practices/{id}/report/waivers", self.waivers),
            web.get("/practices/{id}/report/excluded", self.excluded),
            web.get("/practices/{id}/report/approvals", self.approvals),
            web.get("/practices/{id}/export/discrepancies", self.export_discrepancies),
            web.get("/practices/{id}/export/links", self.export_links),
        ]

    async def month(self, request: web.Request) -> web.Response:
        return answer(await self._operations.reports.month(_practice(request), query_of(request, ReportQuery)))

    async def discrepancies(self, request: web.Request) -> web.Response:
        return answer(await self._operations.reports.discrepancies(_practice(request), query_of(request, ReportQuery)))

    async def waivers(self, request: web.Request) -> web.Response:
        return answer(await self._operations.reports.waivers(_practice(request), query_of(request, ReportQuery)))

    async def excluded(self, request: web.Request) -> web.Response:
        return answer(await self._operations.reports.excluded(_practice(request), query_of(request, ReportQuery)))

    async def approvals(self, request: web.Request) -> web.Response:
        return answer(await self._operations.reports.approvals(_practice(request), query_of(request, ReportQuery)))

    async def export_discrepancies(self, request: web.Request) -> web.Response:
        query = query_of(request, ExportQuery)
        return answer(await self._operations.reports.export_discrepancies(_practice(request), query))

    async def export_links(self, request: web.Request) -> web.Response:
        return answer(await self._operations.reports.export_links(_practice(request), query_of(request, ExportQuery)))


def _practice(request: web.Request) -> str:
    return request.match_info["id"]


def query_of(request: web.Request, kind: type[M]) -> M:
    """The parameters of a request as a message; ``status`` may be repeated."""
    given: dict[str, object] = dict(request.query)
    if "status" in given:
        given["status"] = tuple(request.query.getall("status"))
    if unknown := sorted(given.keys() - set(kind.__struct_fields__)):
        raise Invalid(f"unknown parameter {unknown[0][:40]!r}", hint=f"known: {', '.join(kind.__struct_fields__)}")
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from None
