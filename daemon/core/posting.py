"""From a Provet document to the posting it should have in Xero, or the gaps in the mappings that prevent it.

Rules: the row's gross is authoritative and never recomputed; lines go tax-inclusive; the tax per rate equals Provet's
document (docs/reference/provet.md P-31, 2.9).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import half_even, rate_text, share_out, xero_round, xero_tax
from daemon.core.correction import Posting, PostingLine
from daemon.core.family import document_reference
from daemon.core.ledger import document_label, factor
from daemon.core.mappings import Gap, account_gap, currency_gap, no_tax_gap, tax_type, tracking
from daemon.core.model import CENT, ZERO, Document, Line, Value
from daemon.core.rules import Rules


class Posted(Value, frozen=True, kw_only=True):
    """A posting and what stands in its way.

    ``gaps`` forbid it. Untaxed lines on the rounding account carry ``off_by``, what the rows miss of the document's
    total, and ``rounded``, by how much its payments rounded up what was due (negative: down). ``consistent`` is False
    where rows and totals differ by more than the practice allows, ``taxed`` where the rows miss the document's VAT.
    """

    posting: Posting
    gaps: tuple[Gap, ...] = ()
    off_by: Decimal = ZERO
    consistent: bool = True
    taxed: bool = True
    rounded: Decimal = ZERO


def post(document: Document, rules: Rules, *, credit: bool) -> Posted:
    """The posting of a Provet document."""
    sign = factor(document)
    gross = abs(document.gross)
    taxes = tax_by_rate(document)
    gaps: dict[str, Gap] = {}
    _note(currency_gap(rules), gaps)
    lines = _lines(document.lines, sign, taxes, rules, document.department, gaps)
    off_by = gross - sum((line.gross for line in lines), ZERO)
    if off_by:
        lines += (_rounding_line("Rounding", off_by, rules, gaps),)
    posting = Posting(
        provet_id=document.id,
        credit=credit,
        number=document.number or document.id,
        reference=document_reference(document.id),
        client_id=document.contact_id,
        date=document.date,
        due_date=document.due_date or document.date + dt.timedelta(days=rules.due_days),
        gross=gross,
        tax_by_rate={rate_text(rate): tax for rate, tax in sorted(taxes.items()) if tax},
        lines=lines or (_untaxed("No lines", ZERO, rules.account_default, rules),),
        label=document_label(document, credit=credit),
    )
    taxed = _tax_agrees(document, taxes, rules)
    consistent = taxed and abs(off_by) <= rules.rounding_max
    return Posted(posting=posting, gaps=tuple(gaps.values()), off_by=off_by, consistent=consistent, taxed=taxed)


def with_rounding(paper: Posted, by: Decimal, rules: Rules) -> Posted:
    """The posting of a document whose payments rounded up what was due ``by`` so much (negative: down): its total
    takes it, so that the money fits (docs/reference/provet.md P-30)."""
    if not by:
        return paper
    posting, gaps = paper.posting, {gap.key: gap for gap in paper.gaps}
    line = _rounding_line("Rounding of the payment", by, rules, gaps)
    return msgspec.structs.replace(
        paper,
        posting=msgspec.structs.replace(posting, gross=posting.gross + by, lines=(*posting.lines, line)),
        gaps=tuple(gaps.values()),
        rounded=by,
    )


def _rounding_line(description: str, by: Decimal, rules: Rules, gaps: dict[str, Gap]) -> PostingLine:
    _note(no_tax_gap(rules), gaps)
    return _untaxed(description, by, _known(rules.account_rounding, rules, gaps), rules)


def _tax_agrees(document: Document, taxes: dict[Decimal, Decimal], rules: Rules) -> bool:
    """Whether the rows' tax makes up the document's, but for rounding: a cent a row and what the practice allows."""
    rows = sum((line.tax for line in document.lines), ZERO)
    carried = sum(taxes.values(), ZERO) * factor(document)
    allowed = rules.rounding_max + CENT * len(document.lines)
    return abs(document.tax - rows) <= allowed and abs(document.tax - carried) <= allowed


def tax_by_rate(document: Document) -> dict[Decimal, Decimal]:
    """VAT percentage -> the document's tax at that rate, counted positive with the document, adding up to its tax."""
    sign = factor(document)
    tax: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    weight: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for line in document.lines:
        tax[line.tax_rate] += line.tax * sign
        weight[line.tax_rate] += abs(line.gross)
    rates = sorted(tax)
    taxed = [rate for rate in rates if rate > 0]
    rounded = [half_even(tax[rate]) for rate in taxed]
    total = half_even(document.tax * sign) if document.lines else ZERO
    shared = share_out(total, rounded, [weight[rate] for rate in taxed])
    return {rate: ZERO for rate in rates if rate <= 0} | dict(zip(taxed, shared, strict=True))


