"""Where nobody has allowed or released writing, whatever happens on either side: counted on both request logs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.scenarios.clinic import CARD, FOOD, PERSON, VISIT, clinic

OBSERVE = {'mode = "auto"': 'mode = "observe"'}
UNRELEASED = {'release = "automatic"': 'release = "person"'}


@pytest.mark.parametrize("setting", [OBSERVE, UNRELEASED], ids=["observe", "before the release"])
async def test_nothing_is_written_and_no_approval_is_taken(tmp_path: Path, setting: dict[str, str]) -> None:
    async with clinic(tmp_path, setting) as it:
        it.keep(
            it.xero.make_contact, {"Name": "Ada Quinn", "ContactNumber": str(it.client), "EmailAddress": "a@b.test"}
        )
        for _ in range(3):
            invoice = it.make(it.provet.invoice_visit, it.client, [VISIT, FOOD])
            it.do(it.provet.pay, invoice, Decimal(20), CARD)
        it.make(it.provet.credit, invoice)
        await it.sync()
        it.do(it.provet.edit_client, it.client, {"email": "ada@new.test"})
        it.do(it.provet.void, it.make(it.provet.invoice_visit, it.client, [VISIT]))
        await it.sync()
        found = await it.found()
        assert {row.finding.kind for row in found} >= {"invoice.missing", "credit.missing"}
        for row in found:
            option = row.finding.option()
            if option is not None:
                answer = await it.shop.app.desk.approve(row.id, option.id, option.fingerprint, PERSON)
                assert answer.outcome == "refused"
        await it.sync()
        assert (it.shop.writes("provet"), it.shop.writes("xero")) == ([], [])
