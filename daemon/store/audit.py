"""The audit log: append-only, each entry bound to the one before by its hash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from daemon.core.model import Value
from daemon.store.tx import Tx


class Entry(Value, frozen=True, kw_only=True):
    """One entry. ``actor`` is a login name or ``policy``; ``subject`` the id of what it is about; ``hash`` is hex."""

    number: int
    at: datetime
    practice: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


def append(
    tx: Tx, *, at: datetime, practice: str, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> int:
    raise NotImplementedError


def verify(tx: Tx) -> int | None:
    raise NotImplementedError


def page(tx: Tx, *, after: int = 0, limit: int = 100, subject: str = "") -> list[Entry]:
    raise NotImplementedError
