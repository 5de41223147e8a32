"""Links: confirmed pairs of records. Changing one dirties no family; callers mark what they mean."""

from __future__ import annotations

import msgspec

from daemon.core.model import Kind, Link
from daemon.store.codec import to_json
from daemon.store.tx import Tx


def put(tx: Tx, practice: str, link: Link) -> None:
    """Store a link in place of what stood for the same pair."""
    tx.execute(
        "INSERT INTO link (practice, kind, provet_id, xero_id, body) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (practice, kind, provet_id, xero_id) DO UPDATE SET body = excluded.body",
        (practice, link.kind, link.provet_id, link.xero_id, to_json(link)),
    )


def remove(tx: Tx, practice: str, kind: Kind, provet_id: str, xero_id: str) -> None:
    """Forget a link; one that is not there is no error."""
    tx.execute(
        "DELETE FROM link WHERE practice = ? AND kind = ? AND provet_id = ? AND xero_id = ?",
        (practice, kind, provet_id, xero_id),
    )


def find(tx: Tx, practice: str, kind: Kind, *, provet_id: str = "", xero_id: str = "") -> list[Link]:
    """The links of one record, or of one pair when both ids are given."""
    if not (provet_id or xero_id):
        raise AssertionError("links are looked up by an id")
    where, params = ["practice = ?", "kind = ?"], [practice, str(kind)]
    for column, value in (("provet_id", provet_id), ("xero_id", xero_id)):
        if value:
            where.append(f"{column} = ?")
            params.append(value)
    rows = tx.execute(f"SELECT body FROM link WHERE {' AND '.join(where)} ORDER BY provet_id, xero_id", params)  # noqa: S608
    return [decode(body) for (body,) in rows]


def count(tx: Tx, practice: str, kind: Kind) -> int:
    """How many pairs of a kind there are."""
    return int(tx.execute("SELECT COUNT(*) FROM link WHERE practice = ? AND kind = ?", (practice, kind))[0][0])


def decode(body: str) -> Link:
    return msgspec.json.decode(body, type=Link)


def page(tx: Tx, practice: str, after: tuple[str, str, str], limit: int) -> list[Link]:
    """At most ``limit`` links after (kind, Provet id, Xero id), in that order."""
    rows = tx.execute(
        "SELECT body FROM link WHERE practice = ? AND (kind, provet_id, xero_id) > (?, ?, ?)"
        " ORDER BY kind, provet_id, xero_id LIMIT ?",
        (practice, *after, limit),
    )
    return [decode(body) for (body,) in rows]
