"""Settling a Xero write in doubt: what to read again, and whether its effect is there. Pure.

Records are found by their marks. One that has been voided or removed since took effect all the same: a person undid it,
and a person decides what follows. What lives comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

from daemon.core.contact_form import facts
from daemon.core.correction import (
    Allocate,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
    XeroStep,
)
from daemon.core.model import ZERO, Contact, Document, DocumentStatus, Kind, Payment, Record, System
from daemon.transport.answers import Look
from daemon.xero.requests import Resolve


@dataclass(frozen=True, slots=True)
class Reads:
    """What to read. ``invoices`` and ``credit_notes`` are ids; numbers are looked up among the same kinds."""

    contacts: tuple[str, ...] = ()
    contact_numbers: tuple[str, ...] = ()
    invoices: tuple[str, ...] = ()
    credit_notes: tuple[str, ...] = ()
    invoice_numbers: tuple[str, ...] = ()
    credit_note_numbers: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    payments_of: tuple[str, ...] = ()


def together(reads: Iterable[Reads]) -> Reads:
    """What several steps need, read at once."""
    each = list(reads)

    def merged(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for own in each for value in getattr(own, name)))

    return Reads(**{part.name: merged(part.name) for part in fields(Reads)})


def look_reads(step: XeroStep, resolve: Resolve) -> Reads:
    """The records that tell whether the step has taken effect."""
    match step:
        case CreateContact():
            return Reads(contact_numbers=(step.contact.number,))
        case UpdateContact():
            return Reads(contacts=(step.contact_id,))
        case CreateDocument():
            number = (step.posting.number,)
            return Reads(credit_note_numbers=number) if step.posting.credit else Reads(invoice_numbers=number)
        case UpdateDocument():
            return _by_id(step.xero_id, credit=step.posting.credit)
        case VoidDocument():
            return _by_id(step.xero_id, credit=step.credit)
        case CreatePayment():
            return Reads(payments_of=_known(resolve(Kind.DOCUMENT, step.document_id)))
        case DeletePayment():
            return Reads(payments=(step.xero_id,))
        case Allocate():
            return Reads(credit_notes=_known(resolve(Kind.DOCUMENT, step.credit_id)))
        case Deallocate():
            return Reads(credit_notes=(step.xero_credit_id,))


def _by_id(xero_id: str, *, credit: bool) -> Reads:
    return Reads(credit_notes=(xero_id,)) if credit else Reads(invoices=(xero_id,))


def _known(found: str | None) -> tuple[str, ...]:
    return (found,) if found else ()


def settled(step: XeroStep, records: Iterable[Record], resolve: Resolve) -> Look:
    """Whether the step's effect is in freshly read ``records``, without those that bore its mark before it was sent."""
    own = [record for record in records if record.system is System.XERO]
    contacts = [record for record in own if isinstance(record, Contact)]
    documents = [record for record in own if isinstance(record, Document)]
    payments = [record for record in own if isinstance(record, Payment)]
    match step:
        case CreateContact():
            return _found(contacts, lambda contact: contact.number == step.contact.number)
        case UpdateContact():
            return _updated_contact(step, contacts)
        case CreateDocument():
            return _created_document(step, documents)
        case UpdateDocument():
            return _updated_document(step, documents, resolve(Kind.CONTACT, step.posting.client_id))
        case VoidDocument():
            return _void(step.xero_id, documents)
        case CreatePayment():
            return _created_payment(step, payments, resolve(Kind.DOCUMENT, step.document_id))
        case DeletePayment():
            return _deleted(step, payments)
        case Allocate():
            return _allocated(step, documents, resolve)
        case Deallocate():
            return _deallocated(step, documents)


def _found(records: Sequence[Contact], test: Callable[[Contact], bool]) -> Look:
    found = tuple(record for record in records if test(record))
    return Look(bool(found), found)


def _updated_contact(step: UpdateContact, contacts: Sequence[Contact]) -> Look:
    found = next((contact for contact in contacts if contact.id == step.contact_id), None)
    if found is None:
        return Look(None)
    wanted, present = facts(step.contact, step.client_id), facts(found, step.client_id)
    same = all(wanted.get(name) == present.get(name) for name in step.fields if name != "archived")
    same = same and ("archived" not in step.fields or found.archived == step.contact.archived)
    return Look(same, (found,) if same else ())


def _created_document(step: CreateDocument, documents: Sequence[Document]) -> Look:
    """By mark and number: a number stays taken, so that a void one of the same number can only be this step's."""
    posting = step.posting
    found = [
        document
        for document in documents
        if document.credit == posting.credit
        and document.reference == posting.reference
        and (document.status is not DocumentStatus.VOID or document.number == posting.number)
    ]
    found.sort(key=lambda document: document.status is DocumentStatus.VOID)
    return Look(bool(found), tuple(found))


def _updated_document(step: UpdateDocument, documents: Sequence[Document], contact_id: str | None) -> Look:
    found = next((document for document in documents if document.id == step.xero_id), None)
    if found is None:
        return Look(None)
    posting = step.posting
    same = found.date == posting.date and found.gross == posting.gross
    same = same and found.tax == sum(posting.tax_by_rate.values(), ZERO)
    same = same and (contact_id is None or found.contact_id == contact_id)
    return Look(same, (found,) if same else ())


def _void(xero_id: str, documents: Sequence[Document]) -> Look:
    found = next((document for document in documents if document.id == xero_id), None)
    if found is None:
        return Look(None)
    void = found.status is DocumentStatus.VOID
    return Look(void, (found,) if void else ())


def _created_payment(step: CreatePayment, payments: Sequence[Payment], document_id: str | None) -> Look:
    """By the mark, which is unique together with the document."""
    if document_id is None:
        return Look(None)
    found = [payment for payment in payments if payment.document_id == document_id and payment.note == step.reference]
    found.sort(key=lambda payment: payment.cancelled)
    return Look(bool(found), tuple(found))


def _deleted(step: DeletePayment, payments: Sequence[Payment]) -> Look:
    found = next((payment for payment in payments if payment.id == step.xero_id), None)
    if found is None:
        return Look(None)
    return Look(found.cancelled, (found,) if found.cancelled else ())


def _allocated(step: Allocate, documents: Sequence[Document], resolve: Resolve) -> Look:
    """An allocation has no mark: what stands between the two is compared with what stood before."""
    credit_id, invoice_id = resolve(Kind.DOCUMENT, step.credit_id), resolve(Kind.DOCUMENT, step.invoice_id)
    found = next((document for document in documents if document.id == credit_id), None)
    if found is None or invoice_id is None:
        return Look(None)
    stands = sum((each.amount for each in found.allocations if each.document_id == invoice_id), ZERO)
    if stands == step.already:
        return Look(False)
    return Look(True, (found,)) if stands == step.already + step.amount else Look(None)


def _deallocated(step: Deallocate, documents: Sequence[Document]) -> Look:
    found = next((document for document in documents if document.id == step.xero_credit_id), None)
    if found is None:
        return Look(None)
    gone = all(allocation.id != step.allocation_id for allocation in found.allocations)
    return Look(gone, (found,) if gone else ())
