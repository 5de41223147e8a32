"""How much of each credit note goes to the invoice it credits, and the step that sets it there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.core.booking import coming
from daemon.core.correction import Allocate
from daemon.core.family import linked
from daemon.core.model import ZERO, Kind
from daemon.core.view import Scene, View


def allocatable(view: View, scene: Scene) -> Decimal:
    """What of a credit note is yet to be set against its original in Xero, 0 if nothing may be.

    Never a share that money settles on either side. Notes of one original share what is open on it, those that stand
    in Xero first.
    """
    original = scene.original(view)
    if original is None:
        return ZERO
    left = _room(original, scene)
    notes = [other for other in scene.views.values() if scene.original(other) is original]
    shares: dict[str, Decimal] = {}
    for other in sorted(notes, key=lambda other: other.booked is None):
        share = max(min(left, _open(other, original, scene)), ZERO)
        shares[other.document.id] = share
        left -= share
    return shares[view.document.id]


def _open(view: View, original: View, scene: Scene) -> Decimal:
    """What is open of a credit note that could go to its original."""
    invoice = original.booked
    if not view.credit or view.void or view.excluded:
        return ZERO
    if invoice is None or original.credit or original.void or original.foreign:
        return ZERO
    if view.booked is not None:
        same_contact = view.booked.contact_id == invoice.contact_id
        return _room(view, scene) if same_contact else ZERO
    contact = linked(scene.family.links, Kind.CONTACT, provet_id=view.document.contact_id)
    return view.open_share if contact is not None and contact.xero_id == invoice.contact_id else ZERO


def _room(view: View, scene: Scene) -> Decimal:
    """What of a booked document money leaves to credit, on either side and once what is coming has arrived."""
    return min(view.xero_room - coming(view, scene), view.open_share)


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
