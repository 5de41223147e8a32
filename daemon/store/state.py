"""Small state: what is known of each practice, cursors of polls, sealed secrets and the change sequence."""

from __future__ import annotations

from datetime import datetime

import msgspec

from daemon.core.model import Value
from daemon.store.tx import Tx


class PracticeState(Value, frozen=True, kw_only=True):
    """What the program knows of a practice besides its records. Empty text and None mean "not yet" or "not so".

    ``guard`` says why automatic writes stopped; ``proofs`` is when each class of record was last proven equal.
    """

    released_at: datetime | None = None
    released_by: str = ""
    paused_by: str = ""
    pause_reason: str = ""
    guard: str = ""
    last_cycle: datetime | None = None
    last_full: datetime | None = None
    proofs: dict[str, datetime] = msgspec.field(default_factory=dict)
    settings_hash: str = ""


def practice_state(tx: Tx, practice: str) -> PracticeState:
    raise NotImplementedError


def put_state(tx: Tx, practice: str, state: PracticeState) -> None:
    raise NotImplementedError


def cursor(tx: Tx, practice: str, name: str) -> str:
    raise NotImplementedError


def set_cursor(tx: Tx, practice: str, name: str, value: str) -> None:
    raise NotImplementedError


def sealed(tx: Tx, name: str) -> bytes | None:
    raise NotImplementedError


def set_sealed(tx: Tx, name: str, blob: bytes) -> None:
    raise NotImplementedError


def next_seq(tx: Tx) -> int:
    raise NotImplementedError


def current_seq(tx: Tx) -> int:
    raise NotImplementedError
