"""Corrections that take corrections back: the steps that undo applied steps, or why they cannot be undone.

Links go back first, so that whatever a system then refuses to give up is found again by its mark; the writes follow in
reverse order. A correction is undone as a whole or not at all.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from daemon.core.aftermath import Aftermath, Back
from daemon.core.correction import (
    Allocate,
    CancelPayment,
    Correction,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    LocalStep,
    Option,
    RecordPayment,
    RemoveLink,
    SetLink,
    Step,
    UpdateClient,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
)
from daemon.core.family import Family
from daemon.core.ledger import cancellable
from daemon.core.model import ZERO, Allocation, Document, Kind, Link, Origin, System, Value
from daemon.core.put_back import put_back
from daemon.core.rules import Rules

UNDO = "undo"


class Undo(Value, frozen=True, kw_only=True):
    """The way to take a correction back as an option to approve; None where ``obstacles`` forbid it."""

    option: Option | None = None
    obstacles: tuple[str, ...] = ()


def plan_undo(applied: Correction, family: Family, rules: Rules) -> Undo:
    """Plan the undo of an applied correction on its family as it is now."""
    after = Aftermath(applied=applied, family=family, rules=rules)
    backs = [_back(step, after) for step in reversed(applied.steps)]
    obstacles = [back.obstacle for back in backs if back.obstacle]
    links = _once([step for back in backs for step in back.links])
    steps: tuple[Step, ...] = (*links, *(step for back in backs for step in back.writes))
    notes = [back.note for back in backs if back.note]
    if obstacles or not steps:
        return Undo(obstacles=tuple(obstacles or notes or ["it wrote nothing"]))
    option = Option(
        id=UNDO,
        title=f"Undo {applied.option}",
        steps=steps,
        consequences=("What it corrected stands open again and waits for a person", *notes),
        relies_on={"correction": applied.id},
    )
    return Undo(option=option)


def _once(steps: list[LocalStep]) -> list[LocalStep]:
    kept: list[LocalStep] = []
    for step in steps:
        if step not in kept:
            kept.append(step)
    return kept


def _back(step: Step, after: Aftermath) -> Back:
    match step:
        case CreateContact(contact=contact):
            return Back(note=f"The contact {contact.name} stays in Xero: only a person can archive it there")
        case UpdateContact() | UpdateClient() | UpdateDocument():
            return put_back(step, after)
        case CreateDocument():
            return _unposted(step, after)
        case VoidDocument(label=label):
            return Back(obstacle=f"{label} is void, and Xero never takes that back")
        case Allocate() | Deallocate():
            return _allocation_back(step, after)
        case SetLink() | RemoveLink():
            return _link_back(step, after)
        case _:
            return _payment_back(step, after)


def _unposted(step: CreateDocument, after: Aftermath) -> Back:
    """Void what was posted, once nothing but this correction's own money and credit is set against it."""
    posting = step.posting
    booked = after.partner(posting.provet_id)
    link = next(iter(after.links_now(Kind.DOCUMENT, provet_id=posting.provet_id)), None)
    if booked is None or link is None:
        return Back(obstacle=f"{posting.label} is no longer in Xero")
    if after.rules.closed(booked.date):
        return Back(obstacle=f"{booked.number} is dated {booked.date.isoformat()}, in a closed period")
    if not booked.gross:
        return Back(obstacle=f"{booked.number} is over nothing, and that nobody can void in Xero")
    if booked.gross - booked.balance != _settled_by(after.applied, posting.provet_id):
        return Back(obstacle=f"money or credit is set against {booked.number} by something else: undo that first")
    void = VoidDocument(xero_id=booked.id, provet_id=posting.provet_id, credit=booked.credit, label=booked.number)
    stood = after.links_before(Kind.DOCUMENT, posting.provet_id)
    back = tuple(SetLink(link=each, label=posting.label) for each in stood) or (_apart(link, posting.label),)
    written_off = (_apart(pair, posting.label) for pair in after.links_now(Kind.PAYMENT, xero_id=booked.id))
    return Back(links=(*back, *written_off), writes=(void,))


def _apart(pair: Link, label: str) -> SetLink:
    """Take a pair apart that this program made, so that what is left of it is still known as its own."""
    return SetLink(link=msgspec.structs.replace(pair, origin=Origin.UNDONE, baseline=None), label=label)


def _settled_by(applied: Correction, provet_id: str) -> Decimal:
    """What a correction itself has paid on a document and set against it."""
    paid = [s.amount for s in applied.steps if isinstance(s, CreatePayment) and s.document_id == provet_id]
    set_off = [s.amount for s in applied.steps if isinstance(s, Allocate) and provet_id in (s.credit_id, s.invoice_id)]
    return sum((*paid, *set_off), ZERO)


