"""Pairs of records of both systems that a link or a common lookup key brings together."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.core.model import Kind, System
from daemon.store.codec import execute_in
from daemon.store.tx import Tx

_HOLDERS_MAX = 100


def linked(tx: Tx, practice: str, system: System, kind: Kind, ids: Iterable[str]) -> list[tuple[str, str]]:
    """(id, partner's id) for every link of these records of one system."""
    if system is System.PROVET:
        sql = "SELECT provet_id, xero_id FROM link WHERE practice = ? AND kind = ? AND provet_id IN (...)"
    else:
        sql = "SELECT xero_id, provet_id FROM link WHERE practice = ? AND kind = ? AND xero_id IN (...)"
    return [(own, other) for own, other in execute_in(tx, sql, (practice, kind), ids)]


def keyed(tx: Tx, practice: str, system: System, kind: Kind, ids: Iterable[str]) -> list[tuple[str, str]]:
    """(id, partner's id) for every record of the other system that shares a lookup key with one of these.

    A key that more than a hundred records hold (a stand-in e-mail address) identifies nobody and is passed over.
    """
    owners = execute_in(
        tx,
        "SELECT name, id FROM record_key WHERE practice = ? AND system = ? AND kind = ? AND id IN (...)",
        (practice, system, kind),
        ids,
    )
    holders = execute_in(
        tx,
        "SELECT name, COUNT(*) FROM record_key WHERE practice = ? AND name IN (...) GROUP BY name",
        (practice,),
        (name for name, _ in owners),
    )
    other = System.XERO if system is System.PROVET else System.PROVET
    partners: dict[str, list[str]] = {}
    for name, partner in execute_in(
        tx,
        "SELECT name, id FROM record_key WHERE practice = ? AND system = ? AND kind = ? AND name IN (...)",
        (practice, other, kind),
        (name for name, count in holders if count <= _HOLDERS_MAX),
    ):
        partners.setdefault(name, []).append(partner)
    return [(own, partner) for name, own in owners for partner in partners.get(name, ())]
