"""A person decides with ``reconcile``: what is approved is what was seen, and every exit status means what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.people import invoice_paid_once, unpaid_invoice
from tests.acceptance.rig import PRACTICE, Rig, run
from tests.support import books
from tests.support.pairing import Match

LINE = {"Description": "By hand", "Quantity": 1, "TaxType": "OUTPUT2", "AccountCode": "200"}
DONE, OPEN, ERROR = 0, 1, 2
PROMISED = {
    *("id", "name", "mode", "state", "residual", "open", "open_total", "open_amount", "in_doubt", "hand_work"),
    *("excluded", "last_cycle", "last_full", "budget", "warnings"),
}


@pytest.fixture(scope="module")
def desk(small_clinic: Rig) -> Iterator[Rig]:
    """The module's clinic, imported, with its daemon running, nothing open, and polls ten minutes apart."""
    rig = small_clinic.with_settings(poll_s="600")
    with rig.daemon():
        assert rig.reconcile("sync", "--full", "--wait").status == DONE
        yield rig


@pytest.fixture
def edited(desk: Rig) -> Iterator[tuple[Match, dict[str, Any]]]:
    """An unpaid invoice that the bookkeeper changed in Xero, and its discrepancy. Both sides agree again afterwards."""
    match = unpaid_invoice(desk.books())
    edit(desk, match, "19.99")
    desk.reconcile("sync", "--wait")
    yield match, only_open(desk)
    desk.faults()
    edit(desk, match, str(match.xero.total), tax=str(match.xero.tax))
    assert desk.reconcile("sync", "--full", "--wait").status == DONE


def edit(rig: Rig, match: Match, amount: str, **line: str) -> None:
    lines = [{**LINE, "UnitAmount": amount, **{f"{key.title()}Amount": value for key, value in line.items()}}]
    fields = {"LineItems": lines, "LineAmountTypes": "Inclusive"}
    rig.act("xero", "edit_document", document_id=match.xero.id, fields=fields)


def only_open(rig: Rig) -> dict[str, Any]:
    ran = rig.reconcile("list")
    assert (ran.status, ran.answer["total"]) == (OPEN, 1), ran
    found: dict[str, Any] = ran.answer["discrepancies"][0]
    return found


def test_the_promised_keys_are_there(desk: Rig) -> None:
    status = desk.reconcile("status")
    assert status.status == DONE
    assert status.answer.keys() >= {"version", "started_at", "practices"}
    practice = status.answer["practices"][0]
    assert practice.keys() >= PROMISED
    assert (practice["id"], practice["mode"], practice["state"]) == (PRACTICE, "auto", "in_sync")
    assert practice["budget"].keys() >= {"xero_day_remaining", "xero_minute_remaining", "calls_today", "bytes_today"}
    listed = desk.reconcile("list")
    assert (listed.status, listed.answer["total"], listed.answer["discrepancies"]) == (DONE, 0, [])


def test_an_approved_correction_is_applied_and_gone(desk: Rig, edited: tuple[Match, dict[str, Any]]) -> None:
    match, found = edited
    assert (found["kind"], found["policy"], found["status"]) == ("invoice.changed_in_xero", "person", "open")
    shown = desk.reconcile("show", found["id"]).answer
    options = {option["id"]: option for option in shown["options"]}
    assert [option["recommended"] for option in shown["options"]].count(True) == 1
    assert options["restore-from-provet"]["writes"][0]["system"] == "xero"
    option = options["restore-from-provet"]
    ran = desk.reconcile("approve", found["id"], "--option", option["id"], "--expect", option["fingerprint"], "--wait")
    assert (ran.status, ran.answer["correction"]["status"]) == (DONE, "applied"), ran
    desk.reconcile("sync", "--wait")
    assert desk.reconcile("list").answer["total"] == 0
    assert desk.books().matches[match.provet.id].xero.total == match.xero.total
    assert books.differences(desk.books()) == []
    history = desk.reconcile("show", found["id"]).answer
    assert history["status"] == "closed"
    assert "approve" in " ".join(entry["action"] for entry in history["history"])


def test_a_fact_that_moved_and_was_noticed_makes_an_approval_stale(
    desk: Rig, edited: tuple[Match, dict[str, Any]]
) -> None:
    match, found = edited
    seen = next(option for option in found["options"] if option["recommended"])
    edit(desk, match, "29.99")
    desk.reconcile("sync", "--wait")
    written = len(desk.writes())
    ran = desk.reconcile("approve", found["id"], "--expect", seen["fingerprint"], "--wait")
    assert ran.status == ERROR
    assert "stale" in ran.out + ran.err
    assert len(desk.writes()) == written
    assert only_open(desk)["id"] == found["id"]


