"""``kill -9`` in the middle of the import: after a restart the ledgers are those of an undisturbed run."""

from __future__ import annotations

import signal

from tests.acceptance.people import pay_in_xero, unpaid_invoice
from tests.acceptance.rig import Rig
from tests.support import books
from tests.support.waiting import wait_until

IN_STEP_S = 300
KILLS = 3


def test_killed_and_started_again_it_doubles_nothing_and_loses_nothing(big_clinic: Rig) -> None:
    big_clinic.faults({"kind": "slow", "system": "xero", "method": "PUT", "seconds": 0.4})
    for _ in range(KILLS):
        kill_between_write_and_answer(big_clinic, "xero", writes=3)
    halfway = books.summary(big_clinic.books())
    assert 0 < halfway.matched < halfway.documents, "not in the middle of the import"
    big_clinic.faults()
    with big_clinic.daemon():
        wait_until(lambda: big_clinic.state()["state"] == "in_sync", IN_STEP_S, "in sync after the last restart")
        assert big_clinic.state()["in_doubt"] == 0
    laid_out = big_clinic.books()
    assert books.differences(laid_out) == []
    total = books.summary(laid_out)
    assert (total.matched, total.dead_documents, total.dead_payments) == (total.documents, 0, 0)
    assert total.provet == total.xero
    again = big_clinic.once()
    assert (again.status, again.answer["writes"]) == (0, [])


def test_killed_while_it_records_money_in_provet_it_records_it_once(small_clinic: Rig) -> None:
    """Provet has no idempotency key: only looking for the mark before sending again can tell."""
    assert small_clinic.once().status == 0
    invoice = unpaid_invoice(small_clinic.books())
    payment = pay_in_xero(small_clinic, invoice.xero, "0.55")
    small_clinic.faults(
        {"kind": "slow", "system": "provet", "method": "POST", "path": "/invoicepayment/", "seconds": 1}
    )
    kill_between_write_and_answer(small_clinic, "provet", writes=1)
    small_clinic.faults()
    with small_clinic.daemon():
        wait_until(lambda: small_clinic.state()["state"] == "in_sync", IN_STEP_S, "in sync after the restart")
    laid_out = small_clinic.books()
    recorded = laid_out.provet.documents[invoice.provet.id].payments
    assert [row.info for row in recorded] == [f"Xero payment {payment}"]
    assert books.differences(laid_out) == []


def kill_between_write_and_answer(rig: Rig, system: str, *, writes: int) -> None:
    """Start the daemon and kill it when a write has just taken effect, before its answer is due."""
    enough = len(rig.writes(system)) + writes
    with rig.daemon() as process:
        wait_until(lambda: len(rig.writes(system)) >= enough, 30, f"{writes} more writes to {system}")
        process.send_signal(signal.SIGKILL)
        process.wait()
