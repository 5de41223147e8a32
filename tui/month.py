"""The month-end proof as one value, and as lines for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from daemon.core.choices import option_words
from daemon.protocol import (
    ApprovalView,
    DiscrepancyView,
    ExcludedView,
    Message,
    MonthReport,
    Recoded,
    ResidualRow,
    SideTotals,
)
from daemon.safe import safe
from tui.plain import amount, counted, table, words
from tui.report import list_lines
from tui.times import at

_NAME_MAX = 30
_ROWS = ("invoices", "credits", "payments", "receivable")
_HEAD = ("", "PROVET", "XERO", "DIFFERENCE", "RECODED")
_RIGHT = frozenset({1, 2, 3, 4})


class WaiverLine(Message, frozen=True, kw_only=True):
    """A difference that a person accepted: of what, how much, why, and within which bounds."""

    id: str
    label: str
    amount: str
    effect: str
    by: str
    reason: str
    at: dt.datetime
    ceiling: str | None
    until: dt.date | None


class MonthProof(Message, frozen=True, kw_only=True):
    """What ``report`` answers with ``--json``."""

    practice: str
    month: str
    currency: str
    made_at: dt.datetime
    provet: SideTotals
    xero: SideTotals
    residual: str
    timezone: str
    discrepancies: tuple[DiscrepancyView, ...]
    excluded: tuple[ExcludedView, ...]
    waivers: tuple[WaiverLine, ...]
    approvals: tuple[ApprovalView, ...]
    by: tuple[ResidualRow, ...] = ()
    recoded: Recoded = Recoded()


def proof_of(
    head: MonthReport,
    discrepancies: Iterable[DiscrepancyView],
    excluded: Iterable[ExcludedView],
    approvals: Iterable[ApprovalView],
) -> MonthProof:
    """Put the parts together, the largest amounts first."""
    found = tuple(sorted(discrepancies, key=lambda d: (-Decimal(d.amount), d.id)))
    return MonthProof(
        practice=head.practice,
        month=head.month,
        currency=head.currency,
        made_at=head.made_at,
        provet=head.provet,
        xero=head.xero,
        residual=head.residual,
        timezone=head.timezone,
        discrepancies=found,
        excluded=tuple(sorted(excluded, key=lambda e: (e.date, e.label))),
        waivers=tuple(_waiver(d) for d in found if d.waiver is not None and d.status == "waived"),
        approvals=tuple(approvals),
        by=head.by,
        recoded=head.recoded,
    )


def _waiver(found: DiscrepancyView) -> WaiverLine:
    waiver = found.waiver
    if waiver is None:
        raise AssertionError(f"{found.id} is not waived")
    return WaiverLine(
        id=found.id,
        label=found.subject.label,
        amount=found.amount,
        effect=found.effect,
        by=waiver.by,
        reason=waiver.reason,
        at=waiver.at,
        ceiling=waiver.ceiling,
        until=waiver.until,
    )


def proof_lines(proof: MonthProof, width: int) -> list[str]:
    """The proof on paper: totals, residual, and everything that explains a difference."""
    money, zone = proof.currency, proof.timezone
    lines = [f"{safe(proof.practice)}  {safe(proof.month)}  {safe(money)}  made {at(proof.made_at, zone)}", ""]
    lines += totals_lines(proof)
    lines += ["", f"unexplained residual  {amount(proof.residual, money)} {safe(money)}".rstrip()]
    lines += by_lines(proof.by, money)
    lines += ["", "DISCREPANCIES", *list_lines(proof.discrepancies, len(proof.discrepancies), width)]
    lines += ["", "EXCLUDED", *excluded_lines(proof.excluded, money)]
    lines += ["", "WAIVERS", *waiver_lines(proof.waivers, money, zone)]
    return [*lines, "", "APPROVALS", *approval_lines(proof.approvals, zone)]


def totals_lines(proof: MonthProof | MonthReport) -> list[str]:
    """Both sides beside each other: documents, payments, receivable, VAT by rate, net by account.

    What of an account's difference was only recoded in Xero stands beside it.
    """
    if not proof.recoded.count:
        return table(_HEAD[:-1], (row[:-1] for row in _totals(proof)), _RIGHT - {len(_HEAD) - 1})
    note = f"recoded: {counted(proof.recoded.count, 'document')} on other accounts in Xero, no discrepancy"
    return [*table(_HEAD, _totals(proof), _RIGHT), note]


def _totals(proof: MonthProof | MonthReport) -> list[tuple[str, ...]]:
    provet, xero, moved = proof.provet, proof.xero, proof.recoded.accounts
    rows = [(name, getattr(provet, name), getattr(xero, name), "") for name in _ROWS]
    rows += [(f"VAT {rate} %", vat, xero.vat.get(rate, "0.00"), "") for rate, vat in provet.vat.items()]
    rows += [
        (f"account {code}, net", net, xero.accounts.get(code, "0.00"), moved.get(code, ""))
        for code, net in provet.accounts.items()
    ]
    return [_compared(*row, proof.currency) for row in rows]


def _compared(name: str, provet: str, xero: str, recoded: str, currency: str) -> tuple[str, ...]:
    difference = str(Decimal(provet) - Decimal(xero))
    sums = (amount(each, currency) for each in (provet, xero, difference))
    return name, *sums, amount(recoded, currency) if recoded else ""


def by_lines(rows: tuple[ResidualRow, ...], currency: str) -> list[str]:
    """Where the books differ, by client or day; nothing unless it was asked for."""
    if not rows:
        return []
    head = ("BY", "PROVET", "XERO", "EXCLUDED", "EXPLAINED", "RESIDUAL")
    sums = ((_whose(r), (r.provet, r.xero, r.excluded, r.effect, r.residual)) for r in rows)
    cells = ((key, *(amount(each, currency) for each in row)) for key, row in sums)
    return ["", *table(head, cells, frozenset(range(1, 6)))]


def _whose(row: ResidualRow) -> str:
    return f"{safe(row.label, _NAME_MAX)} ({safe(row.key)})" if row.label else safe(row.key) or "-"


def chosen_words(found: ApprovalView) -> str:
    """What was approved, as it was called then."""
    return safe(found.title) or words(option_words(found.option))


def excluded_lines(found: tuple[ExcludedView, ...], currency: str) -> list[str]:
    """What was left out, with its reason."""
    if not found:
        return ["none"]
    rows = [
        (e.date.isoformat(), amount(e.gross, currency), amount(e.amount, currency), e.reason, e.label) for e in found
    ]
    return table(("DATE", "GROSS", "OPEN", "REASON", "DOCUMENT"), rows, frozenset({1, 2}))


def waiver_lines(found: tuple[WaiverLine, ...], currency: str, zone: str) -> list[str]:
    """What was accepted as different, by whom and within which bounds."""
    if not found:
        return ["none"]
    rows = [
        (
            w.id,
            amount(w.amount, currency),
            w.by,
            at(w.at, zone),
            bounds(w.ceiling, w.until, currency),
            w.label,
            w.reason,
        )
        for w in found
    ]
    return table(("ID", "AMOUNT", "BY", "AT", "BOUNDS", "OF", "REASON"), rows, frozenset({1}))


def bounds(ceiling: str | None, until: dt.date | None, currency: str) -> str:
    """How far a waiver goes."""
    most = f"up to {amount(ceiling, currency)}" if ceiling else ""
    end = f"until {until.isoformat()}" if until else ""
    return " ".join(filter(None, (most, end))) or "-"


def approval_lines(found: tuple[ApprovalView, ...], zone: str) -> list[str]:
    """Who approved what."""
    if not found:
        return ["none"]
    rows = [(at(a.at, zone), a.by, a.id, chosen_words(a)) for a in found]
    return table(("AT", "BY", "DISCREPANCY", "OPTION"), rows, frozenset())