def test_a_fact_that_moved_unnoticed_makes_an_approval_stale(desk: Rig, edited: tuple[Match, dict[str, Any]]) -> None:
    """Its webhook is lost and the next poll far away: only reading again before the write can tell."""
    match, found = edited
    desk.faults(lose=1)
    edit(desk, match, "39.99")
    written = len(desk.writes())
    ran = desk.reconcile("approve", found["id"], "--wait")
    assert (ran.status, ran.answer["correction"]["status"]) == (ERROR, "stale"), ran
    assert len(desk.writes()) == written
    assert desk.books().xero.documents[match.xero.id].total.normalize().to_eng_string() == "39.99"
    again = only_open(desk)
    assert again["id"] == found["id"]
    assert "39.99" in str(again["fields"])


def test_a_rejection_lasts_until_the_facts_change(desk: Rig, edited: tuple[Match, dict[str, Any]]) -> None:
    match, found = edited
    assert desk.reconcile("reject", found["id"], "--reason", "the client pays less").status == DONE
    ran = desk.reconcile("sync", "--full", "--wait")
    assert (ran.status, desk.reconcile("list").answer["total"]) == (DONE, 0)
    assert desk.reconcile("list", "--status", "rejected").answer["discrepancies"][0]["id"] == found["id"]
    edit(desk, match, "49.99")
    assert desk.reconcile("sync", "--wait").status == OPEN
    assert only_open(desk)["id"] == found["id"]


def test_a_removed_payment_is_paid_again(desk: Rig) -> None:
    laid_out = desk.books()
    paid = invoice_paid_once(laid_out)
    payment = next(each for each in laid_out.xero.payments if each.document == paid.xero.id and each.living)
    desk.act("xero", "remove_payment", payment_id=payment.id)
    desk.reconcile("sync", "--wait")
    found = only_open(desk)
    assert found["kind"] == "payment.removed_in_xero"
    ran = desk.reconcile("approve", found["id"], "--option", "recreate-payment", "--wait")
    assert ran.status == DONE, ran
    assert desk.reconcile("sync", "--full", "--wait").status == DONE
    assert [each for each in books.differences(desk.books()) if each.what != "accounts"] == []


def test_a_pause_stops_writes_and_a_resume_makes_up_for_it(desk: Rig) -> None:
    assert desk.reconcile("pause", PRACTICE, "--reason", "stock-taking").status == DONE
    number = str(desk.act("provet", "invoice_visit", client=3, rows=[{"name": "Visit", "price": "10.00"}]))
    written = len(desk.writes())
    ran = desk.reconcile("sync", "--full", "--wait")
    assert (ran.status, desk.state()["state"], len(desk.writes())) == (OPEN, "paused", written)
    assert desk.reconcile("resume", PRACTICE).status == DONE
    assert desk.reconcile("sync", "--wait").status == DONE
    assert number in desk.books().matches


@pytest.mark.parametrize("command", ["run", "once"])
def test_a_store_that_a_daemon_holds_is_not_opened_again(desk: Rig, command: str) -> None:
    ran = run("reconciled", command, "--settings", str(desk.settings), env=desk.env)
    assert (ran.status, ran.out) == (ERROR, ""), ran
    assert "Traceback" not in ran.err
    assert desk.state()["state"] == "in_sync"


def test_the_audit_log_proves_itself(desk: Rig) -> None:
    proof = desk.reconcile("audit", "verify")
    assert (proof.status, proof.answer["ok"]) == (DONE, True)
    assert len(desk.reconcile("audit").answer["entries"]) > 40


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "no-such-id"),
        ("approve", "no-such-id"),
        ("reject", "no-such-id", "--reason", "x"),
        ("release", "nowhere"),
        ("pause", "nowhere", "--reason", "x"),
        ("sync", "--practice", "nowhere"),
        ("frobnicate",),
    ],
)
def test_what_does_not_exist_is_an_error_in_one_object(desk: Rig, arguments: tuple[str, ...]) -> None:
    ran = desk.reconcile(*arguments)
    assert (ran.status, ran.out) == (ERROR, "")
    assert json.loads(ran.err)["error"].keys() >= {"code", "message", "hint"}
