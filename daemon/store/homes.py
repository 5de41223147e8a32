"""Which invoice family a Provet document or payment belongs to.

A document belongs to the root of the chain of stored documents that it credits, a payment to its document's family.
Both follow only from what is stored, never from the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from daemon.core.family import invoice_family
from daemon.store.codec import execute_in
from daemon.store.tx import Tx

_OF_DOCUMENTS = "FROM record WHERE practice = ? AND system = 'provet' AND kind = 'document'"
_OF_PAYMENTS = "FROM record WHERE practice = ? AND system = 'provet' AND kind = 'payment'"


def root_of(document_id: str, parents: Mapping[str, str]) -> str:
    """The document at the top of a chain of credits; of a ring of them the one with the least id.

    ``parents`` maps every stored document of the chain to what it credits.
    """
    path = {document_id: None}
    current = document_id
    while (parent := parents[current]) in parents:
        if parent in path:
            ring = list(path)
            return min(ring[ring.index(parent) :])
        path[parent] = None
        current = parent
    return current


def rehome_documents(tx: Tx, practice: str, document_ids: Iterable[str]) -> list[str]:
    """Put documents that are new or credit another one, and all that hangs on them, into their families.

    Returns the families that lost or gained a record.
    """
    documents = _with_descendants(tx, practice, document_ids)
    parents = _parents(tx, practice, documents)
    homes = {document: invoice_family(root_of(document, parents)) for document in documents}
    rows = execute_in(tx, f"SELECT id, family {_OF_DOCUMENTS} AND id IN (...)", (practice,), documents)
    moved = _move(tx, practice, "document", [(document, old, homes[document]) for document, old in rows])
    return moved + rehome_payments(tx, practice, _children(tx, practice, "payment", documents))


def rehome_payments(tx: Tx, practice: str, payment_ids: Iterable[str]) -> list[str]:
    """Put payments that are new or lie on another document into that one's family; returns as for documents."""
    payments = execute_in(tx, f"SELECT id, family, parent {_OF_PAYMENTS} AND id IN (...)", (practice,), payment_ids)
    sql = f"SELECT id, family {_OF_DOCUMENTS} AND id IN (...)"
    homes = dict(execute_in(tx, sql, (practice,), (parent for _, _, parent in payments)))
    moves = [(payment, old, homes.get(parent, invoice_family(parent))) for payment, old, parent in payments]
    return _move(tx, practice, "payment", moves)


def _with_descendants(tx: Tx, practice: str, document_ids: Iterable[str]) -> list[str]:
    found = dict.fromkeys(document_ids)
    frontier = list(found)
    while frontier:
        frontier = [child for child in _children(tx, practice, "document", frontier) if child not in found]
        found.update(dict.fromkeys(frontier))
    return list(found)


def _children(tx: Tx, practice: str, kind: str, document_ids: Iterable[str]) -> list[str]:
    sql = (
        "SELECT id FROM record"
        " WHERE practice = ? AND system = 'provet' AND kind = ? AND parent <> '' AND parent IN (...)"
    )
    return [child for (child,) in execute_in(tx, sql, (practice, kind), document_ids)]


def _parents(tx: Tx, practice: str, document_ids: Iterable[str]) -> dict[str, str]:
    """What each of these documents credits, and what those credit, up to the tops of their chains."""
    parents: dict[str, str] = {}
    frontier = list(document_ids)
    while frontier:
        found = dict(execute_in(tx, f"SELECT id, parent {_OF_DOCUMENTS} AND id IN (...)", (practice,), frontier))
        parents |= found
        frontier = [parent for parent in found.values() if parent not in parents]
    return parents


def _move(tx: Tx, practice: str, kind: str, moves: list[tuple[str, str, str]]) -> list[str]:
    """Carry out (id, old family, new family); returns the families concerned."""
    real = [(record_id, old, new) for record_id, old, new in moves if old != new]
    tx.executemany(
        "UPDATE record SET family = ? WHERE practice = ? AND system = 'provet' AND kind = ? AND id = ?",
        [(new, practice, kind, record_id) for record_id, _, new in real],
    )
    return [family for _, old, new in real for family in (old, new) if family]
