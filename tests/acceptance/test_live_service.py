"""A running service whose polls are ten minutes apart: webhooks bring changes across, money comes back only once."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.acceptance.people import pay_in_xero
from tests.acceptance.rig import Rig, post
from tests.support import books
from tests.support.ledgers import Client, ProvetDocument, XeroDocument
from tests.support.pairing import Match
from tests.support.waiting import wait_until

SOON_S = 5
VISIT = [{"name": "Consultation", "price": "42.50", "item": 1}, {"name": "Pills", "price": "20.00", "item": 9}]
CARD = 0


@pytest.fixture(scope="module")
def live(small_clinic: Rig) -> Iterator[Rig]:
    """The module's clinic, imported, with its daemon running and nothing open."""
    rig = small_clinic.with_settings(poll_s="600")
    with rig.daemon():
        assert rig.reconcile("sync", "--full", "--wait").status == 0
        yield rig


def invoiced(rig: Rig, client: int = 1) -> str:
    """A new invoice of 75.00, brought into Xero by its webhook; returns its Provet id."""
    number = str(rig.act("provet", "invoice_visit", client=client, rows=VISIT))
    lands(rig, "xero", f"Provet invoice {number}")
    return number


def lands(rig: Rig, system: str, text: str) -> None:
    """A write with this text takes effect in a system while the change is still fresh.

    The request log tells, because reading the ledgers all the time would use up the limits that the daemon shares.
    """

    def landed() -> bool:
        return any(call.executed in {200, 201} and text in json.dumps(call.body) for call in rig.writes(system))

    wait_until(landed, SOON_S, f"{text} in {system}")


def in_provet(rig: Rig, number: str) -> ProvetDocument:
    return rig.books().provet.documents[number]


def in_xero(rig: Rig, number: str) -> XeroDocument:
    return rig.books().matches[number].xero


def contact_of(rig: Rig, number: str) -> Client:
    laid_out = rig.books()
    return laid_out.xero.contacts[laid_out.matches[number].xero.contact]


def test_changes_in_provet_land_in_xero_within_seconds(live: Rig) -> None:
    number = invoiced(live)
    payment = live.act("provet", "pay", invoice=int(number), amount="30.00", payment_type=CARD)
    lands(live, "xero", f"Provet payment {payment}")
    assert in_xero(live, number).left == 45
    live.act("provet", "edit_client", client=1, changes={"email": "moved@example.test"})
    lands(live, "xero", "moved@example.test")
    assert contact_of(live, number).email == "moved@example.test"
    note = str(live.act("provet", "credit", invoice=int(number), parts=None))
    lands(live, "xero", f"Provet invoice {note}")
    lands(live, "xero", in_xero(live, number).id + '"}, "Amount": 45')
    assert in_xero(live, number).left == 0


def test_a_contact_changed_in_xero_lands_in_provet_within_seconds(live: Rig) -> None:
    contact = contact_of(live, invoiced(live, client=2))
    live.act("xero", "edit_contact", contact_id=contact.id, fields={"EmailAddress": "bookkeeper@example.test"})
    lands(live, "provet", "bookkeeper@example.test")
    assert live.books().provet.clients["2"].email == "bookkeeper@example.test"


def test_payments_from_xero_land_once_and_never_come_back(live: Rig) -> None:
    """Part and rest of an invoice, paid in Xero; full comparisons afterwards find nothing to send."""
    number = invoiced(live)
    marks = []
    for amount in ("25.00", "50.00"):
        marks.append(f"Xero payment {pay_in_xero(live, in_xero(live, number), amount)}")
        lands(live, "provet", marks[-1])
    sent = len(live.writes("xero"))
    assert live.reconcile("sync", "--full", "--wait").status == 0
    assert len(live.writes("xero")) == sent
    recorded = in_provet(live, number)
    assert [row.info for row in recorded.payments] == marks
    assert recorded.due == 0
    assert [each for each in books.differences(live.books()) if each.what != "accounts"] == []


def test_a_clinic_that_goes_on_working_stays_in_step(live: Rig) -> None:
    """Visits, sales, payments on both sides, credits, edits of clients and contacts, recoded lines."""
    for _ in range(8):
        done = post(f"{live.control['provet']}step", {"n": 6})["done"]
        print("\n".join(done))
        ran = live.reconcile("sync", "--wait")
        assert ran.status == 0, (ran, live.reconcile("list").out)
    assert live.reconcile("sync", "--full", "--wait").status == 0
    assert live.state()["residual"] == "0.00"
    assert [each for each in books.differences(live.books()) if each.what != "accounts"] == []


def test_a_recoded_line_is_no_drift(live: Rig) -> None:
    number = invoiced(live)
    document = in_xero(live, number)
    line = {"Description": "All", "Quantity": 1, "UnitAmount": str(document.total), "TaxAmount": str(document.tax)}
    fields = {"LineItems": [{**line, "TaxType": "OUTPUT2", "AccountCode": "203"}]}
    live.act("xero", "edit_document", document_id=document.id, fields=fields)
    ran = live.reconcile("sync", "--full", "--wait")
    assert (ran.status, live.state()["open_total"]) == (0, 0)
    assert ("accounts", f"invoice {number}") in {(each.what, each.about) for each in books.differences(live.books())}


def test_a_voided_unpaid_invoice_is_voided_in_xero(live: Rig) -> None:
    number = invoiced(live)
    match: Match = live.books().matches[number]
    live.act("provet", "void", invoice=int(number))
    lands(live, "xero", "VOIDED")
    assert live.books().xero.documents[match.xero.id].status == "VOIDED"


def test_an_invoice_that_is_heard_of_before_its_client_does_not_wait_for_ever(live: Rig) -> None:
    """The webhook of the new client is lost, that of its first invoice is not. The last test of the module."""
    live.faults(lose=1)
    client = live.act("provet", "create_client", fields={"firstname": "Nova", "lastname": "Late"})
    live.faults()
    number = str(live.act("provet", "invoice_visit", client=client, rows=VISIT))
    wait_until(lambda: live.state()["open_total"] or number in live.books().matches, SOON_S, "the invoice is heard of")
    ran = live.reconcile("sync", "--full", "--wait")
    assert ran.status == 0, live.reconcile("list").out
    assert number in live.books().matches
