"""What can be asked of reports and exports, as the control server calls it. The daemon implements it."""

from __future__ import annotations

from typing import Protocol

from daemon.protocol import (
    ApprovalWindow,
    DiscrepancyWindow,
    ExcludedWindow,
    ExportQuery,
    LinkWindow,
    MonthReport,
    ReportQuery,
)


class Reporting(Protocol):
    """Every method may raise ``UnknownId`` for the practice and ``Invalid``."""

    async def month(self, practice: str, query: ReportQuery) -> MonthReport: ...

    async def discrepancies(self, practice: str, query: ReportQuery) -> DiscrepancyWindow: ...

    async def waivers(self, practice: str, query: ReportQuery) -> DiscrepancyWindow: ...

    async def excluded(self, practice: str, query: ReportQuery) -> ExcludedWindow: ...

    async def approvals(self, practice: str, query: ReportQuery) -> ApprovalWindow: ...

    async def export_discrepancies(self, practice: str, query: ExportQuery) -> DiscrepancyWindow: ...

    async def export_links(self, practice: str, query: ExportQuery) -> LinkWindow: ...
