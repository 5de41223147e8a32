"""What reports read: which families moved in a span of days, and the residual through a day, by client and by day.

A family counts from the day of its oldest Provet document; a root cause, a contact and a guard belong to no day.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from daemon.core.discrepancy import Discrepancy, Status
from daemon.core.family import CLIENT_KEY
from daemon.core.model import Document, Value
from daemon.store import discrepancy_rows as rows
from daemon.store.codec import execute_in, from_cents, listed, moment, stamp
from daemon.store.tx import Tx

EXPLAINING = (Status.OPEN, Status.APPROVED, Status.SNOOZED, Status.WAIVED)
_LAST = dt.date(9999, 12, 31)

Begin = str | int
"""Where a window begins: behind an id, in the order of ids, or at a place, in the order in which people read."""

_DAY = (
    "COALESCE((SELECT MIN(r.day) FROM record r WHERE r.practice = {0}.practice AND r.family = {0}.{1}"
    " AND r.family <> '' AND r.system = 'provet' AND r.kind = 'document'), '')"
)
_DATED = (
    "(SELECT d.day FROM record d WHERE d.practice = e.practice AND d.system = 'provet' AND d.kind = 'document'"
    " AND d.id = e.provet_id)"
)
_APPROVED = "practice = ? AND action = 'approved' AND at >= ? AND at < ?"
_CLIENT = (
    "COALESCE((SELECT MIN((SELECT MIN(k.name) FROM record_key k WHERE k.practice = r.practice AND k.system = r.system"
    " AND k.kind = r.kind AND k.id = r.id AND k.name >= 'client:' AND k.name < 'client;')) FROM record r"
    " WHERE r.practice = p.practice AND r.family = p.family AND r.family <> ''"
    " AND r.system = 'provet' AND r.kind = 'document'), '')"
)
_PARTS = (
    "WITH part (practice, family, provet, xero, excluded, effect) AS ("
    " SELECT practice, id, provet_cents, xero_cents, 0, 0 FROM family"
    " WHERE practice = ? AND (provet_cents <> 0 OR xero_cents <> 0)"
    " UNION ALL SELECT practice, family, 0, 0, amount_cents, 0 FROM exclusion WHERE practice = ? AND amount_cents <> 0"
    " UNION ALL SELECT practice, family, 0, 0, 0, effect_cents FROM discrepancy"
    " WHERE practice = ? AND status <> 'closed' AND status IN (?, ?, ?, ?) AND effect_cents <> 0),"
    " p (practice, family, provet, xero, excluded, effect) AS (SELECT practice, family, SUM(provet), SUM(xero),"
    " SUM(excluded), SUM(effect) FROM part GROUP BY practice, family)"
)
_SUMS = "COALESCE(SUM(p.provet), 0), COALESCE(SUM(p.xero), 0), COALESCE(SUM(p.excluded), 0), COALESCE(SUM(p.effect), 0)"


class Share(Value, frozen=True, kw_only=True):
    """What one client, one day or a whole practice (``key`` "") owes on both sides, and what explains it."""

    key: str
    provet: Decimal
    xero: Decimal
    excluded: Decimal
    effect: Decimal
    label: str = ""

    @property
    def residual(self) -> Decimal:
        return self.provet - self.xero - self.excluded - self.effect


class Excluded(Value, frozen=True, kw_only=True):
    """An excluded document with its date and gross."""

    provet_id: str
    label: str
    reason: str
    amount: Decimal
    gross: Decimal
    date: dt.date


class Sum(Value, frozen=True, kw_only=True):
    """How many a list has, and what they come to."""

    count: int
    amount: Decimal
    effect: Decimal = Decimal(0)


class Approved(Value, frozen=True, kw_only=True):
    """An approval as the audit log has it."""

    number: int
    at: dt.datetime
    actor: str
    subject: str
    detail: str


def families_moved(tx: Tx, practice: str, first: dt.date, last: dt.date, after: str, limit: int) -> list[str]:
    """Families after ``after`` with a document or payment dated from ``first`` to ``last`` on either side, by id."""
    span = (first.isoformat(), last.isoformat(), after)
    found = tx.execute(
        "SELECT family FROM record WHERE practice = ? AND system = 'provet' AND day <> '' AND day >= ? AND day <= ?"
        " AND family > ?"
        " UNION SELECT family FROM (SELECT (SELECT d.family FROM record d WHERE d.practice = l.practice"
        " AND d.system = 'provet' AND d.kind = 'document' AND d.id = l.provet_id) AS family"
        " FROM record x JOIN link l ON l.practice = x.practice AND l.kind = 'document'"
        " AND l.xero_id = CASE x.kind WHEN 'payment' THEN x.parent ELSE x.id END"
        " WHERE x.practice = ? AND x.system = 'xero' AND x.day <> '' AND x.day >= ? AND x.day <= ?) AS linked"
        " WHERE family > ? ORDER BY family LIMIT ?",
        (practice, *span, practice, *span, limit),
    )
    return [family for (family,) in found]


def through(tx: Tx, practice: str, last: dt.date) -> Share:
    """The whole practice's books over all families begun by ``last``."""
    return _shares(tx, practice, last, "''", "", ())[0]


