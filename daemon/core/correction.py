"""Corrections: the steps they are made of, their options and their life.

A step says in the domain's words what to write; the mappings turn it into a request once the ids it depends on are
known. Ids of records that may not exist yet are therefore Provet's: the link tells Xero's when the step is sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from daemon.core.model import Contact, Kind, Link, Record, System, Value


class PostingLine(Value, frozen=True, kw_only=True):
    """One line as Xero shall hold it: tax-inclusive, with an account and a TaxType."""

    description: str
    gross: Decimal
    tax: Decimal
    tax_code: str
    account: str
    quantity: Decimal = Decimal(1)
    unit_gross: Decimal
    tracking: tuple[str, str] | None = None


class Posting(Value, frozen=True, kw_only=True):
    """What one Provet document looks like in Xero; all amounts positive.

    ``tax_by_rate`` maps the VAT percentage (as plain text, "20") to the tax of the document at that rate.
    """

    provet_id: str
    credit: bool
    number: str
    reference: str
    client_id: str
    date: dt.date
    due_date: dt.date
    gross: Decimal
    tax_by_rate: dict[str, Decimal]
    lines: tuple[PostingLine, ...]
    label: str


class CreateContact(Value, frozen=True, kw_only=True, tag="create-contact"):
    """Create the Xero contact of a Provet client; ``contact`` holds Xero's values, its number the client's id."""

    client_id: str
    contact: Contact


class UpdateContact(Value, frozen=True, kw_only=True, tag="update-contact"):
    """Write ``fields`` of ``contact`` to an existing Xero contact. ``was`` is what stands there of them, for people."""

    client_id: str
    contact_id: str
    contact: Contact
    fields: tuple[str, ...]
    was: dict[str, str] = msgspec.field(default_factory=dict)


class UpdateClient(Value, frozen=True, kw_only=True, tag="update-client"):
    """Write ``fields`` of ``contact`` to a Provet client. ``was`` is what stands there of them, for people."""

    client_id: str
    contact: Contact
    fields: tuple[str, ...]
    was: dict[str, str] = msgspec.field(default_factory=dict)


class CreateDocument(Value, frozen=True, kw_only=True, tag="create-document"):
    posting: Posting


class UpdateDocument(Value, frozen=True, kw_only=True, tag="update-document"):
    """Make an existing Xero document equal to ``posting``; ``fields`` are the compared fields that change. For people:
    ``was`` is what stands there of them, ``client_name`` whose it becomes."""

    xero_id: str
    posting: Posting
    fields: tuple[str, ...]
    was: dict[str, str] = msgspec.field(default_factory=dict)
    client_name: str = ""


class VoidDocument(Value, frozen=True, kw_only=True, tag="void-document"):
    """Void a Xero document on which nothing is paid or allocated."""

    xero_id: str
    provet_id: str
    credit: bool
    label: str


class CreatePayment(Value, frozen=True, kw_only=True, tag="create-payment"):
    """Book a Provet payment in Xero; on a credit note (``credit``) it is a refund. ``amount`` is positive."""

    payment_id: str
    document_id: str
    credit: bool
    amount: Decimal
    date: dt.date
    account: str
    reference: str
    label: str


class DeletePayment(Value, frozen=True, kw_only=True, tag="delete-payment"):
    xero_id: str
    payment_id: str
    amount: Decimal
    label: str


class Allocate(Value, frozen=True, kw_only=True, tag="allocate"):
    """Set credit against an invoice; both are named by their Provet ids.

    ``already`` is what stands allocated between the two before: an allocation carries no mark of its own.
    """

    credit_id: str
    invoice_id: str
    amount: Decimal
    date: dt.date
    already: Decimal
    label: str


class Deallocate(Value, frozen=True, kw_only=True, tag="deallocate"):
    xero_credit_id: str
    allocation_id: str
    amount: Decimal
    label: str


class RecordPayment(Value, frozen=True, kw_only=True, tag="record-payment"):
    """Record a Xero payment in Provet; ``amount`` carries Provet's sign, ``info`` the mark."""

    xero_id: str
    document_id: str
    amount: Decimal
    date: dt.date
    method: str
    info: str
    label: str


class CancelPayment(Value, frozen=True, kw_only=True, tag="cancel-payment"):
    payment_id: str
    document_id: str
    amount: Decimal
    label: str


class SetLink(Value, frozen=True, kw_only=True, tag="set-link"):
    """Note a pair (and its agreed state) on this side only; nothing is written to either system."""

    link: Link
    label: str


class RemoveLink(Value, frozen=True, kw_only=True, tag="remove-link"):
    kind: Kind
    provet_id: str
    xero_id: str
    label: str


XeroStep = (
    CreateContact
    | UpdateContact
    | CreateDocument
    | UpdateDocument
    | VoidDocument
    | CreatePayment
    | DeletePayment
    | Allocate
    | Deallocate
)
ProvetStep = UpdateClient | RecordPayment | CancelPayment
RemoteStep = XeroStep | ProvetStep
LocalStep = SetLink | RemoveLink
Step = RemoteStep | LocalStep