def _payment_back(step: CreatePayment | DeletePayment | RecordPayment | CancelPayment, after: Aftermath) -> Back:
    match step:
        case CreatePayment():
            return _unpaid(step, after)
        case RecordPayment():
            return _unrecorded(step, after)
        case DeletePayment(label=label):
            return Back(obstacle=f"a deleted payment stays deleted in Xero: enter it there anew on {label}")
        case CancelPayment(label=label):
            return Back(obstacle=f"a cancelled payment stays cancelled in Provet: enter it there anew on {label}")


def _unpaid(step: CreatePayment, after: Aftermath) -> Back:
    booked = after.partner(step.document_id)
    pairs = after.links_now(Kind.PAYMENT, provet_id=step.payment_id) if booked is not None else ()
    found = [(pair, payment) for pair in pairs if booked and (payment := after.paid(pair, System.XERO, booked.id))]
    if not found:
        return Back(obstacle=f"the payment on {step.label} is no longer in Xero")
    pair, payment = found[0]
    if payment.locked:
        return Back(obstacle=f"the payment on {step.label} is bank-reconciled or in a batch in Xero")
    if after.rules.closed(payment.date):
        return Back(obstacle=f"the payment on {step.label} is in a closed period")
    delete = DeletePayment(xero_id=payment.id, payment_id=step.payment_id, amount=payment.amount, label=step.label)
    return Back(links=(_apart(pair, step.label),), writes=(delete,))


def _unrecorded(step: RecordPayment, after: Aftermath) -> Back:
    pairs = after.links_now(Kind.PAYMENT, xero_id=step.xero_id)
    found = [(pair, payment) for pair in pairs if (payment := after.paid(pair, System.PROVET, step.document_id))]
    if not found:
        return Back(obstacle=f"the payment on {step.label} no longer stands in Provet")
    pair, payment = found[0]
    documents = (d for d in after.family.of(System.PROVET) if d.id == step.document_id)
    if not cancellable(payment, next(documents, None), after.rules):
        return Back(obstacle=f"the payment on {step.label} is in a period that is closed in Provet")
    cancel = CancelPayment(payment_id=payment.id, document_id=step.document_id, amount=payment.amount, label=step.label)
    return Back(links=(_apart(pair, step.label),), writes=(cancel,))


def _allocation_back(step: Allocate | Deallocate, after: Aftermath) -> Back:
    return _taken_off(step, after) if isinstance(step, Allocate) else _set_again(step, after)


def _taken_off(step: Allocate, after: Aftermath) -> Back:
    note, invoice = after.partner(step.credit_id), after.partner(step.invoice_id)
    if note is None or invoice is None:
        return Back(obstacle=f"{step.label}: one of the two is no longer in Xero")
    found = next((a for a in note.allocations if a.document_id == invoice.id and a.amount == step.amount), None)
    if found is None:
        return Back(obstacle=f"{step.label}: the credit is no longer set against it in Xero")
    if not found.id:
        return Back(obstacle=f"{step.label}: Xero's id of the allocation is not read yet, try again after a cycle")
    if after.rules.closed(found.date):
        return Back(obstacle=f"{step.label}: the allocation is in a closed period")
    off = Deallocate(xero_credit_id=note.id, allocation_id=found.id, amount=found.amount, label=step.label)
    return Back(writes=(off,))


def _set_again(step: Deallocate, after: Aftermath) -> Back:
    stood = after.record_before(System.XERO, Kind.DOCUMENT, step.xero_credit_id)
    taken = _allocation(stood, step.allocation_id) if isinstance(stood, Document) else None
    note = after.document(step.xero_credit_id)
    invoice = after.document(taken.document_id) if taken is not None else None
    ids = [after.provet_document(each.id) for each in (note, invoice) if each is not None]
    if taken is None or note is None or invoice is None or not all(ids):
        return Back(obstacle=f"{step.label}: what the credit was set against is not known well enough")
    if min(note.balance, invoice.balance) < taken.amount or after.rules.closed(taken.date):
        return Back(obstacle=f"{step.label}: Xero no longer takes this allocation")
    again = Allocate(
        credit_id=ids[0],
        invoice_id=ids[1],
        amount=taken.amount,
        date=taken.date,
        already=sum((a.amount for a in note.allocations if a.document_id == invoice.id), ZERO),
        label=step.label,
    )
    return Back(writes=(again,))


def _allocation(note: Document, allocation_id: str) -> Allocation | None:
    return next((allocation for allocation in note.allocations if allocation.id == allocation_id), None)


def _link_back(step: SetLink | RemoveLink, after: Aftermath) -> Back:
    """Bring back the pairs that stood; a pair that did not stand is taken apart."""
    pair = step.link if isinstance(step, SetLink) else step
    stood = after.links_before(pair.kind, pair.provet_id)
    back: list[LocalStep] = [SetLink(link=link, label=step.label) for link in stood]
    if pair.xero_id not in {link.xero_id for link in stood}:
        away = RemoveLink(kind=pair.kind, provet_id=pair.provet_id, xero_id=pair.xero_id, label=step.label)
        back.insert(0, away)
    return Back(links=tuple(back))
