"""The HTTP endpoints: ``/metrics``, ``/healthz`` (the loop makes progress), ``/readyz`` (the first cycle is planned).

The numbers are read from the store and the running engines when they are asked for; nothing is counted here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from aiohttp import web

from daemon.core.model import System
from daemon.desk.desk import Desk
from daemon.errors import ReconError
from daemon.metrics.exposition import CONTENT_TYPE, exposition
from daemon.metrics.measures import Measured, metrics_of
from daemon.ports import Clock
from daemon.protocol import PracticeState, PracticeStatus, Status
from daemon.pulse import Pulse
from daemon.reconciler.engine import Engine
from daemon.store import discrepancies, state
from daemon.store.database import Database
from daemon.store.discrepancies import OpenCount
from daemon.store.tx import Tx

STALLED_AFTER = dt.timedelta(minutes=15)
"""A practice tells of every page it reads and of every cycle: one that has said nothing for so long hangs."""

_Known = tuple[list[OpenCount], Mapping[str, dt.datetime]]


def application(db: Database, engines: Mapping[str, Engine], desk: Desk, pulse: Pulse, clock: Clock) -> web.Application:
    """The endpoints over a running daemon."""
    endpoints = Endpoints(db, engines, desk, pulse, clock)
    app = web.Application(client_max_size=1024)
    app.router.add_get("/metrics", endpoints.metrics)
    app.router.add_get("/healthz", endpoints.healthz)
    app.router.add_get("/readyz", endpoints.readyz)
    return app


class Endpoints:
    """Each answers from what is true at the moment; 503 says no, with the reason as text."""

    def __init__(self, db: Database, engines: Mapping[str, Engine], desk: Desk, pulse: Pulse, clock: Clock) -> None:
        self._db = db
        self._engines = engines
        self._desk = desk
        self._pulse = pulse
        self._clock = clock
        self._since = clock.utc()

    async def metrics(self, _: web.Request) -> web.Response:
        """All metrics as Prometheus reads them."""
        try:
            status = await self._desk.status()
            measured = [await self._measured(practice) for practice in status.practices]
        except ReconError as error:
            return _no(str(error))
        now = self._clock.utc()
        found = metrics_of(measured, version=status.version, started_at=status.started_at, now=now)
        return web.Response(body=exposition(found).encode(), headers={"content-type": CONTENT_TYPE})

    async def _measured(self, status: PracticeStatus) -> Measured:
        practice = self._engines[status.id].practice

        def read(tx: Tx) -> _Known:
            return discrepancies.open_counts(tx, practice.id), state.practice_state(tx, practice.id).proofs

        open_counts, proofs = await self._db.read(read)
        written = practice.written
        return Measured(
            status=status,
            open=open_counts,
            proofs=proofs,
            usage={System.PROVET: practice.provet.usage, System.XERO: practice.xero.usage},
            writes={system: written[system] for system in System},
        )

    async def healthz(self, _: web.Request) -> web.Response:
        """Whether every practice has given a sign of life of late."""
        now = self._clock.utc()
        stalled = [name for name, engine in self._engines.items() if now - self._sign(name) > _patience(engine)]
        return _no(f"no progress: {', '.join(stalled)}") if stalled else web.Response(text="ok\n")

    def _sign(self, practice: str) -> dt.datetime:
        return max(self._since, self._pulse.signs.get(practice, self._since))

    async def readyz(self, _: web.Request) -> web.Response:
        """Whether the store answers and every practice is past its start, be it by a fault that is shown."""
        try:
            status = await self._desk.status()
        except ReconError as error:
            return _no(str(error))
        starting = _starting(status)
        return _no(f"starting: {', '.join(starting)}") if starting else web.Response(text="ok\n")


def _starting(status: Status) -> list[str]:
    return [practice.id for practice in status.practices if practice.state is PracticeState.STARTING]


def _patience(engine: Engine) -> dt.timedelta:
    return max(STALLED_AFTER, 2 * dt.timedelta(seconds=engine.practice.settings.poll_s))


def _no(reason: str) -> web.Response:
    return web.Response(status=503, text=f"{reason}\n")
