"""Undo from end to end: what was applied is taken back in the systems, re-opens, and waits for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.errors import Invalid
from daemon.protocol import DiscrepancyView
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from tests.desk.office import ANN, VISIT, Office, office

TEN = "10.00"


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


async def undone(clinic: Office, found: DiscrepancyView) -> None:
    """Undo it; it must re-open under its id for a person, and stay as it is."""
    approval = await clinic.undo(found.id)
    assert approval.outcome == "accepted", approval
    after = await clinic.show(found.id)
    assert after.correction
    assert (after.correction.option, after.correction.status) == ("undo", "applied"), after.correction
    assert (after.status, after.policy, after.kind) == ("open", "person", found.kind)
    assert [each.id for each in await clinic.listed()] == [found.id]
    written = len(clinic.shop.writes("xero")), len(clinic.shop.writes("provet"))
    await clinic.shop.settle_down(full=True)
    assert (len(clinic.shop.writes("xero")), len(clinic.shop.writes("provet"))) == written
    assert (await clinic.show(found.id)).status == "open"
    assert (await clinic.desk.status()).practices[0].residual == "0.00"


async def redone(clinic: Office, found: DiscrepancyView) -> None:
    """A person approves it after all, and nothing is left."""
    await clinic.approve(found.id)
    assert await clinic.listed() == []
    assert (await clinic.show(found.id)).status == "closed"


async def new_invoice(clinic: Office) -> int:
    invoice: int = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    await clinic.cycle()
    return invoice


async def test_an_invoice_is_voided_and_posted_anew_under_another_number(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    number = clinic.living(invoice).number
    found = await clinic.of("document", invoice, "invoice.missing")
    await undone(clinic, found)
    assert [document.status for document in clinic.booked(invoice)] == ["VOIDED"]
    await redone(clinic, found)
    assert clinic.living(invoice).number == f"{number}-2"


async def test_its_own_payment_goes_first(clinic: Office) -> None:
    invoice = clinic.act("provet", "invoice_visit", client=3, rows=VISIT)
    clinic.act("provet", "pay", invoice=invoice, amount=TEN, payment_type=1)
    await clinic.cycle()
    assert [str(payment.amount) for payment in clinic.paid(invoice)] == [TEN]
    found = await clinic.of("document", invoice, "invoice.missing")
    await undone(clinic, found)
    assert [document.status for document in clinic.booked(invoice)] == ["VOIDED"]
    await redone(clinic, found)
    assert [str(payment.amount) for payment in clinic.paid(invoice)] == [TEN]


async def test_a_payment_in_xero_is_deleted(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    payment = clinic.act("provet", "pay", invoice=invoice, amount=TEN, payment_type=1)
    await clinic.cycle()
    found = await clinic.of("payment", payment, "payment.missing_in_xero")
    assert len(clinic.paid(invoice)) == 1
    await undone(clinic, found)
    assert clinic.paid(invoice) == []
    await redone(clinic, found)
    assert len(clinic.paid(invoice)) == 1


async def pay_in_xero(clinic: Office, invoice: int) -> str:
    booked = clinic.living(invoice)
    account = next(a for a in clinic.xero.accounts.ordered() if a.code == "091")
    day = clinic.shop.clock.utc().date().isoformat()
    fields = {"id": "", "document_id": booked.id, "account_id": account.id, "day": day, "amount": TEN}
    paid = clinic.act("xero", "take_payment", payment={**fields, "updated": clinic.shop.clock.utc().isoformat()})
    await clinic.cycle()
    return str(paid.id)


async def test_a_payment_in_provet_is_cancelled(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    await pay_in_xero(clinic, invoice)
    found = next(d for d in await clinic.listed("closed", kind="payment.missing_in_provet"))
    assert clinic.provet.invoice(invoice).due_sum == 38
    await undone(clinic, found)
    assert clinic.provet.invoice(invoice).due_sum == 48
    await redone(clinic, found)
    assert clinic.provet.invoice(invoice).due_sum == 38


async def test_a_contact_in_xero_gets_its_old_values_back(clinic: Office) -> None:
    await new_invoice(clinic)
    before = clinic.contact(3).texts["EmailAddress"]
    clinic.act("provet", "edit_client", client=3, changes={"email": "new@example.test"})
    await clinic.cycle()
    assert clinic.contact(3).texts["EmailAddress"] == "new@example.test"
    found = await clinic.of("contact", 3, "contact.changed_in_provet")
    await undone(clinic, found)
    assert clinic.contact(3).texts["EmailAddress"] == before
    await redone(clinic, found)
    assert clinic.contact(3).texts["EmailAddress"] == "new@example.test"


async def test_a_client_in_provet_gets_its_old_name_back(clinic: Office) -> None:
    await new_invoice(clinic)
    before = clinic.provet.client(3).name
    clinic.act("xero", "edit_contact", contact_id=clinic.contact(3).id, fields={"Name": "Zoe Newname"})
    await clinic.cycle()
    assert clinic.provet.client(3).name == "Zoe Newname"
    found = await clinic.of("contact", 3, "contact.changed_in_xero")
    await undone(clinic, found)
    assert (clinic.provet.client(3).name, clinic.contact(3).name) == (before, "Zoe Newname")
    await redone(clinic, found)


async def test_a_changed_document_gets_its_old_date_back(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    before = clinic.living(invoice).day
    moved = (before - dt.timedelta(days=3)).isoformat()
    clinic.act("provet", "change_invoice_date", invoice=invoice, date=moved)
    await clinic.cycle()
    assert clinic.living(invoice).day.isoformat() == moved
    found = await clinic.of("document", invoice, "invoice.changed_in_provet")
    await undone(clinic, found)
    assert clinic.living(invoice).day == before
    await redone(clinic, found)


async def test_a_changed_amount_gets_its_old_lines_back(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    line = {"Description": "By hand", "Quantity": 1, "TaxType": "OUTPUT2", "AccountCode": "200", "UnitAmount": "19.99"}
    fields = {"LineItems": [line], "LineAmountTypes": "Inclusive"}
    clinic.act("xero", "edit_document", document_id=clinic.living(invoice).id, fields=fields)
    await clinic.cycle()
    found = await clinic.only(kind="invoice.changed_in_xero")
    await clinic.approve(found.id)
    assert str(clinic.living(invoice).total) == "48.00"
    await undone(clinic, found)
    assert (str(clinic.living(invoice).total), clinic.living(invoice).lines[0].description) == ("19.99", "By hand")
    await redone(clinic, found)


async def test_a_credit_is_taken_off_and_voided(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    clinic.shop.world.faults.plan = FaultPlan((Rule(Kind.SLOW, system="xero", seconds=1.0),))
    note = clinic.act("provet", "credit", invoice=invoice)
    await clinic.cycle()
    assert clinic.living(invoice).credited == 48
    found = await clinic.of("document", note, "credit.missing")
    await undone(clinic, found)
    assert clinic.living(invoice).credited == 0
    assert [document.status for document in clinic.booked(note)] == ["VOIDED"]
    await redone(clinic, found)


async def test_an_accepted_difference_is_open_again(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    moved = (clinic.living(invoice).day - dt.timedelta(days=3)).isoformat()
    clinic.act("xero", "edit_document", document_id=clinic.living(invoice).id, fields={"Date": moved})
    await clinic.cycle()
    found = await clinic.only(kind="invoice.changed_in_xero")
    await clinic.approve(found.id, "accept-xero")
    assert await clinic.listed() == []
    await undone(clinic, found)


async def why_not(clinic: Office, found: DiscrepancyView) -> str:
    written = len(clinic.shop.writes("xero"))
    with pytest.raises(Invalid) as raised:
        await clinic.desk.undo_option(found.id)
    with pytest.raises(Invalid):
        await clinic.desk.undo(found.id, "", ANN)
    await clinic.cycle()
    assert len(clinic.shop.writes("xero")) == written
    return str(raised.value)


async def test_what_others_have_paid_on_is_not_voided(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    await pay_in_xero(clinic, invoice)
    found = await clinic.of("document", invoice, "invoice.missing")
    assert "by something else" in await why_not(clinic, found)


async def test_a_reconciled_payment_stays(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    payment = clinic.act("provet", "pay", invoice=invoice, amount=TEN, payment_type=1)
    await clinic.cycle()
    clinic.act("xero", "reconcile_payment", payment_id=clinic.paid(invoice)[0].id)
    await clinic.cycle()
    found = await clinic.of("payment", payment, "payment.missing_in_xero")
    assert "bank-reconciled" in await why_not(clinic, found)


async def test_a_void_is_for_ever(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    clinic.act("provet", "void", invoice=invoice)
    await clinic.cycle()
    found = await clinic.of("document", invoice, "invoice.voided_in_provet")
    assert found.status == "closed"
    assert "never takes that back" in await why_not(clinic, found)


async def test_a_deleted_payment_stays_deleted(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    payment = clinic.act("provet", "pay", invoice=invoice, amount=TEN, payment_type=1)
    await clinic.cycle()
    clinic.act("provet", "cancel_payment", payment=payment)
    await clinic.cycle()
    found = await clinic.only(kind="payment.removed_in_provet")
    await clinic.approve(found.id)
    assert "stays deleted" in await why_not(clinic, found)


async def test_nothing_is_undone_twice_and_nothing_that_never_was(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    found = await clinic.of("document", invoice, "invoice.missing")
    await undone(clinic, found)
    assert "undone already" in await why_not(clinic, found)
    await redone(clinic, found)
    clinic.act("xero", "void_document", document_id=clinic.living(invoice).id)
    await clinic.cycle()
    assert "nothing was applied" in await why_not(clinic, await clinic.only())


async def test_what_has_moved_since_the_decision_is_not_touched(clinic: Office) -> None:
    """The bookkeeper books a payment between the decision and the cycle: only reading again can tell."""
    invoice = await new_invoice(clinic)
    found = await clinic.of("document", invoice, "invoice.missing")
    assert (await clinic.desk.undo(found.id, "", ANN)).outcome == "accepted"
    await pay_in_xero(clinic, invoice)
    after = await clinic.show(found.id)
    assert after.correction
    assert (after.correction.option, after.correction.status, after.status) == ("undo", "stale", "closed")
    assert clinic.living(invoice).status == "AUTHORISED"


async def test_an_undo_is_bound_to_what_was_shown(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    found = await clinic.of("document", invoice, "invoice.missing")
    shown = await clinic.desk.undo_option(found.id)
    assert [write.action for write in shown.writes] == ["void-invoice"]
    assert (await clinic.desk.undo(found.id, "0000", ANN)).outcome == "stale"
    assert (await clinic.desk.undo(found.id, shown.fingerprint, ANN)).outcome == "accepted"
    with pytest.raises(Invalid, match="already approved"):
        await clinic.desk.undo(found.id, shown.fingerprint, ANN)


async def test_nothing_is_moved_back_to_a_contact_that_was_archived_since(clinic: Office) -> None:
    invoice = await new_invoice(clinic)
    before = clinic.living(invoice).contact_id
    clinic.act("provet", "change_payer", invoice=invoice, client=4)
    await clinic.cycle()
    assert clinic.living(invoice).contact_id != before
    found = await clinic.of("document", invoice, "invoice.changed_in_provet")
    clinic.act("xero", "edit_contact", contact_id=before, fields={"ContactStatus": "ARCHIVED"})
    await clinic.cycle()
    with pytest.raises(Invalid, match="archived in Xero"):
        await clinic.undo(found.id)
