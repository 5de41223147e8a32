"""Work that is left to people: nothing says that the daemon is about to write, and what closes it is said."""

from __future__ import annotations

from pathlib import Path

from daemon.core.discrepancy import Status
from daemon.protocol import Detail, Outcome
from tests.desk.office import ANN, VISIT, Office, office
from tui.asking import refusal
from tui.following import progress
from tui.report import detail_lines

BY_HAND = "done-by-hand"


async def reconciled_and_cancelled(it: Office) -> tuple[Detail, str]:
    """A payment that is bank-reconciled in Xero and cancelled in Provet; and its id in Xero."""
    client = next(iter(it.provet.state.clients))
    invoice = it.act("provet", "invoice_visit", client=client, rows=VISIT)
    payment = it.act("provet", "pay", invoice=invoice, amount="20.00", payment_type=0)
    await it.cycle()
    (theirs,) = it.paid(invoice)
    it.act("xero", "reconcile_payment", payment_id=theirs.id)
    it.act("provet", "cancel_payment", payment=payment)
    await it.cycle()
    return await it.show((await it.only(kind="payment.reconciled_locked")).id), theirs.id


async def test_it_waits_for_people_and_closes_once_they_have_done_it(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        found, payment = await reconciled_and_cancelled(it)
        written = it.shop.writes("xero"), it.shop.writes("provet")
        approval = await it.desk.approve(found.id, BY_HAND, "", ANN)
        assert approval.outcome is Outcome.ACCEPTED
        assert approval.message.startswith("nothing is written: it waits for what people do")
        for each in (await it.show(found.id), await _after_a_cycle(it, found.id)):
            ((said, _),) = progress(each)
            title = next(option.title for option in each.options if option.id == BY_HAND)
            assert said == f"“{title}” waits for people to do it, as ann decided; it closes once it is seen done"
            assert any("waits for people to do it, closes once it is seen done" in line for line in detail_lines(each))
        texts = [entry.text for entry in (await it.show(found.id)).history]
        assert texts == [
            f"left to people: “{title}”",
            f"read both systems again for “{title}”: it waits until that is seen done there",
        ]
        assert (it.shop.writes("xero"), it.shop.writes("provet")) == written
        it.act("xero", "remove_payment", payment_id=payment)
        await it.cycle()
        assert (await it.show(found.id)).status == Status.CLOSED


async def _after_a_cycle(it: Office, discrepancy_id: str) -> Detail:
    await it.cycle()
    return await it.show(discrepancy_id)


async def test_while_writes_are_paused_it_is_said_to_wait_for_people_and_not_for_the_daemon(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        found, _ = await reconciled_and_cancelled(it)
        await it.desk.pause("riverside", "month end", ANN)
        await it.approve(found.id, BY_HAND)
        now = await it.show(found.id)
        assert now.status == Status.APPROVED
        assert "waits for people to do it already, decided by ann" in refusal("approve", now, now.options[0], "bob")