def _lines(
    rows: Sequence[Line],
    sign: int,
    taxes: dict[Decimal, Decimal],
    rules: Rules,
    department: str,
    gaps: dict[str, Gap],
) -> tuple[PostingLine, ...]:
    posted: list[PostingLine] = []
    tracked, lost = tracking(department, rules)
    _note(lost, gaps)
    for row, tax in zip(rows, _row_taxes(rows, sign, taxes), strict=True):
        quantity, unit = _explained(row, sign)
        posted.append(
            PostingLine(
                description=row.description or "-",
                gross=row.gross * sign,
                tax=tax,
                tax_code=_tax_code(row, rules, gaps),
                account=_account(row, rules, gaps),
                quantity=quantity,
                unit_gross=unit,
                tracking=tracked,
            )
        )
    return tuple(posted)


def _row_taxes(rows: Sequence[Line], sign: int, taxes: dict[Decimal, Decimal]) -> list[Decimal]:
    """Tax of each row as Xero computes it, shared out within each rate so that it adds up to the document's."""
    result = [ZERO] * len(rows)
    for rate, total in taxes.items():
        places = [i for i, row in enumerate(rows) if row.tax_rate == rate]
        computed = [xero_tax(rows[i].gross * sign, max(rate, ZERO)) for i in places]
        for i, tax in zip(places, share_out(total, computed, [rows[i].gross for i in places]), strict=True):
            result[i] = tax
    return result


def _explained(row: Line, sign: int) -> tuple[Decimal, Decimal]:
    """Quantity and unit price where Xero multiplies them to the row to the cent, else quantity 1."""
    gross = row.gross * sign
    quantity = abs(row.quantity)
    unit = row.unit_gross * sign * (1 if row.quantity > 0 else -1)
    fits_four_places = quantity == round(quantity, 4) and unit == round(unit, 4)
    near = abs(quantity * unit - gross) < CENT
    if quantity and fits_four_places and near and xero_round(quantity * unit) == gross:
        return quantity, unit
    return Decimal(1), gross


def _tax_code(row: Line, rules: Rules, gaps: dict[str, Gap]) -> str:
    code, gap = tax_type(row.tax_code, row.tax_rate, rules)
    _note(gap, gaps)
    return code


def _account(row: Line, rules: Rules, gaps: dict[str, Gap]) -> str:
    if row.account:
        return _known(rules.accounts_by_number.get(row.account, row.account), rules, gaps)
    mapped = (rules.accounts_by_number[hint] for hint in row.account_hints if hint in rules.accounts_by_number)
    return _known(next(mapped, rules.account_default), rules, gaps)


def _known(code: str, rules: Rules, gaps: dict[str, Gap]) -> str:
    _note(account_gap(code, f"[practices.{rules.practice}.accounts.by_number]", rules), gaps)
    return code


def _note(gap: Gap | None, gaps: dict[str, Gap]) -> None:
    if gap is not None:
        gaps[gap.key] = gap


def _untaxed(description: str, gross: Decimal, account: str, rules: Rules) -> PostingLine:
    return PostingLine(
        description=description, gross=gross, tax=ZERO, tax_code=rules.no_tax_type, account=account, unit_gross=gross
    )
