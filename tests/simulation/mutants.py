"""Bugs planted in the daemon on purpose: the simulator is only worth what it catches of them.

Each is the smallest change that breaks one rule of docs/reliability.md, as somebody might make it in good faith.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import msgspec

from daemon.applier.book import Book
from daemon.applier.prepare import Element
from daemon.applier.settle import Settler
from daemon.core.correction import Correction
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.core.rules import Rules
from daemon.errors import InDoubt
from daemon.ports import Response
from daemon.reconciler.intake import ALL_STREAMS, Intake, Stream
from daemon.reconciler.recheck import Rechecker
from daemon.store import discrepancy_rows, journal, sqlite, state
from daemon.store.journal import Intent, Sent
from daemon.store.sqlite import Outcome as TxOutcome
from daemon.store.sqlite import SqliteTx, translated
from daemon.store.tx import Tx
from daemon.transport.answers import Look, Outcome, Refused, Unknown
from daemon.transport.call import Call, Priority
from daemon.transport.caller import Caller
from daemon.xero import look
from daemon.xero.reads import Reader, SeekPage

Mutant = Callable[[], AbstractContextManager[Any]]


def key_not_persisted() -> AbstractContextManager[Any]:
    """The idempotency key is sent, but the journal does not hold it."""
    begin = journal.begin

    def mutated(tx: Tx, sent: Sent, intents: list[Intent]) -> None:
        begin(tx, msgspec.structs.replace(sent, key=""), intents)

    return patch.object(journal, "begin", mutated)


def cursor_advanced_early() -> AbstractContextManager[Any]:
    """The cursor moves when a poll begins, not when what it covers is stored."""
    read = Intake._read

    def mutated(self: Intake, stream: Stream, since: Any, priority: Priority) -> AsyncIterator[Any]:
        async def batches() -> AsyncIterator[Any]:
            if since is not None:
                await _forward(self, [stream])
            async for batch in read(self, stream, since, priority):
                yield batch

        return batches()

    return patch.object(Intake, "_read", mutated)


async def _forward(intake: Intake, streams: Collection[Stream]) -> None:
    """Set cursors to now."""
    practice = intake._practice
    now = practice.clock.utc().isoformat()

    def work(tx: Tx) -> None:
        for stream in streams:
            state.set_cursor(tx, practice.id, stream.name, now)

    await practice.db.write(work)


@contextmanager
def allocation_repeated() -> Iterator[None]:
    """An allocation in doubt is sent again whatever stands, since it has no mark to look for."""
    unseen = patch.object(look, "_allocated", lambda *_: Look(found=False))
    with unseen, patch.object(Rechecker, "_still_wanted", lambda *_: True):
        yield


def in_doubt_treated_as_failed() -> AbstractContextManager[Any]:
    """No answer counts as a refusal."""
    note = Book.note

    def mutated(self: Book, tx: Tx, intent_id: str, element: Element, outcome: Outcome) -> None:
        failed = Refused(key=outcome.key, messages=(outcome.why,)) if isinstance(outcome, Unknown) else outcome
        note(self, tx, intent_id, element, failed)

    return patch.object(Book, "note", mutated)


def rollback_missing_on_cancel() -> AbstractContextManager[Any]:
    """A transaction that is broken off stays half done, and the next commit makes it last."""

    def mutated(raw: sqlite3.Connection, work: Callable[[Tx], Any]) -> TxOutcome[Any]:
        try:
            return TxOutcome(value=work(SqliteTx(raw)))
        except BaseException as error:
            return TxOutcome(error=translated(error))

    return patch.object(sqlite, "_run_in_savepoint", mutated)


def stale_approval_applied() -> AbstractContextManager[Any]:
    """What an approval relied on is not read again."""

    async def mutated(self: Rechecker, batch: list[Correction], rules: Rules) -> list[Correction]:
        return list(batch)

    return patch.object(Rechecker, "still_fit", mutated)


def hint_treated_as_truth() -> AbstractContextManager[Any]:
    """What no webhook named has not changed: the cursors of all other streams move along."""
    changes = Intake.changes

    async def mutated(self: Intake, streams: Collection[Stream], priority: Priority) -> None:
        await changes(self, streams, priority)
        if priority is Priority.HINT:
            await _forward(self, [stream for stream in ALL_STREAMS if stream not in streams])

    return patch.object(Intake, "changes", mutated)


def page_skipped() -> AbstractContextManager[Any]:
    """A list is taken for read to its end after its second page."""
    seek = Reader.seek

    async def mutated(self: Reader, *arguments: Any) -> AsyncIterator[SeekPage]:
        pages = 0
        async for page in seek(self, *arguments):
            pages += 1
            if pages != 2:
                yield page

    return patch.object(Reader, "seek", mutated)


def settled_without_waiting() -> AbstractContextManager[Any]:
    """A step in doubt is looked for at once, while its request may still be under way."""
    return patch.object(Settler, "_quiet_s", 0.0)


def write_retried() -> AbstractContextManager[Any]:
    """A write without an answer is simply sent again."""
    write = Caller.write

    async def mutated(self: Caller, call: Call) -> Response:
        try:
            return await write(self, call)
        except InDoubt:
            return await write(self, call)

    return patch.object(Caller, "write", mutated)


def person_not_asked() -> AbstractContextManager[Any]:
    """Policy corrects what is for a person to decide."""

    facts = discrepancy_rows._facts

    def mutated(row: Discrepancy) -> tuple[object, ...]:
        return (*facts(row)[:-1], discrepancy_rows.AT_ONCE if row.status is Status.OPEN else "")

    return patch.object(discrepancy_rows, "_facts", mutated)


@contextmanager
def pause_overlooked() -> Iterator[None]:
    """Writes go on though somebody paused the practice."""

    def running(tx: Tx, practice: str) -> state.PracticeState:
        return msgspec.structs.replace(state.practice_state(tx, practice), paused_by="")

    seen = SimpleNamespace(practice_state=running)
    with patch("daemon.applier.book.state", seen), patch("daemon.reconciler.correct.state", seen):
        yield


def rejection_overlooked() -> AbstractContextManager[Any]:
    """Policy corrects what a person has rejected."""
    facts = discrepancy_rows._facts

    def mutated(row: Discrepancy) -> tuple[object, ...]:
        wanted = row.finding.policy is Policy.AUTOMATIC and row.status in {Status.OPEN, Status.REJECTED}
        return (*facts(row)[:-1], discrepancy_rows.AT_ONCE if wanted else "")

    return patch.object(discrepancy_rows, "_facts", mutated)


MUTANTS: dict[str, Mutant] = {
    mutant.__name__: mutant
    for mutant in (
        key_not_persisted,
        cursor_advanced_early,
        allocation_repeated,
        in_doubt_treated_as_failed,
        rollback_missing_on_cancel,
        stale_approval_applied,
        hint_treated_as_truth,
        page_skipped,
        settled_without_waiting,
        write_retried,
        person_not_asked,
        pause_overlooked,
        rejection_overlooked,
    )
}
