"""Arithmetic of money: rounding, Xero's tax on a line, and sharing out cents."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from daemon.core.model import CENT, ZERO


def money(amount: Decimal) -> str:
    """An amount as text with two decimals; minus zero reads as zero."""
    rounded = amount.quantize(CENT, ROUND_HALF_EVEN)
    return f"{rounded if rounded else ZERO.quantize(CENT):f}"


def cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(ROUND_HALF_EVEN))


def half_even(amount: Decimal) -> Decimal:
    """Round to cents as Provet rounds totals (docs/reference/provet.md P-31)."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def xero_round(amount: Decimal) -> Decimal:
    """Round to cents as Xero does: halves away from zero (docs/reference/xero.md 8.3)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def xero_tax(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax that Xero computes on a tax-inclusive line."""
    return xero_round(gross * rate / (100 + rate))


def rate_text(rate: Decimal) -> str:
    """A percentage as settings write it: "20", "13.5"."""
    text = f"{rate.normalize():f}"
    return "0" if text in {"-0", ""} else text


def share_out(total: Decimal, parts: Sequence[Decimal], weights: Sequence[Decimal]) -> list[Decimal]:
    """Adjust ``parts`` by whole cents until they add up to ``total``; the heaviest parts change first.

    With no parts there is nothing to adjust.
    """
    if not parts:
        return []
    missing = cents(total - sum(parts, ZERO))
    step = CENT if missing > 0 else -CENT
    each, rest = divmod(abs(missing), len(parts))
    heaviest = sorted(range(len(parts)), key=lambda i: (-abs(weights[i]), i))[:rest]
    return [part + step * (each + (place in heaviest)) for place, part in enumerate(parts)]
