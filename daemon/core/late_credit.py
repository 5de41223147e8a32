"""Credit notes that correct a document which may not be edited any more: they count as part of that document.

Xero takes no change of a document dated on or before a lock date (docs/reference/xero.md 15), nor of the amounts of one
that money or credit is set against (8.5): what is less then is credited apart. One that is credited whole is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from daemon.core.family import Family, corrected_document, marked_document
from daemon.core.model import ZERO, Document, DocumentStatus, Kind, Line, Payment, System

_KEY = "late-credit:"


def late_key(number: str) -> str:
    """The name of a late credit where a Provet document's id is expected."""
    return f"{_KEY}{number}"


def late_credits(family: Family) -> dict[str, tuple[Document, ...]]:
    """The living credit notes that bear the mark of a correction, by the Xero document that they correct."""
    found: dict[str, tuple[Document, ...]] = {}
    for note in family.of(System.XERO):
        if note.credit and note.status is DocumentStatus.FINAL and corrected_document(note):
            corrected = _corrected(note, family)
            if corrected is not None:
                found[corrected.id] = (*found.get(corrected.id, ()), note)
    return found


def _corrected(note: Document, family: Family) -> Document | None:
    """What a note is set against of that which its mark names, else its partner."""
    marked = corrected_document(note)
    links = [e.xero_id for e in family.links if e.kind is Kind.DOCUMENT and e.provet_id == marked]
    invoices = {d.id: d for d in family.of(System.XERO) if not d.credit and d.status is DocumentStatus.FINAL}
    named = [d.id for d in invoices.values() if marked_document(d) == marked]
    ids = [a.document_id for a in note.allocations if a.document_id in (*links, *named)]
    return next((invoices[id_] for id_ in (*ids, *links) if id_ in invoices), None)


def with_late_credits(family: Family, late: Mapping[str, tuple[Document, ...]]) -> Family:
    """The family with corrected documents as they are with their corrections."""
    if not late:
        return family
    notes = {note.id for own in late.values() for note in own}
    paid = {p.document_id for p in family.payments_of(System.XERO) if not p.cancelled}
    kept = (_with(d, late.get(d.id, ()), paid=d.id in paid) for d in family.documents if d.id not in notes)
    return msgspec.structs.replace(family, documents=tuple(kept))


def _with(document: Document, notes: tuple[Document, ...], *, paid: bool) -> Document:
    if not notes:
        return document
    own = _sum(a.amount for note in notes for a in note.allocations if a.document_id == document.id)
    left = document.gross - _sum(note.gross for note in notes)
    whole = not left and not paid and document.credited == own
    return msgspec.structs.replace(
        document,
        status=DocumentStatus.VOID if whole else document.status,
        gross=left,
        tax=document.tax - _sum(note.tax for note in notes),
        lines=(*document.lines, *(_less(line) for note in notes for line in note.lines)),
        credited=document.credited - own,
        balance=document.balance - _sum(note.balance for note in notes),
    )


def refunds_of(family: Family, late: Mapping[str, tuple[Document, ...]]) -> dict[str, tuple[Payment, ...]]:
    """The living refunds of corrections, by the Xero document that they correct."""
    living = [payment for payment in family.payments_of(System.XERO) if not payment.cancelled]
    found = {}
    for corrected, notes in late.items():
        ids = {note.id for note in notes}
        found[corrected] = tuple(payment for payment in living if payment.document_id in ids)
    return found


def strayed_of(late: Mapping[str, tuple[Document, ...]]) -> dict[str, Decimal]:
    """What of corrections is set against other documents, by the Xero document that they correct."""
    return {
        id_: _sum(a.amount for note in notes for a in note.allocations if a.document_id != id_)
        for id_, notes in late.items()
    }


def _less(line: Line) -> Line:
    return msgspec.structs.replace(line, gross=-line.gross, tax=-line.tax)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
