"""Discrepancies side by side in columns: what a filter lets through of them, in sums and in groups. No I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import compress, repeat
from operator import contains, eq, ge, le, lt, not_
from typing import Any

from daemon.core.amounts import cents
from daemon.store.codec import from_cents, stamp
from daemon.store.filters import NONE, Query, is_of, words
from daemon.store.groups import By, Tally
from daemon.store.lists import FEW, Sums

COLUMNS = (
    *("id", "practice", "kind", "status", "policy", "assignee", "amount_cents", "first_seen"),
    *("told", "owner", "held"),
)
"""What a filter looks at: ``told`` is the text it searches, ``owner`` practice and client, ``held`` practice and all
causes; amounts are in cents.
"""

_Keeps = Callable[[Sequence[Any]], Iterable[bool]]


class Part:
    """Some discrepancies; ``columns`` are of one length, in one order. A part of a part makes its own when asked."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._made = dict(columns)
        self._whole: Part | None = None
        self._kept: Sequence[bool] = ()

    def column(self, name: str) -> Sequence[Any]:
        if name not in self._made and self._whole:
            self._made[name] = list(compress(self._whole.column(name), self._kept))
        return self._made[name]

    def keeping(self, kept: Sequence[bool]) -> Part:
        """Those for which ``kept`` holds; itself if that are all."""
        if all(kept):
            return self
        part = Part({})
        part._whole, part._kept = self, kept
        return part

    def narrowed(self, query: Query) -> Part:
        """What a filter lets through; raises ``Invalid`` for a text too long."""
        part = self
        for name, keeps in _terms(query):
            part = part.keeping(list(keeps(part.column(name))))
        for word in words(query.text):
            part = part.keeping(part.telling(word))
        for text in query.text_not:
            part = part.keeping([not all(told) for told in zip(*map(part.telling, words(text)), strict=True)])
        return part

    def telling(self, word: str) -> list[bool]:
        """Which tell a word in their kind or their text."""
        return list(map(contains, self.column("told"), repeat(word)))

    @cached_property
    def sums(self) -> Sums:
        counted = Counter(self.column("kind"))
        ids = self.column("id") if counted.total() <= FEW else None
        return Sums(
            total=counted.total(),
            amount=from_cents(sum(self.column("amount_cents"))),
            groups=dict(sorted(counted.items())),
            ids=None if ids is None else tuple(ids),
        )

    @cached_property
    def tallies(self) -> Callable[[By], list[Tally]]:
        """Count and cents of each group, in no order."""
        return cache(self._tallied)

    def _tallied(self, by: By) -> list[Tally]:
        name, groups_of = _GROUPED[by]
        values = self.column(name)
        summed: defaultdict[Any, int] = defaultdict(int)
        for value, amount in zip(values, self.column("amount_cents"), strict=True):
            summed[value] += amount
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for value, count in Counter(values).items():
            for group in groups_of(value):
                before = found.get(group, (0, 0))
                found[group] = before[0] + count, before[1] + summed[value]
        return [(*group, count, amount) for group, (count, amount) in found.items()]


_GROUPED: Mapping[By, tuple[str, Callable[[Any], Iterable[tuple[str, str]]]]] = {
    By.KIND: ("kind", lambda kind: [("", kind)]),
    By.PRACTICE: ("practice", lambda practice: [(practice, practice)]),
    By.CLIENT: ("owner", lambda owner: [owner]),
    By.CAUSE: ("held", lambda held: [(held[0], cause) for cause in held[1] or ("",)]),
}
"""The column that groups are made of, and the practices and keys of the groups of what stands in it."""


def _terms(query: Query) -> Iterator[tuple[str, _Keeps]]:
    """What a filter asks of columns, but for its text."""
    if query.practice:
        yield "practice", _each(eq, query.practice)
    if query.practice_not:
        yield "practice", _none_of(query.practice_not)
    if query.statuses:
        yield "status", _one_of(map(str, query.statuses))
    if query.kind:
        yield "kind", _kinds(lambda kind: is_of(kind, query.kind))
    for refused in query.kind_not:
        yield "kind", _kinds(lambda kind, refused=refused: not is_of(kind, refused))  # type: ignore[misc]
    if query.client:
        client = "" if query.client == NONE else query.client
        yield "owner", lambda column: [owner[1] == client for owner in column]
    if query.assignee:
        yield "assignee", _each(eq, "" if query.assignee == NONE else query.assignee)
    if query.policy:
        yield "policy", _each(eq, str(query.policy))
    if query.assignee_not:
        yield "assignee", _none_of(["" if name == NONE else name for name in query.assignee_not])
    if query.policy_not:
        yield "policy", _none_of(map(str, query.policy_not))
    if query.cause == NONE:
        yield "held", lambda column: [not causes for _, causes in column]
    elif query.cause:
        yield "held", lambda column: [query.cause in causes for _, causes in column]
    yield from _bounds(query)


def _bounds(query: Query) -> Iterator[tuple[str, _Keeps]]:
    if query.min_amount is not None:
        yield "amount_cents", _each(ge, cents(query.min_amount))
    if query.max_amount is not None:
        yield "amount_cents", _each(le, cents(query.max_amount))
    if query.seen_from is not None:
        yield "first_seen", _each(ge, stamp(query.seen_from))
    if query.seen_before is not None:
        yield "first_seen", _each(lt, stamp(query.seen_before))


def _each(compare: Callable[[Any, Any], bool], value: object) -> _Keeps:
    return lambda column: map(compare, column, repeat(value))


def _one_of(values: Iterable[str]) -> _Keeps:
    wanted = set(values)
    return lambda column: map(wanted.__contains__, column)


def _none_of(values: Iterable[str]) -> _Keeps:
    refused = set(values)
    return lambda column: map(not_, map(refused.__contains__, column))


def _kinds(holds: Callable[[str], bool]) -> _Keeps:
    return lambda column: map({kind for kind in set(column) if holds(kind)}.__contains__, column)
