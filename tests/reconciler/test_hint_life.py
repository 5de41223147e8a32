"""The life of a hint: it comes, comes twice, comes late or never, and reading after it breaks off; no change is missed.

The remote side is a model: contacts of both systems in pages, oldest change first, each seen only some time after it
was made.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Coroutine
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from daemon.core.model import Contact, Kind, Ref, System
from daemon.errors import ReconError, StoreUnavailable, Transient
from daemon.practice import Practice
from daemon.pulse import Pulse
from daemon.reconciler.engine import remote_faults
from daemon.reconciler.intake import Intake, Stream
from daemon.store import records, state
from daemon.store.database import open_inline
from daemon.store.tx import Tx
from daemon.transport.answers import Batch
from daemon.transport.call import Priority
from tests.store.made import CLINIC, START, contact

T = TypeVar("T")
STREAMS = tuple(Stream(system, Kind.CONTACT) for system in System)
IDS = ("1", "2", "3")
LATEST_S = 50.0
"""No change is seen later than this: less than every overlap."""
PAGE = 2


class Side:
    """One system's contacts. ``breaks_at`` is the page whose reading fails."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now
        self._made: list[tuple[dt.datetime, Contact]] = []
        self.breaks_at: int | None = None

    def change(self, made: Contact, lag_s: float) -> None:
        self._made.append((self._now() + dt.timedelta(seconds=lag_s), made))

    def seen(self) -> dict[str, Contact]:
        """The newest version of each contact that a list shows now."""
        return {made.id: made for at, made in self._made if at <= self._now()}

    async def contacts(self, since: dt.datetime | None, *, priority: Priority) -> AsyncIterator[Batch[Contact]]:
        changed = [each for each in self.seen().values() if since is None or each.updated_at >= since]
        changed.sort(key=lambda each: each.updated_at)
        for page, at in enumerate(range(0, len(changed), PAGE)):
            if page == self.breaks_at:
                raise Transient("no answer")
            batch = tuple(changed[at : at + PAGE])
            yield Batch(records=batch, stamp=batch[-1].updated_at)


class HintLife(RuleBasedStateMachine):
    """Contacts change, hints say so or do not, polls come now and then, and processes end."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.db = open_inline()
        self.now = START
        self.changes = 0
        self.sides = {system: Side(lambda: self.now) for system in System}
        self.owed: list[Stream] = []
        self.writes_left: int | None = None
        self.begin()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def begin(self) -> None:
        """A new process on the same store."""
        practice = Practice(
            id=CLINIC,
            settings=cast("Any", None),
            db=cast("Any", SimpleNamespace(read=self.db.read, write=self._write)),
            provet=cast("Any", self.sides[System.PROVET]),
            xero=cast("Any", self.sides[System.XERO]),
            clock=cast("Any", SimpleNamespace(utc=lambda: self.now)),
            new_id=str,
            offload=cast("Any", None),
            pulse=Pulse(),
            epoch=1,
        )
        self.intake = Intake(practice)

    async def _write(self, work: Callable[[Tx], T]) -> T:
        """The store until it takes no more."""
        if self.writes_left is not None:
            self.writes_left -= 1
            if self.writes_left < 0:
                raise StoreUnavailable("database or disk is full")
        return await self.db.write(work)

    @rule(
        stream=st.sampled_from(STREAMS),
        id_=st.sampled_from(IDS),
        lag_s=st.floats(0, LATEST_S),
        hints=st.integers(0, 2),
        seconds=st.sampled_from([0.0, 1.0, 70.0, 900.0]),
    )
    def change(self, stream: Stream, id_: str, lag_s: float, hints: int, seconds: float) -> None:
        """Somebody changes a contact; the hint is lost, comes once or twice."""
        self.changes += 1
        self.now += dt.timedelta(seconds=seconds)
        made = contact(id_, stream.system, updated_at=self.now, name=f"Name {self.changes}")
        self.sides[stream.system].change(made, lag_s)
        self.owed += [stream] * hints

    @rule(
        late=st.booleans(),
        breaks_at=st.sampled_from([None, None, 0, 1]),
        writes_left=st.sampled_from([None, None, 0, 1]),
        restarts=st.booleans(),
    )
    def follow_hints(self, late: bool, breaks_at: int | None, writes_left: int | None, restarts: bool) -> None:
        """The hints that are there are read after, maybe not to the end, maybe by the last act of a process."""
        hinted = set(self.owed[-1:] if late else self.owed)
        self.owed = [each for each in self.owed if each not in hinted]
        self._read(hinted, Priority.HINT, breaks_at, writes_left)
        if restarts:
            self.begin()

    @rule(breaks_at=st.sampled_from([None, 0, 1]), writes_left=st.sampled_from([None, 0, 1]))
    def poll(self, breaks_at: int | None, writes_left: int | None) -> None:
        self._read(set(STREAMS), Priority.POLL, breaks_at, writes_left)

    def _read(self, streams: set[Stream], priority: Priority, breaks_at: int | None, writes_left: int | None) -> None:
        """What a reading that succeeds leaves is as new as what was to be seen when it began."""
        self.writes_left = writes_left
        for side in self.sides.values():
            side.breaks_at = breaks_at
        try:
            self.run(self.intake.changes(streams, priority))
        except (ReconError, BaseExceptionGroup) as raised:
            remote_faults(raised)
            return
        finally:
            self.writes_left = None
        for stream in streams:
            self._is_stored(stream)

    def _is_stored(self, stream: Stream) -> None:
        for id_, seen in self.sides[stream.system].seen().items():
            stored = self._stored(stream.system, id_)
            assert stored is not None
            assert stored.updated_at >= seen.updated_at

    @invariant()
    def no_cursor_passes_what_is_not_stored(self) -> None:
        """What is older than a cursor and not stored yet can only be what no list has shown: the overlap covers it."""
        for stream in STREAMS:
            cursor = self.run(self.db.read(lambda tx, name=stream.name: state.cursor(tx, CLINIC, name)))
            for id_, seen in self.sides[stream.system].seen().items():
                stored = self._stored(stream.system, id_)
                if cursor and (stored is None or stored.updated_at < seen.updated_at):
                    passed_s = (dt.datetime.fromisoformat(cursor) - seen.updated_at).total_seconds()
                    assert passed_s <= LATEST_S

    def teardown(self) -> None:
        """One poll in calm, without a hint, and all is known as it is."""
        self.now += dt.timedelta(seconds=LATEST_S)
        self.begin()
        self._read(set(STREAMS), Priority.POLL, None, None)
        for system, side in self.sides.items():
            assert {id_: self._stored(system, id_) for id_ in side.seen()} == side.seen()
        self.run(self.db.close())
        self.loop.close()

    def _stored(self, system: System, id_: str) -> Contact | None:
        ref = Ref(system=system, kind=Kind.CONTACT, id=id_)
        return cast("Contact | None", self.run(self.db.read(lambda tx: records.get(tx, CLINIC, ref))))


TestHintLife = HintLife.TestCase
TestHintLife.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
