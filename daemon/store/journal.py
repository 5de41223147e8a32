"""The journal of writes: what is about to be sent stands here before it is sent, and its outcome after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from daemon.core.model import System, Value
from daemon.errors import Invalid
from daemon.store import counters
from daemon.store.codec import moment, stamp
from daemon.store.tx import Tx


class IntentStatus(StrEnum):
    """``SENT`` may be under way, ``IN_DOUBT`` may have left something behind.

    ``REFUSED`` and ``ABSENT`` did not; ``NOT_EXECUTED`` was turned away unread, as for call limits.
    """

    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    ABSENT = "absent"
    NOT_EXECUTED = "not_executed"


class Sent(Value, frozen=True, kw_only=True):
    """One request as it leaves: its exact body, its idempotency key and the epoch of the process that sends it."""

    id: str
    practice: str
    system: System
    method: str
    url: str
    body: bytes
    key: str
    at: datetime
    epoch: int


class Intent(Value, frozen=True, kw_only=True):
    """One element of a request: the step it carries out and the mark that finds its record again."""

    id: str
    practice: str
    request_id: str
    correction_id: str
    step_index: int
    element: int
    attempt: int
    family: str
    mark: str
    amount_cents: int
    status: IntentStatus = IntentStatus.SENT
    detail: str = ""


class Trace(Value, frozen=True, kw_only=True):
    """One attempt at a step, as its correction shows it."""

    step_index: int
    attempt: int
    mark: str
    status: IntentStatus
    detail: str
    at: datetime


_UNSETTLED = (IntentStatus.SENT, IntentStatus.IN_DOUBT)
_SENT_COLUMNS = "r.id, r.practice, r.system, r.method, r.url, r.body, r.key, r.at, r.epoch"
_INTENT_COLUMNS = (
    "i.id, i.practice, i.request_id, i.correction_id, i.step_index, i.element, i.attempt, i.family, i.mark,"
    " i.amount_cents, i.status, i.detail"
)


def begin(tx: Tx, sent: Sent, intents: Sequence[Intent]) -> None:
    """Note a request and its elements; only when this is committed may the request leave.

    Raises ``Invalid`` when another process has opened the store since the sender did.
    """
    if sent.epoch != counters.value(tx, counters.EPOCH):
        raise Invalid("another process has taken over the store", hint="Only one daemon may run on it.")
    tx.execute(
        "INSERT INTO request (id, practice, system, method, url, body, key, at, epoch)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(sent.id, sent.practice, sent.system, sent.method, sent.url),
            *(sent.body, sent.key, stamp(sent.at), sent.epoch),
        ),
    )
    tx.executemany(
        "INSERT INTO intent (id, practice, request_id, correction_id, step_index, element, attempt, family, mark,"
        " amount_cents, status, detail, at, settled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
        [(*msgspec.structs.astuple(intent), stamp(sent.at)) for intent in intents],
    )


def settle(tx: Tx, intent_id: str, status: IntentStatus, detail: str, *, at: datetime) -> None:
    """Note the outcome of an element that was sent or in doubt; settling one that is neither is a bug."""
    rows = tx.execute(
        "UPDATE intent SET status = ?, detail = ?, settled_at = ? WHERE id = ? AND status IN (?, ?) RETURNING id",
        (status, detail, stamp(at), intent_id, *_UNSETTLED),
    )
    if not rows:
        raise AssertionError(f"intent {intent_id} is unknown or settled already")


def unsettled(tx: Tx, practice: str) -> list[tuple[Intent, Sent]]:
    """The elements that were sent or are in doubt, each with its request, in the order in which they left.

    ``+`` keeps SQLite from walking over all that was ever sent for the sake of the order.
    """
    rows = tx.execute(
        f"SELECT {_INTENT_COLUMNS}, {_SENT_COLUMNS} FROM intent i"  # noqa: S608
        " JOIN request r ON r.practice = i.practice AND r.id = i.request_id"
        " WHERE i.practice = ? AND i.status IN ('sent', 'in_doubt') ORDER BY +i.at, i.request_id, i.element",
        (practice,),
    )
    return [(_intent(row[:12]), _sent(row[12:])) for row in rows]


def attempts(tx: Tx, correction_id: str, step_index: int) -> int:
    """How often a step was sent and not turned away unread."""
    rows = tx.execute(
        "SELECT COUNT(*) FROM intent WHERE correction_id = ? AND step_index = ? AND status <> 'not_executed'",
        (correction_id, step_index),
    )
    return int(rows[0][0])


def traces(tx: Tx, correction_id: str) -> list[Trace]:
    """Every attempt at the steps of a correction, oldest first."""
    rows = tx.execute(
        "SELECT step_index, attempt, mark, status, detail, at FROM intent WHERE correction_id = ?"
        " ORDER BY step_index, at, attempt",
        (correction_id,),
    )
    return [
        Trace(
            step_index=int(row[0]),
            attempt=int(row[1]),
            mark=row[2],
            status=IntentStatus(row[3]),
            detail=row[4],
            at=moment(row[5]),
        )
        for row in rows
    ]


def spent(tx: Tx, practice: str, since: datetime) -> tuple[int, int]:
    """Number and cents of the elements that left at ``since`` or later and may have taken effect."""
    rows = tx.execute(
        "SELECT COUNT(*), COALESCE(SUM(amount_cents), 0) FROM intent"
        " WHERE practice = ? AND at >= ? AND status IN ('sent', 'done', 'in_doubt')",
        (practice, stamp(since)),
    )
    return int(rows[0][0]), int(rows[0][1])


def doubts(tx: Tx) -> dict[str, int]:
    """How many elements are in doubt, by practice; a practice without any is left out."""
    rows = tx.execute(
        "SELECT practice, SUM(CASE WHEN status = 'in_doubt' THEN 1 ELSE 0 END) FROM intent"
        " WHERE status IN ('sent', 'in_doubt') GROUP BY practice ORDER BY practice"
    )
    return {practice: int(count) for practice, count in rows if count}


def _intent(row: tuple[Any, ...]) -> Intent:
    return msgspec.convert(dict(zip(Intent.__struct_fields__, row, strict=True)), Intent)


def _sent(row: tuple[Any, ...]) -> Sent:
    return msgspec.convert(dict(zip(Sent.__struct_fields__, row, strict=True)), Sent)
