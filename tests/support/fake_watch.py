"""The part of the made-up daemon that is only watched: doubts, documents left out, the audit log and the activity."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

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
    MonthParts,
    MonthReport,
    PartSum,
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
T = TypeVar("T")


class FakeReports:
    """A month in which one discrepancy, one document left out and two approvals explain everything."""

    def __init__(self) -> None:
        self.residual = "0.00"
        self.asked: list[tuple[str, str, By | None]] = []
        self.discrepant: tuple[DiscrepancyView, ...] = ()
        self.left_out = (
            ExcludedView(
                label="Invoice 3001", reason="anonymous sale", amount="7.50", gross="7.50", date=START.date(), id="3001"
            ),
        )
        self.approved = tuple(ApprovalView(id=f"d-{by}", by=by, at=START, option="create") for by in ("ann", "bob"))
        self.seq = 0
        self.windows: list[tuple[str, int]] = []

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
            seq=self.seq,
            parts=MonthParts(
                discrepancies=_sum(self.discrepant, effect=True),
                excluded=_sum(self.left_out),
                waivers=_sum(self._waived(), effect=True),
                approvals=PartSum(count=len(self.approved)),
            ),
            timezone="Europe/London",
            by=(row,) if query.by else (),
        )

    async def discrepancies(self, practice: str, query: ReportQuery) -> DiscrepancyWindow:
        rows, after = self._window("discrepancies", self.discrepant, query)
        return DiscrepancyWindow(discrepancies=rows, after=after, seq=self.seq)

    async def waivers(self, practice: str, query: ReportQuery) -> DiscrepancyWindow:
        rows, after = self._window("waivers", self._waived(), query)
        return DiscrepancyWindow(discrepancies=rows, after=after, seq=self.seq)

    async def excluded(self, practice: str, query: ReportQuery) -> ExcludedWindow:
        rows, after = self._window("excluded", self.left_out, query)
        return ExcludedWindow(excluded=rows, after=after)

    async def approvals(self, practice: str, query: ReportQuery) -> ApprovalWindow:
        rows, after = self._window("approvals", self.approved, query)
        return ApprovalWindow(approvals=rows, after=after)

    def _waived(self) -> tuple[DiscrepancyView, ...]:
        return tuple(each for each in self.discrepant if each.status == "waived")

    def _window(self, part: str, rows: tuple[T, ...], query: ReportQuery) -> tuple[tuple[T, ...], str]:
        """A window from a place on; ``after`` counts the rows before it."""
        begin = int(query.after or 0) if query.offset is None else query.offset
        self.windows.append((part, begin))
        end = begin + _PART
        return rows[begin:end], str(end) if end < len(rows) else ""


def _sum(rows: Sequence[DiscrepancyView | ExcludedView], *, effect: bool = False) -> PartSum:
    amount = sum((Decimal(each.amount) for each in rows), Decimal(0))
    effects = sum((Decimal(getattr(each, "effect", 0)) for each in rows), Decimal(0)) if effect else Decimal(0)
    return PartSum(count=len(rows), amount=money(amount), effect=money(effects))


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
            amounts={"GBP": money(sum((Decimal(each.amount) for each in found), Decimal(0)))},
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
