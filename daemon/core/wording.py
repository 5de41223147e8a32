"""Steps in words for people: the stable word of the action and one plain sentence. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from daemon.core.amounts import money
from daemon.core.contact_form import texts
from daemon.core.correction import (
    Allocate,
    CancelPayment,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    LocalStep,
    Posting,
    RecordPayment,
    RemoteStep,
    Step,
    UpdateClient,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
    target,
)
from daemon.core.discrepancy import shown
from daemon.core.model import System, Value


class Write(Value, frozen=True, kw_only=True):
    """One write to a system: ``action`` is a stable word, ``summary`` a sentence with its amount and currency."""

    system: System
    action: str
    summary: str


def writes(steps: Sequence[Step], currency: str) -> tuple[Write, ...]:
    """What the steps write to the two systems, in order; steps that stay on this side write nothing."""
    return tuple(_write(step, currency) for step in steps if not isinstance(step, LocalStep))


def _write(step: RemoteStep, currency: str) -> Write:
    system = target(step) or System.XERO
    action, summary = _words(step, currency)
    return Write(system=system, action=action, summary=summary)


def _words(step: RemoteStep, currency: str) -> tuple[str, str]:
    match step:
        case CreateContact() | UpdateContact() | UpdateClient():
            return _contact_words(step)
        case CreateDocument() | UpdateDocument() | VoidDocument():
            return _document_words(step, currency)
        case CreatePayment() | DeletePayment() | RecordPayment() | CancelPayment():
            return _payment_words(step, currency)
        case Allocate(amount=amount, date=date, label=label):
            return "allocate", f"Allocate {_sum(amount, currency)} in Xero: {label}, dated {date.isoformat()}"
        case Deallocate(amount=amount, label=label):
            return "deallocate", f"Remove the allocation of {_sum(amount, currency)} in Xero: {label}"


def _contact_words(step: CreateContact | UpdateContact | UpdateClient) -> tuple[str, str]:
    match step:
        case CreateContact(contact=contact):
            return "create-contact", f"Create the contact {contact.name} in Xero"
        case UpdateContact(contact=contact, fields=("archived",)):
            return "update-contact", f"Archive the contact {contact.name} in Xero"
        case UpdateContact(contact=contact, fields=fields, was=was):
            of = f"of the contact {contact.name} in Xero"
            return "update-contact", _changed(fields, of, was, texts(contact, fields))
        case UpdateClient(contact=contact, fields=fields, was=was):
            of = f"of the client {contact.name} in Provet"
            return "update-client", _changed(fields, of, was, texts(contact, fields))


def _document_words(step: CreateDocument | UpdateDocument | VoidDocument, currency: str) -> tuple[str, str]:
    match step:
        case CreateDocument(posting=posting):
            amount = _sum(posting.gross, currency)
            noun, action = _noun(posting.credit)
            return f"create-{action}", f"Create {noun} {posting.number} over {amount} in Xero, dated {posting.date}"
        case UpdateDocument(posting=posting, fields=fields, was=was):
            noun, action = _noun(posting.credit)
            of = f"of {noun} {posting.number} in Xero"
            now = {"contact": step.client_name or f"that of client {posting.client_id}", **_posted(posting)}
            return f"update-{action}", _changed(fields, of, was, now)
        case VoidDocument(credit=credit, label=label):
            return f"void-{_noun(credit)[1]}", f"Void in Xero: {label}"


def _payment_words(
    step: CreatePayment | DeletePayment | RecordPayment | CancelPayment, currency: str
) -> tuple[str, str]:
    amount = _sum(abs(step.amount), currency)
    match step:
        case CreatePayment(credit=True):
            return "create-refund", f"Book a refund of {amount} from account {step.account} in Xero: {step.label}"
        case CreatePayment():
            return "create-payment", f"Book a payment of {amount} to account {step.account} in Xero: {step.label}"
        case DeletePayment():
            return "delete-payment", f"Delete the payment of {amount} in Xero: {step.label}"
        case RecordPayment():
            return "record-payment", f"Record a payment of {amount} in Provet: {step.label}"
        case CancelPayment():
            return "cancel-payment", f"Cancel the payment of {amount} in Provet: {step.label}"


def _posted(posting: Posting) -> dict[str, str]:
    """The compared fields of a posting without its contact."""
    taxes = {f"tax {rate}": money(tax) for rate, tax in posting.tax_by_rate.items()}
    return {"gross": money(posting.gross), "date": posting.date.isoformat(), **taxes}


def _changed(fields: Sequence[str], of: str, was: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What is changed of what, and from what to what as far as it is known what stood there."""
    head = f"Change {_listed(fields)} {of}"
    moves = [(name, f"{_quoted(was[name])} becomes {_quoted(now.get(name, ''))}") for name in fields if name in was]
    if len(fields) == 1:
        moved = [text for _, text in moves]
    else:
        moved = [f"{name.replace('_', ' ')} {text}" for name, text in moves]
    return f"{head}: {', '.join(moved)}" if moved else head


def _quoted(text: str) -> str:
    return f"'{shown(text)}'" if text else "nothing"


def _noun(credit: bool) -> tuple[str, str]:
    return ("credit note", "credit-note") if credit else ("invoice", "invoice")


def _sum(amount: Decimal, currency: str) -> str:
    return f"{money(amount)} {currency}".rstrip()


def _listed(fields: Sequence[str]) -> str:
    return ", ".join(field.replace("_", " ") for field in fields) or "nothing"
