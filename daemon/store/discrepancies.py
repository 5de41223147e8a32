"""Discrepancies: one by its id, a window over many, and what changed since a sequence number."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.core.model import Value
from daemon.store.tx import Tx


class Sort(StrEnum):
    AMOUNT = "amount"
    AGE = "age"
    KIND = "kind"
    LABEL = "label"


class Query(Value, frozen=True, kw_only=True):
    """A filter, an order and a window. Empty text and None filter nothing; no ``statuses`` means every status."""

    practice: str = ""
    kind: str = ""
    kind_not: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.OPEN, Status.APPROVED)
    text: str = ""
    cause: str = ""
    policy: Policy | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    sort: Sort = Sort.AMOUNT
    descending: bool = True
    offset: int = 0
    limit: int = 100


class Page(Value, frozen=True, kw_only=True):
    """One window: its rows, and count, amount and counts by kind of all that the filter lets through."""

    rows: tuple[Discrepancy, ...]
    total: int
    amount: Decimal
    groups: dict[str, int]
    seq: int


def get(tx: Tx, discrepancy_id: str) -> Discrepancy | None:
    raise NotImplementedError


def put(tx: Tx, discrepancy: Discrepancy) -> Discrepancy:
    raise NotImplementedError


def page(tx: Tx, query: Query) -> Page:
    raise NotImplementedError


def open_by_kind(tx: Tx, practice: str) -> dict[str, int]:
    raise NotImplementedError


def due_snoozes(tx: Tx, now: datetime) -> list[Discrepancy]:
    raise NotImplementedError


def changed_since(tx: Tx, seq: int, limit: int) -> list[Discrepancy]:
    raise NotImplementedError
