"""The month-end proof as one value, and as lines for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from daemon.protocol import (
    ApprovalView,
    DiscrepancyView,
    ExcludedView,
    Message,
    MonthReport,
    ResidualRow,
    SideTotals,
)
from daemon.safe import safe
from tui.plain import amount, table, when, words
from tui.report import list_lines

_ROWS = ("invoices", "credits", "payments", "receivable")
_HEAD = ("", "PROVET", "XERO", "DIFFERENCE")
_RIGHT = frozenset({1, 2, 3})


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
    discrepancies: tuple[DiscrepancyView, ...]
    excluded: tuple[ExcludedView, ...]
    waivers: tuple[WaiverLine, ...]
    approvals: tuple[ApprovalView, ...]
    by: tuple[ResidualRow, ...] = ()


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
        discrepancies=found,
        excluded=tuple(sorted(excluded, key=lambda e: (e.date, e.label))),
        waivers=tuple(_waiver(d) for d in found if d.waiver is not None and d.status == "waived"),
        approvals=tuple(approvals),
        by=head.by,
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
    lines = [f"{safe(proof.practice)}  {safe(proof.month)}  {safe(proof.currency)}  made {when(proof.made_at)}", ""]
    lines += totals_lines(proof)
    lines += ["", f"unexplained residual  {amount(proof.residual)} {safe(proof.currency)}".rstrip()]
    lines += by_lines(proof.by)
    lines += ["", "DISCREPANCIES", *list_lines(proof.discrepancies, len(proof.discrepancies), width)]
    lines += ["", "EXCLUDED", *excluded_lines(proof.excluded)]
    lines += ["", "WAIVERS", *waiver_lines(proof.waivers)]
    return [*lines, "", "APPROVALS", *approval_lines(proof.approvals)]


def totals_lines(proof: MonthProof) -> list[str]:
    """Both sides beside each other: documents, payments, receivable, VAT by rate, net by account."""
    return table(_HEAD, _totals(proof), _RIGHT)


def _totals(proof: MonthProof) -> list[tuple[str, str, str, str]]:
    rows = [_compared(name, getattr(proof.provet, name), getattr(proof.xero, name)) for name in _ROWS]
    rows += [
        _compared(f"VAT {rate} %", vat, proof.xero.vat.get(rate, "0.00")) for rate, vat in proof.provet.vat.items()
    ]
    for code, net in proof.provet.accounts.items():
        rows.append(_compared(f"account {code}, net", net, proof.xero.accounts.get(code, "0.00")))
    return rows


def _compared(name: str, provet: str, xero: str) -> tuple[str, str, str, str]:
    return name, amount(provet), amount(xero), amount(str(Decimal(provet) - Decimal(xero)))


def by_lines(rows: tuple[ResidualRow, ...]) -> list[str]:
    """Where the books differ, by client or day; nothing unless it was asked for."""
    if not rows:
        return []
    head = ("BY", "PROVET", "XERO", "EXCLUDED", "EXPLAINED", "RESIDUAL")
    cells = ((r.key or "-", *map(amount, (r.provet, r.xero, r.excluded, r.effect, r.residual))) for r in rows)
    return ["", *table(head, cells, frozenset(range(1, 6)))]


def excluded_lines(found: tuple[ExcludedView, ...]) -> list[str]:
    """What was left out, with its reason."""
    if not found:
        return ["none"]
    rows = [(e.date.isoformat(), amount(e.gross), amount(e.amount), e.reason, e.label) for e in found]
    return table(("DATE", "GROSS", "OPEN", "REASON", "DOCUMENT"), rows, frozenset({1, 2}))


def waiver_lines(found: tuple[WaiverLine, ...]) -> list[str]:
    """What was accepted as different, by whom and within which bounds."""
    if not found:
        return ["none"]
    rows = [(w.id, amount(w.amount), w.by, when(w.at), _bounds(w), w.label, w.reason) for w in found]
    return table(("ID", "AMOUNT", "BY", "AT", "BOUNDS", "OF", "REASON"), rows, frozenset({1}))


def _bounds(waiver: WaiverLine) -> str:
    ceiling = f"up to {amount(waiver.ceiling)}" if waiver.ceiling else ""
    until = f"until {waiver.until.isoformat()}" if waiver.until else ""
    return " ".join(filter(None, (ceiling, until))) or "-"


def approval_lines(found: tuple[ApprovalView, ...]) -> list[str]:
    """Who approved what."""
    if not found:
        return ["none"]
    rows = [(when(a.at), a.by, a.id, words(a.option)) for a in found]
    return table(("AT", "BY", "DISCREPANCY", "OPTION"), rows, frozenset())
