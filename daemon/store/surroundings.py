"""What families must know of their surroundings: names that are taken, clients that wait for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from daemon.core.discrepancy import finding_id
from daemon.core.family import CLIENT_KEY, client_family, fold
from daemon.core.model import ZERO, Contact, Document, Kind, System
from daemon.store.codec import execute_in, to_record
from daemon.store.keys import linked
from daemon.store.tx import Tx

_CLIENT_FAMILY = client_family("")


@dataclass(slots=True)
class Surroundings:
    """By client id: the discrepancy that must be decided first, and the folded names that others bear.

    By id of the Xero contact of a client that is archived: what is open on its documents.
    """

    held: dict[str, str] = field(default_factory=dict)
    taken: dict[str, set[str]] = field(default_factory=dict)
    owing: dict[str, Decimal] = field(default_factory=dict)


def look_around(tx: Tx, practice: str, clients: Sequence[Contact]) -> Surroundings:
    """The surroundings of these clients of Provet."""
    pairs = linked(tx, practice, System.PROVET, Kind.CONTACT, (client.id for client in clients))
    known = {client for client, _ in pairs}
    archived = {client.id for client in clients if client.archived}
    return Surroundings(
        held=_held(tx, practice, [client for client in clients if client.id not in known]),
        taken=_taken(tx, practice, clients, set(pairs)),
        owing=_owing(tx, practice, [contact for client, contact in pairs if client in archived]),
    )


def _held(tx: Tx, practice: str, clients: Sequence[Contact]) -> dict[str, str]:
    kinds = ("contact.ambiguous", "contact.missing")
    ids = {finding_id(practice, kind, f"provet/contact/{c.id}"): c.id for c in clients for kind in kinds}
    living = execute_in(
        tx, "SELECT id FROM discrepancy WHERE practice = ? AND status <> 'closed' AND id IN (...)", (practice,), ids
    )
    return {ids[found]: found for (found,) in living}


def _owing(tx: Tx, practice: str, contacts: Sequence[str]) -> dict[str, Decimal]:
    rows = execute_in(
        tx,
        "SELECT r.parent, b.body FROM record r JOIN record_body b"
        " ON b.practice = r.practice AND b.system = r.system AND b.kind = r.kind AND b.id = r.id"
        " WHERE r.practice = ? AND r.system = 'xero' AND r.kind = 'document' AND r.vanished = 0 AND r.parent IN (...)",
        (practice,),
        contacts,
    )
    found: dict[str, Decimal] = {}
    for contact, body in rows:
        document = to_record(body)
        if isinstance(document, Document) and document.balance:
            found[contact] = found.get(contact, ZERO) + document.balance
    return found


def _taken(
    tx: Tx, practice: str, clients: Sequence[Contact], pairs: Collection[tuple[str, str]]
) -> dict[str, set[str]]:
    """Names borne by another client of Provet, or by a Xero contact that is not the client's own."""
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
        others = [
            (system, id_)
            for system, id_ in bearers.get(f"name:{fold(client.name)}", ())
            if (system, id_) != (System.PROVET, client.id) and (client.id, id_) not in pairs
        ]
        if others:
            taken[client.id] = {fold(client.name)}
    return taken


def waiting_documents(tx: Tx, practice: str, family_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(family, document id) for the Provet documents of clients' families that have no partner yet."""
    families = {
        family.removeprefix(_CLIENT_FAMILY): family for family in family_ids if family.startswith(_CLIENT_FAMILY)
    }
    return [(families[client], document) for client, document in unlinked_documents(tx, practice, families)]


def unlinked_documents(tx: Tx, practice: str, clients: Iterable[str]) -> list[tuple[str, str]]:
    """(client, document id) for the Provet documents of clients that have no partner yet."""
    rows = execute_in(
        tx,
        "SELECT k.name, k.id FROM record_key k WHERE k.practice = ? AND k.system = 'provet' AND k.kind = 'document'"
        " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.practice = k.practice AND l.kind = 'document'"
        " AND l.provet_id = k.id) AND k.name IN (...)",
        (practice,),
        (f"{CLIENT_KEY}{client}" for client in sorted(clients)),
    )
    return [(name.removeprefix(CLIENT_KEY), document) for name, document in rows]
