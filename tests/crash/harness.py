"""The real daemon killed by ``SIGKILL`` at random moments while it imports, moves money and carries out approvals.

The same clinic is worked in twice: once undisturbed, once with kills. In the end both hold the same books. Requests to
both systems are slow enough for kills to fall between a write and its answer; how many did is counted in the store.
"""

from __future__ import annotations

import shutil
import signal
import sqlite3
import tempfile
import threading
import tomllib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from subprocess import Popen
from typing import Any

from tests.acceptance.people import pay_in_xero
from tests.acceptance.rig import Rig, clinic, start
from tests.support import books
from tests.support.pairing import Books, Match
from tests.support.waiting import wait_until

CLIENTS, INVOICES = 12, 40
IN_STEP_S = 120
LIVES_S, SOON_S = (0.5, 5.0), 0.8
SLOW = (
    {"kind": "slow", "system": "xero", "method": "PUT", "seconds": 0.25},
    {"kind": "slow", "system": "xero", "method": "POST", "path": "/api.xro/", "seconds": 0.25},
    {"kind": "slow", "system": "provet", "method": "POST", "path": "/invoicepayment/", "seconds": 0.25},
)
CARD = 0
STORE = "reconciled.sqlite"
SENT = "SELECT COUNT(*) FROM intent WHERE status = 'sent'"
KILLS_A_ROUND = 8
Act = Callable[[Rig, Match], object]


def paid_in_provet(rig: Rig, match: Match) -> None:
    rig.act("provet", "pay_in_full", invoice=int(match.provet.id), payment_type=CARD)


def paid_in_xero(rig: Rig, match: Match) -> None:
    pay_in_xero(rig, match.xero, "0.55")


def credited(rig: Rig, match: Match) -> None:
    note = rig.act("provet", "credit", invoice=int(match.provet.id))
    rig.act("provet", "apply_credit", note=note, invoice=int(match.provet.id), amount=str(match.provet.due))


def edited_in_xero(rig: Rig, match: Match) -> None:
    """A new total, on which a person must decide."""
    line = {"Description": "Visit", "Quantity": 1, "UnitAmount": 901, "TaxType": "OUTPUT2", "AccountCode": "200"}
    rig.act("xero", "edit_document", document_id=match.xero.id, fields={"LineItems": [line]})


ACTS: tuple[Act, ...] = (paid_in_provet, paid_in_xero, credited, *[edited_in_xero] * 3)


@dataclass(slots=True)
class Killer:
    """Starts the daemon and kills it after a random time; how often is known beforehand.

    ``in_doubt`` counts the writes that a killed process had sent without noting an outcome, ``approved`` the approvals
    that were given while a kill was due.
    """

    rng: Random
    kills: int
    done: int = 0
    in_doubt: int = 0
    approved: int = 0

    def strike(self, rig: Rig, times: int) -> None:
        """So many short lives, as far as there are any left.

        Meanwhile somebody approves what waits for a person; then the kill comes soon, while it is being carried out.
        """
        rig.faults(*SLOW)
        for _ in range(min(times, self.kills - self.done)):
            process = start("reconciled", "run", "--settings", str(rig.settings), env=rig.env)
            alarm = _kill_in(self.rng.uniform(*LIVES_S), process)
            while process.poll() is None:
                if approve_next(rig):
                    self.approved += 1
                    alarm.cancel()
                    alarm = _kill_in(self.rng.uniform(0, SOON_S), process)
            assert process.returncode == -signal.SIGKILL, f"the daemon ended by itself with {process.returncode}"
            self.done += 1
            self.in_doubt += _sent(rig)
        rig.faults()


def _kill_in(seconds: float, process: Popen[bytes]) -> threading.Timer:
    alarm = threading.Timer(seconds, process.send_signal, (signal.SIGKILL,))
    alarm.start()
    return alarm


