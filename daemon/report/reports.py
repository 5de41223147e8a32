"""Answers about months and exports, read from the store window by window, so that memory stays bounded."""

from __future__ import annotations

import asyncio
import calendar
import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from daemon.control.operations import UnknownId
from daemon.control.views import Place, discrepancy_view
from daemon.core.amounts import money
from daemon.core.discrepancy import Discrepancy, Status
from daemon.core.model import ZERO
from daemon.core.rules import Rules
from daemon.errors import Invalid
from daemon.ports import Clock
from daemon.practice import Practice
from daemon.protocol import (
    BY_MAX,
    ApprovalView,
    ApprovalWindow,
    By,
    DiscrepancyView,
    DiscrepancyWindow,
    ExcludedView,
    ExcludedWindow,
    ExportQuery,
    LinkView,
    LinkWindow,
    MonthParts,
    MonthReport,
    PartSum,
    Recoded,
    ReportQuery,
    ResidualRow,
    SideTotals,
)
from daemon.reconciler.engine import Engine
from daemon.reconciler.reference import build_rules
from daemon.report.totals import BothTotals, Span, Totals, totals_of
from daemon.store import corrections, families, links, monthly, state
from daemon.store.database import Database
from daemon.store.monthly import Begin, Share
from daemon.store.tx import Tx

_FAMILIES, _IDS, _WINDOW = 200, 5000, 200
_NOT_CLOSED = tuple(status for status in Status if status is not Status.CLOSED)
_SEPARATOR = "\n"


class Reports:
    """Reports of all practices; the totals of one month are worked out at a time."""

    def __init__(self, db: Database, engines: Mapping[str, Engine], clock: Clock) -> None:
        self._db = db
        self._engines = engines
        self._clock = clock
        self._turn = asyncio.Lock()

    async def month(self, practice: str, query: ReportQuery) -> MonthReport:
        """The totals of a month and its residual. Raises ``Invalid`` before the first cycle since the start."""
        known = self._practice(practice)
        span = span_of(query.month)
        seq = await self._db.read(state.current_seq)
        async with self._turn:
            both = await self._totals(known, _rules(known), span)
        whole, rows = await self._db.read(lambda tx: _residuals(tx, practice, span, query.by))
        parts = await self._db.read(lambda tx: _parts(tx, known, span))
        return MonthReport(
            practice=practice,
            month=query.month,
            currency=known.settings.currency,
            made_at=self._clock.utc(),
            provet=_side(both.provet, both, money(whole.provet)),
            xero=_side(both.xero, both, money(whole.xero)),
            residual=money(whole.residual),
            seq=seq,
            parts=parts,
            timezone=str(known.settings.timezone),
            by=tuple(_row(share) for share in rows),
            recoded=_recoded(both),
        )

    async def _totals(self, practice: Practice, rules: Rules, span: Span) -> BothTotals:
        both = BothTotals()
        after = ""
        while ids := await self._moved(practice.id, span, after):
            for start in range(0, len(ids), _FAMILIES):
                both.add(await self._part(practice, rules, span, ids[start : start + _FAMILIES]))
            after = ids[-1]
        return both

    async def _moved(self, practice: str, span: Span, after: str) -> list[str]:
        return await self._db.read(lambda tx: monthly.families_moved(tx, practice, *span, after, _IDS))

    async def _part(self, practice: Practice, rules: Rules, span: Span, ids: Sequence[str]) -> BothTotals:
        loaded = await self._db.read(lambda tx: families.load_many(tx, practice.id, ids))
        return await practice.offload(lambda: totals_of(loaded, rules, span))

    async def discrepancies(self, practice: str, query: ReportQuery) -> DiscrepancyWindow:
        """What differs in families begun by the end of the month, and what belongs to no family, by id."""
        return await self._window(practice, span_of(query.month).last, monthly.EXPLAINING, _begin(query))

    async def waivers(self, practice: str, query: ReportQuery) -> DiscrepancyWindow:
        """Those of ``discrepancies`` that a person accepted."""
        return await self._window(practice, span_of(query.month).last, (Status.WAIVED,), _begin(query))

    async def excluded(self, practice: str, query: ReportQuery) -> ExcludedWindow:
        """What was left out in the month, and what is still open of what was left out before."""
        self._practice(practice)
        span = span_of(query.month)
        found = await self._db.read(lambda tx: monthly.excluded(tx, practice, *span, _begin(query), _WINDOW))
        return ExcludedWindow(
            excluded=tuple(_excluded_view(each) for each in found),
            after=found[-1].provet_id if len(found) == _WINDOW else "",
        )

    async def approvals(self, practice: str, query: ReportQuery) -> ApprovalWindow:
        """Who approved what in the month, in the practice's time zone, oldest first."""
        start, end = _moments(self._practice(practice), span_of(query.month))
        after, offset = int(query.after) if query.after.isdecimal() else 0, query.offset or 0
        found = await self._db.read(lambda tx: monthly.approvals(tx, practice, start, end, after, _WINDOW, offset))
        return ApprovalWindow(
            approvals=tuple(_approval_view(each) for each in found),
            after=str(found[-1].number) if len(found) == _WINDOW else "",
        )

    async def export_discrepancies(self, practice: str, query: ExportQuery) -> DiscrepancyWindow:
        """All discrepancies of these statuses by id; raises ``Invalid`` for a status that does not exist."""
        try:
            statuses = tuple(Status(status) for status in query.status) or _NOT_CLOSED
        except ValueError as error:
            raise Invalid(str(error), hint=f"one of: {', '.join(Status)}") from error
        return await self._window(practice, None, statuses, query.after)

    async def export_links(self, practice: str, query: ExportQuery) -> LinkWindow:
        """All links by kind and ids."""
        self._practice(practice)
        kind, provet_id, xero_id = (*query.after.split(_SEPARATOR), "", "", "")[:3]
        found = await self._db.read(lambda tx: links.page(tx, practice, (kind, provet_id, xero_id), _WINDOW))
        last = _SEPARATOR.join((found[-1].kind, found[-1].provet_id, found[-1].xero_id)) if found else ""
        return LinkWindow(
            links=tuple(
                LinkView(
                    kind=link.kind,
                    provet=link.provet_id,
                    xero=link.xero_id,
                    origin=link.origin,
                    created_in=link.created_in,
                )
                for link in found
            ),
            after=last if len(found) == _WINDOW else "",
        )

    async def _window(
        self, practice: str, last: dt.date | None, statuses: tuple[Status, ...], begin: Begin
    ) -> DiscrepancyWindow:
        settings = self._practice(practice).settings
        place = Place(currency=settings.currency, provet_web_url=settings.provet.web_url)

        def read(tx: Tx) -> DiscrepancyWindow:
            found = monthly.discrepancies_through(tx, practice, last, statuses, begin, _WINDOW)
            return DiscrepancyWindow(
                discrepancies=tuple(_view(tx, row, place) for row in found),
                after=found[-1].id if len(found) == _WINDOW else "",
                seq=state.current_seq(tx),
            )

        return await self._db.read(read)

    def _practice(self, practice: str) -> Practice:
        engine = self._engines.get(practice)
        if engine is None:
            raise UnknownId(f"no practice {practice}", hint=f"it is one of: {', '.join(self._engines)}")
        return engine.practice


