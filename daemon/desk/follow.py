"""The live feed: what changed in the store since the last look, and what the daemon remarks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

from daemon.control.views import discrepancy_view
from daemon.core.discrepancy import Discrepancy, Status
from daemon.desk.health import practice_status
from daemon.desk.places import place_of
from daemon.protocol import Activity, Change, Changed, Closed, PracticeChanged
from daemon.pulse import Pulse
from daemon.reconciler.engine import Engine
from daemon.store import corrections, discrepancies, state
from daemon.store.database import Database
from daemon.store.tx import Tx

_WINDOW = 200


async def follow(db: Database, pulse: Pulse, engines: Mapping[str, Engine]) -> AsyncIterator[Change]:
    """Every change from the moment of the first step on, in the order of its sequence number."""
    seq = await db.read(state.current_seq)
    while True:
        practices, remarks = await pulse.wait()
        for remark in remarks:
            yield Activity(at=remark.at, practice=remark.practice, text=remark.text)
        while changed := await db.read(partial(_changes, after=seq, engines=engines)):
            for change_seq, change in changed:
                seq = change_seq
                yield change
        for practice in practices:
            yield PracticeChanged(practice=await db.read(partial(practice_status, engine=engines[practice])))


def _changes(tx: Tx, after: int, engines: Mapping[str, Engine]) -> list[tuple[int, Change]]:
    rows = discrepancies.changed_since(tx, after, _WINDOW)
    return [(row.seq, _change(tx, row, engines)) for row in rows]


def _change(tx: Tx, row: Discrepancy, engines: Mapping[str, Engine]) -> Change:
    if row.status is Status.CLOSED:
        return Closed(id=row.id, practice=row.finding.practice, seq=row.seq)
    newest = corrections.shown(tx, row)
    return Changed(discrepancy=discrepancy_view(row, newest, place_of(engines, row.finding.practice)), seq=row.seq)
