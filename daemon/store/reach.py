"""Which families a change of records concerns."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.core.discrepancy import finding_id
from daemon.core.family import client_family
from daemon.core.model import Kind, System
from daemon.store import waits
from daemon.store.codec import execute_in
from daemon.store.keys import keyed, linked
from daemon.store.tx import Tx

MERGES_MAX = 5


def concerned(tx: Tx, practice: str, system: System, kind: Kind, ids: Iterable[str]) -> list[str]:
    """The families that must be judged anew when these records of one system change, appear or vanish.

    Provet: their own, and for a client those that wait for its contact. Xero: those of the Provet records they are
    linked to or share a lookup key with; a payment also concerns its document's, a document those that credit is set
    between it and, a contact those that something is open of: nothing can be created for an archived one.
    """
    wanted = list(ids)
    if system is System.PROVET:
        return _own(tx, practice, kind, wanted)
    match kind:
        case Kind.CONTACT:
            return _clients(tx, practice, _with_merged(tx, practice, wanted))
        case Kind.DOCUMENT:
            documents = _partners(tx, practice, kind, [*wanted, *_ends(tx, practice, wanted)])
            return documents + _archiving(tx, practice, _contacts(tx, practice, wanted))
        case Kind.PAYMENT:
            paid = _paid(tx, practice, wanted)
            return _partners(tx, practice, kind, wanted) + _partners(tx, practice, Kind.DOCUMENT, paid)


def _own(tx: Tx, practice: str, kind: Kind, ids: list[str]) -> list[str]:
    if kind is not Kind.CONTACT:
        return _homes(tx, practice, kind, ids)
    own = [client_family(client) for client in ids]
    causes = execute_in(tx, "SELECT id FROM discrepancy WHERE practice = ? AND family IN (...)", (practice,), own)
    return own + waits.families(tx, practice, (cause for (cause,) in causes))


def _clients(tx: Tx, practice: str, xero_contacts: list[str]) -> list[str]:
    known = linked(tx, practice, System.XERO, Kind.CONTACT, xero_contacts)
    about = [family for _, client in known for family in about_client(tx, practice, client)]
    return _partners(tx, practice, Kind.CONTACT, xero_contacts) + about


def about_client(tx: Tx, practice: str, client_id: str) -> list[str]:
    """The families with a living discrepancy about a client: their options tell whether it is to be created in Xero."""
    rows = tx.execute(
        "SELECT family FROM discrepancy WHERE practice = ? AND client = ? AND status <> 'closed'", (practice, client_id)
    )
    return list(dict.fromkeys(family for (family,) in rows))


def _homes(tx: Tx, practice: str, kind: Kind, provet_ids: Iterable[str]) -> list[str]:
    sql = "SELECT family FROM record WHERE practice = ? AND system = 'provet' AND kind = ? AND id IN (...)"
    return [family for (family,) in execute_in(tx, sql, (practice, kind), provet_ids)]


def _partners(tx: Tx, practice: str, kind: Kind, xero_ids: list[str]) -> list[str]:
    pairs = linked(tx, practice, System.XERO, kind, xero_ids) + keyed(tx, practice, System.XERO, kind, xero_ids)
    return _homes(tx, practice, kind, (partner for _, partner in pairs))


def _ends(tx: Tx, practice: str, document_ids: list[str]) -> list[str]:
    """The other ends of the allocations of these Xero documents."""
    to = "SELECT invoice_id FROM allocation WHERE practice = ? AND credit_id IN (...)"
    of = "SELECT credit_id FROM allocation WHERE practice = ? AND invoice_id IN (...)"
    return [end for sql in (to, of) for (end,) in execute_in(tx, sql, (practice,), document_ids)]


def _contacts(tx: Tx, practice: str, document_ids: list[str]) -> list[str]:
    sql = "SELECT parent FROM record WHERE practice = ? AND system = 'xero' AND kind = 'document' AND id IN (...)"
    return [contact for (contact,) in execute_in(tx, sql, (practice,), document_ids) if contact]


def _archiving(tx: Tx, practice: str, xero_contacts: list[str]) -> list[str]:
    """The families of clients whose contact can be archived as soon as nothing is open on it."""
    clients = {
        finding_id(practice, "contact.archived", f"provet/contact/{client}"): client_family(client)
        for _, client in linked(tx, practice, System.XERO, Kind.CONTACT, xero_contacts)
    }
    rows = execute_in(
        tx, "SELECT id FROM discrepancy WHERE practice = ? AND status <> 'closed' AND id IN (...)", (practice,), clients
    )
    return [clients[found] for (found,) in rows]


def _paid(tx: Tx, practice: str, payment_ids: list[str]) -> list[str]:
    sql = "SELECT parent FROM record WHERE practice = ? AND system = 'xero' AND kind = 'payment' AND id IN (...)"
    return [document for (document,) in execute_in(tx, sql, (practice,), payment_ids)]


def _with_merged(tx: Tx, practice: str, contact_ids: list[str]) -> list[str]:
    """These Xero contacts and those that were merged into them, over a few merges."""
    found = dict.fromkeys(contact_ids)
    for _ in range(MERGES_MAX):
        rows = execute_in(
            tx,
            "SELECT id FROM record"
            " WHERE practice = ? AND system = 'xero' AND kind = 'contact' AND parent <> '' AND parent IN (...)",
            (practice,),
            found,
        )
        found.update(dict.fromkeys(contact for (contact,) in rows))
    return list(found)
