"""What stands beside a family: credit that Provet applied to or of documents that have no partner in Xero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from daemon.core.family import Beside, Family
from daemon.core.ledger import CREDIT_APPLIED, credit_applied
from daemon.core.model import Document, Payment, System
from daemon.store.codec import execute_in, to_record
from daemon.store.surroundings import unlinked_documents
from daemon.store.tx import Tx


def with_beside(tx: Tx, practice: str, families: Sequence[Family]) -> list[Family]:
    """The families with what is beside them: asked for only where Provet applied credit, which is rare."""
    clients = {family.id: _clients(family) for family in families if _applied(family)}
    beside = _beside(tx, practice, [client for found in clients.values() for client in found])
    return [_with(family, clients[family.id], beside) if family.id in clients else family for family in families]


def _applied(family: Family) -> bool:
    return any(payment.method == CREDIT_APPLIED for payment in family.payments_of(System.PROVET))


def _clients(family: Family) -> list[str]:
    return list(dict.fromkeys(each.contact_id for each in family.of(System.PROVET) if each.contact_id))


def _with(family: Family, clients: Sequence[str], beside: Mapping[str, Sequence[Beside]]) -> Family:
    own = {document.id for document in family.of(System.PROVET)}
    found = (each for client in clients for each in beside.get(client, ()) if each.document.id not in own)
    return msgspec.structs.replace(family, beside=tuple(found))


def _beside(tx: Tx, practice: str, clients: Sequence[str]) -> dict[str, list[Beside]]:
    """By client, the Provet documents without a partner of which, or to which, Provet applied credit."""
    documents = [document for _, document in unlinked_documents(tx, practice, clients)]
    of_documents = (
        "SELECT b.body FROM record r JOIN record_body b"
        " ON b.practice = r.practice AND b.system = r.system AND b.kind = r.kind AND b.id = r.id"
        " WHERE r.practice = ? AND r.system = 'provet' AND r.kind = 'document' AND r.vanished = 0 AND r.id IN (...)"
    )
    of_payments = of_documents.replace("'document'", "'payment'").replace("r.id IN", "r.parent <> '' AND r.parent IN")
    payments = [to_record(body) for (body,) in execute_in(tx, of_payments, (practice,), documents)]
    credit = [each for each in payments if isinstance(each, Payment) and each.method == CREDIT_APPLIED]
    found: dict[str, list[Beside]] = {}
    for (body,) in execute_in(tx, of_documents, (practice,), (each.document_id for each in credit)):
        document = to_record(body)
        if isinstance(document, Document) and (applied := credit_applied(document, credit)):
            found.setdefault(document.contact_id, []).append(Beside(document=document, applied=applied))
    return found
