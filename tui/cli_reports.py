"""The grammar of the commands that prove and export."""

from __future__ import annotations

from daemon.protocol import By
from tui import reporting
from tui.cli_decisions import Add
from tui.reporting import FORMATS


def add_reports(add: Add) -> None:
    """The month-end proof and the export."""
    report = add("report", reporting.report, "month-end proof: totals of both sides and what explains their difference")
    report.add_argument("practice", metavar="P")
    report.add_argument("--month", metavar="YYYY-MM", required=True)
    report.add_argument("--by", choices=[each.value for each in By], default="", help="break the residual down")
    export = add("export", reporting.export, "discrepancies and links, for spreadsheets and programs")
    export.add_argument("practice", metavar="P")
    export.add_argument("--format", choices=list(FORMATS), required=True)
    export.add_argument("--status", metavar="S", action="append", default=[], help="all, or one; else all but closed")
