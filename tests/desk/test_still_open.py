"""A discrepancy that closed while another of the same document stands: nothing says that both systems agree."""

from __future__ import annotations

from pathlib import Path

from daemon.core.discrepancy import Status
from tests.desk.office import VISIT, office
from tui.following import progress


async def test_what_stands_beside_a_closed_discrepancy_is_named_until_it_is_gone_too(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        client = next(iter(it.provet.state.clients))
        invoice = it.act("provet", "invoice_visit", client=client, rows=VISIT)
        it.act("provet", "pay", invoice=invoice, amount="20.00", payment_type=0)
        await it.cycle()
        it.act("xero", "remove_payment", payment_id=it.paid(invoice)[0].id)
        it.act("xero", "edit_document", document_id=it.living(invoice).id, fields={"Date": "2026-10-30"})
        await it.cycle()
        edited, removed = await it.only(kind="invoice.changed_in_xero"), await it.only(kind="payment.removed_in_xero")
        assert [each.id for each in (await it.show(edited.id)).still_open] == [removed.id]
        await it.approve(edited.id, "restore-from-provet")
        now = await it.show(edited.id)
        assert now.status == Status.CLOSED
        ((said, role),) = progress(now)
        assert said == f"✓ gone, but still open beside it: {removed.summary} (payment.removed_in_xero {removed.id})"
        assert role == "warn"
        await it.approve(removed.id, "recreate-payment")
        for each in (edited, removed):
            assert progress(await it.show(each.id)) == [("✓ gone: both systems agree", "good")]
