"""The sums of a practice: every cent in one place."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.discrepancy import Exclusion, Finding, Status
from daemon.store.assessments import Books, totals
from daemon.store.database import Database, open_inline
from tests.store.made import CLINIC, decide, exclusion, finding, saving


def saved_books(
    family: str, provet: str, xero: str, *findings: Finding, exclusions: tuple[Exclusion, ...] = ()
) -> Callable[[Any], Any]:
    books = Books(provet=Decimal(provet), xero=Decimal(xero))
    return saving(*findings, family=family, books=books, exclusions=exclusions)


class TestTotals:
    async def test_of_nothing_are_nought(self, db: Database) -> None:
        found = await db.read(lambda tx: totals(tx, CLINIC))
        assert (found.residual, found.provet, found.excluded_count) == (0, 0, 0)
        assert str(found.residual) == "0.00"

    async def test_every_cent_is_in_one_place(self, db: Database) -> None:
        short = finding("1", effect=Decimal("30.10"))
        over = finding("2", effect=Decimal("-0.05"))
        await db.write(saved_books("invoice:1", "100.10", "20.00", short, exclusions=(exclusion("9", "50.00"),)))
        await db.write(saved_books("invoice:2", "-7.00", "-6.96", over))
        found = await db.read(lambda tx: totals(tx, CLINIC))
        assert (found.provet, found.xero, found.excluded) == (Decimal("93.10"), Decimal("13.04"), Decimal("50.00"))
        assert (found.effect, found.excluded_count) == (Decimal("30.05"), 1)
        assert found.residual == Decimal("0.01")

    @pytest.mark.parametrize("status", list(Status))
    async def test_only_living_decisions_explain(self, db: Database, status: Status) -> None:
        await db.write(saved_books("invoice:1", "30.00", "0.00", finding("1", effect=Decimal(30))))
        await decide(db, finding("1").id, status=status)
        explains = {Status.OPEN, Status.APPROVED, Status.SNOOZED, Status.WAIVED}
        expected = Decimal(0) if status in explains else Decimal(30)
        assert (await db.read(lambda tx: totals(tx, CLINIC))).residual == expected

    async def test_a_new_assessment_replaces_books_and_exclusions(self, db: Database) -> None:
        two = (exclusion("8", "1.00"), exclusion("9", "2.00"))
        await db.write(saved_books("invoice:1", "100.00", "97.00", exclusions=two))
        await db.write(saved_books("invoice:2", "5.00", "0.00", exclusions=(exclusion("9", "5.00", "invoice:2"),)))
        await db.write(saved_books("invoice:1", "1.00", "0.00", exclusions=two[:1]))
        found = await db.read(lambda tx: totals(tx, CLINIC))
        assert (found.provet, found.excluded, found.residual) == (Decimal(6), Decimal(6), Decimal(0))
        assert found.excluded_count == 2
        assert (await db.read(lambda tx: totals(tx, "elsewhere"))).provet == 0


AMOUNTS = st.decimals(min_value=-(10**7), max_value=10**7, places=2)


@given(st.lists(st.tuples(st.integers(0, 5), AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), max_size=12))
async def test_totals_are_the_sums_of_the_last_assessments(
    assessments: list[tuple[int, Decimal, Decimal, Decimal, Decimal]],
) -> None:
    db = open_inline()
    last: dict[int, tuple[Decimal, ...]] = {}
    for number, *amounts in assessments:
        provet, xero, excluded, effect = last[number] = tuple(amounts)
        family = f"invoice:{number}"
        found = finding(f"{number}", effect=effect) if effect else None
        outs = (exclusion(f"{number}", str(excluded), family),) if excluded else ()
        await db.write(saved_books(family, str(provet), str(xero), *([found] if found else []), exclusions=outs))
    sums = [sum((row[column] for row in last.values()), Decimal(0)) for column in range(4)]
    found_totals = await db.read(lambda tx: totals(tx, CLINIC))
    assert [found_totals.provet, found_totals.xero, found_totals.excluded, found_totals.effect] == sums
    assert found_totals.residual == sums[0] - sums[1] - sums[2] - sums[3]
    await db.close()
