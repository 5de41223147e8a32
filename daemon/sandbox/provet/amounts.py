"""Provet's arithmetic (docs/reference/provet.md P-31): four decimals inside, document and row totals half-to-even."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

import msgspec

from daemon.sandbox.provet.records import ONE, PAYMENT_DONE, ZERO, Invoice, InvoicePayment, InvoiceRow, RowSpec

CENT = Decimal("0.01")
FOUR = Decimal("0.0001")
PERCENT = Decimal(100)


class SignPattern(StrEnum):
    """How a credit note's rows carry their sign; all of them occur (provet.md 2.8)."""

    NEGATED_QUANTITY = "negated_quantity"
    NEGATIVE_SUM = "negative_sum"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditForm:
    """What a credit note is made of: (row, quantity) pairs. ``linked`` False leaves out the link to the credited row.

    Without ``date`` it is dated today.
    """

    parts: Sequence[tuple[InvoiceRow, Decimal]]
    pattern: SignPattern = SignPattern.NEGATED_QUANTITY
    date: dt.date | None = None
    linked: bool = True


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_EVEN)


def four(value: Decimal) -> Decimal:
    return value.quantize(FOUR, ROUND_HALF_UP)


def priced_row(spec: RowSpec, row_id: int, invoice_id: int, now: dt.datetime) -> InvoiceRow:
    """The row that Provet computes from what staff entered, fee and discount included."""
    rate = spec.vat_percentage / PERCENT
    before = four(spec.quantity * spec.price + spec.fee)
    net = four(before * (ONE + spec.percentage_change / PERCENT))
    vat = four(net * rate)
    gross = cents(net + vat)
    original = cents(before + four(before * rate))
    return InvoiceRow(
        id=row_id,
        created=now,
        modified=now,
        invoice=invoice_id,
        item=spec.item,
        name=spec.name,
        invoice_group=spec.invoice_group,
        quantity=spec.quantity,
        price=spec.price,
        price_with_vat=four(spec.price * (ONE + rate)),
        vat_percentage=spec.vat_percentage,
        sum=net,
        sum_vat=vat,
        sum_total=gross,
        original_sum_total=original,
        percentage_change=spec.percentage_change,
        discount_amount=original - gross,
        is_dispense_fee_item=spec.dispense_fee,
    )


def credit_row(row: InvoiceRow, quantity: Decimal, pattern: SignPattern) -> InvoiceRow:
    """A row crediting ``quantity`` of ``row``, not yet in a document. Negated zeros stay ``-0``, as in Provet."""
    share = quantity / row.quantity if row.quantity else ONE
    positive = pattern is SignPattern.POSITIVE

    def signed(value: Decimal) -> Decimal:
        return value if positive else value.copy_negate()

    shown = {
        SignPattern.NEGATED_QUANTITY: quantity.copy_negate(),
        SignPattern.NEGATIVE_SUM: ONE,
        SignPattern.POSITIVE: quantity,
    }
    return msgspec.structs.replace(
        row,
        quantity=shown[pattern],
        sum=signed(four(row.sum * share)),
        sum_vat=signed(four(row.sum_vat * share)),
        sum_total=signed(cents(row.sum_total * share)),
        original_sum_total=signed(cents(row.original_sum_total * share)),
        discount_amount=signed(cents(row.discount_amount * share)),
        credited=row.id,
        credited_by=[],
    )


def set_totals(invoice: Invoice, rows: Iterable[InvoiceRow]) -> None:
    """Header from rows: gross is the sum of ``sum_total``; VAT is rounded once for each rate; net is the rest."""
    gross = ZERO
    vat: dict[Decimal, Decimal] = {}
    for row in rows:
        gross += row.sum_total
        vat[row.vat_percentage] = vat.get(row.vat_percentage, ZERO) + row.sum_vat
    invoice.total_with_vat = gross
    invoice.total_vat = sum((cents(value) for value in vat.values()), ZERO)
    invoice.total = gross - invoice.total_vat


def net_paid(payments: Iterable[InvoicePayment]) -> Decimal:
    """What counts as paid: the net of all completed rows; cancelled ones do not count."""
    return sum((payment.paid for payment in payments if payment.status == PAYMENT_DONE), ZERO)
