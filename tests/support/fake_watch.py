"""The part of the made-up daemon that is only watched: doubts, documents left out, the audit log and the activity."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from daemon.core.amounts import money
from daemon.protocol import (
    Activity,
    ApprovalView,
    ApprovalWindow,
    AuditEntry,
    AuditFound,
    AuditQuery,
    By,
    DiscrepancyView,
    DiscrepancyWindow,
    DoubtPage,
    DoubtView,
    ExcludedPage,
    ExcludedQuery,
    ExcludedRow,
    ExcludedView,
    ExcludedWindow,
    MonthReport,
    ReasonSum,
    RecordView,
    ReportQuery,
    ResidualRow,
    SideTotals,
    StepState,
    StepView,
    SubjectView,
)
from tests.support.fake_books import START

_PART = 100


class FakeReports:
    """A month in which one discrepancy, one document left out and two approvals explain everything."""

    def __init__(self) -> None:
        self.residual = "0.00"
        self.asked: list[tuple[str, str, By | None]] = []
        self.discrepant: tuple[DiscrepancyView, ...] = ()

    async def month(self, practice: str, query: ReportQuery) -> MonthReport:
        self.asked.append((practice, query.month, query.by))
        row = ResidualRow(key="812", provet="54.00", xero="0.00", excluded="0.00", effect="54.00", residual="0.00")
        return MonthReport(
            practice=practice,
            month=query.month,
            currency="GBP",
            made_at=START,
            provet=_side("1234.50", "205.75"),
            xero=_side("1180.50", "196.75"),
            residual=self.residual,
            seq=1,
            by=(row,) if query.by else (),
        )

    async def discrepancies(self, practice: str, query: ReportQuery) -> DiscrepancyWindow:
        return DiscrepancyWindow(discrepancies=self.discrepant, seq=1)

    async def excluded(self, practice: str, query: ReportQuery) -> ExcludedWindow:
        first = ExcludedView(
            label="Invoice 3001", reason="anonymous sale", amount="7.50", gross="7.50", date=START.date(), id="3001"
        )
        return ExcludedWindow(excluded=(first,))

    async def approvals(self, practice: str, query: ReportQuery) -> ApprovalWindow:
        """In two windows."""
        by = "bob" if query.after else "ann"
        one = ApprovalView(id=f"d-{by}", by=by, at=START, option="create")
        return ApprovalWindow(approvals=(one,), after="" if query.after else "1")


def _side(invoices: str, vat: str) -> SideTotals:
    return SideTotals(
        invoices=invoices, credits="0.00", payments="0.00", receivable=invoices, vat={"20": vat}, accounts={"200": vat}
    )


class FakeWatch:
    """Implements what ``Operations`` has of it; tests fill the lists."""

    def __init__(self) -> None:
        self.reports = FakeReports()
        self.log: list[AuditEntry] = []
        self.said: list[Activity] = []
        self.doubted: list[DoubtView] = []
        self.left_out: list[ExcludedRow] = []

    def recent(self) -> Sequence[Activity]:
        return tuple(self.said)

    async def doubts(self, practice: str) -> DoubtPage:
        found = [each for each in self.doubted if practice in ("", each.practice)]
        return DoubtPage(total=len(found), doubts=tuple(found))

    async def excluded(self, query: ExcludedQuery) -> ExcludedPage:
        of_practice = [each for each in self.left_out if query.practice in ("", each.practice)]
        found = [
            each
            for each in of_practice
            if query.reason in ("", each.reason) and query.text.lower() in f"{each.label}\n{each.reason}".lower()
        ]
        counts = Counter(each.reason for each in of_practice)
        sums = {
            reason: sum((Decimal(e.amount) for e in of_practice if e.reason == reason), Decimal(0)) for reason in counts
        }
        return ExcludedPage(
            total=len(found),
            documents=tuple(found[query.offset : query.offset + query.limit]),
            reasons=tuple(
                ReasonSum(reason=reason, count=count, amount=money(sums[reason]), currency="GBP")
                for reason, count in counts.most_common()
            ),
        )

    async def audit_search(self, query: AuditQuery) -> AuditFound:
        newest = len(self.log)
        before = query.before or newest + 1
        floor = max(before - _PART, 1)
        found = [each for each in self.log if floor <= each.number < before and _matches(each, query)]
        shown = found[::-1][: query.limit]
        more = len(found) > len(shown)
        rest = shown[-1].number if more else floor
        return AuditFound(entries=tuple(shown), before=rest if rest > 1 else 0, newest=newest)


def _matches(entry: AuditEntry, query: AuditQuery) -> bool:
    said = f"{entry.actor}\n{entry.action}\n{entry.practice}\n{entry.subject}\n{entry.text}".lower()
    return (
        entry.actor.startswith(query.actor)
        and entry.action.startswith(query.action)
        and entry.practice.startswith(query.practice)
        and entry.subject.startswith(query.subject)
        and query.text.lower() in said
    )


def doubt(number: int, discrepancy: str, *, stuck: bool = False, label: str = "Invoice 1024 (Ada Quinn)") -> DoubtView:
    """A payment of which nobody knows whether it reached Xero."""
    return DoubtView(
        practice="riverside",
        discrepancy=discrepancy,
        correction=f"cor-{number}",
        kind="payment.missing_in_xero",
        label=label,
        amount="54.00",
        currency="GBP",
        option="create-payment",
        approved_by="policy",
        step=StepView(
            system="xero",
            summary="create a payment of 54.00 GBP on 1024",
            state=StepState.IN_DOUBT,
            detail="no answer within 30 s",
            mark="Provet payment 7",
            attempts=1,
            stuck=stuck,
            at=START,
        ),
        sought="a payment of 54.00 GBP with the reference 'Provet payment 7' in Xero (1024)",
        remedy="If it is to be, enter it there with this reference: once it is found, this counts as done.",
        look_at=START + dt.timedelta(hours=4),
        subject=SubjectView(
            label=label,
            provet=RecordView(kind="document", id="1024", url="https://provetcloud.com/1/billing/invoice/1024/"),
            xero=RecordView(kind="document", id="x-1", url="https://go.xero.com/x-1"),
        ),
    )


def left_out(number: int, reason: str = "anonymous sale", practice: str = "riverside") -> ExcludedRow:
    """A document that is not sent to Xero."""
    return ExcludedRow(
        practice=practice,
        label=f"Invoice {3000 + number}",
        reason=reason,
        amount=f"{number}.50",
        gross=f"{number + 10}.50",
        currency="GBP",
        date=dt.date(2026, 2, 27),
        provet=RecordView(kind="document", id=str(3000 + number), url=f"https://provetcloud.com/1/{number}/"),
    )
