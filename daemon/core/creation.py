"""What it takes to bring one Provet document into Xero: its contact, itself, its payments, its allocation."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from daemon.core.contact_form import new_contact
from daemon.core.correction import Allocate, CreateContact, CreateDocument, CreatePayment, Posting, Step
from daemon.core.discrepancy import finding_id
from daemon.core.family import linked, marked_id, payment_reference
from daemon.core.findings import gap_id, with_currency
from daemon.core.ledger import settlement
from daemon.core.model import ZERO, Kind, Payment, System, Value
from daemon.core.posting import Gap, payment_account
from daemon.core.rules import Rules
from daemon.core.view import Scene, View


class Creation(Value, frozen=True, kw_only=True):
    """The steps that create a document, what follows from them, or the id of what must be mended first.

    Neither steps nor a cause: the document's client cannot be read in Provet.
    """

    steps: tuple[Step, ...] = ()
    consequences: tuple[str, ...] = ()
    cause: str | None = None


def creation(view: View, scene: Scene, posting: Posting | None = None) -> Creation:
    """Plan the creation of a document that is not in Xero; ``posting`` replaces its own (another number or date)."""
    cause = _cause(view, scene)
    if cause is not None:
        return Creation(cause=cause)
    posting = posting or view.posted.posting
    contact = _contact_steps(view, scene)
    if contact is None:
        return Creation()
    payments = payment_steps(view, scene, limit=posting.gross)
    paid = sum((step.amount for step in payments), ZERO)
    allocation = _allocation_steps(view, scene, posting.gross - paid)
    steps: tuple[Step, ...] = (*contact, CreateDocument(posting=posting), *payments, *allocation)
    return Creation(steps=steps, consequences=_consequences(posting, contact, paid, scene.rules))


def _cause(view: View, scene: Scene) -> str | None:
    """What must be mended before a document can be created, most basic first."""
    if view.posted.gaps:
        return gap_id(view.posted.gaps[0], scene.rules)
    held = scene.family.held_contacts.get(view.document.contact_id)
    if held is not None and not _contact_known(view, scene):
        return held
    original = scene.original(view)
    if original is not None and not original.excluded and original.match.document is None:
        kind = "credit.missing" if original.credit else "invoice.missing"
        return finding_id(scene.rules.practice, kind, f"provet/document/{original.document.id}")
    return None


def _contact_known(view: View, scene: Scene) -> bool:
    return linked(scene.family.links, Kind.CONTACT, provet_id=view.document.contact_id) is not None


def _contact_steps(view: View, scene: Scene) -> tuple[CreateContact, ...] | None:
    if _contact_known(view, scene):
        return ()
    client_id = view.document.contact_id
    client = next((c for c in scene.family.contacts if c.system is System.PROVET and c.id == client_id), None)
    if client is None:
        return None
    return (CreateContact(client_id=client_id, contact=new_contact(client, scene.family.taken_names)),)


def payment_gaps(view: View, scene: Scene) -> list[Gap]:
    """The mappings that standing Provet payments without a partner in Xero lack."""
    gaps = [
        payment_account(p.method, scene.rules)[1] for p in view.payments.provet_only if not from_xero(p, scene.rules)
    ]
    return [gap for gap in gaps if gap is not None]


def from_xero(payment: Payment, rules: Rules) -> bool:
    """Whether a Provet payment says of itself that it came from Xero: such a one is never sent back."""
    return bool(marked_id(payment.note, "Xero payment ")) or (
        bool(rules.xero_payment_type) and payment.method == rules.xero_payment_type
    )


def payment_steps(view: View, scene: Scene, *, limit: Decimal) -> list[CreatePayment]:
    """Bookings of the Provet payments that Xero lacks, oldest first, together never above ``limit``."""
    steps: list[CreatePayment] = []
    left = limit
    for payment in view.payments.provet_only:
        account, gap = payment_account(payment.method, scene.rules)
        amount = min(settlement(view.document, payment), left)
        if gap is not None or amount <= 0 or from_xero(payment, scene.rules) or scene.rules.closed(payment.date):
            continue
        steps.append(payment_step(view, payment, account, amount))
        left -= amount
    return steps


def payment_step(view: View, payment: Payment, account: str, amount: Decimal) -> CreatePayment:
    """The booking of one Provet payment in Xero under its mark."""
    return CreatePayment(
        payment_id=payment.id,
        document_id=view.document.id,
        credit=view.credit,
        amount=amount,
        date=payment.date,
        account=account,
        reference=payment_reference(payment.id),
        label=view.posted.posting.label,
    )


def open_share(view: View) -> Decimal:
    """What Provet leaves open on a document: due on an invoice, not yet refunded on a credit."""
    return max(view.sign * view.provet_balance, ZERO)


def _allocation_steps(view: View, scene: Scene, remaining: Decimal) -> tuple[Allocate, ...]:
    """Set a new credit against what is due on its original, never a share that Provet refunds."""
    original = scene.original(view)
    if not view.credit or original is None or original.booked is None or original.credit:
        return ()
    due = original.xero_left - _coming(original, scene)
    amount = min(remaining, due, open_share(view))
    if amount <= 0:
        return ()
    return (allocate_step(view, original, amount, already=ZERO),)


def _coming(view: View, scene: Scene) -> Decimal:
    """Money that Provet has on a document and Xero has yet to get."""
    return sum((step.amount for step in payment_steps(view, scene, limit=view.xero_left)), ZERO)


def allocate_step(view: View, original: View, amount: Decimal, *, already: Decimal) -> Allocate:
    """Set ``amount`` of a credit against its original, dated the later of both documents."""
    return Allocate(
        credit_id=view.document.id,
        invoice_id=original.document.id,
        amount=amount,
        date=max(view.document.date, original.document.date),
        already=already,
        label=f"{view.posted.posting.label} on {original.posted.posting.label}",
    )


def _consequences(posting: Posting, contact: tuple[CreateContact, ...], paid: Decimal, rules: Rules) -> tuple[str, ...]:
    what = f"{posting.label} stands in Xero as {posting.number}, dated {posting.date.isoformat()}"
    left = posting.gross - paid
    balance = f"{with_currency(left, rules)} stays open on it" if left else "nothing stays open on it"
    new = (f"contact {contact[0].contact.name} is created in Xero",) if contact else ()
    return (what, balance, *new)


def renumbered(posting: Posting, number: str) -> Posting:
    """The same posting under another number."""
    return msgspec.structs.replace(posting, number=number)


def redated(posting: Posting, date: dt.date) -> Posting:
    """The same posting on another day; it falls due no earlier than that."""
    return msgspec.structs.replace(posting, date=date, due_date=max(posting.due_date, date))
