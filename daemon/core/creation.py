"""What it takes to bring one Provet document into Xero: its contact, itself, its payments, its allocation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from daemon.core.contact_form import new_contact
from daemon.core.correction import Allocate, CreateContact, CreateDocument, CreatePayment, Posting, Step
from daemon.core.family import linked, marked_partner, payment_reference
from daemon.core.findings import with_currency
from daemon.core.ledger import settlement
from daemon.core.matching import free_number
from daemon.core.model import ZERO, Kind, Payment, Value
from daemon.core.obstacles import cause_of, linked_contact, provet_client
from daemon.core.posting import Gap, payment_account
from daemon.core.rules import Rules
from daemon.core.view import Scene, View


class Creation(Value, frozen=True, kw_only=True):
    """The steps that create a document and what follows from them.

    Without steps, ``cause`` is the id of what must be mended first, or ``blocked`` says why there is no way.
    """

    posting: Posting
    steps: tuple[Step, ...] = ()
    consequences: tuple[str, ...] = ()
    cause: str | None = None
    blocked: str = ""


def creation(view: View, scene: Scene) -> Creation:
    """Plan the creation of a document that is not in Xero, under a number and on a day that Xero takes."""
    posting = _lawful(view, scene)
    cause = cause_of(view, scene)
    if cause is not None:
        return Creation(posting=posting, cause=cause)
    blocked = _blocked(view, scene)
    if blocked:
        return Creation(posting=posting, blocked=blocked)
    contact = contact_steps(view, scene)
    payments = payment_steps(view, scene, limit=posting.gross)
    paid = sum((step.amount for step in payments), ZERO)
    allocation = _allocation_steps(view, scene, posting, posting.gross - paid)
    steps: tuple[Step, ...] = (*contact, CreateDocument(posting=posting), *payments, *allocation)
    left = posting.gross - paid - sum((step.amount for step in allocation), ZERO)
    return Creation(posting=posting, steps=steps, consequences=_consequences(posting, contact, left, scene.rules))


def _lawful(view: View, scene: Scene) -> Posting:
    """The posting under a free number and, where its own day is closed, on the first open one."""
    posting = view.posted.posting
    posting = renumbered(posting, free_number(posting, scene.family))
    return redated(posting, scene.rules.first_open_day) if scene.rules.closed(posting.date) else posting


def _blocked(view: View, scene: Scene) -> str:
    if not view.posted.consistent:
        by = with_currency(view.posted.off_by, scene.rules)
        return f"its rows miss its total by {by}" if view.posted.off_by else "its rows miss its VAT"
    client_id = view.document.contact_id
    contact = linked_contact(client_id, scene)
    if contact is not None and contact.archived:
        return f"its contact {contact.name} is archived in Xero, where only a person can restore it"
    known = linked(scene.family.links, Kind.CONTACT, provet_id=client_id) or provet_client(client_id, scene)
    return "" if known else f"its client {client_id} cannot be read in Provet"


def contact_steps(view: View, scene: Scene) -> tuple[CreateContact, ...]:
    """Create the contact of a document's client, unless it has one."""
    client = provet_client(view.document.contact_id, scene)
    if client is None or linked(scene.family.links, Kind.CONTACT, provet_id=client.id) is not None:
        return ()
    return (CreateContact(client_id=client.id, contact=new_contact(client, scene.family.taken_names)),)


def payment_gaps(view: View, scene: Scene) -> list[Gap]:
    """The mappings that standing Provet payments without a partner in Xero lack."""
    if view.void or view.held:
        return []
    gaps = [payment_account(p.method, scene.rules)[1] for p in _unbooked(view) if not from_xero(p, scene.rules)]
    return [gap for gap in gaps if gap is not None]


def _unbooked(view: View) -> Iterable[Payment]:
    """The standing payments that Xero lacks; on a document that is not there, those that it once had as well."""
    lost = () if view.booked is not None else (payment for payment, _ in view.payments.gone_in_xero)
    return (*view.payments.provet_only, *lost)


def from_xero(payment: Payment, rules: Rules) -> bool:
    """Whether a Provet payment says of itself that it came from Xero: such a one is never sent back."""
    by_method = bool(rules.xero_payment_type) and payment.method == rules.xero_payment_type
    return by_method or bool(marked_partner(payment))


def payment_steps(view: View, scene: Scene, *, limit: Decimal) -> list[CreatePayment]:
    """Bookings of the Provet payments that Xero lacks and that fit into ``limit`` together, oldest first."""
    steps: list[CreatePayment] = []
    left = limit
    for payment in _unbooked(view):
        account, gap = payment_account(payment.method, scene.rules)
        amount = settlement(view.document, payment)
        if gap is not None or amount > left or from_xero(payment, scene.rules) or scene.rules.closed(payment.date):
            continue
        steps.append(payment_step(view, payment, account, amount))
        left -= amount
    return steps


def payment_step(
    view: View, payment: Payment, account: str, amount: Decimal, date: dt.date | None = None
) -> CreatePayment:
    """The booking of one Provet payment in Xero under its mark, on its own day unless ``date`` says otherwise."""
    return CreatePayment(
        payment_id=payment.id,
        document_id=view.document.id,
        credit=view.credit,
        amount=amount,
        date=date or payment.date,
        account=account,
        reference=payment_reference(payment.id),
        label=view.posted.posting.label,
    )


def _allocation_steps(view: View, scene: Scene, posting: Posting, remaining: Decimal) -> tuple[Allocate, ...]:
    """Set a new credit against what is due on its original, never a share that money settles on either side."""
    original = scene.original(view)
    if not view.credit or original is None or original.booked is None or original.credit or original.foreign:
        return ()
    contact = linked(scene.family.links, Kind.CONTACT, provet_id=posting.client_id)
    amount = min(remaining, view.open_share, original.xero_left, original.open_share)
    date = max(posting.date, original.booked.date)
    if contact is None or contact.xero_id != original.booked.contact_id or amount <= 0 or scene.rules.closed(date):
        return ()
    return (allocate_step(view, original, amount, date),)


def allocate_step(view: View, original: View, amount: Decimal, date: dt.date) -> Allocate:
    """Set ``amount`` of a credit against its original."""
    return Allocate(
        credit_id=view.document.id,
        invoice_id=original.document.id,
        amount=amount,
        date=date,
        already=_already(view, original),
        label=f"{view.posted.posting.label} on {original.posted.posting.label}",
    )


def _already(view: View, original: View) -> Decimal:
    """What of the credit is set against the original now."""
    if view.booked is None or original.booked is None:
        return ZERO
    return sum((a.amount for a in view.booked.allocations if a.document_id == original.booked.id), ZERO)


def _consequences(posting: Posting, contact: tuple[CreateContact, ...], left: Decimal, rules: Rules) -> tuple[str, ...]:
    what = f"{posting.label} stands in Xero as {posting.number}, dated {posting.date.isoformat()}"
    balance = f"{with_currency(left, rules)} stays open on it" if left else "nothing stays open on it"
    new = (f"contact {contact[0].contact.name} is created in Xero",) if contact else ()
    return (what, balance, *new)


def renumbered(posting: Posting, number: str) -> Posting:
    """The same posting under another number."""
    return msgspec.structs.replace(posting, number=number)


def redated(posting: Posting, date: dt.date) -> Posting:
    """The same posting on another day; it falls due no earlier than that."""
    return msgspec.structs.replace(posting, date=date, due_date=max(posting.due_date, date))
