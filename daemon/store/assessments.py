"""What assessments of families found: saving one, and the totals of a practice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from daemon.core.discrepancy import Discrepancy, Exclusion, Finding
from daemon.core.model import Link, Value
from daemon.store.tx import Tx


class Books(Value, frozen=True, kw_only=True):
    """The receivables of one family in scope, signed, as each system has them."""

    provet: Decimal
    xero: Decimal


class Totals(Value, frozen=True, kw_only=True):
    """A practice in sums: ``residual`` = provet - xero - excluded - effect (docs/contract 5)."""

    provet: Decimal
    xero: Decimal
    excluded: Decimal
    effect: Decimal
    residual: Decimal
    excluded_count: int


def save(
    tx: Tx,
    practice: str,
    family_id: str,
    *,
    findings: Sequence[Finding],
    exclusions: Sequence[Exclusion],
    links: Sequence[Link],
    books: Books,
    now: datetime,
    seen_seq: int,
) -> list[Discrepancy]:
    raise NotImplementedError


def totals(tx: Tx, practice: str) -> Totals:
    raise NotImplementedError
