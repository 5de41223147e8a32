"""The journal of writes: what is about to be sent stands here before it is sent, and its outcome after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from daemon.core.model import System, Value
from daemon.store.tx import Tx


class IntentStatus(StrEnum):
    """``SENT`` may be under way; ``REFUSED`` and ``ABSENT`` left nothing behind; ``IN_DOUBT`` may have."""

    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    ABSENT = "absent"


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


def begin(tx: Tx, sent: Sent, intents: Sequence[Intent]) -> None:
    raise NotImplementedError


def settle(tx: Tx, intent_id: str, status: IntentStatus, detail: str, *, at: datetime) -> None:
    raise NotImplementedError


def unsettled(tx: Tx, practice: str) -> list[tuple[Intent, Sent]]:
    raise NotImplementedError


def attempts(tx: Tx, correction_id: str, step_index: int) -> int:
    raise NotImplementedError


def spent(tx: Tx, practice: str, since: datetime) -> tuple[int, int]:
    raise NotImplementedError


def doubts(tx: Tx) -> dict[str, int]:
    raise NotImplementedError
