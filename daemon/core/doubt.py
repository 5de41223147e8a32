"""A step in doubt in words for people: what is looked for, and what they can do where looking does not settle it.

Decides nothing. docs/reliability.md 3 says when a step is settled; these sentences say the same of one step.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.core.amounts import money
from daemon.core.correction import (
    Allocate,
    CancelPayment,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    RecordPayment,
    RemoteStep,
    UpdateClient,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
)


def unclear(step: RemoteStep, currency: str) -> str:
    """Why a step stays in doubt though both systems could be read."""
    sought, remedy = in_words(step, currency)
    return f"what stands tells neither that it took effect nor that it did not: looked for {sought}. {remedy}"


def given_up(step: RemoteStep, currency: str, attempts: int, again_at: dt.datetime) -> str:
    """Why a step that is not there is not sent any more, until somebody or policy decides on it anew."""
    sought, remedy = in_words(step, currency)
    if isinstance(step, Allocate):
        remedy = _by_hand(f"make it {_sum(step.already + step.amount, currency)} there")
    anew = f"It may be approved again and is looked for first; policy does so from {again_at:%Y-%m-%d %H:%M} UTC on."
    return f"sent {attempts} times and never found, so given up: looked for {sought}. {anew} {remedy}"


def left_to_people(step: RemoteStep, currency: str, why: str) -> bool:
    """Whether ``why`` a step is in doubt says that looking does not settle it."""
    sought, _ = in_words(step, currency)
    return f"looked for {sought}" in why


def in_words(step: RemoteStep, currency: str) -> tuple[str, str]:
    """What is looked for, and a sentence on what a person can do."""
    match step:
        case CreateContact():
            return (
                f"a contact with the number {step.contact.number} in Xero",
                "Only programs can set that number: find out from Xero why it keeps no new contacts.",
            )
        case UpdateContact(contact=contact) | UpdateClient(contact=contact):
            where = "Xero" if isinstance(step, UpdateContact) else "Provet"
            return f"the new details of {contact.name} in {where}", _by_hand(f"change them in {where}")
        case CreateDocument() | UpdateDocument() | VoidDocument():
            return _document_words(step)
        case Allocate():
            return _allocation_words(step, currency)
        case Deallocate(amount=amount, label=label):
            sought = f"the allocation of {_sum(amount, currency)} gone in Xero ({label})"
            return sought, _by_hand("remove it there")
        case _:
            return _payment_words(step, currency)


def _document_words(step: CreateDocument | UpdateDocument | VoidDocument) -> tuple[str, str]:
    match step:
        case CreateDocument(posting=posting):
            noun = "a credit note" if posting.credit else "an invoice"
            sought = f"{noun} {posting.number} with the reference '{posting.reference}' in Xero"
            return sought, _by_hand("enter it there with this number and reference")
        case UpdateDocument(posting=posting):
            sought = f"{posting.number} with its new date, total, tax and contact in Xero"
            return sought, _by_hand("change it there")
        case VoidDocument(label=label):
            return f"it void in Xero ({label})", _by_hand("void it there")


def _allocation_words(step: Allocate, currency: str) -> tuple[str, str]:
    before, after = _sum(step.already, currency), _sum(step.already + step.amount, currency)
    sought = f"{after} allocated between the two in Xero, where {before} stood before ({step.label})"
    remedy = (
        f"An allocation bears no mark, so another one beside it hides it: make it {after} there, and it counts as done,"
        f" or {before}, and it is allocated by this program."
    )
    return sought, remedy


def _payment_words(
    step: CreatePayment | DeletePayment | RecordPayment | CancelPayment, currency: str
) -> tuple[str, str]:
    amount = _sum(abs(step.amount), currency)
    match step:
        case CreatePayment():
            sought = f"a payment of {amount} with the reference '{step.reference}' in Xero ({step.label})"
            return sought, _by_hand("enter it there with this reference")
        case DeletePayment():
            return f"the payment of {amount} deleted in Xero ({step.label})", _by_hand("remove it there")
        case RecordPayment():
            sought = f"a payment of {amount} with the info '{step.info}' in Provet ({step.label})"
            return sought, _by_hand("enter it there with this info")
        case CancelPayment():
            sought = f"payment {step.payment_id} over {amount} cancelled in Provet ({step.label})"
            return sought, _by_hand("cancel it there, unless an opposite row shows that it is")


def _by_hand(what: str) -> str:
    return f"If it is to be, {what}: once it is found, this counts as done."


def _sum(amount: Decimal, currency: str) -> str:
    return f"{money(amount)} {currency}".rstrip()
