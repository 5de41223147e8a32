"""Collecting what families look at: their Provet records, and the records of Xero that may be their partners.

Every family starts with its own Provet records; each step follows one kind of reference from what the families see to
what they see next, for all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from daemon.core.family import WALK_IN, Family
from daemon.core.model import Contact, Document, Kind, Link, Payment, Record, System
from daemon.store import keys, links
from daemon.store.beside import with_beside
from daemon.store.codec import execute_in, to_record
from daemon.store.reach import MERGES_MAX
from daemon.store.surroundings import Surroundings, look_around, waiting_documents
from daemon.store.tx import Tx

Key = tuple[str, str, str]
"""System, kind and id of a record."""

Pairs = Iterable[tuple[str, str]]
RecordClass = tuple[System, Kind]

_PROVET_CONTACT, _XERO_CONTACT = (System.PROVET, Kind.CONTACT), (System.XERO, Kind.CONTACT)
_PROVET_DOCUMENT, _XERO_DOCUMENT = (System.PROVET, Kind.DOCUMENT), (System.XERO, Kind.DOCUMENT)
_PROVET_PAYMENT, _XERO_PAYMENT = (System.PROVET, Kind.PAYMENT), (System.XERO, Kind.PAYMENT)


def gather(tx: Tx, practice: str, family_ids: Sequence[str]) -> list[Family]:
    """The families in the order asked for; those of which nothing is stored are empty."""
    gathering = _Gathering(tx, practice, family_ids)
    gathering.start()
    gathering.follow(_PROVET_DOCUMENT, _XERO_DOCUMENT, gathering.linked(Kind.DOCUMENT), gathering.keyed(Kind.DOCUMENT))
    gathering.follow(_XERO_DOCUMENT, _XERO_PAYMENT, gathering.payments)
    gathering.follow(_XERO_DOCUMENT, _XERO_DOCUMENT, gathering.allocating)
    gathering.follow(_PROVET_PAYMENT, _XERO_PAYMENT, gathering.linked(Kind.PAYMENT))
    gathering.follow(_PROVET_CONTACT, _XERO_CONTACT, gathering.keyed(Kind.CONTACT))
    gathering.follow(_PROVET_DOCUMENT, _PROVET_CONTACT, gathering.clients)
    gathering.follow(_PROVET_CONTACT, _XERO_CONTACT, gathering.linked(Kind.CONTACT))
    for _ in range(MERGES_MAX):
        gathering.follow(_XERO_CONTACT, _XERO_CONTACT, gathering.merged)
    return gathering.families()


class _Gathering:
    """What each family sees so far (``views``), and the records read so far."""

    def __init__(self, tx: Tx, practice: str, family_ids: Sequence[str]) -> None:
        self._tx = tx
        self._practice = practice
        self._wanted = family_ids
        self._views: dict[str, dict[Key, None]] = {family: {} for family in family_ids}
        self._records: dict[Key, Record] = {}
        self._vanished: dict[Key, None] = {}

    def start(self) -> None:
        """See the Provet records of the families themselves."""
        rows = execute_in(
            self._tx,
            "SELECT family, system, kind, id FROM record WHERE practice = ? AND family <> '' AND family IN (...)",
            (self._practice,),
            self._views,
        )
        for family, *key in rows:
            self._views[family][tuple(key)] = None
        for family, document in waiting_documents(self._tx, self._practice, self._views):
            self._views[family][(*_PROVET_DOCUMENT, document)] = None
        self._read()

    def follow(self, source: RecordClass, target: RecordClass, *references: Callable[[list[str]], Pairs]) -> None:
        """Whoever sees the first record of a pair sees the second from now on."""
        ids = self._ids(source)
        onward: dict[str, list[Key]] = {}
        for id_, next_id in chain.from_iterable(reference(ids) for reference in references):
            onward.setdefault(id_, []).append((*target, next_id))
        for view in self._views.values():
            for id_ in _ids(view, source):
                view.update(dict.fromkeys(onward.get(id_, ())))

    def linked(self, kind: Kind) -> Callable[[list[str]], Pairs]:
        return lambda ids: keys.linked(self._tx, self._practice, System.PROVET, kind, ids)

    def keyed(self, kind: Kind) -> Callable[[list[str]], Pairs]:
        return lambda ids: keys.keyed(self._tx, self._practice, System.PROVET, kind, ids)

    def payments(self, xero_documents: list[str]) -> Pairs:
        return self._pairs(
            "SELECT parent, id FROM record WHERE practice = ? AND system = 'xero' AND kind = 'payment'"
            " AND parent <> '' AND parent IN (...)",
            xero_documents,
        )

    def allocating(self, xero_documents: list[str]) -> Pairs:
        """Invoices with the credit notes whose allocations name them."""
        return self._pairs(
            "SELECT invoice_id, credit_id FROM allocation WHERE practice = ? AND invoice_id IN (...)", xero_documents
        )

    def merged(self, xero_contacts: list[str]) -> Pairs:
        return self._pairs(
            "SELECT id, parent FROM record WHERE practice = ? AND system = 'xero' AND kind = 'contact'"
            " AND parent <> '' AND id IN (...)",
            xero_contacts,
        )

    def clients(self, provet_documents: list[str]) -> Pairs:
        """Documents with their clients; anonymous ones with every stand-in that there is."""
        documents = [self._records[(*_PROVET_DOCUMENT, id_)] for id_ in provet_documents]
        known = [(each.id, each.contact_id) for each in documents if isinstance(each, Document)]
        walk_ins = self._walk_ins() if not all(client for _, client in known) else []
        return [(id_, each) for id_, client in known for each in ([client] if client else walk_ins)]

    def _walk_ins(self) -> list[str]:
        rows = self._tx.execute(
            "SELECT id FROM record WHERE practice = ? AND system = 'provet' AND kind = 'contact' AND id >= ? AND id < ?"
            " ORDER BY id",
            (self._practice, WALK_IN, f"{WALK_IN[:-1]};"),
        )
        return [id_ for (id_,) in rows]

    def _pairs(self, sql: str, ids: list[str]) -> Pairs:
        return [(id_, next_id) for id_, next_id in execute_in(self._tx, sql, (self._practice,), ids)]

    def _read(self) -> None:
        """Read all records that are seen and not read yet."""
        missing: dict[RecordClass, list[str]] = {}
        for key in dict.fromkeys(chain.from_iterable(self._views.values())):
            if key not in self._records:
                missing.setdefault((System(key[0]), Kind(key[1])), []).append(key[2])
        for class_, ids in missing.items():
            for id_, vanished, body in execute_in(
                self._tx,
                "SELECT r.id, r.vanished, b.body FROM record r JOIN record_body b"
                " ON b.practice = r.practice AND b.system = r.system AND b.kind = r.kind AND b.id = r.id"
                " WHERE r.practice = ? AND r.system = ? AND r.kind = ? AND r.id IN (...)",
                (self._practice, *class_),
                ids,
            ):
                self._records[(*class_, id_)] = to_record(body)
                if vanished:
                    self._vanished[(*class_, id_)] = None

    def families(self) -> list[Family]:
        """Read what is missing and hand out everything, in an order that only the ids decide."""
        self._read()
        found = self._links()
        surroundings = look_around(self._tx, self._practice, self._clients())
        busy = under_way(self._tx, self._practice, self._wanted)
        families = [self._family(family, found, surroundings, busy=family in busy) for family in self._wanted]
        return with_beside(self._tx, self._practice, families)

    def _clients(self) -> list[Contact]:
        """The Provet clients that any family sees."""
        clients = (self._records.get((*_PROVET_CONTACT, id_)) for id_ in self._ids(_PROVET_CONTACT))
        return [client for client in clients if isinstance(client, Contact)]

    def _family(self, family: str, found: dict[Key, list[Link]], surroundings: Surroundings, *, busy: bool) -> Family:
        clients = _ids(self._views[family], _PROVET_CONTACT)
        contacts = _ids(self._views[family], _XERO_CONTACT)
        seen = sorted(key for key in self._views[family] if key in self._records)
        records = [self._records[key] for key in seen]
        pairs = {(link.kind, link.provet_id, link.xero_id): link for key in seen for link in found.get(key, ())}
        return Family(
            practice=self._practice,
            id=family,
            documents=tuple(record for record in records if isinstance(record, Document)),
            payments=tuple(record for record in records if isinstance(record, Payment)),
            contacts=tuple(record for record in records if isinstance(record, Contact)),
            links=tuple(pairs[pair] for pair in sorted(pairs)),
            held_contacts={client: surroundings.held[client] for client in clients if client in surroundings.held},
            taken_names=tuple(sorted({name for client in clients for name in surroundings.taken.get(client, ())})),
            owing={id_: surroundings.owing[id_] for id_ in contacts if id_ in surroundings.owing},
            vanished=tuple(f"{kind}/{id_}" for system, kind, id_ in seen if (system, kind, id_) in self._vanished),
            busy=busy,
        )

    def _links(self) -> dict[Key, list[Link]]:
        """The links of every record that is seen, by either of their records; with a credit note those of what it is
        set against."""
        found: dict[Key, list[Link]] = {}
        for system in System:
            for kind in Kind:
                for id_, link in self._links_of(system, kind, self._ids((system, kind))):
                    found.setdefault((system, kind, id_), []).append(link)
        against: dict[str, list[str]] = {}
        sql = "SELECT credit_id, invoice_id FROM allocation WHERE practice = ? AND credit_id IN (...)"
        for note, invoice in self._pairs(sql, self._ids(_XERO_DOCUMENT)):
            against.setdefault(invoice, []).append(note)
        for invoice, link in self._links_of(*_XERO_DOCUMENT, against):
            for note in against[invoice]:
                found.setdefault((*_XERO_DOCUMENT, note), []).append(link)
        return found

    def _links_of(self, system: System, kind: Kind, ids: Iterable[str]) -> Iterator[tuple[str, Link]]:
        sql = f"SELECT body FROM link WHERE practice = ? AND kind = ? AND {system}_id IN (...)"  # noqa: S608
        for (body,) in execute_in(self._tx, sql, (self._practice, kind), ids):
            link = links.decode(body)
            yield link.provet_id if system is System.PROVET else link.xero_id, link

    def _ids(self, class_: RecordClass) -> list[str]:
        """The records of a class that any family sees."""
        return list(dict.fromkeys(id_ for view in self._views.values() for id_ in _ids(view, class_)))


def _ids(view: dict[Key, None], class_: RecordClass) -> list[str]:
    return [id_ for system, kind, id_ in view if (system, kind) == class_]


def under_way(tx: Tx, practice: str, family_ids: Sequence[str]) -> set[str]:
    """The families with a write that is decided, under way or in doubt."""
    decided = (
        "SELECT family FROM correction"
        " WHERE practice = ? AND status IN ('approved', 'applying', 'in_doubt') AND family IN (...)"
    )
    sent = "SELECT family FROM intent WHERE practice = ? AND status IN ('sent', 'in_doubt') AND family IN (...)"
    return {family for sql in (decided, sent) for (family,) in execute_in(tx, sql, (practice,), family_ids)}
