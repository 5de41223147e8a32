"""Discrepancies side by side in columns: what a filter lets through of them, in sums and in groups. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import compress, repeat
from operator import contains, ge, le, lt, not_
from typing import Any

from daemon.core.amounts import cents
from daemon.store.codec import from_cents, stamp
from daemon.store.filters import NONE, Query, is_of, words
from daemon.store.groups import By, Tally, ordered
from daemon.store.lists import Sums

PLAIN = ("id", "amount_cents", "first_seen", "told")
"""Columns of values: amounts are in cents, ``told`` is the text that is searched."""
CODED = ("practice", "kind", "status", "policy", "assignee", "owner", "held")
"""Columns of codes, as their values repeat: ``owner`` is practice and client, ``held`` practice and all causes."""

_RARE = 4

Codes = Mapping[str, Mapping[Any, int]]
"""By coded column: the code of each value, counted from 0 in order."""


class Part:
    """Some discrepancies; ``columns`` are of one length, in one order. A part of a part makes its own when asked."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], codes: Codes) -> None:
        self._made = dict(columns)
        self._codes = codes
        self._whole: Part | None = None
        self._kept: Sequence[bool] = ()

    def narrowed(self, query: Query) -> Part:
        """What a filter lets through; raises ``Invalid`` for a text too long."""
        part = self
        for name, holds in _terms(query):
            held = {code for value, code in self._codes[name].items() if holds(value)}
            part = part.keeping(map(held.__contains__, part.column(name)))
        for name, compare, bound in _bounds(query):
            part = part.keeping(map(compare, part.column(name), repeat(bound)))
        for word in words(query.text):
            part = part.keeping(part.telling(word))
        for text in query.text_not:
            part = part.keeping(map(not_, map(all, zip(*map(part.telling, words(text)), strict=True))))
        return part

    @cached_property
    def sums(self) -> Sums:
        """Where it is most of another part, that one's without those that were left out."""
        whole = self._whole
        if whole and self._kept.count(True) * 2 > len(self._kept):
            return _less(whole.sums, whole.keeping(map(not_, self._kept)).sums)
        counted = Counter(self.column("kind"))
        kinds = {kind: counted[code] for kind, code in self._codes["kind"].items() if counted[code]}
        amount = from_cents(sum(self.column("amount_cents")))
        return Sums(total=counted.total(), amount=amount, groups=dict(sorted(kinds.items())))

    @property
    def rare(self) -> bool:
        """Whether most of the whole is not in it."""
        whole = self
        while whole._whole:
            whole = whole._whole
        return len(self.column("id")) * _RARE < len(whole.column("id"))

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(self.column("id"))

    @cached_property
    def tallies(self) -> Callable[[By], Sequence[Tally]]:
        """All groups, most money first."""
        return cache(self._tallied)

    def _tallied(self, by: By) -> Sequence[Tally]:
        name, groups_of = _GROUPED[by]
        counts, sums = ([0] * len(self._codes[name]) for _ in range(2))
        for code, amount in zip(self.column(name), self.column("amount_cents"), strict=True):
            counts[code] += 1
            sums[code] += amount
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for value, count, amount in zip(self._codes[name], counts, sums, strict=True):
            for group in groups_of(value) if count else ():
                more = found.get(group, (0, 0))
                found[group] = count + more[0], amount + more[1]
        return ordered((*group, count, amount) for group, (count, amount) in found.items())

    def telling(self, word: str) -> Iterable[bool]:
        """Which tell a word in their kind or their text."""
        return map(contains, self.column("told"), repeat(word))

    def column(self, name: str) -> Sequence[Any]:
        if name not in self._made and self._whole:
            self._made[name] = list(compress(self._whole.column(name), self._kept))
        return self._made[name]

    def keeping(self, held: Iterable[bool]) -> Part:
        """Those for which it holds; itself if that are all."""
        kept = list(held)
        if all(kept):
            return self
        part = Part({}, self._codes)
        part._whole, part._kept = self, kept
        return part


def _less(sums: Sums, others: Sums) -> Sums:
    groups = {kind: count - others.groups.get(kind, 0) for kind, count in sums.groups.items()}
    return Sums(
        total=sums.total - others.total,
        amount=sums.amount - others.amount,
        groups={kind: count for kind, count in groups.items() if count},
    )


_GROUPED: Mapping[By, tuple[str, Callable[[Any], Iterable[tuple[str, str]]]]] = {
    By.KIND: ("kind", lambda kind: [("", kind)]),
    By.PRACTICE: ("practice", lambda practice: [(practice, practice)]),
    By.CLIENT: ("owner", lambda owner: [owner]),
    By.CAUSE: ("held", lambda held: [(held[0], cause) for cause in held[1] or ("",)]),
}
"""The column that groups are made of, and the practices and keys of the groups of what stands in it."""


def _terms(query: Query) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    """What a filter asks of coded columns."""
    if query.practice:
        yield "practice", lambda practice: practice == query.practice
    if query.practice_not:
        yield "practice", lambda practice: practice not in query.practice_not
    if query.statuses:
        yield "status", lambda status: status in query.statuses
    if query.kind:
        yield "kind", lambda kind: is_of(kind, query.kind)
    if query.kind_not:
        yield "kind", lambda kind: not any(is_of(kind, named) for named in query.kind_not)
    if query.client:
        yield "owner", lambda owner: (owner[1] or NONE) == query.client
    if query.cause:
        yield "held", lambda held: query.cause in (held[1] or (NONE,))
    if query.assignee:
        yield "assignee", lambda assignee: (assignee or NONE) == query.assignee
    if query.assignee_not:
        yield "assignee", lambda assignee: (assignee or NONE) not in query.assignee_not
    if query.policy:
        yield "policy", lambda policy: policy == query.policy
    if query.policy_not:
        yield "policy", lambda policy: policy not in query.policy_not


def _bounds(query: Query) -> Iterator[tuple[str, Callable[[Any, Any], bool], object]]:
    """What a filter asks of amounts and times: the column, the comparison and what it is compared with."""
    if query.min_amount is not None:
        yield "amount_cents", ge, cents(query.min_amount)
    if query.max_amount is not None:
        yield "amount_cents", le, cents(query.max_amount)
    if query.seen_from is not None:
        yield "first_seen", ge, stamp(query.seen_from)
    if query.seen_before is not None:
        yield "first_seen", lt, stamp(query.seen_before)