_PROVET_STEPS = (UpdateClient, RecordPayment, CancelPayment)
_LOCAL_STEPS = (SetLink, RemoveLink)
_NO_TIME = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


REMOVING = (VoidDocument, DeletePayment, CancelPayment, Deallocate)
"""Steps that take something away."""


def target(step: Step) -> System | None:
    """The system a step writes to; None if it stays on this side."""
    if isinstance(step, _LOCAL_STEPS):
        return None
    return System.PROVET if isinstance(step, _PROVET_STEPS) else System.XERO


def is_money(step: Step) -> bool:
    """Whether a repeated step would double money: such a step is never sent again without a look."""
    return isinstance(step, CreatePayment | Allocate | RecordPayment | CancelPayment | DeletePayment | Deallocate)


def essence(step: Step) -> Step:
    """What a step does: without what stood there before, and without the time at which a contact was read."""
    match step:
        case UpdateContact() | UpdateClient():
            contact = msgspec.structs.replace(step.contact, updated_at=_NO_TIME)
            return msgspec.structs.replace(step, contact=contact, was={})
        case UpdateDocument():
            return msgspec.structs.replace(step, was={}, client_name="")
        case _:
            return step


def settled_documents(step: Step) -> tuple[str, ...]:
    """The Provet ids of the documents that a step pays, or sets credit between, in Xero."""
    match step:
        case CreatePayment():
            return (step.document_id,)
        case Allocate():
            return (step.credit_id, step.invoice_id)
        case _:
            return ()


class Option(Value, frozen=True, kw_only=True):
    """One way to correct a discrepancy: what it writes, what follows, and the values it relies on."""

    id: str
    title: str
    steps: tuple[Step, ...]
    consequences: tuple[str, ...] = ()
    relies_on: dict[str, str] = msgspec.field(default_factory=dict)
    recommended: bool = False

    @property
    def fingerprint(self) -> str:
        """Changes when the writes or a value relied on change; holds no times of reading, and of what stood there
        before only what is relied on."""
        body = msgspec.json.encode((self.id, self.relies_on, [essence(step) for step in self.steps]), order="sorted")
        return hashlib.blake2b(body, digest_size=8).hexdigest()


class CorrectionStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    APPLYING = "applying"
    APPLIED = "applied"
    REJECTED = "rejected"
    STALE = "stale"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"


_S = CorrectionStatus
TRANSITIONS: Mapping[CorrectionStatus, frozenset[CorrectionStatus]] = {
    _S.PROPOSED: frozenset({_S.APPROVED, _S.REJECTED, _S.STALE}),
    _S.APPROVED: frozenset({_S.APPLYING, _S.REJECTED, _S.STALE}),
    _S.APPLYING: frozenset({_S.APPLIED, _S.FAILED, _S.IN_DOUBT, _S.STALE, _S.APPROVED}),
    _S.IN_DOUBT: frozenset({_S.APPLYING, _S.APPLIED, _S.FAILED}),
    _S.APPLIED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.STALE: frozenset(),
    _S.FAILED: frozenset(),
}
UNFINISHED = frozenset({_S.PROPOSED, _S.APPROVED, _S.APPLYING, _S.IN_DOUBT})


class Before(Value, frozen=True, kw_only=True):
    """What a correction is about to overwrite, as it stood when its first step was taken: what an undo goes back to."""

    records: tuple[Record, ...] = ()
    links: tuple[Link, ...] = ()


class Correction(Value, frozen=True, kw_only=True):
    """One chosen option on its way into the systems. ``approved_by`` is ``policy`` or a person's login name.

    ``title`` is how the option was called then.
    ``proposed`` corrections wait for a second person. ``cursor`` is the index of the first step not yet settled.
    ``undoes`` is the id of the correction that this one corrects back, ``relies_on`` what its option relied on,
    ``sources`` what its steps were made of when the first of them might be sent (``daemon/core/sources.py``).
    ``again_at``: it was given up though nothing refused it, and from then on policy may try the same once more.
    """

    id: str
    practice: str
    discrepancy_id: str
    family: str
    option: str
    fingerprint: str
    steps: tuple[Step, ...]
    status: CorrectionStatus
    approved_by: str
    created_at: dt.datetime
    title: str = ""
    cursor: int = 0
    error: str = ""
    undoes: str = ""
    relies_on: dict[str, str] = msgspec.field(default_factory=dict)
    sources: dict[str, str] = msgspec.field(default_factory=dict)
    before: Before | None = None
    again_at: dt.datetime | None = None


def moved(correction: Correction, status: CorrectionStatus, *, error: str = "") -> Correction:
    """The correction in its next status; an illegal move is a bug."""
    if status not in TRANSITIONS[correction.status]:
        raise AssertionError(f"correction {correction.id}: {correction.status} -> {status} is not a legal move")
    return msgspec.structs.replace(correction, status=status, error=error)
