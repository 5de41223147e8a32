"""An option that begins with a contact, after another document of the client has made it."""

from __future__ import annotations

from pathlib import Path

from tests.desk.office import ANN
from tests.support.workshop import workshop


async def test_an_option_is_told_anew_once_its_contact_is_there(tmp_path: Path) -> None:
    async with workshop(tmp_path, seed=1, clients=60, invoices=200, tidy=False) as shop:
        await shop.settle_down(full=True)
        waiting = (await shop.found(kind="invoice.total_differs"))[0]
        assert len((await shop.app.desk.show(waiting.id)).options[-1].writes) == 2
        client = int(waiting.finding.client)
        shop.act("provet", "invoice_visit", client=client, rows=[{"name": "Visit", "price": "10.00"}])
        await shop.settle_down()
        seen = (await shop.app.desk.show(waiting.id)).options[-1]
        assert len(seen.writes) == 1
        approval = await shop.app.desk.approve(waiting.id, seen.id, seen.fingerprint, ANN)
        assert approval.outcome == "accepted"
        await shop.settle_down()
        assert (await shop.app.desk.show(waiting.id)).status == "closed"
