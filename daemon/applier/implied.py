"""Records as they must stand after a step whose answer does not show them, taken from what is stored."""

from __future__ import annotations

from daemon.applier.outcomes import cancelled, with_allocation, with_less_credit, without_allocation
from daemon.core.contact_form import merged
from daemon.core.correction import Allocate, CancelPayment, Deallocate, Step, UpdateClient
from daemon.core.model import Contact, Document, Kind, Payment, Record, Ref, System
from daemon.store import links, records
from daemon.store.tx import Tx


def implied(tx: Tx, practice: str, step: Step) -> tuple[Record, ...]:
    """What a carried out step makes of the stored records; nothing for steps whose answers say it."""
    match step:
        case Allocate():
            note, invoice = _partner(tx, practice, step.credit_id), _partner(tx, practice, step.invoice_id)
            return (with_allocation(note, step, invoice.id),) if note and invoice else ()
        case Deallocate():
            return _deallocated(tx, practice, step)
        case UpdateClient():
            client = records.get(tx, practice, Ref(system=System.PROVET, kind=Kind.CONTACT, id=step.client_id))
            return (merged(client, step.contact, step.fields),) if isinstance(client, Contact) else ()
        case CancelPayment():
            paid = records.get(tx, practice, Ref(system=System.PROVET, kind=Kind.PAYMENT, id=step.payment_id))
            return (cancelled(paid),) if isinstance(paid, Payment) else ()
        case _:
            return ()


def _deallocated(tx: Tx, practice: str, step: Deallocate) -> tuple[Record, ...]:
    """The credit note without the allocation, and its invoice with that much less credited."""
    note = _stored(tx, practice, step.xero_credit_id)
    if note is None:
        return ()
    taken = next((allocation for allocation in note.allocations if allocation.id == step.allocation_id), None)
    invoice = _stored(tx, practice, taken.document_id) if taken is not None else None
    after = without_allocation(note, step)
    return (after, with_less_credit(invoice, step)) if invoice is not None else (after,)


def _stored(tx: Tx, practice: str, xero_id: str) -> Document | None:
    found = records.get(tx, practice, Ref(system=System.XERO, kind=Kind.DOCUMENT, id=xero_id))
    return found if isinstance(found, Document) else None


def _partner(tx: Tx, practice: str, provet_id: str) -> Document | None:
    """The Xero document that a Provet one is linked to."""
    pairs = links.find(tx, practice, Kind.DOCUMENT, provet_id=provet_id)
    return next((found for link in pairs if (found := _stored(tx, practice, link.xero_id)) is not None), None)
