"""Corrections on their way into the systems, and those that arrived."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.core.correction import Correction, CorrectionStatus
from daemon.store.tx import Tx


def put(tx: Tx, correction: Correction) -> None:
    raise NotImplementedError


def get(tx: Tx, correction_id: str) -> Correction | None:
    raise NotImplementedError


def of_discrepancy(tx: Tx, discrepancy_id: str) -> list[Correction]:
    raise NotImplementedError


def with_status(tx: Tx, practice: str, statuses: Iterable[CorrectionStatus], limit: int) -> list[Correction]:
    raise NotImplementedError


def last_failure(tx: Tx, discrepancy_id: str) -> Correction | None:
    raise NotImplementedError
