"""Kills a real process at the n-th point where it touches the world, for n = 1, 2, 3 ... until one survives.

The store is a real file under the service's own driver; the kill is ``SIGKILL``. Points are the commits and the writes
to both systems, before and after each: dying at a read is dying after the write before it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from daemon.app import App, Drivers, open_app, store_path
from daemon.core.discrepancy import Policy, Status
from daemon.ports import Exchange, Request, Response
from daemon.protocol import ListQuery, Operator, Role
from daemon.sandbox.world import World
from daemon.settings import Settings
from daemon.store.database import Database, Tx, open_aiosqlite
from tests.crash.remote import FastClock, LinkExchange, serve
from tests.simulation import ledger
from tests.simulation.clinic import PRACTICE, PROVET, XERO, provet_of, xero_of
from tests.simulation.simulation import _ids, _inline

T = TypeVar("T")
ADA = Operator(uid=1000, login="ada", role=Role.APPROVER)
SURVIVED, UNSETTLED = 0, 3
ROUNDS = 6


class Countdown:
    """Ends this very process at its n-th point; never for 0."""

    def __init__(self, left: int) -> None:
        self._left = left

    def point(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class CountedExchange:
    """An exchange whose writes are points."""

    def __init__(self, exchange: Exchange, countdown: Countdown) -> None:
        self._exchange = exchange
        self._countdown = countdown

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        if request.method == "GET" or "token" in request.url:
            return await self._exchange(request, timeout_s=timeout_s)
        self._countdown.point()
        response = await self._exchange(request, timeout_s=timeout_s)
        self._countdown.point()
        return response


class CountedStore:
    """A store whose commits are points."""

    def __init__(self, db: Database, countdown: Countdown) -> None:
        self._db = db
        self._countdown = countdown

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await self._db.read(work)

    async def write(self, work: Callable[[Tx], T]) -> T:
        self._countdown.point()
        result = await self._db.write(work)
        self._countdown.point()
        return result

    async def close(self) -> None:
        await self._db.close()


@dataclass(frozen=True, slots=True)
class Case:
    """Where every run begins: both systems, the store's file if there is one, and the clock that all share."""

    world: World
    settings: Settings
    clock: FastClock
    approves: bool

    def run(self, dies_at: int) -> int:
        """One process: its exit status, or the negative number of the signal that ended it."""
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            ours.close()
            os._exit(_child(self, theirs, Countdown(dies_at)))
        theirs.close()
        with ours:
            serve(ours, {PROVET: self.world.hosts["provet"], XERO: self.world.hosts["xero"]})
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def books(self) -> Counter[str]:
        return ledger.standing(provet_of(self.world), xero_of(self.world))

    def doubled(self) -> list[str]:
        return ledger.doubled(provet_of(self.world), xero_of(self.world))


@contextmanager
def rewound(case: Case) -> Iterator[None]:
    """Whatever happens inside happens to a copy: afterwards systems and store are as they were."""
    systems = [host.system for host in case.world.hosts.values()]
    dumps = [system.dump() for system in systems]
    file = store_path(case.settings)
    saved = file.with_suffix(".saved")
    if file.exists():
        shutil.copy(file, saved)
    try:
        yield
    finally:
        for system, dump in zip(systems, dumps, strict=True):
            system.restore(dump)
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink()
        if saved.exists():
            saved.rename(file)


def _child(case: Case, link: socket.socket, countdown: Countdown) -> int:
    """What the forked process does: the daemon's work until nothing is left to do."""
    try:
        return asyncio.run(_work(case, link, countdown))
    except BaseException as error:
        print(f"the child ended by {error!r}", flush=True)
        return 1


async def _work(case: Case, link: socket.socket, countdown: Countdown) -> int:
    exchange = LinkExchange(link)
    await exchange.open()
    listening = asyncio.ensure_future(exchange.listen())
    store = CountedStore(await open_aiosqlite(store_path(case.settings)), countdown)
    drivers = Drivers(
        clock=case.clock,
        new_id=_ids(os.getpid()),
        offload=_inline,
        exchange=CountedExchange(exchange, countdown),
        db=store,
    )
    async with open_app(case.settings, drivers) as app:
        settled = await _settle(app, case)
    await store.close()
    listening.cancel()
    return SURVIVED if settled else UNSETTLED


async def _settle(app: App, case: Case) -> bool:
    engine = app.engines[PRACTICE]
    for _ in range(ROUNDS):
        await engine.settle_down(full=True)
        if case.approves:
            await _approve(app)
            await engine.settle_down(full=False)
        status = (await app.desk.status()).practices[0]
        if (status.open_total, status.in_doubt, status.residual) == (0, 0, "0.00"):
            return True
    return False


async def _approve(app: App) -> None:
    shown = await app.desk.page(ListQuery(status=(Status.OPEN,), policy=Policy.PERSON, limit=50))
    for each in shown.discrepancies:
        if option := next((option for option in each.options if option.recommended), None):
            await app.desk.approve(each.id, option.id, option.fingerprint, ADA)


def outcome(case: Case, dies_at: int) -> tuple[bool, Counter[str]]:
    """Kill one process at a point and let others finish: whether it came to its end by itself, and the books."""
    with rewound(case):
        status = case.run(dies_at)
        survived = status == SURVIVED
        if not survived:
            assert status == -signal.SIGKILL, f"point {dies_at}: the process ended with {status}"
            status = case.run(0)
        assert status == SURVIVED, f"point {dies_at}: not settled after the restart, status {status}"
        assert case.doubled() == [], f"point {dies_at}"
        return survived, case.books()


def first_death(case: Case, wanted: Counter[str], points: Iterator[int]) -> int:
    """Tries points until a process survives; returns how many deaths there were. Fails where the books differ."""
    deaths = 0
    for point in points:
        survived, books = outcome(case, point)
        assert books == wanted, f"point {point}: {books - wanted} instead of {wanted - books}"
        if survived:
            return deaths
        deaths += 1
    return deaths
