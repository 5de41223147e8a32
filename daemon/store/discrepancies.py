"""Discrepancies: one by its id, a window over many, and what changed since a sequence number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from daemon.core.amounts import cents
from daemon.core.discrepancy import Discrepancy, Policy, Status
from daemon.core.family import fold
from daemon.core.model import Value
from daemon.errors import Invalid
from daemon.store import discrepancy_rows as rows
from daemon.store import state
from daemon.store.codec import from_cents, listed, maybe_moment, stamp
from daemon.store.tx import Tx


class Sort(StrEnum):
    """``AGE`` descends from the oldest; every other order from its largest value."""

    AMOUNT = "amount"
    AGE = "age"
    KIND = "kind"
    LABEL = "label"


class Query(Value, frozen=True, kw_only=True):
    """A filter, an order and a window. Empty text and None filter nothing; no ``statuses`` means every status.

    ``kind`` and ``kind_not`` name kinds, or the word before their dot.
    """

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


class OpenCount(Value, frozen=True, kw_only=True):
    """How many discrepancies of a kind and policy are open, and the money at stake in them."""

    kind: str
    policy: str
    count: int
    amount: Decimal


_LIVE = (Status.OPEN, Status.APPROVED)
_TEXT_MAX = 500
_DUE_MAX = 1000
_ORDERS = {
    Sort.AMOUNT: ("amount_cents", "first_seen", "id"),
    Sort.KIND: ("kind", "amount_cents", "first_seen", "id"),
    Sort.LABEL: ("search", "id"),
    Sort.AGE: ("first_seen", "id"),
}


def get(tx: Tx, discrepancy_id: str) -> Discrepancy | None:
    """The discrepancy of that id, of whatever practice, closed ones too."""
    found = rows.select(tx, "WHERE id = ?", (discrepancy_id,))
    return found[0] if found else None


def put(tx: Tx, discrepancy: Discrepancy) -> Discrepancy:
    """Store what a person or the program changed of a discrepancy; returns it with its new ``seq``."""
    stamped = msgspec.structs.replace(discrepancy, seq=state.next_seq(tx))
    rows.write(tx, stamped)
    return stamped


def page(tx: Tx, query: Query) -> Page:
    """One window over the discrepancies that a filter lets through; raises ``Invalid`` for a filter too long."""
    where, params = _filter(query)
    groups = tx.execute(
        f"SELECT kind, COUNT(*), SUM(amount_cents) FROM discrepancy {where} GROUP BY kind ORDER BY kind",  # noqa: S608
        params,
    )
    return Page(
        rows=tuple(rows.select(tx, f"{where} {_order(query)} LIMIT ? OFFSET ?", (*params, query.limit, query.offset))),
        total=sum(count for _, count, _ in groups),
        amount=from_cents(sum(amount for _, _, amount in groups)),
        groups={kind: count for kind, count, _ in groups},
        seq=state.current_seq(tx),
    )


def open_by_kind(tx: Tx, practice: str) -> dict[str, int]:
    """How many discrepancies of a practice are open or approved, by kind; what has none is left out."""
    counted = tx.execute(
        "SELECT kind, COUNT(*) FROM discrepancy"
        " WHERE practice = ? AND status IN (?, ?) AND status <> 'closed' GROUP BY kind ORDER BY kind",
        (practice, *_LIVE),
    )
    return {kind: int(count) for kind, count in counted}


def open_counts(tx: Tx, practice: str) -> list[OpenCount]:
    """The open and approved discrepancies of a practice by kind and policy; what has none is left out."""
    counted = tx.execute(
        "SELECT kind, policy, COUNT(*), SUM(amount_cents) FROM discrepancy"
        " WHERE practice = ? AND status IN (?, ?) AND status <> 'closed' GROUP BY kind, policy ORDER BY kind, policy",
        (practice, *_LIVE),
    )
    return [OpenCount(kind=k, policy=p, count=int(count), amount=from_cents(total)) for k, p, count, total in counted]


def due_snoozes(tx: Tx, practice: str, now: datetime) -> list[Discrepancy]:
    """Snoozes and waivers of a practice whose time is over, longest first, at most a thousand."""
    return rows.select(
        tx,
        "WHERE wake_at <> '' AND wake_at <= ? AND practice = ? ORDER BY wake_at, id LIMIT ?",
        (stamp(now), practice, _DUE_MAX),
    )


def next_wake(tx: Tx, practice: str) -> datetime | None:
    """When the next snooze or waiver of a practice ends by time."""
    found = tx.execute(
        "SELECT wake_at FROM discrepancy WHERE wake_at <> '' AND practice = ? ORDER BY wake_at LIMIT 1", (practice,)
    )
    return maybe_moment(found[0][0]) if found else None


def changed_since(tx: Tx, seq: int, limit: int) -> list[Discrepancy]:
    """At most ``limit`` discrepancies that changed after ``seq``, each in its present state, in order of change."""
    return rows.select(tx, "WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit))


def _filter(query: Query) -> tuple[str, list[object]]:
    """The WHERE clause of a query, with its parameters."""
    terms: list[tuple[str, Sequence[object]]] = [
        (f"{column} = ?", (value,)) for column in ("practice", "cause", "policy") if (value := getattr(query, column))
    ]
    if query.kind:
        terms.append(("(kind = ? OR kind LIKE ? ESCAPE '!')", (query.kind, f"{_escaped(query.kind)}.%")))
    if query.statuses:
        terms.append((f"status IN {listed(query.statuses)}", query.statuses))
        terms += [] if Status.CLOSED in query.statuses else [("status <> 'closed'", ())]
    terms += [("NOT (kind = ? OR kind LIKE ? ESCAPE '!')", (kind, f"{_escaped(kind)}.%")) for kind in query.kind_not]
    if query.min_amount is not None:
        terms.append(("amount_cents >= ?", (cents(query.min_amount),)))
    if query.max_amount is not None:
        terms.append(("amount_cents <= ?", (cents(query.max_amount),)))
    if query.text:
        terms.append(("search LIKE ? ESCAPE '!'", (_pattern(query.text),)))
    where = " AND ".join(term for term, _ in terms)
    return (f"WHERE {where}" if where else ""), [value for _, values in terms for value in values]


def _pattern(text: str) -> str:
    if len(text) > _TEXT_MAX:
        raise Invalid(f"the text to look for is longer than {_TEXT_MAX} characters")
    return f"%{_escaped(fold(text))}%"


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _order(query: Query) -> str:
    """Every order reverses whole. Age descends from the oldest."""
    descending = query.descending != (query.sort is Sort.AGE)
    direction = " DESC" if descending else ""
    return "ORDER BY " + ", ".join(f"{column}{direction}" for column in _ORDERS[query.sort])
