"""Takes records in: change polls by cursor, and full comparisons that prove equality and notice what vanished.

Nothing is judged here. A cursor advances only in the transaction that stores what it covers.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Collection, Sequence
from typing import NamedTuple

import msgspec

from daemon.core.model import Kind, Record, System
from daemon.core.walk_in import walk_ins
from daemon.practice import Practice
from daemon.reconciler import guarding, notices
from daemon.reconciler.both import of_both
from daemon.store import records, state
from daemon.store.tx import Tx
from daemon.transport.answers import Batch, Unreadable
from daemon.transport.call import Priority


class Stream(NamedTuple):
    """One class of record of one system."""

    system: System
    kind: Kind

    @property
    def name(self) -> str:
        return f"{self.system}/{self.kind}"


ALL_STREAMS = tuple(Stream(system, kind) for system in System for kind in Kind)
_PROVET_CONTACTS = Stream(System.PROVET, Kind.CONTACT)
_PROVET_DOCUMENTS = Stream(System.PROVET, Kind.DOCUMENT)
_YOUNG, _YOUNG_FOR = "provet/document/young", dt.timedelta(minutes=1)
_OVERLAP = {System.PROVET: dt.timedelta(minutes=10), System.XERO: dt.timedelta(seconds=60)}


class Intake:
    """Reads one practice's systems into the store."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice

    async def full(self) -> None:
        """Read everything of both systems; what is not seen any more becomes vanished.

        Raises ``Transient``, ``Unauthorised`` or ``BadMessage`` if a system cannot be read to its end; then nothing is
        taken for vanished. Nor is it where implausibly little is read: that trips the guard and proves nothing.
        """
        async with asyncio.TaskGroup() as group:
            for system in System:
                group.create_task(self._full_of(system))

    async def _full_of(self, system: System) -> None:
        for kind in Kind:
            await self._scan(Stream(system, kind))

    async def changes(self, streams: Collection[Stream], priority: Priority) -> None:
        """Read what changed since the last time in the given streams; raises a group where both systems fail."""
        wanted = [stream for stream in ALL_STREAMS if stream in streams]
        provet, xero = (
            self._changes_of([stream for stream in wanted if stream.system is system], priority)
            for system in (System.PROVET, System.XERO)
        )
        await of_both(provet, xero)

    async def _changes_of(self, streams: Sequence[Stream], priority: Priority) -> None:
        for stream in streams:
            await self._poll(stream, priority)

    async def _scan(self, stream: Stream) -> None:
        practice = self._practice
        settled = practice.clock.utc() - dt.timedelta(seconds=practice.settings.settle_s)
        scan = await practice.db.write(lambda tx: records.begin_scan(tx, practice.id, *stream))
        read = 0
        stamp: dt.datetime | None = None
        aside: list[Unreadable] = []
        async for batch in self._read(stream, None, Priority.FULL):
            await self._store(stream, batch, scan, None)
            read += len(batch.records) + len(batch.unchanged)
            stamp = batch.stamp or stamp
            aside += batch.unreadable
            practice.remark(f"full comparison: {read} {stream.name} records read")
        await practice.db.write(lambda tx: self._finish(tx, stream, scan, settled, stamp, aside))

    def _finish(
        self,
        tx: Tx,
        stream: Stream,
        scan: int,
        settled: dt.datetime,
        stamp: dt.datetime | None,
        aside: Sequence[Unreadable],
    ) -> None:
        """What stands there but cannot be read is not gone; where one such has no id, nothing is known to be."""
        practice = self._practice
        notices.readable_again(tx, practice, stream.name, aside)
        records.seen(tx, practice.id, *stream, [each.id.lower() for each in aside if each.id], scan)
        if stream == _PROVET_CONTACTS:
            records.upsert(tx, practice.id, walk_ins(practice.settings.walk_in), scan=scan)
        if not all(each.id for each in aside) or not guarding.plausible(tx, practice, *stream, scan):
            return
        records.finish_scan(tx, practice.id, *stream, scan, before=settled)
        if stamp is not None:
            state.set_cursor(tx, practice.id, stream.name, stamp.isoformat())
        known = state.practice_state(tx, practice.id)
        proofs = known.proofs | {stream.name: practice.clock.utc()}
        state.put_state(tx, practice.id, msgspec.structs.replace(known, proofs=proofs))

    async def _poll(self, stream: Stream, priority: Priority) -> None:
        practice = self._practice
        cursor = await practice.db.read(lambda tx: state.cursor(tx, practice.id, stream.name))
        since = dt.datetime.fromisoformat(cursor) - _OVERLAP[stream.system] if cursor else None
        async for batch in self._read(stream, since, priority):
            await self._store(stream, batch, 0, batch.stamp)

    async def _store(self, stream: Stream, batch: Batch[Record], scan: int, stamp: dt.datetime | None) -> None:
        practice = self._practice

        def work(tx: Tx) -> None:
            records.upsert(tx, practice.id, batch.records, scan=scan)
            if scan and batch.unchanged:
                records.seen(tx, practice.id, *stream, batch.unchanged, scan)
            if stream == _PROVET_DOCUMENTS:
                self._note_young(tx, batch)
            notices.set_aside(tx, practice, stream.name, batch)
            if stamp is not None and stamp.isoformat() > state.cursor(tx, practice.id, stream.name):
                state.set_cursor(tx, practice.id, stream.name, stamp.isoformat())

        await practice.db.write(work)

    def _read(self, stream: Stream, since: dt.datetime | None, priority: Priority) -> AsyncIterator[Batch[Record]]:
        client = self._practice.provet if stream.system is System.PROVET else self._practice.xero
        match stream.kind:
            case Kind.CONTACT:
                return client.contacts(since, priority=priority)
            case Kind.PAYMENT:
                return client.payments(since, priority=priority)
            case Kind.DOCUMENT if stream.system is System.PROVET:
                return self._practice.provet.documents(since, known=self._known, priority=priority)
            case _:
                return self._practice.xero.documents(since, priority=priority)

    async def _known(self, headers: list[tuple[str, dt.datetime]]) -> set[str]:
        """Which Provet documents are stored as they are, so that their rows need not be read again.

        Provet stamps whole seconds: a copy read within a minute of its stamp is read once more.
        """
        practice = self._practice
        young = await practice.db.read(self._young)
        ids = [document_id for document_id, _ in headers if document_id not in young]
        stored = await practice.db.read(lambda tx: records.updated(tx, practice.id, System.PROVET, Kind.DOCUMENT, ids))
        return {document_id for document_id, modified in headers if stored.get(document_id) == modified}

    def _young(self, tx: Tx) -> set[str]:
        return set(filter(None, state.cursor(tx, self._practice.id, _YOUNG).split(",")))

    def _note_young(self, tx: Tx, batch: Batch[Record]) -> None:
        since = self._practice.clock.utc() - _YOUNG_FOR
        before = self._young(tx)
        read = {record.id for record in batch.records}
        after = (before - read) | {record.id for record in batch.records if record.updated_at > since}
        if after != before:
            state.set_cursor(tx, self._practice.id, _YOUNG, ",".join(sorted(after)))