def span_of(month: str) -> Span:
    """The days of a month such as "2026-03"."""
    year, number = int(month[:4]), int(month[5:])
    if not year:
        raise Invalid(f"no month {month}")
    return Span(dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1]))


def _rules(practice: Practice) -> Rules:
    if practice.references is None:
        hint = "wait for its first cycle: reconcile sync --wait"
        raise Invalid(f"{practice.id} has not been compared since the daemon started", hint=hint)
    return build_rules(practice.id, practice.settings, practice.references)


def _begin(query: ReportQuery) -> Begin:
    return query.after if query.offset is None else query.offset


def _moments(practice: Practice, span: Span) -> tuple[dt.datetime, dt.datetime]:
    """From when until before when a span of days lasts where the practice is."""
    zone = practice.settings.timezone
    start = dt.datetime.combine(span.first, dt.time(), zone)
    return start, dt.datetime.combine(span.last + dt.timedelta(days=1), dt.time(), zone)


def _parts(tx: Tx, practice: Practice, span: Span) -> MonthParts:
    explaining = monthly.sum_through(tx, practice.id, span.last, monthly.EXPLAINING)
    waived = monthly.sum_through(tx, practice.id, span.last, (Status.WAIVED,))
    left_out = monthly.sum_excluded(tx, practice.id, *span)
    approved = monthly.count_approvals(tx, practice.id, *_moments(practice, span))
    return MonthParts(
        discrepancies=_sum(explaining),
        excluded=_sum(left_out),
        waivers=_sum(waived),
        approvals=PartSum(count=approved),
    )


def _sum(found: monthly.Sum) -> PartSum:
    return PartSum(count=found.count, amount=money(found.amount), effect=money(found.effect))


def _residuals(tx: Tx, practice: str, span: Span, by: By | None) -> tuple[Share, list[Share]]:
    whole = monthly.through(tx, practice, span.last)
    match by:
        case By.CLIENT:
            return whole, monthly.by_client(tx, practice, span.last, BY_MAX)
        case By.DAY:
            return whole, monthly.by_day(tx, practice, span.last, BY_MAX)
        case None:
            return whole, []


def _side(totals: Totals, both: BothTotals, receivable: str) -> SideTotals:
    """One side as text; both sides name the same rates and accounts."""
    rates = sorted(both.provet.vat.keys() | both.xero.vat.keys())
    codes = sorted(both.provet.accounts.keys() | both.xero.accounts.keys())
    return SideTotals(
        invoices=money(totals.invoices),
        credits=money(totals.credits),
        payments=money(totals.payments),
        receivable=receivable,
        vat={rate: money(totals.vat.get(rate, ZERO)) for rate in rates},
        accounts={code: money(totals.accounts.get(code, ZERO)) for code in codes if code},
    )


def _recoded(both: BothTotals) -> Recoded:
    found = both.recoded
    accounts = {code: money(found.accounts[code]) for code in sorted(found.accounts) if found.accounts[code]}
    return Recoded(count=found.count, accounts=accounts)


def _row(share: Share) -> ResidualRow:
    return ResidualRow(
        key=share.key,
        label=share.label,
        provet=money(share.provet),
        xero=money(share.xero),
        excluded=money(share.excluded),
        effect=money(share.effect),
        residual=money(share.residual),
    )


def _view(tx: Tx, row: Discrepancy, place: Place) -> DiscrepancyView:
    return discrepancy_view(row, next(iter(corrections.of_discrepancy(tx, row.id)), None), place)


def _excluded_view(found: monthly.Excluded) -> ExcludedView:
    return ExcludedView(
        label=found.label,
        reason=found.reason,
        amount=money(found.amount),
        gross=money(found.gross),
        date=found.date,
        id=found.provet_id,
    )


def _approval_view(found: monthly.Approved) -> ApprovalView:
    detail = msgspec.json.decode(found.detail, type=dict[str, object])
    option, title = (str(detail.get(name, "")) for name in ("option", "title"))
    return ApprovalView(id=found.subject, by=found.actor, at=found.at, option=option, title=title)
