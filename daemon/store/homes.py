"""Which invoice family a Provet document or payment belongs to.

Documents that credit or consolidate each other belong together, a payment to its document's family. All of it follows
only from what is stored, never from the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from daemon.core.family import invoice_family, whole_key
from daemon.store.codec import execute_in
from daemon.store.tx import Tx

_OF_DOCUMENTS = "FROM record WHERE practice = ? AND system = 'provet' AND kind = 'document'"
_OF_PAYMENTS = "FROM record WHERE practice = ? AND system = 'provet' AND kind = 'payment'"
_OF_KEYS = "FROM record_key WHERE practice = ? AND system = 'provet' AND kind = 'document'"
_WHOLE = whole_key("")


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


def originals(tx: Tx, practice: str, document_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(id, original) for every original that these documents consolidate, whether it is stored or not."""
    rows = execute_in(tx, f"SELECT id, name {_OF_KEYS} AND id IN (...)", (practice,), document_ids)
    return [(id_, name.removeprefix(_WHOLE)) for id_, name in rows if name.startswith(_WHOLE)]


def rehome_documents(tx: Tx, practice: str, document_ids: Iterable[str]) -> list[str]:
    """Put documents that are new or have other relations than before, and all that hangs on them, into their families.

    Whoever was or is related to a changed document must be among ``document_ids``. Returns the families that lost or
    gained a record.
    """
    homes = _homes(*_relations(tx, practice, document_ids))
    rows = execute_in(tx, f"SELECT id, family {_OF_DOCUMENTS} AND id IN (...)", (practice,), homes)
    moves = [(document, old, homes[document]) for document, old in rows]
    moved = _move(tx, practice, "document", moves)
    moved += rehome_payments(tx, practice, _children(tx, practice, "payment", homes))
    _take_along(tx, practice, {(old, new) for _, old, new in moves if old and old != new})
    return moved


def rehome_payments(tx: Tx, practice: str, payment_ids: Iterable[str]) -> list[str]:
    """Put payments that are new or lie on another document into that one's family; returns as for documents."""
    payments = execute_in(tx, f"SELECT id, family, parent {_OF_PAYMENTS} AND id IN (...)", (practice,), payment_ids)
    sql = f"SELECT id, family {_OF_DOCUMENTS} AND id IN (...)"
    homes = dict(execute_in(tx, sql, (practice,), (parent for _, _, parent in payments)))
    moves = [(payment, old, homes.get(parent, invoice_family(parent))) for payment, old, parent in payments]
    return _move(tx, practice, "payment", moves)


def _relations(tx: Tx, practice: str, document_ids: Iterable[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """All stored documents that these are related to, however far, with what each credits, and who is inside whom."""
    parents: dict[str, str] = {}
    inside: dict[tuple[str, str], None] = {}
    frontier = list(document_ids)
    seen = set(frontier)
    while frontier:
        found = dict(execute_in(tx, f"SELECT id, parent {_OF_DOCUMENTS} AND id IN (...)", (practice,), frontier))
        parents |= found
        pairs = originals(tx, practice, found) + _wholes(tx, practice, found)
        inside.update(dict.fromkeys(pairs))
        near = [*found.values(), *_children(tx, practice, "document", found), *(id_ for pair in pairs for id_ in pair)]
        frontier = [id_ for id_ in dict.fromkeys(near) if id_ and id_ not in seen]
        seen.update(frontier)
    return parents, [(whole, original) for whole, original in inside if whole in parents and original in parents]


def _wholes(tx: Tx, practice: str, document_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(id, original) for every document that consolidates one of these."""
    names = (whole_key(id_) for id_ in document_ids)
    rows = execute_in(tx, f"SELECT id, name {_OF_KEYS} AND name IN (...)", (practice,), names)
    return [(id_, name.removeprefix(_WHOLE)) for id_, name in rows]


def _homes(parents: Mapping[str, str], inside: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The family of each document: named after the top of its chain, of chains joined by consolidation the oldest."""
    tops = {document: root_of(document, parents) for document in parents}
    joined = {top: top for top in tops.values()}

    def first(top: str) -> str:
        while joined[top] != top:
            top = joined[top]
        return top

    for whole, original in inside:
        older, newer = sorted((first(tops[whole]), first(tops[original])), key=lambda id_: (len(id_), id_))
        joined[newer] = older
    return {document: invoice_family(first(top)) for document, top in tops.items()}


def _children(tx: Tx, practice: str, kind: str, document_ids: Iterable[str]) -> list[str]:
    sql = (
        "SELECT id FROM record"
        " WHERE practice = ? AND system = 'provet' AND kind = ? AND parent <> '' AND parent IN (...)"
    )
    return [child for (child,) in execute_in(tx, sql, (practice, kind), document_ids)]


def _move(tx: Tx, practice: str, kind: str, moves: list[tuple[str, str, str]]) -> list[str]:
    """Carry out (id, old family, new family); returns the families concerned."""
    real = [(record_id, old, new) for record_id, old, new in moves if old != new]
    tx.executemany(
        "UPDATE record SET family = ? WHERE practice = ? AND system = 'provet' AND kind = ? AND id = ?",
        [(new, practice, kind, record_id) for record_id, _, new in real],
    )
    return [family for _, old, new in real for family in (old, new) if family]


def _take_along(tx: Tx, practice: str, moves: Iterable[tuple[str, str]]) -> None:
    """What is known and under way of a family that went into another goes there too: writes of it still keep it busy,
    and what people decided stays decided."""
    rename = "UPDATE correction SET family = ?, body = json_set(body, '$.family', ?) WHERE practice = ?"
    busy = "family = ? AND status IN ('approved', 'applying', 'in_doubt')"
    known = "SELECT id FROM discrepancy WHERE practice = ? AND family = ?"
    stays = "SELECT 1 FROM record WHERE practice = ? AND family <> '' AND family = ? LIMIT 1"
    for old, new in sorted(moves):
        if tx.execute(stays, (practice, old)):
            continue
        tx.execute(f"{rename} AND {busy}", (new, new, practice, old))
        tx.execute(
            f"{rename} AND status = 'proposed' AND discrepancy_id IN ({known})", (new, new, practice, practice, old)
        )
        for table, living in (("intent", "status IN ('sent', 'in_doubt')"), ("discrepancy", "status <> 'closed'")):
            sql = f"UPDATE {table} SET family = ? WHERE practice = ? AND family = ? AND {living}"  # noqa: S608
            tx.execute(sql, (new, practice, old))