def _sent(rig: Rig) -> int:
    """Writes that left and have no outcome in the store of a process that is gone."""
    folder = Path(tomllib.loads(rig.settings.read_text())["daemon"]["state_dir"])
    with tempfile.TemporaryDirectory() as copy:
        for file in folder.glob(f"{STORE}*"):
            shutil.copy(file, copy)
        with closing(sqlite3.connect(Path(copy) / STORE)) as store:
            made = store.execute("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'intent'").fetchone()[0]
            return int(store.execute(SENT).fetchone()[0]) if made else 0


def worked(folder: Path, kills: int, killer: Killer | None) -> Books:
    """The books after an import and rounds of acts; with ``killer``, half of its kills fall on the import."""
    with clinic(folder, clients=CLIENTS, invoices=INVOICES, tidy=True) as rig:
        rounds = [_visits(rig) for _ in range(max(kills // (2 * KILLS_A_ROUND), 1))]
        if killer:
            killer.strike(rig, -(-killer.kills // 2))
        settle(rig)
        for left, visits in zip(range(len(rounds), 0, -1), rounds, strict=True):
            matches = rig.books().matches
            for act, visit in zip(ACTS, visits, strict=True):
                act(rig, matches[visit])
            if killer:
                killer.strike(rig, -(-(killer.kills - killer.done) // left))
            settle(rig)
        assert killer is None or killer.done == killer.kills
        return rig.books()


def _visits(rig: Rig) -> list[str]:
    """An unpaid invoice for each act of a round."""
    rows = [{"name": "Visit", "price": "100.00"}]
    return [str(rig.act("provet", "invoice_visit", client=client, rows=rows)) for client, _ in enumerate(ACTS, 1)]


def settle(rig: Rig) -> None:
    """Let the daemon work in peace, and approve what it asks, until both sides are in step."""
    with rig.daemon():
        wait_until(lambda: _in_step(rig), IN_STEP_S, "in step")


def _in_step(rig: Rig) -> bool:
    synced = rig.reconcile("sync", "--wait", "--full")
    assert synced.status in {0, 1, 4}, synced
    while approve_next(rig):
        pass
    state = rig.state()
    return bool((state["state"], state["in_doubt"], state["residual"]) == ("in_sync", 0, "0.00"))


def approve_next(rig: Rig) -> bool:
    """Approve the recommended option of something that waits for a person; whether a daemon has confirmed that."""
    listed = rig.reconcile("list", "--status", "open")
    if listed.status not in {0, 1}:
        return False
    open_ = listed.answer["discrepancies"]
    waiting = (each["id"] for each in open_ if each["policy"] == "person" and each["options"])
    return any(rig.reconcile("approve", each).status == 0 for each in waiting)


def standing(laid_out: Books) -> Counter[str]:
    """What the books hold, without ids of Xero and without what died on the way."""
    lines: Counter[str] = Counter()
    for match in laid_out.matches.values():
        mine, theirs = match.provet, match.xero
        lines[
            f"{mine.id} {mine.gross} due {mine.due} {theirs.number} {theirs.total} {theirs.tax} left {theirs.left}"
        ] += 1
        lines.update(f"{mine.id} paid {row.type} {row.paid}" for row in mine.payments if row.done)
        lines.update(f"{mine.id} allocated {each.amount} {each.date}" for each in theirs.allocations)
        paid = (each for each in laid_out.xero.payments if each.living and each.document == theirs.id)
        lines.update(f"{mine.id} in xero {each.amount} {each.date}" for each in paid)
    return lines


def compare(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill ``kills`` times and compare with the twin; returns the counts of both. Fails where they differ."""
    print(f"{kills} kills of seed {seed}")
    calm_folder, killed_folder = folder / "calm", folder / "killed"
    calm_folder.mkdir(), killed_folder.mkdir()
    calm = worked(calm_folder, kills, None)
    killer = Killer(Random(seed), kills)
    killed = worked(killed_folder, kills, killer)
    assert books.differences(calm) == books.differences(killed) == []
    differ = standing(killed) - standing(calm), standing(calm) - standing(killed)
    assert differ == (Counter(), Counter()), differ
    total = books.summary(killed)
    struck = {"kills": kills, "writes_in_doubt": killer.in_doubt, "approved_under_fire": killer.approved}
    return {**struck, "documents": total.documents, "payments": total.payments}