def by_client(tx: Tx, practice: str, last: dt.date, limit: int) -> list[Share]:
    """The clients whose books differ, largest residual first; ``key`` is the client's id, "" for none.

    ``label`` is the client's name in Provet, "" where it is not known.
    """
    found = _shares(tx, practice, last, _CLIENT, _DIFFERING, (limit,))
    keys = [share.key.removeprefix(CLIENT_KEY) for share in found]
    names = dict(execute_in(tx, _CLIENT_NAMES, (practice,), keys))
    return [msgspec.structs.replace(s, key=key, label=names.get(key, "")) for s, key in zip(found, keys, strict=True)]


def by_day(tx: Tx, practice: str, last: dt.date, limit: int) -> list[Share]:
    """The days on which families began whose books differ, largest residual first."""
    return _shares(tx, practice, last, _DAY.format("p", "family"), _DIFFERING, (limit,))


_CLIENT_NAMES = (
    "SELECT id, json_extract(body, '$.name') FROM record_body"
    " WHERE practice = ? AND system = 'provet' AND kind = 'contact' AND id IN (...)"
)
_DIFFERING = (
    " GROUP BY key HAVING SUM(p.provet) <> SUM(p.xero) OR SUM(p.excluded) <> 0 OR SUM(p.effect) <> 0"
    " ORDER BY ABS(SUM(p.provet) - SUM(p.xero) - SUM(p.excluded) - SUM(p.effect)) DESC, key LIMIT ?"
)


def _shares(tx: Tx, practice: str, last: dt.date, key: str, tail: str, more: tuple[object, ...]) -> list[Share]:
    sql = f"{_PARTS} SELECT {key} AS key, {_SUMS} FROM p WHERE {_DAY.format('p', 'family')} <= ?{tail}"  # noqa: S608
    found = tx.execute(sql, (practice, practice, practice, *EXPLAINING, last.isoformat(), *more))
    return [
        Share(key=key, provet=from_cents(a), xero=from_cents(b), excluded=from_cents(c), effect=from_cents(d))
        for key, a, b, c, d in found
    ]


def discrepancies_through(
    tx: Tx, practice: str, last: dt.date | None, statuses: tuple[Status, ...], begin: Begin, limit: int
) -> list[Discrepancy]:
    """Discrepancies of families begun by ``last`` and of none (None: all of the practice), the largest amount first."""
    clause, params = _through(practice, last, statuses)
    order, more = _window(begin, limit, "id", "amount_cents DESC, id")
    return rows.select(tx, f"WHERE {clause}{order}", (*params, *more))


def sum_through(tx: Tx, practice: str, last: dt.date, statuses: tuple[Status, ...]) -> Sum:
    """What ``discrepancies_through`` has in all."""
    clause, params = _through(practice, last, statuses)
    sql = (
        "SELECT COUNT(*), COALESCE(SUM(amount_cents), 0), COALESCE(SUM(effect_cents), 0)"  # noqa: S608
        f" FROM discrepancy WHERE {clause}"
    )
    count, amount, effect = tx.execute(sql, params)[0]
    return Sum(count=int(count), amount=from_cents(amount), effect=from_cents(effect))


