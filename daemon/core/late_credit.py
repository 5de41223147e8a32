"""Credit notes and invoices that correct a document which may not be edited any more: they count as part of it.

Xero takes no change of a document dated on or before a lock date (docs/reference/xero.md 15), nor of the amounts of one
that money or credit is set against (8.5): what is less then is credited apart, what is more invoiced apart. A document
that is credited whole is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from daemon.core.family import Family, corrected_document, marked_document, marked_partner
from daemon.core.model import ZERO, Document, DocumentStatus, Kind, Line, Payment, System, Value

SPLIT = "split over two documents"
"""What locks a payment that stands as two in Xero: it cannot be deleted as one."""
_KEY = "late-credit:"


class Supplement(Value, frozen=True, kw_only=True):
    """An invoice that another one is more by since: ``key`` names it in steps, ``left`` is due on it."""

    key: str
    number: str
    left: Decimal


def late_key(number: str) -> str:
    """The name of such a correction where a Provet document's id is expected."""
    return f"{_KEY}{number}"


def late_credits(family: Family) -> dict[str, tuple[Document, ...]]:
    """The living documents that bear the mark of a correction, by the Xero document that they correct."""
    found: dict[str, tuple[Document, ...]] = {}
    for note in family.of(System.XERO):
        if note.status is DocumentStatus.FINAL and corrected_document(note):
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
    """The family with corrected documents as they are with their corrections, and what is set against these."""
    if not late:
        return family
    notes = {note.id for own in late.values() for note in own}
    paid = {p.document_id for p in family.payments_of(System.XERO) if not p.cancelled}
    kept = (_with(d, late.get(d.id, ()), paid=d.id in paid) for d in family.documents if d.id not in notes)
    whole = {more.id: id_ for id_, own in late.items() for more in own if not more.credit}
    return msgspec.structs.replace(
        family,
        documents=tuple(_set_off(d, whole) for d in kept),
        payments=_moved(family.payments, whole),
        on_paper={d.id: d.gross for d in family.documents if d.id in late},
    )


def _with(document: Document, late: tuple[Document, ...], *, paid: bool) -> Document:
    if not late:
        return document
    notes, more = [e for e in late if e.credit], [e for e in late if not e.credit]
    own = _sum(a.amount for note in notes for a in note.allocations if a.document_id == document.id)
    left = document.gross - _sum(note.gross for note in notes) + _sum(e.gross for e in more)
    whole = not left and not paid and not more and document.credited == own
    return msgspec.structs.replace(
        document,
        status=DocumentStatus.VOID if whole else document.status,
        gross=left,
        tax=document.tax - _sum(note.tax for note in notes) + _sum(e.tax for e in more),
        lines=(
            *document.lines,
            *(_less(line) for note in notes for line in note.lines),
            *(line for e in more for line in e.lines),
        ),
        credited=document.credited - own + _sum(e.credited for e in more),
        balance=document.balance - _sum(note.balance for note in notes) + _sum(e.balance for e in more),
    )


def _set_off(document: Document, whole: Mapping[str, str]) -> Document:
    """A credit note with what is set against a supplement as set against the document that this is part of."""
    if not any(a.document_id in whole for a in document.allocations):
        return document
    named = (
        msgspec.structs.replace(a, document_id=whole.get(a.document_id, a.document_id)) for a in document.allocations
    )
    return msgspec.structs.replace(document, allocations=tuple(named))


def _moved(payments: Iterable[Payment], whole: Mapping[str, str]) -> tuple[Payment, ...]:
    """Payments of supplements as payments of the whole; two of one mark are one, which nobody removes as such."""
    found: dict[tuple[str, str], Payment] = {}
    for payment in payments:
        on = whole.get(payment.document_id, payment.document_id)
        part = (
            payment.note if marked_partner(payment) and not payment.cancelled and on in whole.values() else payment.id
        )
        other = found.get((on, part))
        if other is None:
            found[on, part] = msgspec.structs.replace(payment, document_id=on)
        else:
            found[on, part] = msgspec.structs.replace(other, amount=other.amount + payment.amount, batch_id=SPLIT)
    return tuple(found.values())


def supplements_of(family: Family, late: Mapping[str, tuple[Document, ...]]) -> dict[str, tuple[Supplement, ...]]:
    """The invoices that belong to others, by the Xero document that they are part of."""
    paid: dict[str, Decimal] = {}
    for payment in family.payments_of(System.XERO):
        if not payment.cancelled:
            paid[payment.document_id] = paid.get(payment.document_id, ZERO) + payment.amount
    return {
        id_: tuple(
            Supplement(key=late_key(e.number), number=e.number, left=e.gross - e.credited - paid.get(e.id, ZERO))
            for e in own
            if not e.credit
        )
        for id_, own in late.items()
    }


def refunds_of(family: Family, late: Mapping[str, tuple[Document, ...]]) -> dict[str, tuple[Payment, ...]]:
    """The living refunds of corrections, by the Xero document that they correct."""
    living = [payment for payment in family.payments_of(System.XERO) if not payment.cancelled]
    found = {}
    for corrected, notes in late.items():
        ids = {note.id for note in notes if note.credit}
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
