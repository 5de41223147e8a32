"""All that is not closed, kept in memory in step with the store, so that lists are counted while somebody types."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from itertools import count
from typing import Any

import msgspec

from daemon.core.discrepancy import Status
from daemon.core.family import fold
from daemon.store import state
from daemon.store.codec import execute_in
from daemon.store.filters import Query, Sort
from daemon.store.parts import CODED, PLAIN, Part
from daemon.store.tx import Tx

_READ = (
    "SELECT id, amount_cents, first_seen, search || char(10) || kind, practice, kind, status, policy, assignee, client"
    " FROM discrepancy"
)
_Row = tuple[Any, ...]
_KEPT_MAX = 8
_STRIDE = 5000


class Living:
    """Belongs to the thread that reads; each call brings it up to the state that its transaction sees."""

    def __init__(self) -> None:
        self._seq = -1
        self._columns: dict[str, list[Any]] = {name: [] for name in (*PLAIN, *CODED)}
        self._codes: dict[str, dict[Any, int]] = {name: {} for name in CODED}
        self._places: dict[str, int] = {}
        self._parts: OrderedDict[Query, Part] = OrderedDict()

    def part(self, tx: Tx, query: Query) -> Part | None:
        """What a filter lets through; None if it also looks at what is closed. Raises ``Invalid`` as filters do."""
        if not query.statuses or Status.CLOSED in query.statuses:
            return None
        self._keep_up(tx)
        key = _unordered(query)
        part = self._parts.get(key) or self._narrowed(key)
        self._parts[key] = part
        self._parts.move_to_end(key)
        while len(self._parts) > _KEPT_MAX:
            self._parts.popitem(last=False)
        return part

    def _narrowed(self, query: Query) -> Part:
        """Narrowed from what a filter with less text let through, if one was just asked for."""
        wider = next((part for other, part in reversed(self._parts.items()) if _narrows(query, other)), None)
        return (wider or Part(self._columns, self._codes)).narrowed(query)

    def _keep_up(self, tx: Tx) -> None:
        seq = state.current_seq(tx)
        if seq == self._seq:
            return
        self._parts.clear()
        if self._seq < 0:
            self._read_all(tx)
        else:
            self._take_in(tx, tx.execute(f"{_READ} WHERE seq > ?", (self._seq,)))
        self._seq = seq

    def _read_all(self, tx: Tx) -> None:
        """Some at a time: what is not kept of them is not in memory at once."""
        for at in count(0, _STRIDE):
            rows = tx.execute(f"{_READ} WHERE status <> 'closed' ORDER BY kind, id LIMIT ? OFFSET ?", (_STRIDE, at))
            self._take_in(tx, rows)
            if len(rows) < _STRIDE:
                return

    def _take_in(self, tx: Tx, rows: list[_Row]) -> None:
        sql = "SELECT id, cause FROM waits WHERE practice = ? AND id IN (...)"
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for id_, _, _, _, practice, *_ in rows:
            ids[practice].append(id_)
        causes: dict[str, tuple[str, ...]] = {}
        for id_, cause in (pair for practice in ids for pair in execute_in(tx, sql, (practice,), ids[practice])):
            causes[id_] = (*causes.get(id_, ()), cause)
        for row in rows:
            self._put(row, causes.get(row[0], ()))

    def _put(self, row: _Row, causes: tuple[str, ...]) -> None:
        id_, cents, first_seen, told, practice, kind, status, policy, assignee, client = row
        if status == Status.CLOSED:
            self._take_out(id_)
            return
        coded = (practice, kind, status, policy, assignee, (practice, client), (practice, causes))
        codes = [self._code(name, value) for name, value in zip(CODED, coded, strict=True)]
        place = self._places.setdefault(id_, len(self._places))
        for column, value in zip(self._columns.values(), (id_, cents, first_seen, told, *codes), strict=True):
            column[place : place + 1] = (value,)

    def _code(self, name: str, value: object) -> int:
        codes = self._codes[name]
        return codes.setdefault(value, len(codes))

    def _take_out(self, id_: str) -> None:
        """The last one takes its place."""
        place = self._places.pop(id_, None)
        if place is None:
            return
        for column in self._columns.values():
            last = column.pop()
            if place < len(column):
                column[place] = last
        if place < len(self._places):
            self._places[self._columns["id"][place]] = place


def _unordered(query: Query) -> Query:
    """The query's filter alone."""
    return msgspec.structs.replace(query, sort=Sort.AMOUNT, descending=True, offset=0, limit=0)


def _narrows(query: Query, other: Query) -> bool:
    """Whether a filter lets through only what another does, as its text is the longer one."""
    return fold(other.text) in fold(query.text) and msgspec.structs.replace(query, text=other.text) == other
