"""A real store full of open discrepancies of one practice, and a real daemon that serves it on its socket."""

from __future__ import annotations

import datetime as dt
import random
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path

import msgspec

from bench.stage import WEBHOOK_PORT, Stage
from daemon.app import store_path
from daemon.core.correction import CreatePayment, Option
from daemon.core.discrepancy import Discrepancy, FieldDiff, Finding, Policy, Status, Subject
from daemon.core.model import Kind, Ref, System
from daemon.protocol import ListQuery
from daemon.sandbox.settings_out import PRACTICE
from daemon.settings import Settings, load
from daemon.store import discrepancies, lists, state
from daemon.store.database import open_inline
from daemon.store.tx import Tx
from tui import calls
from tui.oneshot import Oneshot

_KINDS = ("payment.missing_in_xero", "payment.removed_in_xero", "invoice.changed_in_xero", "credit.foreign_in_xero")
_NAMES = ("Ada Quinn", "Marisol Peña", "O'Brien & Sons", "T. Ng", "Élodie Noël", "Bo Lindqvist", "Żaneta Łuk")
_CLIENTS = 8000
_BATCH = 5000
_PATIENCE_S = 120.0
_YOUNGEST = dt.timedelta(days=3, hours=1)


@asynccontextmanager
async def crowd(folder: Path, count: int, seed: int = 7) -> AsyncIterator[tuple[Path, int]]:
    """The socket and the process of a daemon with so many open discrepancies, two of them lost connections.

    Both systems are out of reach, have been for days and are known to be, and all ages are told in days: nothing moves
    and no row changes by itself. What a key costs is measured, not what a cycle costs beside it.
    """
    settings_file = folder / "settings.toml"
    Stage(folder, clients=2, invoices=2)
    text = settings_file.read_text().replace(f"127.0.0.1:{WEBHOOK_PORT}", f"127.0.0.1:{_free_port()}")
    settings_file.write_text(text.replace("127.0.0.1:800", "127.0.0.1:"))
    settings = load(settings_file, {})
    await _fill(settings, count, random.Random(seed))
    with _daemon(settings_file, settings) as (_, began):
        _wait(lambda: _has_looked(settings.daemon.socket, began))
    await _age(settings)
    with _daemon(settings_file, settings) as (pid, _):
        yield settings.daemon.socket, pid


@contextmanager
def _daemon(settings_file: Path, settings: Settings) -> Iterator[tuple[int, dt.datetime]]:
    """The process of a daemon that takes connections, and when it was started."""
    command, began = [sys.executable, "-m", "daemon", "run", "--settings", str(settings_file)], dt.datetime.now(dt.UTC)
    with (settings_file.parent / "log").open("ab") as log, subprocess.Popen(command, stderr=log) as daemon:
        try:
            _wait(lambda: daemon.poll() is not None or _listens(settings.daemon.socket))
            yield daemon.pid, began
        finally:
            daemon.terminate()


def _has_looked(path: Path, began: dt.datetime) -> bool:
    """Whether the daemon has told of both connections since it began."""
    found = Oneshot(str(path)).send(calls.page(ListQuery(kind="connection.lost")))
    return len([row for row in found.discrepancies if row.last_seen >= began]) == len(System)


async def _age(settings: Settings) -> None:
    """Let the connections have been lost for days."""
    db = open_inline(store_path(settings))

    def work(tx: Tx) -> None:
        for row in lists.page(tx, lists.Query(practice=PRACTICE, kind="connection.lost", limit=10)).rows:
            discrepancies.put(tx, msgspec.structs.replace(row, first_seen=row.first_seen - _YOUNGEST))

    await db.write(work)
    await db.close()


async def _fill(settings: Settings, count: int, rng: random.Random) -> None:
    settings.daemon.state_dir.mkdir(parents=True, exist_ok=True)
    db = open_inline(store_path(settings))
    now = dt.datetime.now(dt.UTC)

    def batch(first: int) -> object:
        def work(tx: Tx) -> None:
            for number in range(first, min(first + _BATCH, count)):
                seen = now - _YOUNGEST - dt.timedelta(seconds=37 * (count - number))
                row = Discrepancy(finding=_finding(number, rng), status=Status.OPEN, first_seen=seen, last_seen=now)
                discrepancies.put(tx, row)

        return work

    for first in range(0, count, _BATCH):
        await db.write(batch(first))  # type: ignore[arg-type]
    known = state.PracticeState(released_at=now, last_cycle=now, last_full=now)
    await db.write(lambda tx: state.put_state(tx, PRACTICE, known))
    await db.close()


def _finding(number: int, rng: random.Random) -> Finding:
    amount, client = Decimal(rng.randint(500, 250_000)) / 100, rng.randrange(_CLIENTS)
    name, label = f"{_NAMES[client % len(_NAMES)]} {client}", f"Payment {5000 + number} of Invoice INV-{1000 + number}"
    step = CreatePayment(
        payment_id=str(5000 + number),
        document_id=str(1000 + number),
        credit=False,
        amount=amount,
        date=dt.date(2026, 2, 27),
        account="091",
        reference=f"Provet payment {5000 + number}",
        label=label,
    )
    words = (f"Xero holds a payment of {amount} GBP on it.", f"{name} owes {amount} GBP less in Xero, as in Provet.")
    option = Option(id="recreate-payment", title="Pay it in Xero", steps=(step,), recommended=True, consequences=words)
    return Finding(
        practice=PRACTICE,
        kind=_KINDS[number % len(_KINDS)],
        family=f"invoice:{1000 + number}",
        subject=Subject(label=label, provet=Ref(system=System.PROVET, kind=Kind.PAYMENT, id=str(5000 + number))),
        policy=Policy.PERSON,
        amount=amount,
        effect=-amount,
        summary=f"{amount} of {name} stands in Provet only",
        fields=(FieldDiff(name="amount", provet=str(amount), baseline=str(amount)), FieldDiff(name="status")),
        options=(option, msgspec.structs.replace(option, id="done-by-hand", recommended=False, steps=())),
        client=str(client),
        client_name=name,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(done: Callable[[], bool]) -> None:
    began = time.perf_counter()
    while not done():
        if time.perf_counter() - began > _PATIENCE_S:
            raise SystemExit("the daemon did not start")
        time.sleep(0.05)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
