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
from daemon.store.codec import from_cents, listed, moment, stamp
from daemon.store.tx import Tx

EXPLAINING = (Status.OPEN, Status.APPROVED, Status.SNOOZED, Status.WAIVED)
_LAST = dt.date(9999, 12, 31)
_DAY = (
    "COALESCE((SELECT MIN(r.day) FROM record r WHERE r.practice = {0}.practice AND r.family = {0}.{1}"
    " AND r.family <> '' AND r.system = 'provet' AND r.kind = 'document'), '')"
)
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
    """The clients whose books differ, largest residual first; ``key`` is the client's id, "" for none."""
    found = _shares(tx, practice, last, _CLIENT, _DIFFERING, (limit,))
    return [msgspec.structs.replace(share, key=share.key.removeprefix(CLIENT_KEY)) for share in found]


def by_day(tx: Tx, practice: str, last: dt.date, limit: int) -> list[Share]:
    """The days on which families began whose books differ, largest residual first."""
    return _shares(tx, practice, last, _DAY.format("p", "family"), _DIFFERING, (limit,))


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
    tx: Tx, practice: str, last: dt.date | None, statuses: tuple[Status, ...], after: str, limit: int
) -> list[Discrepancy]:
    """Discrepancies by id after ``after``: of families begun by ``last`` and of none; None for all of the practice."""
    day = _DAY.format("discrepancy", "family")
    return rows.select(
        tx,
        f"WHERE practice = ? AND id > ? AND status IN {listed(statuses)} AND {day} <= ? ORDER BY id LIMIT ?",
        (practice, after, *statuses, (last or _LAST).isoformat(), limit),
    )


def excluded(tx: Tx, practice: str, first: dt.date, last: dt.date, after: str, limit: int) -> list[Excluded]:
    """Excluded documents of the span, and of earlier families what is still open, by Provet id after ``after``."""
    found = tx.execute(
        "SELECT e.provet_id, e.label, e.reason, e.amount_cents,"  # noqa: S608
        " (SELECT b.body FROM record_body b WHERE b.practice = e.practice AND b.system = 'provet'"
        " AND b.kind = 'document' AND b.id = e.provet_id) FROM exclusion e"
        " WHERE e.practice = ? AND e.provet_id > ? AND (e.amount_cents <> 0 OR EXISTS (SELECT 1 FROM record d"
        " WHERE d.practice = e.practice AND d.system = 'provet' AND d.kind = 'document' AND d.id = e.provet_id"
        f" AND d.day >= ? AND d.day <= ?)) AND {_DAY.format('e', 'family')} <= ? ORDER BY e.provet_id LIMIT ?",
        (practice, after, first.isoformat(), last.isoformat(), last.isoformat(), limit),
    )
    return [excluded_of(*row) for row in found]


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


def approvals(tx: Tx, practice: str, start: dt.datetime, end: dt.datetime, after: int, limit: int) -> list[Approved]:
    """Approvals from ``start`` until before ``end``, by number after ``after``."""
    found = tx.execute(
        "SELECT number, at, actor, subject, detail FROM audit WHERE practice = ? AND action = 'approved'"
        " AND at >= ? AND at < ? AND number > ? ORDER BY number LIMIT ?",
        (practice, stamp(start), stamp(end), after, limit),
    )
    return [Approved(number=n, at=moment(at), actor=a, subject=s, detail=d) for n, at, a, s, d in found]
