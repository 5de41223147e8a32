"""What lists of discrepancies are asked with, as SQL: a filter, an order and a window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from daemon.core.amounts import cents
from daemon.core.discrepancy import Policy, Status
from daemon.core.family import fold
from daemon.core.kinds import KINDS
from daemon.core.model import Value
from daemon.errors import Invalid
from daemon.store.codec import listed, stamp

NONE = "none"
"""As assignee, cause or client: those that have none."""

_TEXT_MAX = 500
_WORDS_MAX = 16
"""Words of a text that are looked for one by one; what follows them is looked for as it stands."""

_Term = tuple[str, Sequence[object]]


class Sort(StrEnum):
    """``AGE`` descends from the oldest; every other order from its largest value."""

    AMOUNT = "amount"
    AGE = "age"
    KIND = "kind"
    LABEL = "label"
    PRACTICE = "practice"
    STATUS = "status"


class Query(Value, frozen=True, kw_only=True):
    """A filter, an order and a window. Empty text and None filter nothing; no ``statuses`` means every status.

    ``text`` lets through what tells all of its words, in its kind, label, summary, ids or client's name; a ``text_not``
    takes that out. ``kind`` and ``kind_not`` name kinds, or the word before their dot. ``seen_before`` is exclusive,
    ``seen_from`` and both bounds of the amount are inclusive.
    """

    practice: str = ""
    practice_not: tuple[str, ...] = ()
    kind: str = ""
    kind_not: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.OPEN, Status.APPROVED)
    text: str = ""
    text_not: tuple[str, ...] = ()
    cause: str = ""
    client: str = ""
    assignee: str = ""
    assignee_not: tuple[str, ...] = ()
    policy: Policy | None = None
    policy_not: tuple[Policy, ...] = ()
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    seen_from: datetime | None = None
    seen_before: datetime | None = None
    sort: Sort = Sort.AMOUNT
    descending: bool = True
    offset: int = 0
    limit: int = 100


_ORDERS = {
    Sort.AMOUNT: ("amount_cents", "first_seen", "id"),
    Sort.KIND: ("kind", "amount_cents", "first_seen", "id"),
    Sort.LABEL: ("label", "id"),
    Sort.AGE: ("first_seen", "id"),
    Sort.PRACTICE: ("practice", "amount_cents", "first_seen", "id"),
    Sort.STATUS: ("status || ''", "amount_cents", "first_seen", "id"),
}
_LED_BY_PRACTICE = {Sort.AMOUNT, Sort.AGE, Sort.PRACTICE}


def where(query: Query, *, ordered: bool = False) -> tuple[str, list[object]]:
    """The WHERE clause of a query, with its parameters; ``ordered`` if it is read in the query's order."""
    terms = list(_terms(query, ordered=ordered))
    clause = " AND ".join(term for term, _ in terms)
    return (f"WHERE {clause}" if clause else ""), [value for _, values in terms for value in values]


def searches(query: Query) -> bool:
    """Whether a filter reads what no index of an order holds, so that few matches are found faster by a scan."""
    return bool(
        query.text or query.text_not or query.cause or query.client or query.assignee or query.assignee_not
        or query.policy or query.policy_not
    )  # fmt: skip


def unsearched(query: Query) -> Query:
    """What is left of a query without that."""
    return msgspec.structs.replace(
        query, text="", text_not=(), cause="", client="", assignee="", assignee_not=(), policy=None, policy_not=()
    )


def dated(query: Query) -> bool:
    """Whether a filter looks at times."""
    return query.seen_from is not None or query.seen_before is not None


def columns(query: Query) -> tuple[str, ...]:
    """What a query's order compares, in turn."""
    return _ORDERS[query.sort]


def falls(query: Query) -> bool:
    """Whether the compared values fall from row to row. Every order reverses whole; age descends from the oldest."""
    return query.descending != (query.sort is Sort.AGE)


def order(query: Query, *, reverse: bool = False) -> str:
    direction = " DESC" if falls(query) != reverse else ""
    return "ORDER BY " + ", ".join(f"{column}{direction}" for column in columns(query))


