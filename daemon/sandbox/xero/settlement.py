"""How payments and allocations change the documents on both sides (``docs/reference/xero.md`` 9, 10.3)."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.kinds import INVOICE, kind_of
from daemon.sandbox.xero.records import Document
from daemon.sandbox.xero.wire import ZERO


def settle(context: Context, document: Document, *, paid: Decimal = ZERO, credited: Decimal = ZERO) -> Document:
    """Add to (or take from) what is settled; the payment or allocation itself is already stored or gone."""
    changed = replace(document, paid=document.paid + paid, credited=document.credited + credited, updated=context.now)
    return save_document(context, with_settled_status(context, changed))


def with_settled_status(context: Context, document: Document) -> Document:
    """PAID with its date when nothing is outstanding, AUTHORISED again when something is."""
    if document.status not in ("AUTHORISED", "PAID"):
        return document
    if document.outstanding:
        return replace(document, status="AUTHORISED", fully_paid_on=None)
    ledger = context.ledger
    days = [payment.day for payment in ledger.payments.find("document", document.id)]
    side = "invoice" if kind_of(document) is INVOICE else "credit"
    days += [allocation.day for allocation in ledger.allocations.find(side, document.id)]
    return replace(document, status="PAID", fully_paid_on=max(days, default=document.day))


def save_document(context: Context, document: Document) -> Document:
    """Store a document and tell of the change."""
    kind = kind_of(document)
    rows = kind.rows(context.ledger)
    event = "UPDATE" if rows.get(document.id) else "CREATE"
    data = None if kind is INVOICE else {"Type": document.type, "Status": document.status}
    context.tell(kind.category, event, kind.plural, document.id, data)
    return rows.put(document)
