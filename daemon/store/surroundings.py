"""What families must know of their surroundings: names that are taken, clients that wait for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from daemon.core.discrepancy import finding_id
from daemon.core.family import CLIENT_KEY, client_family, fold
from daemon.core.model import Contact, Kind, System
from daemon.store.codec import execute_in
from daemon.store.keys import linked
from daemon.store.tx import Tx

_CLIENT_FAMILY = client_family("")


@dataclass(slots=True)
class Surroundings:
    """By client id: the discrepancy that must be decided first, and the folded names that others bear."""

    held: dict[str, str] = field(default_factory=dict)
    taken: dict[str, set[str]] = field(default_factory=dict)


def look_around(tx: Tx, practice: str, clients: Sequence[Contact]) -> Surroundings:
    """The surroundings of those clients that have no contact in Xero yet."""
    known = {client for client, _ in linked(tx, practice, System.PROVET, Kind.CONTACT, (c.id for c in clients))}
    new = [client for client in clients if client.id not in known]
    return Surroundings(held=_held(tx, practice, new), taken=_taken(tx, practice, new))


def _held(tx: Tx, practice: str, clients: Sequence[Contact]) -> dict[str, str]:
    ids = {finding_id(practice, "contact.ambiguous", f"provet/contact/{c.id}"): c.id for c in clients}
    living = execute_in(
        tx, "SELECT id FROM discrepancy WHERE practice = ? AND status <> 'closed' AND id IN (...)", (practice,), ids
    )
    return {ids[found]: found for (found,) in living}


def _taken(tx: Tx, practice: str, clients: Sequence[Contact]) -> dict[str, set[str]]:
    """Names borne by a Xero contact or by another client of Provet."""
    names = {f"name:{fold(client.name)}" for client in clients if client.name}
    bearers: dict[str, list[tuple[str, str]]] = {}
    for name, system, id_ in execute_in(
        tx,
        "SELECT name, system, id FROM record_key WHERE practice = ? AND kind = 'contact' AND name IN (...)",
        (practice,),
        sorted(names),
    ):
        bearers.setdefault(name, []).append((system, id_))
    taken: dict[str, set[str]] = {}
    for client in clients:
        others = [b for b in bearers.get(f"name:{fold(client.name)}", ()) if b != (System.PROVET, client.id)]
        if others:
            taken[client.id] = {fold(client.name)}
    return taken


def waiting_documents(tx: Tx, practice: str, family_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(family, document id) for the Provet documents of clients' families that have no partner yet."""
    keys = {
        f"{CLIENT_KEY}{family.removeprefix(_CLIENT_FAMILY)}": family
        for family in family_ids
        if family.startswith(_CLIENT_FAMILY)
    }
    rows = execute_in(
        tx,
        "SELECT k.name, k.id FROM record_key k WHERE k.practice = ? AND k.system = 'provet' AND k.kind = 'document'"
        " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.practice = k.practice AND l.kind = 'document'"
        " AND l.provet_id = k.id) AND k.name IN (...)",
        (practice,),
        sorted(keys),
    )
    return [(keys[name], document) for name, document in rows]