def _terms(query: Query, *, ordered: bool) -> Iterator[_Term]:
    if query.practice:
        # As an expression, so that no index led by the practice is taken where the order's or the search's is quicker.
        one_client = query.client not in ("", NONE)
        plain = query.sort in _LED_BY_PRACTICE if ordered else one_client or not searches(query)
        yield ("practice = ?" if plain else "practice || '' = ?"), (query.practice,)
    if query.statuses:
        yield f"status IN {listed(query.statuses)}", query.statuses
        if Status.CLOSED not in query.statuses:
            yield "status <> 'closed'", ()
    if query.kind:
        yield _of_kind(query.kind)
    for kind in query.kind_not:
        term, values = _of_kind(kind)
        yield f"NOT {term}", values
    yield from _owner_terms(query)
    yield from _bounds(query)
    if query.text:
        yield _telling(query.text)
    for text in query.text_not:
        term, values = _telling(text)
        yield f"NOT {term}", values


def _owner_terms(query: Query) -> Iterator[_Term]:
    """What a discrepancy belongs to: a cause, a client, a person, a policy."""
    if query.cause == NONE:
        yield "cause = ''", ()
    elif query.cause:
        yield _waiting_for(query)
    for column, value in (("client", query.client), ("assignee", query.assignee)):
        if value == NONE:
            yield f"{column} = ''", ()
        elif value:
            yield f"{column} = ? AND {column} <> ''", (value,)
    if query.policy:
        yield "policy = ?", (query.policy,)
    for column, refused in (
        ("practice", query.practice_not),
        ("policy", query.policy_not),
        ("assignee", tuple("" if name == NONE else name for name in query.assignee_not)),
    ):
        if refused:
            yield f"{column} NOT IN {listed(refused)}", refused


def _waiting_for(query: Query) -> _Term:
    """Those that wait for a cause, also beside others; of what is closed, only the first that it waited for."""
    # As an expression: many are found faster by a scan than one by one.
    waiting = "id || '' IN (SELECT id FROM waits WHERE cause = ?)"
    if query.statuses and Status.CLOSED not in query.statuses:
        return waiting, (query.cause,)
    return f"({waiting} OR cause = ? AND status = 'closed')", (query.cause, query.cause)


def _bounds(query: Query) -> Iterator[_Term]:
    if query.min_amount is not None:
        yield "amount_cents >= ?", (cents(query.min_amount),)
    if query.max_amount is not None:
        yield "amount_cents <= ?", (cents(query.max_amount),)
    if query.seen_from is not None:
        yield "first_seen >= ?", (stamp(query.seen_from),)
    if query.seen_before is not None:
        yield "first_seen < ?", (stamp(query.seen_before),)


def is_of(kind: str, named: str) -> bool:
    """Whether a kind is the named one, or the name is the word before its dot."""
    return kind == named or kind.startswith(f"{named.lower()}.")


def words(text: str) -> list[str]:
    """The words of a text that are looked for; none in an empty one. Raises ``Invalid`` for a text too long."""
    if len(text) > _TEXT_MAX:
        raise Invalid(f"the text to look for is longer than {_TEXT_MAX} characters")
    return fold(text).split(" ", _WORDS_MAX - 1) if text else []


def _of_kind(kind: str) -> _Term:
    return "(kind = ? OR kind LIKE ? ESCAPE '!')", (kind, f"{_escaped(kind)}.%")


def _telling(text: str) -> _Term:
    """Every word of a text stands in the kind, the label, the summary, an id or the client's name."""
    terms: list[str] = []
    values: list[object] = []
    for word in words(text):
        kinds = tuple(kind for kind in KINDS if word in kind)
        terms.append(f"({f'kind IN {listed(kinds)} OR ' if kinds else ''}search LIKE ? ESCAPE '!')")
        values += [*kinds, f"%{_escaped(word)}%"]
    return f"({' AND '.join(terms)})", values


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
