"""The same document twice in Xero, once without our mark: found by its facts, voided by a person."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from daemon.protocol import Operator, Role
from tests.scenarios.test_access import in_step, sent_by_the_vendor, turn, visit
from tests.support.workshop import workshop

PERSON = Operator(uid=1000, login="mary", role=Role.APPROVER)


async def test_a_copy_without_our_mark_is_found_counted_and_voided(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        number = visit(shop)
        await turn(shop)
        sent_by_the_vendor(shop, f"{number}-2")
        await turn(shop)
        (row,) = await shop.found()
        assert row.finding.kind == "invoice.duplicate_in_xero"
        assert (row.finding.amount, row.finding.effect) == (Decimal("12.00"), Decimal("-12.00"))
        assert (await shop.app.desk.status()).practices[0].residual == "0.00"
        (option,) = row.finding.options
        await shop.app.desk.approve(row.id, "void", option.fingerprint, PERSON)
        await turn(shop)
        assert await shop.found() == []
        standing = [d for d in shop.world.hosts["xero"].system.ledger.invoices.ordered() if number in d.number]
        assert sorted((d.number.endswith("-2"), d.status) for d in standing) == [
            (False, "AUTHORISED"),
            (True, "VOIDED"),
        ]


async def test_a_copy_that_was_there_first_keeps_ours_waiting_for_a_person(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        before = shop.writes("xero")
        number = visit(shop)
        sent_by_the_vendor(shop, f"{number}-2")
        await turn(shop)
        (row,) = await shop.found()
        assert row.finding.kind == "invoice.number_collision"
        assert f"{number}-2 of the same client, total and date may be it" in row.finding.summary
        assert shop.writes("xero") == before
