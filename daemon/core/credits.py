"""Judges credit that is set against invoices in Xero: allocations that are missing, or that Provet does not know."""

from __future__ import annotations

from daemon.core.allocating import allocatable, allocate_step
from daemon.core.amounts import money
from daemon.core.correction import Deallocate
from daemon.core.findings import Case, document_subject, option, with_currency
from daemon.core.model import Document
from daemon.core.view import Scene, View


def judge_credit(view: View, scene: Scene) -> list[Case]:
    """The allocation a booked credit note lacks, and credit between a booked document and one of no kin."""
    if view.booked is None or view.void:
        return []
    if not view.credit:
        return _foreign(view, scene)
    return _extra(view, view.booked, scene) or _allocation_missing(view, view.booked, scene)


def _allocation_missing(view: View, note: Document, scene: Scene) -> list[Case]:
    """Credit that stays open beside its open invoice."""
    original, amount = scene.original(view), allocatable(view, scene)
    if original is None or original.booked is None or not amount:
        return []
    later = max(note.date, original.booked.date)
    closed = scene.rules.closed(later)
    date = scene.rules.first_open_day if closed else later
    label, words = view.posted.posting.label, with_currency(amount, scene.rules)
    allocate = option(
        "first-open-day" if closed else "allocate",
        f"Set it against the invoice on {date.isoformat()}",
        (allocate_step(view, original, amount, date),),
        f"{original.posted.posting.label} has {words} less due in Xero",
        relies_on={"credit left": money(view.xero_left), "invoice left": money(original.xero_left)},
        recommended=True,
    )
    return [
        Case(
            kind="period.locked" if closed else "credit.allocation_missing",
            subject=document_subject(view),
            amount=amount,
            summary=f"{words} of {label} is not set against {original.posted.posting.label}"
            + (", and its day is in a closed period" if closed else ""),
            options=(allocate,),
        )
    ]


def _foreign(view: View, scene: Scene) -> list[Case]:
    if view.foreign <= 0:
        return []
    label, words = view.posted.posting.label, with_currency(view.foreign, scene.rules)
    return [
        Case(
            kind="credit.foreign_in_xero",
            subject=document_subject(view),
            amount=view.foreign,
            effect=view.foreign,
            summary=f"{words} of credit that Provet does not know is set against {label}",
        )
    ]


def _extra(view: View, note: Document, scene: Scene) -> list[Case]:
    """Credit of a note that is set against documents other than those it credits in Provet."""
    ours = {other.booked.id for other in scene.views.values() if other.booked is not None}
    allocations = [a for a in note.allocations if a.document_id not in ours]
    if not allocations:
        return []
    label, words = view.posted.posting.label, with_currency(view.foreign, scene.rules)
    steps = [
        Deallocate(xero_credit_id=note.id, allocation_id=a.id, amount=a.amount, label=note.number) for a in allocations
    ]
    after = f"{words} of {label} is open again in Xero"
    relies_on = {"xero allocations": ",".join(sorted(allocation.id for allocation in allocations))}
    deallocate = option("deallocate", "Take it off again", steps, after, relies_on=relies_on, recommended=True)
    free = all(a.id and not scene.rules.closed(a.date) for a in allocations)
    return [
        Case(
            kind="credit.allocation_extra",
            subject=document_subject(view),
            amount=view.foreign,
            effect=-view.foreign,
            summary=f"{words} of {label} is set against a document in Xero that it does not credit",
            options=(deallocate,) if free else (),
        )
    ]
