"""Write-offs: Provet's payments of certain types, in Xero a payment to their account or a credit note coded to it.

Provet has no write-off but a payment method that pays what nobody will (docs/reference/provet.md P-29). A credit note
in Xero all of whose lines name a write-off account, set against an invoice, stands for such a payment; once it was
taken for one it stays one, whatever account settings name later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from daemon.core.family import Family, linked, marked_document
from daemon.core.model import ZERO, Document, DocumentStatus, Kind, Payment, System
from daemon.core.rules import Rules

WRITE_OFF_CREDIT = "write-off credit"
"""What locks a payment that is a credit note in truth: it cannot be deleted as payments are."""
_KEY = "write-off:"


def is_write_off(payment: Payment, rules: Rules) -> bool:
    """Whether a Provet payment writes off."""
    return payment.method in rules.write_off_types


def write_off_type(account: str, rules: Rules) -> str:
    """The Provet payment type of what is booked to a write-off account in Xero; "" for any other account."""
    return next((kind for kind in rules.write_off_types if rules.payments.get(kind) == account), "")


def credit_key(payment_id: str) -> str:
    """The name of the credit note of a write-off where a Provet document's id is expected."""
    return f"{_KEY}{payment_id}"


def write_offs(family: Family, rules: Rules) -> dict[str, Document]:
    """The credit notes in Xero that write off, by id."""
    return {note.id: note for note in family.of(System.XERO) if _writes_off(note, family, rules)}


def with_write_offs(family: Family, notes: Mapping[str, Document]) -> Family:
    """The family with credit notes that write off shown as the payments they stand for, one for each invoice."""
    if not notes:
        return family
    payments = [_as_payment(note, document_id, amount) for note in notes.values() for document_id, amount in _of(note)]
    return msgspec.structs.replace(
        family,
        documents=tuple(_without(d, payments) for d in family.documents if d.id not in notes),
        payments=(*family.payments, *payments),
    )


def _writes_off(note: Document, family: Family, rules: Rules) -> bool:
    if not note.credit or note.status is not DocumentStatus.FINAL or marked_document(note) or not note.allocations:
        return False
    link = linked(family.links, Kind.DOCUMENT, xero_id=note.id)
    made = link is not None and link.provet_id.startswith(_KEY)
    if made or linked(family.links, Kind.PAYMENT, xero_id=note.id) is not None:
        return True
    return link is None and bool(note.lines) and all(write_off_type(line.account, rules) for line in note.lines)


def _of(note: Document) -> list[tuple[str, Decimal]]:
    """What of a note is set against which invoice."""
    found: dict[str, Decimal] = {}
    for allocation in note.allocations:
        found[allocation.document_id] = found.get(allocation.document_id, ZERO) + allocation.amount
    return list(found.items())


def _as_payment(note: Document, document_id: str, amount: Decimal) -> Payment:
    return Payment(
        system=System.XERO,
        id=note.id,
        updated_at=note.updated_at,
        document_id=document_id,
        amount=amount,
        date=max(a.date for a in note.allocations if a.document_id == document_id),
        method=note.lines[0].account,
        note=note.reference,
        batch_id=WRITE_OFF_CREDIT,
    )


def _without(document: Document, payments: Sequence[Payment]) -> Document:
    """An invoice without the credit that is shown as payments."""
    own = sum((p.amount for p in payments if p.document_id == document.id), ZERO)
    return msgspec.structs.replace(document, credited=document.credited - own) if own else document
