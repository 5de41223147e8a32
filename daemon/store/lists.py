"""Lists of discrepancies: what a filter lets through in sums, a window of it in order, and the place of one in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import count, islice

from daemon.core.discrepancy import Discrepancy
from daemon.core.model import Value
from daemon.store import discrepancy_rows as rows
from daemon.store import state
from daemon.store.codec import from_cents, listed
from daemon.store.filters import Query, Sort, columns, dated, falls, order, searches, unsearched, where
from daemon.store.tx import Tx

__all__ = ["Page", "Query", "Sort", "Sums", "page", "place", "sums", "window"]

_FEW = 300
"""So many are sorted anew; more are looked for in the order of all."""
_STRIDE = 2000


class Sums(Value, frozen=True, kw_only=True):
    """Count, amount and counts by kind of all that a filter lets through."""

    total: int
    amount: Decimal
    groups: dict[str, int]


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
        rows=tuple(window(tx, query, known.total)),
        total=known.total,
        amount=known.amount,
        groups=known.groups,
        seq=state.current_seq(tx),
    )


def sums(tx: Tx, query: Query) -> Sums:
    """What a filter lets through, counted in the store; order and window do not matter."""
    found = sorted(tx.execute(*tally(query, "kind")))
    return Sums(
        total=sum(number for _, number, _ in found),
        amount=from_cents(sum(cents for _, _, cents in found)),
        groups={kind: number for kind, number, _ in found},
    )


def window(tx: Tx, query: Query, total: int, ids: Collection[str] | None = None) -> list[Discrepancy]:
    """The window of a query that lets ``total`` through, by ``ids`` if known; the far half is read from the end."""
    limit = max(min(query.limit, total - query.offset), 0)
    from_end = total - query.offset - limit
    backwards = from_end < query.offset
    skipped = from_end if backwards else query.offset
    if ids is not None and len(ids) > _FEW:
        found = list(islice(_walked(tx, query, ids, reverse=backwards), skipped, skipped + limit))
    else:
        clause, params = _chosen(query, ids)
        sql = f"SELECT practice, id FROM discrepancy {clause} {order(query, reverse=backwards)} LIMIT ? OFFSET ?"  # noqa: S608
        found = [(practice, id_) for practice, id_ in tx.execute(sql, (*params, limit, skipped))]
    return rows.select_keys(tx, found[::-1] if backwards else found)


def place(tx: Tx, query: Query, discrepancy_id: str, ids: Collection[str] | None = None) -> int | None:
    """How many stand before a discrepancy in a query's order; None if the filter does not let it through."""
    if ids is not None and len(ids) > _FEW:
        return next((at for at, (_, id_) in enumerate(_walked(tx, query, ids)) if id_ == discrepancy_id), None)
    clause, params = _chosen(query, ids)
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


def _walked(tx: Tx, query: Query, ids: Collection[str], *, reverse: bool = False) -> Iterator[tuple[str, str]]:
    """Practice and id of all these in the query's order: its index is walked, and no row of it is looked up."""
    clause, params = where(unsearched(query), ordered=True)
    sql = f"SELECT practice, id FROM discrepancy {clause} {order(query, reverse=reverse)} LIMIT ? OFFSET ?"  # noqa: S608
    for at in count(0, _STRIDE):
        step = tx.execute(sql, (*params, _STRIDE, at))
        yield from ((practice, id_) for practice, id_ in step if id_ in ids)
        if len(step) < _STRIDE:
            return


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


def _chosen(query: Query, ids: Collection[str] | None) -> tuple[str, list[object]]:
    """The WHERE clause of a query that is read in its order, or of the few ``ids`` that are known to be all of it."""
    if ids is None:
        return where(query, ordered=True)
    return f"WHERE id IN {listed(list(ids))}", list(ids)
