"""Lists of discrepancies: what a filter lets through in sums, a window of it in order, and the place of one in it."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.discrepancy import Discrepancy
from daemon.core.model import Value
from daemon.store import discrepancy_rows as rows
from daemon.store import state
from daemon.store.codec import from_cents, listed
from daemon.store.filters import Query, Sort, columns, falls, order, searches, where
from daemon.store.tx import Tx

__all__ = ["Page", "Query", "Sort", "Sums", "page", "place", "sums", "window"]

_FEW = 1000


class Sums(Value, frozen=True, kw_only=True):
    """Count, amount and counts by kind of all that a filter lets through; ``ids`` names all where it searched few."""

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
    """What a filter lets through, in sums; order and window do not matter."""
    ids = _few(tx, query) if searches(query) else None
    groups = tx.execute(*tally(query, ids, "kind"))
    return Sums(
        total=sum(count for _, count, _ in groups),
        amount=from_cents(sum(amount for _, _, amount in groups)),
        groups={kind: count for kind, count, _ in groups},
        ids=ids,
    )


def window(tx: Tx, query: Query, known: Sums) -> list[Discrepancy]:
    """The window of a query whose sums are ``known`` of the same state; the far half is read from the end."""
    limit = max(min(query.limit, known.total - query.offset), 0)
    from_end = known.total - query.offset - limit
    backwards = from_end < query.offset
    clause, params = chosen(query, known.ids, ordered=True)
    found = tx.execute(
        f"SELECT practice, id FROM discrepancy {clause} {order(query, reverse=backwards)} LIMIT ? OFFSET ?",  # noqa: S608
        (*params, limit, from_end if backwards else query.offset),
    )
    return rows.select_keys(tx, found[::-1] if backwards else found)


def place(tx: Tx, query: Query, known: Sums, discrepancy_id: str) -> int | None:
    """How many stand before a discrepancy in a query's order; None if the filter does not let it through."""
    clause, params = chosen(query, known.ids, ordered=True)
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


def _few(tx: Tx, query: Query) -> tuple[str, ...] | None:
    """The ids of all that a filter lets through, unless they are many."""
    clause, params = where(query)
    found = tx.execute(f"SELECT id FROM discrepancy {clause} LIMIT ?", (*params, _FEW + 1))  # noqa: S608
    return tuple(id_ for (id_,) in found) if len(found) <= _FEW else None


def tally(query: Query, ids: tuple[str, ...] | None, *keys: str) -> tuple[str, list[object]]:
    """The statement that counts and sums what a filter lets through by ``keys``, in their order."""
    clause, params = chosen(query, ids)
    # As expressions, so that a search reads the one index that holds all of it and not one in the order of the keys.
    plain = not searches(query) and "cause" not in keys and ("kind" in keys or not (query.kind or query.kind_not))
    by = ", ".join(key if plain else f"{key} || ''" for key in keys)
    return f"SELECT {by}, COUNT(*), SUM(amount_cents) FROM discrepancy {clause} GROUP BY {by} ORDER BY {by}", params  # noqa: S608


def chosen(query: Query, ids: tuple[str, ...] | None, *, ordered: bool = False) -> tuple[str, list[object]]:
    """The WHERE clause of a query, or of ``ids`` where they are known to be all that it lets through."""
    if ids is None:
        return where(query, ordered=ordered)
    return f"WHERE id IN {listed(ids)}", list(ids)
