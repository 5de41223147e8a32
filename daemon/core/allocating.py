"""How much of each credit note goes to the invoice it credits, and the step that sets it there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from daemon.core.booking import coming
from daemon.core.correction import Allocate
from daemon.core.discrepancy import finding_id
from daemon.core.family import linked
from daemon.core.findings import document_subject
from daemon.core.model import ZERO, Allocation, Kind
from daemon.core.rules import Consolidated
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
    if invoice is None or original.credit or original.void or original.foreign or original.unseen:
        return ZERO
    if original.places[0].key != original.document.id:
        return ZERO
    if view.booked is not None:
        same_contact = view.booked.contact_id == invoice.contact_id
        return _room(view, scene) if same_contact else ZERO
    contact = linked(scene.family.links, Kind.CONTACT, provet_id=view.document.contact_id)
    return view.open_share - view.elsewhere if contact is not None and contact.xero_id == invoice.contact_id else ZERO


def _room(view: View, scene: Scene) -> Decimal:
    """What of a booked document money leaves to credit of its kin, on either side, what is coming included."""
    return min(view.xero_room - coming(view, scene), view.open_share) - view.unset


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


def surplus(view: View, scene: Scene) -> list[tuple[Allocation, Decimal]]:
    """The allocations of a credit note to its kin that Provet settles otherwise, with money or with credit of others,
    each with how much of it."""
    return _surpluses(scene).get(view.document.id, [])


def freed(view: View, scene: Scene) -> tuple[Decimal, str]:
    """What a document has open once surplus credit is taken off it, and the id of the discrepancy that does that."""
    cuts = [(note, a, cut) for note, found in _surpluses(scene).items() for a, cut in found]
    mine = [(note, cut) for note, a, cut in cuts if note == view.document.id or _is_on(a, view)]
    if not mine:
        return ZERO, ""
    cause = finding_id(scene.rules.practice, "credit.allocation_extra", document_subject(scene.views[mine[0][0]]).key)
    return sum((cut for _, cut in mine), ZERO), cause


def _is_on(allocation: Allocation, view: View) -> bool:
    return view.booked is not None and view.booked.id == allocation.document_id


def _surpluses(scene: Scene) -> dict[str, list[tuple[Allocation, Decimal]]]:
    """Credit note -> its surplus allocations. Where money of a consolidated invoice is spread over its originals, that
    spreading decides, not the credit."""
    if any(whole.scheme is Consolidated.ORIGINALS for whole in scene.wholes.values()):
        return {}
    booked = {view.booked.id: view for view in scene.views.values() if view.booked is not None and not view.void}
    over = {view.document.id: _over(view) for view in booked.values()}
    found: dict[str, list[tuple[Allocation, Decimal]]] = {}
    for note in booked.values():
        for allocation in note.booked.allocations if note.booked is not None else ():
            invoice = booked.get(allocation.document_id)
            ends = (note.document.id, invoice.document.id) if invoice is not None else ()
            cut = min(allocation.amount, max((over[end] for end in ends), default=ZERO))
            if cut > 0:
                over |= {end: over[end] - cut for end in ends}
                found.setdefault(note.document.id, []).append((allocation, cut))
    return found


def _over(view: View) -> Decimal:
    """How far Provet's money, Xero's credit and what Provet set off elsewhere together exceed a document, at its larger
    total."""
    gross = view.posted.posting.gross
    settled = gross - view.sign * view.provet_balance
    return view.allocated + view.unset + settled - max(gross, view.booked.gross if view.booked is not None else gross)
