"""A line that moves to another VAT rate under the same total: by whom is known, and what is written is right."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from daemon.core.discrepancy import Policy
from tests.scenarios.clinic import FOOD, VISIT, Clinic
from tests.scenarios.till import booked, till


async def visit(it: Clinic) -> int:
    """An invoice in step with a line at 20 % and one at 5 %."""
    invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
    await it.sync()
    assert await it.kinds() == []
    return invoice


@pytest.mark.parametrize("tax_type", ["RROUTPUT", "ZERORATEDOUTPUT"], ids=["a rate it has", "a rate it never had"])
async def test_a_line_that_a_bookkeeper_moves_is_a_change_in_xero(tmp_path: Path, tax_type: str) -> None:
    async with till(tmp_path) as it:
        invoice = await visit(it)
        moved = {"Description": "Consultation", "Quantity": "1", "UnitAmount": "51.00", "TaxType": tax_type}
        stays = {"Description": "Food", "Quantity": "1", "UnitAmount": "35.00", "TaxType": "RROUTPUT"}
        items = [line | {"AccountCode": "200"} for line in (moved, stays)]
        it.keep(it.xero.edit_document, booked(it, invoice).id, {"LineAmountTypes": "Inclusive", "LineItems": items})
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("invoice.changed_in_xero", Policy.PERSON)
        assert found.finding.effect == 0
        await it.approve(found, "restore-from-provet")
        assert (await it.kinds(), it.differences()) == ([], [])


async def test_a_line_that_provet_moves_is_a_change_in_provet_that_a_person_brings(tmp_path: Path) -> None:
    async with till(tmp_path) as it:
        invoice = it.make(it.provet.invoice_visit, it.client, [VISIT])
        await it.sync()
        record = it.provet.invoice(invoice)
        (line,) = (row for row in it.provet.state.rows.values() if row.invoice == invoice)
        line.vat_percentage, line.sum_vat, line.sum = Decimal(5), Decimal("2.4286"), Decimal("48.5714")
        record.total_vat, record.modified = Decimal("2.43"), it.shop.world.clock.utc()
        before = it.shop.writes("xero")
        await it.sync()
        found = await it.only()
        assert (found.finding.kind, found.finding.policy) == ("invoice.changed_in_provet", Policy.PERSON)
        assert it.shop.writes("xero") == before
        await it.approve(found, "update")
        assert (await it.kinds(), it.differences()) == ([], [])
