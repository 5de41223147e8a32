"""Invoice rows as they come out of a visit or over the counter, odd amounts included."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from daemon.sandbox.provet.records import Item, RowSpec, VatGroup

ROWS = (1, 2, 3, 4, 5, 6)
ROW_WEIGHTS = (22, 30, 22, 13, 8, 5)
RARE = Decimal(20)
"""Items of other VAT rates than this are rare."""
RARE_WEIGHT, COMMON_WEIGHT = 1, 6
DISCOUNTS = (Decimal(-5), Decimal(-10), Decimal(-20), Decimal("-12.5"))
DISCOUNT_SHARE, FEE_SHARE, DISPENSE_SHARE, COURTESY_SHARE, GOODWILL_SHARE = 0.09, 0.3, 0.1, 0.03, 0.03
MEDICINES = "201"
SINGLE_SALES = frozenset({"203"})
VIAL_SHARES = (Decimal("0.05"), Decimal("0.25"), Decimal("0.4"), Decimal("0.75"))
GOODWILL_MIN = Decimal(40)

DISPENSING_FEE = RowSpec(name="Dispensing fee", price=Decimal("4.3750"), dispense_fee=True)
COURTESY = RowSpec(name="Nail clip, courtesy", price=Decimal(0))
GOODWILL = RowSpec(name="Goodwill", price=Decimal("-4.1667"))


def visit_rows(items: Sequence[Item], groups: dict[int, VatGroup], rng: Random) -> list[RowSpec]:
    """One to six rows of a visit, with discounts, fees, free and negative rows among them; their sum is positive."""
    weights = [COMMON_WEIGHT if groups[item.vat_group].vat_percentage == RARE else RARE_WEIGHT for item in items]
    count = rng.choices(ROWS, ROW_WEIGHTS)[0]
    chosen = rng.choices(items, weights, k=count)
    rows = [_row(item, groups[item.vat_group].vat_percentage, rng) for item in chosen]
    if any(item.account_number == MEDICINES for item in chosen) and rng.random() < DISPENSE_SHARE:
        rows.append(DISPENSING_FEE)
    if rng.random() < COURTESY_SHARE:
        rows.append(COURTESY)
    if rng.random() < GOODWILL_SHARE and sum(row.price * row.quantity for row in rows) > GOODWILL_MIN:
        rows.append(GOODWILL)
    return rows


def counter_rows(items: Sequence[Item], groups: dict[int, VatGroup], rng: Random) -> list[RowSpec]:
    """One or two rows of goods."""
    goods = [item for item in items if item.account_number in SINGLE_SALES]
    return [_row(item, groups[item.vat_group].vat_percentage, rng) for item in rng.choices(goods, k=rng.randint(1, 2))]


def _row(item: Item, rate: Decimal, rng: Random) -> RowSpec:
    medicine = item.account_number == MEDICINES
    return RowSpec(
        name=item.name,
        price=item.price,
        quantity=_quantity(item, rng),
        vat_percentage=rate,
        item=item.id,
        percentage_change=rng.choice(DISCOUNTS) if rng.random() < DISCOUNT_SHARE else Decimal(0),
        fee=Decimal("2.5") if medicine and rng.random() < FEE_SHARE else Decimal(0),
    )


def _quantity(item: Item, rng: Random) -> Decimal:
    if "tablet" in item.name:
        return Decimal(rng.choice((7, 10, 14, 20, 28, 42)))
    if "vial" in item.name:
        return rng.choice(VIAL_SHARES)
    if ", ml" in item.name or ", kg" in item.name:
        return Decimal(rng.randint(10, 500)) / 10
    return Decimal(rng.choice((1, 1, 1, 1, 2, 3)))
