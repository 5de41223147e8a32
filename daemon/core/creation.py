"""What it takes to bring one Provet document into Xero: its contact, itself, its payments, its allocation."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from daemon.core.allocating import allocatable, allocate_step
from daemon.core.booking import payment_steps
from daemon.core.closing import incomplete
from daemon.core.contact_form import new_contact
from daemon.core.correction import Allocate, CreateContact, CreateDocument, Posting, Step
from daemon.core.family import linked
from daemon.core.findings import with_currency
from daemon.core.matching import free_number
from daemon.core.model import ZERO, Kind, Value
from daemon.core.obstacles import cause_of, linked_contact, provet_client
from daemon.core.rules import Rules
from daemon.core.view import Scene, View
from daemon.core.walk_in import is_walk_in
from daemon.core.write_off import is_write_off


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
    allocation = _allocation_steps(view, scene, posting)
    steps: tuple[Step, ...] = (*contact, CreateDocument(posting=posting), *payments, *allocation)
    left = posting.gross - paid - sum((step.amount for step in allocation), ZERO)
    words = (*_consequences(posting, contact, left, scene.rules), *untaxed(view, scene.rules))
    if any(is_write_off(payment, scene.rules) for payment in view.standing) and payments and not scene.rules.cash_basis:
        words += ("What is written off is booked as paid; the VAT on it stays declared: no bad debt relief",)
    return Creation(posting=posting, steps=steps, consequences=words)


def _lawful(view: View, scene: Scene) -> Posting:
    """The posting under a free number and, where its own day is closed, on the first open one."""
    posting = view.posted.posting
    posting = renumbered(posting, free_number(posting, scene.family))
    return redated(posting, scene.rules.first_open_day) if scene.rules.closed(posting.date) else posting


def _blocked(view: View, scene: Scene) -> str:
    if not view.posted.taxed:
        return "its rows miss its VAT"
    if parts := incomplete(view, scene):
        return parts
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
    taken = () if is_walk_in(client.id) else scene.family.taken_names
    return (CreateContact(client_id=client.id, contact=new_contact(client, taken)),)


def _allocation_steps(view: View, scene: Scene, posting: Posting) -> tuple[Allocate, ...]:
    """Set a new credit against what is open on its original."""
    original, amount = scene.original(view), allocatable(view, scene)
    if original is None or original.booked is None or not amount:
        return ()
    date = max(posting.date, original.booked.date)
    return () if scene.rules.closed(date) else (allocate_step(view, original, amount, date),)


def _consequences(posting: Posting, contact: tuple[CreateContact, ...], left: Decimal, rules: Rules) -> tuple[str, ...]:
    what = f"{posting.label} stands in Xero as {posting.number}, dated {posting.date.isoformat()}"
    balance = f"{with_currency(left, rules)} stays open on it" if left else "nothing stays open on it"
    new = (f"contact {contact[0].contact.name} is created in Xero",) if contact else ()
    return (what, balance, *new)


def untaxed(view: View, rules: Rules) -> tuple[str, ...]:
    """What of a document is booked without VAT because rows or payments miss its total, in words."""
    by = view.posted.off_by + view.posted.rounded
    words = f"{with_currency(by, rules)} of it stands on account {rules.account_rounding}, outside VAT"
    return (words,) if by else ()


def renumbered(posting: Posting, number: str) -> Posting:
    """The same posting under another number."""
    return msgspec.structs.replace(posting, number=number)


def redated(posting: Posting, date: dt.date) -> Posting:
    """The same posting on another day; it falls due no earlier than that."""
    return msgspec.structs.replace(posting, date=date, due_date=max(posting.due_date, date))