def excluded(tx: Tx, practice: str, first: dt.date, last: dt.date, begin: Begin, limit: int) -> list[Excluded]:
    """Excluded documents of the span, and of earlier families what is still open, by date."""
    clause, params = _left_out(practice, first, last)
    order, more = _window(begin, limit, "e.provet_id", f"{_DATED}, e.label, e.provet_id")
    found = tx.execute(
        "SELECT e.provet_id, e.label, e.reason, e.amount_cents,"  # noqa: S608
        " (SELECT b.body FROM record_body b WHERE b.practice = e.practice AND b.system = 'provet'"
        f" AND b.kind = 'document' AND b.id = e.provet_id) FROM exclusion e WHERE {clause}{order}",
        (*params, *more),
    )
    return [excluded_of(*row) for row in found]


def sum_excluded(tx: Tx, practice: str, first: dt.date, last: dt.date) -> Sum:
    """What ``excluded`` has in all."""
    clause, params = _left_out(practice, first, last)
    sql = f"SELECT COUNT(*), COALESCE(SUM(e.amount_cents), 0) FROM exclusion e WHERE {clause}"  # noqa: S608
    count, amount = tx.execute(sql, params)[0]
    return Sum(count=int(count), amount=from_cents(amount))


def _through(practice: str, last: dt.date | None, statuses: tuple[Status, ...]) -> tuple[str, tuple[object, ...]]:
    clause = f"practice = ? AND status IN {listed(statuses)} AND {_DAY.format('discrepancy', 'family')} <= ?"
    return clause, (practice, *statuses, (last or _LAST).isoformat())


def _left_out(practice: str, first: dt.date, last: dt.date) -> tuple[str, tuple[object, ...]]:
    clause = (
        f"e.practice = ? AND (e.amount_cents <> 0 OR {_DATED} BETWEEN ? AND ?) AND {_DAY.format('e', 'family')} <= ?"
    )
    return clause, (practice, first.isoformat(), last.isoformat(), last.isoformat())


def _window(begin: Begin, limit: int, key: str, order: str) -> tuple[str, tuple[object, ...]]:
    """The end of a statement whose WHERE clause stands."""
    if isinstance(begin, str):
        return f" AND {key} > ? ORDER BY {key} LIMIT ?", (begin, limit)
    return f" ORDER BY {order} LIMIT ? OFFSET ?", (limit, begin)


def excluded_of(provet_id: str, label: str, reason: str, amount: int, body: str) -> Excluded:
    """A stored exclusion with the date and gross of its document's stored body."""
    document = msgspec.json.decode(body, type=Document)
    return Excluded(
        provet_id=provet_id,
        label=label,
        reason=reason,
        amount=from_cents(amount),
        gross=document.gross,
        date=document.date,
    )


def approvals(
    tx: Tx, practice: str, start: dt.datetime, end: dt.datetime, after: int, limit: int, offset: int = 0
) -> list[Approved]:
    """Approvals from ``start`` until before ``end``, by number after ``after``, without the first ``offset``."""
    found = tx.execute(
        f"SELECT number, at, actor, subject, detail FROM audit WHERE {_APPROVED}"  # noqa: S608
        " AND number > ? ORDER BY number LIMIT ? OFFSET ?",
        (practice, stamp(start), stamp(end), after, limit, offset),
    )
    return [Approved(number=n, at=moment(at), actor=a, subject=s, detail=d) for n, at, a, s, d in found]


def count_approvals(tx: Tx, practice: str, start: dt.datetime, end: dt.datetime) -> int:
    """How many ``approvals`` there are."""
    found = tx.execute(f"SELECT COUNT(*) FROM audit WHERE {_APPROVED}", (practice, stamp(start), stamp(end)))  # noqa: S608
    return int(found[0][0])
