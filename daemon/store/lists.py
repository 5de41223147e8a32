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


def sums(tx: Tx, query: Query, within: tuple[str, ...] | None = None) -> Sums:
    """What a filter lets through, in sums; order and window do not matter.

    ``within`` names all that a wider filter lets through, if that is known of the same state.
    """
    few = _few(tx, query, within) if searches(query) else None
    if few is None:
        found = [(kind, int(count), int(cents)) for kind, count, cents in tx.execute(*tally(query, None, "kind"))]
    else:
        found = [(kind, 1, cents) for _, kind, cents in few]
    groups: dict[str, int] = {}
    for kind, count, _ in sorted(found):
        groups[kind] = groups.get(kind, 0) + count
    return Sums(
        total=sum(groups.values()),
        amount=from_cents(sum(cents for _, _, cents in found)),
        groups=groups,
        ids=None if few is None else tuple(id_ for id_, _, _ in few),
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


def _few(tx: Tx, query: Query, within: tuple[str, ...] | None) -> list[tuple[str, str, int]] | None:
    """Id, kind and cents of all that a filter lets through, unless they are many."""
    clause, params = where(query, few=True)
    if within is not None:
        clause = f"{clause or 'WHERE 1 = 1'} AND id IN {listed(within)}"
        params = [*params, *within]
    sql = f"SELECT id, kind, amount_cents FROM discrepancy {clause} LIMIT ?"  # noqa: S608
    found = tx.execute(sql, (*params, _FEW + 1))
    return [(id_, kind, int(cents)) for id_, kind, cents in found] if len(found) <= _FEW else None


def tally(query: Query, ids: tuple[str, ...] | None, *keys: str) -> tuple[str, list[object]]:
    """The statement that counts and sums what a filter lets through by ``keys``: they, ``count`` and ``cents``."""
    clause, params = chosen(query, ids)
    # As expressions, so that the one index is read that holds all of a filter, and not one in the order of the keys.
    plain = keys == ("kind",) or not (searches(query) or dated(query) or query.kind or query.kind_not)
    by = [key if plain else f"{key} || ''" for key in keys]
    named = ", ".join(f"{each} AS {key}" for each, key in zip(by, keys, strict=True))
    counted = f"SELECT {named}, COUNT(*) AS count, SUM(amount_cents) AS cents FROM discrepancy {clause}"  # noqa: S608
    return f"{counted} GROUP BY {', '.join(by)}", params


def chosen(query: Query, ids: tuple[str, ...] | None, *, ordered: bool = False) -> tuple[str, list[object]]:
    """The WHERE clause of a query, or of ``ids`` where they are known to be all that it lets through."""
    if ids is None:
        return where(query, ordered=ordered)
    return f"WHERE id IN {listed(ids)}", list(ids)
