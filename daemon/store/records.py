"""Records of both systems as last seen, and which families a change of them concerns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from daemon.core.model import Kind, Record, Ref, System
from daemon.store.tx import Tx


def upsert(tx: Tx, practice: str, records: Iterable[Record], *, scan: int = 0) -> int:
    raise NotImplementedError


def begin_scan(tx: Tx, practice: str, system: System, kind: Kind) -> int:
    raise NotImplementedError


def finish_scan(tx: Tx, practice: str, system: System, kind: Kind, scan: int) -> int:
    raise NotImplementedError


def counts(tx: Tx, practice: str) -> dict[tuple[System, Kind], int]:
    raise NotImplementedError


def updated(tx: Tx, practice: str, system: System, kind: Kind, ids: Sequence[str]) -> dict[str, datetime]:
    raise NotImplementedError


def get(tx: Tx, practice: str, ref: Ref) -> Record | None:
    raise NotImplementedError


def find(tx: Tx, practice: str, system: System, key: str) -> list[Record]:
    raise NotImplementedError
