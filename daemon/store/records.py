"""Records of both systems as last seen: storing them, scanning for those that vanished, finding one.

Whatever changes here dirties the families concerned (``reach``). Nothing is ever deleted: what its system no longer
has is *vanished* and stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from daemon.core.family import CLIENT_KEY, client_family, lookup_keys
from daemon.core.model import Contact, Document, Kind, Record, Ref, System, digest
from daemon.store import counters, families
from daemon.store.codec import execute_in, moment, stamp, to_json, to_record
from daemon.store.homes import originals, rehome_documents, rehome_payments
from daemon.store.keys import linked
from daemon.store.reach import concerned
from daemon.store.tx import Tx

_CHUNK = 1000


class _Known(NamedTuple):
    """What is stored of a record, as far as the next version of it is judged by it."""

    digest: bytes
    updated_at: str
    parent: str
    vanished: int


class _Read(NamedTuple):
    """A record as just read."""

    record: Record
    digest: bytes
    updated_at: str

    def late(self, known: _Known | None) -> bool:
        return known is not None and self.updated_at < known.updated_at

    def changed(self, known: _Known | None) -> bool:
        return known is None or self.digest != known.digest


class _Batch(NamedTuple):
    """Records of one kind are about to be stored: where, what stands there, and the number that says "seen"."""

    practice: str
    system: System
    kind: Kind
    scan: int
    known: dict[str, _Known]

    @property
    def place(self) -> tuple[str, System, Kind]:
        return (self.practice, self.system, self.kind)


def upsert(tx: Tx, practice: str, records: Iterable[Record], *, scan: int = 0) -> int:
    """Store records as just read and dirty the families that a change concerns; returns how many changed.

    An answer older than what is stored changes nothing. ``scan`` is the number of the scan that read the records, 0
    when something else did; either way ``finish_scan`` takes them for seen.
    """
    groups: dict[tuple[System, Kind], dict[str, _Read]] = {}
    for record in records:
        ref = record.ref
        group = groups.setdefault((ref.system, ref.kind), {})
        if ref.id not in group or record.updated_at >= group[ref.id].record.updated_at:
            group[ref.id] = _Read(record, digest(record), stamp(record.updated_at))
    changed = 0
    for (system, kind), group in groups.items():
        seen_in = scan or counters.value(tx, _scan_name(practice, system, kind))
        batch = _Batch(practice, system, kind, seen_in, _known(tx, practice, system, kind, group))
        changed += _upsert_batch(tx, batch, group, in_scan=scan > 0)
    return changed


def _upsert_batch(tx: Tx, batch: _Batch, group: dict[str, _Read], *, in_scan: bool) -> int:
    known = batch.known
    current = {id_: read for id_, read in group.items() if not read.late(known.get(id_))}
    changed = {id_: read for id_, read in current.items() if read.changed(known.get(id_))}
    seen = group if in_scan else current
    returned = [id_ for id_ in seen if id_ in known and known[id_].vanished]
    before = concerned(tx, *batch.place, (id_ for id_ in changed if id_ in known))
    _write(
        tx,
        batch,
        {id_: read for id_, read in current.items() if id_ in changed or read.updated_at > known[id_].updated_at},
    )
    inside = _inside(tx, batch, changed)
    _write_lookups(tx, batch, changed)
    moved = _rehome(tx, batch, changed, inside ^ _inside(tx, batch, changed))
    _mark_seen(tx, batch, seen)
    after = concerned(tx, *batch.place, [*changed, *returned])
    families.mark(tx, batch.practice, [*before, *moved, *after, *_needy(tx, batch, changed)])
    return len(changed)


def _needy(tx: Tx, batch: _Batch, reads: dict[str, _Read]) -> list[str]:
    """Families that look at each other: clients without a contact whose documents changed, documents of new clients."""
    if (batch.system, batch.kind) == (System.PROVET, Kind.CONTACT):
        return _documents_of(tx, batch.practice, [id_ for id_ in reads if id_ not in batch.known])
    if (batch.system, batch.kind) != (System.PROVET, Kind.DOCUMENT):
        return []
    documents = [read.record for read in reads.values() if isinstance(read.record, Document)]
    clients = sorted({document.contact_id for document in documents if document.contact_id})
    known = {client for client, _ in linked(tx, batch.practice, System.PROVET, Kind.CONTACT, clients)}
    return [client_family(client) for client in clients if client not in known]


def _documents_of(tx: Tx, practice: str, clients: Sequence[str]) -> list[str]:
    """The families of the Provet documents of these clients."""
    rows = execute_in(
        tx,
        "SELECT DISTINCT r.family FROM record_key k JOIN record r ON r.practice = k.practice AND r.system = k.system"
        " AND r.kind = k.kind AND r.id = k.id WHERE k.practice = ? AND k.system = 'provet' AND k.kind = 'document'"
        " AND k.name IN (...)",
        (practice,),
        [f"{CLIENT_KEY}{client}" for client in clients],
    )
    return [family for (family,) in rows if family]


def _known(tx: Tx, practice: str, system: System, kind: Kind, ids: Iterable[str]) -> dict[str, _Known]:
    sql = (
        "SELECT id, digest, updated_at, parent, vanished FROM record"
        " WHERE practice = ? AND system = ? AND kind = ? AND id IN (...)"
    )
    return {id_: _Known(*row) for id_, *row in execute_in(tx, sql, (practice, system, kind), ids)}


def _write(tx: Tx, batch: _Batch, reads: dict[str, _Read]) -> None:
    tx.executemany(
        "INSERT INTO record (practice, system, kind, id, digest, updated_at, family, parent, day, scan, vanished)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (practice, system, kind, id) DO UPDATE SET"
        " digest = excluded.digest, updated_at = excluded.updated_at, parent = excluded.parent, day = excluded.day",
        [
            (
                *batch.place,
                id_,
                read.digest,
                read.updated_at,
                _first_family(read.record),
                _parent(read.record),
                _day(read.record),
                batch.scan,
            )
            for id_, read in reads.items()
        ],
    )
    tx.executemany(
        "INSERT INTO record_body (practice, system, kind, id, body) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (practice, system, kind, id) DO UPDATE SET body = excluded.body",
        [(*batch.place, id_, to_json(read.record)) for id_, read in reads.items()],
    )


def _first_family(record: Record) -> str:
    """The family of a new record; documents and payments of Provet get theirs once they are stored (``homes``)."""
    return client_family(record.id) if isinstance(record, Contact) and record.system is System.PROVET else ""


def _parent(record: Record) -> str:
    match record:
        case Contact():
            return record.merged_into
        case Document():
            return record.credits if record.system is System.PROVET else record.contact_id
        case _:
            return record.document_id


def _day(record: Record) -> str:
    return "" if isinstance(record, Contact) else record.date.isoformat()


def _write_lookups(tx: Tx, batch: _Batch, reads: dict[str, _Read]) -> None:
    """Replace the keys and allocations of changed records."""
    sql = "DELETE FROM record_key WHERE practice = ? AND system = ? AND kind = ? AND id IN (...)"
    execute_in(tx, sql, batch.place, (id_ for id_ in reads if id_ in batch.known))
    tx.executemany(
        "INSERT INTO record_key (practice, system, kind, id, name) VALUES (?, ?, ?, ?, ?)",
        [(*batch.place, id_, key) for id_, read in reads.items() for key in dict.fromkeys(lookup_keys(read.record))],
    )
    documents = [read.record for read in reads.values() if isinstance(read.record, Document)]
    if batch.system is System.PROVET or not documents:
        return
    credit_ids = [document.id for document in documents]
    execute_in(tx, "DELETE FROM allocation WHERE practice = ? AND credit_id IN (...)", (batch.practice,), credit_ids)
    named = dict.fromkeys(
        (batch.practice, credit.id, to.document_id) for credit in documents for to in credit.allocations
    )
    tx.executemany("INSERT INTO allocation (practice, credit_id, invoice_id) VALUES (?, ?, ?)", named)


def _inside(tx: Tx, batch: _Batch, reads: dict[str, _Read]) -> set[tuple[str, str]]:
    """(consolidated invoice, original) as the stored keys of Provet documents tell it."""
    if (batch.system, batch.kind) != (System.PROVET, Kind.DOCUMENT):
        return set()
    return set(originals(tx, batch.practice, reads))


def _rehome(tx: Tx, batch: _Batch, reads: dict[str, _Read], inside: set[tuple[str, str]]) -> list[str]:
    """Put Provet records whose place may have changed into their families; returns those that lost or gained one.

    ``inside`` are the pairs of consolidated invoice and original that are new or gone.
    """
    if batch.system is System.XERO or batch.kind is Kind.CONTACT:
        return []
    known = batch.known
    moved = [id_ for id_, read in reads.items() if id_ not in known or known[id_].parent != _parent(read.record)]
    if batch.kind is Kind.PAYMENT:
        return rehome_payments(tx, batch.practice, moved)
    left = [known[id_].parent for id_ in moved if id_ in known]
    return rehome_documents(tx, batch.practice, [*moved, *left, *(id_ for pair in inside for id_ in pair)])


def _mark_seen(tx: Tx, batch: _Batch, ids: Iterable[str]) -> None:
    sql = (
        "UPDATE record SET scan = CASE WHEN scan < ? THEN ? ELSE scan END, vanished = 0"
        " WHERE practice = ? AND system = ? AND kind = ? AND (scan < ? OR vanished = 1) AND id IN (...)"
    )
    execute_in(tx, sql, (batch.scan, batch.scan, *batch.place, batch.scan), ids)


def _scan_name(practice: str, system: System, kind: Kind) -> str:
    return f"scan/{practice}/{system}/{kind}"


def seen(tx: Tx, practice: str, system: System, kind: Kind, ids: Sequence[str], scan: int) -> None:
    """Take records for seen by a scan that found them as they are stored."""
    batch = _Batch(practice, system, kind, scan, {})
    vanished = [id_ for id_, known in _known(tx, practice, system, kind, ids).items() if known.vanished]
    _mark_seen(tx, batch, ids)
    families.mark(tx, practice, concerned(tx, practice, system, kind, vanished))


def begin_scan(tx: Tx, practice: str, system: System, kind: Kind) -> int:
    """Start a full comparison of one kind and return its number; one that was never finished is forgotten."""
    return counters.take(tx, _scan_name(practice, system, kind))


def finish_scan(tx: Tx, practice: str, system: System, kind: Kind, scan: int, *, before: datetime) -> int:
    """Take for vanished what nothing has read since that scan began, and dirty its families; returns how many.

    Only what last changed ``before``: lists may show a change late, and a new record is then not gone.
    """
    count, last = 0, ""
    while rows := tx.execute(
        "SELECT id FROM record WHERE practice = ? AND system = ? AND kind = ? AND scan < ? AND vanished = 0 AND id > ?"
        " AND updated_at < ? ORDER BY id LIMIT ?",
        (practice, system, kind, scan, last, stamp(before), _CHUNK),
    ):
        ids = [id_ for (id_,) in rows]
        sql = "UPDATE record SET vanished = 1 WHERE practice = ? AND system = ? AND kind = ? AND id IN (...)"
        execute_in(tx, sql, (practice, system, kind), ids)
        families.mark(tx, practice, concerned(tx, practice, system, kind, ids))
        count, last = count + len(ids), ids[-1]
    return count


def unseen(tx: Tx, practice: str, system: System, kind: Kind, scan: int) -> tuple[int, int]:
    """How many living records that scan has not seen, and how many live in all."""
    rows = tx.execute(
        "SELECT COALESCE(SUM(CASE WHEN scan < ? THEN 1 ELSE 0 END), 0), COUNT(*) FROM record"
        " WHERE practice = ? AND system = ? AND kind = ? AND vanished = 0",
        (scan, practice, system, kind),
    )
    return int(rows[0][0]), int(rows[0][1])


def counts(tx: Tx, practice: str) -> dict[tuple[System, Kind], int]:
    """How many records live, by system and kind; what has none is left out."""
    rows = tx.execute(
        "SELECT system, kind, COUNT(*) FROM record WHERE practice = ? AND vanished = 0 GROUP BY system, kind"
        " ORDER BY system, kind",
        (practice,),
    )
    return {(System(system), Kind(kind)): int(count) for system, kind, count in rows}


def updated(tx: Tx, practice: str, system: System, kind: Kind, ids: Sequence[str]) -> dict[str, datetime]:
    """When those of these records that are stored were last changed, by their own system's word."""
    return {id_: moment(known.updated_at) for id_, known in _known(tx, practice, system, kind, ids).items()}


def get(tx: Tx, practice: str, ref: Ref) -> Record | None:
    """A record as last seen, also when it has vanished since."""
    rows = tx.execute(
        "SELECT body FROM record_body WHERE practice = ? AND system = ? AND kind = ? AND id = ?",
        (practice, ref.system, ref.kind, ref.id),
    )
    return to_record(rows[0][0]) if rows else None


def find(tx: Tx, practice: str, system: System, key: str) -> list[Record]:
    """The living records of a system with that lookup key (``daemon.core.family.lookup_keys``), by id."""
    rows = tx.execute(
        "SELECT b.body FROM record_key k"
        " JOIN record r ON r.practice = k.practice AND r.system = k.system AND r.kind = k.kind AND r.id = k.id"
        " JOIN record_body b ON b.practice = k.practice AND b.system = k.system AND b.kind = k.kind AND b.id = k.id"
        " WHERE k.practice = ? AND k.system = ? AND k.name = ? AND r.vanished = 0 ORDER BY k.kind, k.id",
        (practice, system, key),
    )
    return [to_record(body) for (body,) in rows]
