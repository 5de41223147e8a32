"""Lists of discrepancies: what a filter lets through in sums, a window of it in order, and the place of one in it."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.discrepancy import Discrepancy
from daemon.core.model import Value
from daemon.store import discrepancy_rows as rows
from daemon.store import state
from daemon.store.codec import from_cents, listed
from daemon.store.filters import Query, Sort, columns, dated, falls, order, searches, where
from daemon.store.tx import Tx

__all__ = ["Page", "Query", "Sort", "Sums", "page", "place", "sums", "window"]

FEW = 3000
"""At most so many are named by their ids."""


class Sums(Value, frozen=True, kw_only=True):
    """Count, amount and counts by kind of all that a filter lets through; ``ids`` names all where few are known."""

    total: int
    amount: Decimal
    groups: dict[str, int]
    ids: tuple[str, ...] | None = None


class Page(Value, frozen=True, kw_only=True):
    """One window: its rows, and count, amount and counts by kind of all that the filter lets through."""

    rows: tuple[Discrepancy, ...]
    total: int
    amount: Decimal
    groups: dict[str, int]
    seq: int


def page(tx: Tx, query: Query) -> Page:
    """One window over the discrepancies that a filter lets through; raises ``Invalid`` for a filter too long."""
    known = sums(tx, query)
    return Page(
        rows=tuple(window(tx, query, known)),
        total=known.total,
        amount=known.amount,
        groups=known.groups,
        seq=state.current_seq(tx),
    )


def sums(tx: Tx, query: Query) -> Sums:
    """What a filter lets through, counted in the store; order and window do not matter."""
    found = sorted(tx.execute(*tally(query, "kind")))
    return Sums(
        total=sum(count for _, count, _ in found),
        amount=from_cents(sum(cents for _, _, cents in found)),
        groups={kind: count for kind, count, _ in found},
    )


def window(tx: Tx, query: Query, known: Sums) -> list[Discrepancy]:
    """The window of a query whose sums are ``known`` of the same state; the far half is read from the end."""
    limit = max(min(query.limit, known.total - query.offset), 0)
    from_end = known.total - query.offset - limit
    backwards = from_end < query.offset
    clause, params = _chosen(query, known.ids)
    found = tx.execute(
        f"SELECT practice, id FROM discrepancy {clause} {order(query, reverse=backwards)} LIMIT ? OFFSET ?",  # noqa: S608
        (*params, limit, from_end if backwards else query.offset),
    )
    return rows.select_keys(tx, found[::-1] if backwards else found)


def place(tx: Tx, query: Query, known: Sums, discrepancy_id: str) -> int | None:
    """How many stand before a discrepancy in a query's order; None if the filter does not let it through."""
    clause, params = _chosen(query, known.ids)
    compared = ", ".join(columns(query))
    itself = tx.execute(
        f"SELECT {compared} FROM discrepancy {clause or 'WHERE 1 = 1'} AND id = ?",  # noqa: S608
        (*params, discrepancy_id),
    )
    if not itself:
        return None
    before = f"({compared}) {'>' if falls(query) else '<'} {listed(itself[0])}"
    counted = tx.execute(
        f"SELECT COUNT(*) FROM discrepancy {clause or 'WHERE 1 = 1'} AND {before}",  # noqa: S608
        (*params, *itself[0]),
    )
    return int(counted[0][0])


def tally(query: Query, *keys: str) -> tuple[str, list[object]]:
    """The statement that counts and sums what a filter lets through by ``keys``: they, ``count`` and ``cents``."""
    clause, params = where(query)
    # As expressions, so that the one index is read that holds all of a filter, and not one in the order of the keys.
    narrowed = searches(query) or dated(query) or query.kind or query.kind_not
    plain = not narrowed or (keys == ("kind",) and not query.client)
    by = [key if plain else f"{key} || ''" for key in keys]
    named = ", ".join(f"{each} AS {key}" for each, key in zip(by, keys, strict=True))
    counted = f"SELECT {named}, COUNT(*) AS count, SUM(amount_cents) AS cents FROM discrepancy {clause}"  # noqa: S608
    return f"{counted} GROUP BY {', '.join(by)}", params


def _chosen(query: Query, ids: tuple[str, ...] | None) -> tuple[str, list[object]]:
    """The WHERE clause of a query that is read in its order, or of ``ids`` where they are known to be all of it."""
    if ids is None:
        return where(query, ordered=True)
    return f"WHERE id IN {listed(ids)}", list(ids)
