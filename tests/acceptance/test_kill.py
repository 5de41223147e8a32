"""``kill -9`` in the middle of the import: after a restart the ledgers are those of an undisturbed run."""

from __future__ import annotations

import signal

from tests.acceptance.rig import Rig
from tests.support import books
from tests.support.waiting import wait_until

IN_STEP_S = 90
KILLS = 3
WRITES_BETWEEN = 3


def test_killed_and_started_again_it_doubles_nothing_and_loses_nothing(big_clinic: Rig) -> None:
    big_clinic.faults({"kind": "slow", "system": "xero", "method": "PUT", "seconds": 0.4})
    for _ in range(KILLS):
        kill_between_write_and_answer(big_clinic)
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


def kill_between_write_and_answer(rig: Rig) -> None:
    """Start the daemon and kill it when a write has just taken effect, before its answer is due."""
    enough = len(rig.writes("xero")) + WRITES_BETWEEN
    with rig.daemon() as process:
        wait_until(lambda: len(rig.writes("xero")) >= enough, 30, f"{WRITES_BETWEEN} more writes")
        process.send_signal(signal.SIGKILL)
        process.wait()
