"""Documents that are left out of Xero: windows over them, and their sums by reason."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from daemon.core.model import Value
from daemon.store.codec import from_cents, listed
from daemon.store.monthly import Excluded, excluded_of
from daemon.store.tx import Tx


class Query(Value, frozen=True, kw_only=True):
    """What of these ``practices`` is left out; "" filters nothing, ``text`` is case-folded."""

    practices: tuple[str, ...]
    reason: str = ""
    text: str = ""


class Sum(Value, frozen=True, kw_only=True):
    """All of a practice that is left out for one reason."""

    practice: str
    reason: str
    count: int
    amount: Decimal


def sums(tx: Tx, practices: Sequence[str]) -> list[Sum]:
    """The sums of each practice and reason."""
    found = tx.execute(
        "SELECT practice, reason, COUNT(*), SUM(amount_cents) FROM exclusion"  # noqa: S608
        f" WHERE practice IN {listed(practices)} GROUP BY practice, reason ORDER BY practice, reason",
        tuple(practices),
    )
    return [Sum(practice=p, reason=r, count=int(n), amount=from_cents(cents)) for p, r, n, cents in found]


def totals(tx: Tx, query: Query) -> list[Sum]:
    """What a query lets through of each practice, for whatever reason."""
    clause, params = _where(query)
    found = tx.execute(
        f"SELECT practice, COUNT(*), SUM(amount_cents) FROM exclusion e WHERE {clause} GROUP BY practice",  # noqa: S608
        params,
    )
    return [Sum(practice=p, reason="", count=int(n), amount=from_cents(cents)) for p, n, cents in found]


def window(tx: Tx, query: Query, offset: int, limit: int) -> list[tuple[str, Excluded]]:
    """A window of what a query lets through, each after its practice, the largest amount first."""
    clause, params = _where(query)
    found = tx.execute(
        "SELECT w.practice, w.provet_id, w.label, w.reason, w.amount_cents, b.body FROM"  # noqa: S608
        f" (SELECT practice, provet_id, label, reason, amount_cents FROM exclusion e WHERE {clause}"
        " ORDER BY ABS(amount_cents) DESC, practice, provet_id LIMIT ? OFFSET ?) w"
        " JOIN record_body b ON b.practice = w.practice AND b.system = 'provet' AND b.kind = 'document'"
        " AND b.id = w.provet_id ORDER BY ABS(w.amount_cents) DESC, w.practice, w.provet_id",
        (*params, limit, offset),
    )
    return [(practice, excluded_of(*row)) for practice, *row in found]


def _where(query: Query) -> tuple[str, list[object]]:
    terms, params = [f"e.practice IN {listed(query.practices)}"], list[object](query.practices)
    if query.reason:
        terms.append("e.reason = ?")
        params.append(query.reason)
    if query.text:
        terms.append("instr(lower(e.label || char(10) || e.reason || char(10) || e.provet_id), ?) > 0")
        params.append(query.text)
    return " AND ".join(terms), params
