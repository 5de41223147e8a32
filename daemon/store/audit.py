"""The audit log: append-only, each entry bound to the one before by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from daemon.core.model import Value
from daemon.store.codec import listed, moment, stamp, to_json
from daemon.store.tx import Tx


class Entry(Value, frozen=True, kw_only=True):
    """One entry. ``actor`` is a login name or ``policy``; ``subject`` the id of what it is about; ``hash`` is hex."""

    number: int
    at: datetime
    practice: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


_COLUMNS = "number, at, practice, actor, action, subject, detail, hash"
_START = "0" * 64
_CHUNK = 1000


class Check(Value, frozen=True, kw_only=True):
    """How far the chain was followed: its newest entry so far and that one's hash.

    ``broken`` is the first entry that is missing or not as it was written; ``done`` says that nothing is left to check.
    """

    number: int = 0
    hash: str = _START
    broken: int | None = None
    done: bool = False


def append(
    tx: Tx, *, at: datetime, practice: str, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> int:
    """Add an entry and return its number. ``detail`` holds anything that becomes JSON, and no secrets."""
    last, previous = head(tx)
    row = (last + 1, stamp(at), practice, actor, action, subject, to_json(detail))
    digest = _chained(previous, row)
    tx.execute(f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, digest))  # noqa: S608
    tx.execute(
        "INSERT INTO audit_head (name, number, hash) VALUES ('head', ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET number = excluded.number, hash = excluded.hash",
        (last + 1, digest),
    )
    return last + 1


def verify(tx: Tx) -> int | None:
    """The number of the first entry that is missing or not as it was written, None if the whole chain holds."""
    found = Check()
    while not found.done:
        found = followed(tx, found, _CHUNK)
    return found.broken


def followed(tx: Tx, so_far: Check, limit: int) -> Check:
    """The chain followed by at most ``limit`` further entries; at its end also its head must be what was reached."""
    number, previous = so_far.number, so_far.hash
    rows = _rows(tx, number, limit)
    for row in rows:
        if row[7] != _chained(previous, row[:7]):
            return Check(number=number, hash=previous, broken=number + 1, done=True)
        number, previous = row[0], row[7]
    if len(rows) == limit:
        return Check(number=number, hash=previous)
    last, newest = head(tx)
    cut = min(number, last) + 1 if number != last else None
    broken = cut or (None if previous == newest else number)
    return Check(number=number, hash=previous, broken=broken, done=True)


def head(tx: Tx) -> tuple[int, str]:
    """Number and hash of the newest entry, zero and zeros of an empty log: they tell on a cut-off tail."""
    rows = tx.execute("SELECT number, hash FROM audit_head WHERE name = 'head'")
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, _START)


def page(tx: Tx, *, after: int = 0, limit: int = 100, subject: str = "") -> list[Entry]:
    """At most ``limit`` entries with a number above ``after``, in order; with ``subject`` only those about it."""
    if not subject:
        return [_entry(row) for row in _rows(tx, after, limit)]
    sql = f"SELECT {_COLUMNS} FROM audit WHERE subject = ? AND subject <> '' AND number > ? ORDER BY number LIMIT ?"  # noqa: S608
    return [_entry(row) for row in tx.execute(sql, (subject, after, limit))]


def backwards(
    tx: Tx, *, before: int, floor: int, limit: int, practice: str, actor: str, action: str, subject: str
) -> list[Entry]:
    """At most ``limit`` entries numbered below ``before`` and from ``floor`` on, the newest first.

    The texts are beginnings in small letters; "" lets all through.
    """
    given = {"practice": practice, "actor": actor, "action": action, "subject": subject}
    terms = [(f" AND substr(lower({name}), 1, {len(text)}) = ?", text) for name, text in given.items() if text]
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM audit WHERE number < ? AND number >= ?{''.join(term for term, _ in terms)}"  # noqa: S608
        " ORDER BY number DESC LIMIT ?",
        (before, floor, *(text for _, text in terms), limit),
    )
    return [_entry(row) for row in rows]


def decisions(tx: Tx, actions: Sequence[str]) -> list[tuple[str, str, Entry]]:
    """Every entry with one of these actions about a discrepancy, after its practice and kind, oldest first."""
    columns = ", ".join(f"a.{column}" for column in _COLUMNS.split(", "))
    rows = tx.execute(
        f"SELECT d.practice, d.kind, {columns} FROM audit a"  # noqa: S608
        " JOIN discrepancy d ON d.practice = a.practice AND d.id = a.subject"
        f" WHERE a.action IN {listed(actions)} ORDER BY a.number",
        tuple(actions),
    )
    return [(practice, kind, _entry(tuple(row))) for practice, kind, *row in rows]


def _chained(previous: str, row: tuple[Any, ...]) -> str:
    return hashlib.sha256(previous.encode() + to_json(row).encode()).hexdigest()


def _rows(tx: Tx, after: int, limit: int) -> list[tuple[Any, ...]]:
    return tx.execute(f"SELECT {_COLUMNS} FROM audit WHERE number > ? ORDER BY number LIMIT ?", (after, limit))  # noqa: S608


def _entry(row: tuple[Any, ...]) -> Entry:
    number, at, practice, actor, action, subject, detail, digest = row
    return Entry(
        number=number,
        at=moment(at),
        practice=practice,
        actor=actor,
        action=action,
        subject=subject,
        detail=msgspec.json.decode(detail),
        hash=digest,
    )
