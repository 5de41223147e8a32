"""The live feed: what changed in the store since the last look, and what the daemon and people do."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial

from daemon.control.views import discrepancy_view
from daemon.core.discrepancy import Discrepancy, Status
from daemon.desk.health import practice_status
from daemon.desk.history import activity, titles_of
from daemon.desk.places import place_of
from daemon.protocol import Activity, Change, Changed, Closed, PracticeChanged
from daemon.pulse import Pulse
from daemon.reconciler.engine import Engine
from daemon.store import audit, corrections, discrepancies, state
from daemon.store.database import Database
from daemon.store.tx import Tx

_WINDOW = 200
_RECENT_MAX = 200
_AT_ONCE = 50


class Following:
    """The one look at all that happens; ``recent`` is the newest activity, the newest last."""

    def __init__(self, db: Database, pulse: Pulse, engines: Mapping[str, Engine]) -> None:
        self._db = db
        self._pulse = pulse
        self._engines = engines
        self.recent: deque[Activity] = deque(maxlen=_RECENT_MAX)

    async def changes(self, heard: Callable[[], bool]) -> AsyncIterator[Change]:
        """Every change from the moment of the first step on, in the order of its sequence number.

        Those that come while nobody has ``heard`` are passed over unread: who comes later begins with a snapshot.
        """
        seq = await self._db.read(state.current_seq)
        number, before = await self._db.read(partial(_noted, after=0, engines=self._engines))
        self.recent.extend(before)
        while True:
            practices, remarks = await self._pulse.wait()
            number, noted = await self._db.read(partial(_noted, after=number, engines=self._engines))
            said = [Activity(at=remark.at, practice=remark.practice, text=remark.text) for remark in remarks]
            for each in sorted([*noted, *said], key=lambda each: each.at):
                self._keep(each)
                yield each
            newest = await self._db.read(state.current_seq)
            if not heard():
                seq = newest
                continue
            while heard() and (changed := await self._db.read(partial(_changes, after=seq, engines=self._engines))):
                for change_seq, change in changed:
                    seq = change_seq
                    yield change
            for practice in practices:
                yield PracticeChanged(
                    practice=await self._db.read(partial(practice_status, engine=self._engines[practice]))
                )

    def _keep(self, each: Activity) -> None:
        """What happens by itself again and again, with nothing of its practice between, is kept once."""
        places = reversed(range(len(self.recent)))
        last = next((place for place in places if self.recent[place].practice == each.practice), None)
        if last is not None and not each.sort and self.recent[last].text == each.text:
            del self.recent[last]
        self.recent.append(each)


def _noted(tx: Tx, after: int, engines: Mapping[str, Engine]) -> tuple[int, list[Activity]]:
    """What the audit log holds since an entry, of many only the newest; and the number of the newest."""
    newest, _ = audit.head(tx)
    entries = audit.page(tx, after=max(after, newest - _AT_ONCE), limit=_AT_ONCE)
    titles = titles_of(tx, entries)
    return newest, [
        activity(entry, place_of(engines, entry.practice).zone, titles.get(entry.number, "")) for entry in entries
    ]


def _changes(tx: Tx, after: int, engines: Mapping[str, Engine]) -> list[tuple[int, Change]]:
    rows = discrepancies.changed_since(tx, after, _WINDOW)
    return [(row.seq, _change(tx, row, engines)) for row in rows]


def _change(tx: Tx, row: Discrepancy, engines: Mapping[str, Engine]) -> Change:
    if row.status is Status.CLOSED:
        return Closed(id=row.id, practice=row.finding.practice, seq=row.seq)
    newest = corrections.shown(tx, row)
    return Changed(discrepancy=discrepancy_view(row, newest, place_of(engines, row.finding.practice)), seq=row.seq)
