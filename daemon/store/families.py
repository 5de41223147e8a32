"""Families: which of them are dirty, and everything that is looked at to judge one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from daemon.core.family import Family
from daemon.store.tx import Tx


def dirty(tx: Tx, practice: str, limit: int) -> list[tuple[str, int]]:
    raise NotImplementedError


def mark(tx: Tx, practice: str, family_ids: Iterable[str]) -> None:
    raise NotImplementedError


def mark_all(tx: Tx, practice: str) -> None:
    raise NotImplementedError


def clean(tx: Tx, practice: str, family_id: str, seen_seq: int) -> None:
    raise NotImplementedError


def load(tx: Tx, practice: str, family_id: str) -> Family:
    raise NotImplementedError


def load_many(tx: Tx, practice: str, family_ids: Sequence[str]) -> list[Family]:
    raise NotImplementedError
