"""Lists of discrepancies grouped: how many and how much by kind, client, practice or root cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from daemon.core.model import Value
from daemon.store.codec import execute_in, from_cents
from daemon.store.filters import Query, where
from daemon.store.lists import tally
from daemon.store.tx import Tx


class By(StrEnum):
    KIND = "kind"
    CLIENT = "client"
    PRACTICE = "practice"
    CAUSE = "cause"


class Group(Value, frozen=True, kw_only=True):
    """All that share a value: ``key`` is a kind, a client's id, a practice or a root cause's id, "" for those without.
    What waits for several causes is in the group of each.

    ``practice`` is "" where a group goes over several; ``label`` is the key's name for people.
    """

    practice: str
    key: str
    label: str
    count: int
    amount: Decimal


class Grouping(Value, frozen=True, kw_only=True):
    """One window over the groups of a list, and how many groups there are."""

    rows: tuple[Group, ...]
    total: int


Tally = tuple[str, str, int, int]
"""Practice and key of a group, how many it has, and their amount in cents."""

_KEYS = {
    By.KIND: ("kind",),
    By.CLIENT: ("practice", "client"),
    By.PRACTICE: ("practice",),
    By.CAUSE: ("practice", "cause"),
}
_NAMES = {
    By.CLIENT: (
        "SELECT client, MAX(client_name) FROM discrepancy"
        " WHERE practice = ? AND status <> 'closed' AND client IN (...) GROUP BY client"
    ),
    By.CAUSE: ("SELECT id, json_extract(body, '$.subject.label') FROM finding WHERE practice = ? AND id IN (...)"),
}


def grouped(tx: Tx, query: Query, by: By, tallies: Sequence[Tally]) -> Grouping:
    """The groups of a list, given all their tallies in order; the query's window is one over groups."""
    shown = tallies[query.offset : query.offset + query.limit]
    names = _names(tx, by, shown)
    rows = tuple(
        Group(practice=practice, key=key, label=names.get((practice, key), key), count=count, amount=from_cents(amount))
        for practice, key, count, amount in shown
    )
    return Grouping(rows=rows, total=len(tallies))


def tallied(tx: Tx, query: Query, by: By) -> list[Tally]:
    """The groups of a list, counted in the store, most money first."""
    sql, params = _by_cause(query) if by is By.CAUSE else tally(query, *_KEYS[by])
    return ordered(_keyed(by, row) for row in tx.execute(sql, params))


def ordered(tallies: Iterable[Tally]) -> list[Tally]:
    """Most money first."""
    return sorted(tallies, key=lambda tally: (-tally[3], -tally[2], tally[0], tally[1]))


def _by_cause(query: Query) -> tuple[str, list[object]]:
    """The tally by every cause: by the first one, and what waits beside that, which is little, by each other one."""
    first, params = tally(query, *_KEYS[By.CAUSE])
    clause, narrowing = where(query)
    beside = (
        "SELECT w.practice, w.cause, COUNT(*), SUM(w.cents) FROM waits w"  # noqa: S608
        f" CROSS JOIN (SELECT practice AS owner, id AS waiting, cause AS first FROM discrepancy {clause})"
        " ON owner = w.practice AND waiting = w.id WHERE w.causes > 1 AND w.cause <> first GROUP BY 1, 2"
    )
    each = f"SELECT practice, cause, SUM(count) AS count, SUM(cents) AS cents FROM ({first} UNION ALL {beside}) AS each"  # noqa: S608
    return f"{each} GROUP BY practice, cause", [*params, *narrowing]


def _keyed(by: By, row: tuple[Any, ...]) -> Tally:
    """Practice, key, count and cents of a group."""
    *keys, count, amount = row
    return ("" if by is By.KIND else keys[0]), keys[-1], int(count), int(amount)


def _names(tx: Tx, by: By, shown: Sequence[Tally]) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {}
    for practice in dict.fromkeys(row[0] for row in shown) if by in _NAMES else ():
        keys = [key for owner, key, _, _ in shown if owner == practice and key]
        names |= {(practice, key): name for key, name in execute_in(tx, _NAMES[by], (practice,), keys) if name}
    return names
