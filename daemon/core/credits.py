"""Judges credit that is set against invoices in Xero: allocations that are missing, or that Provet does not know."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from daemon.core.allocating import allocatable, allocate_step, surplus
from daemon.core.amounts import money
from daemon.core.by_hand import by_hand
from daemon.core.correction import Deallocate, Step
from daemon.core.discrepancy import Policy
from daemon.core.family import standing_for_provet
from daemon.core.findings import Case, document_subject, option, with_currency
from daemon.core.late_money import loose, strayed
from daemon.core.model import ZERO, Allocation, Document
from daemon.core.view import Scene, View


def judge_credit(view: View, scene: Scene) -> list[Case]:
    """The allocation a booked credit note lacks, and credit between a booked document and one of no kin."""
    open_beside = [] if view.credit else loose(view, scene)
    if view.booked is None or view.void:
        return open_beside
    if not view.credit:
        return [*_foreign(view, scene), *strayed(view, scene), *open_beside]
    extra = _extra(view, view.booked, scene)
    missing = _allocation_missing(view, view.booked, scene) or _applied_elsewhere(view, scene)
    return extra or missing or _of_another_contact(view, view.booked, scene)


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
    number = view.booked.number if view.booked is not None else view.posted.posting.number
    hand = by_hand(
        "Take it off in Xero, or apply it in Provet",
        f"In Xero open {number}: below its total stands the credit note, prepayment or overpayment of {words}; open it"
        " and remove the allocation",
        "If it settles the invoice rightly: apply the same credit to the invoice in Provet",
        relies_on={"xero foreign credit": money(view.foreign)},
        recommended=True,
    )
    return [
        Case(
            kind="credit.foreign_in_xero",
            subject=document_subject(view),
            amount=view.foreign,
            effect=view.foreign,
            summary=f"{words} of credit that Provet does not know is set against {label}",
            options=(hand,),
        )
    ]


def _applied_elsewhere(view: View, scene: Scene) -> list[Case]:
    """Credit that Provet applied to an invoice of no kin, and Xero has not: only a person sees which one."""
    open_there = min(view.unset, view.xero_room)
    if open_there <= 0:
        return []
    label, words = view.posted.posting.label, with_currency(open_there, scene.rules)
    number = view.booked.number if view.booked is not None else view.posted.posting.number
    hand = by_hand(
        "Allocate it by hand in Xero",
        f"In Provet look up which invoice {words} of {label}{_or_alike(view, scene)} was applied to",
        f"In Xero open {number}, choose Allocate credit, and set {words} against that invoice",
        relies_on={"credit applied": money(open_there)},
        recommended=True,
    )
    return [
        Case(
            kind="credit.allocation_missing",
            subject=document_subject(view),
            amount=open_there,
            summary=f"{words} of {label} is applied to another invoice in Provet, but not in Xero",
            options=(hand,),
            policy=Policy.PERSON,
        )
    ]


def _or_alike(view: View, scene: Scene) -> str:
    """The other notes of the same invoice of which credit is applied: their payments do not tell where the other end
    is."""
    others = (o for o in scene.views.values() if o.credit and o.document.credits == view.document.credits and o.applied)
    named = [other.posted.posting.label for other in others if other is not view and view.document.credits]
    return f", or of {', '.join(named)}," if named else ""


def _of_another_contact(view: View, note: Document, scene: Scene) -> list[Case]:
    """Credit that Provet applied to what it credits, where Xero cannot: the two are of different contacts there
    (docs/reference/xero.md 9)."""
    original = scene.original(view)
    if original is None or original.booked is None or original.booked.contact_id == note.contact_id:
        return []
    amount = min(view.applied, original.applied, view.xero_room, original.xero_room)
    if amount <= 0:
        return []
    label, other = view.posted.posting.label, original.posted.posting.label
    words = with_currency(amount, scene.rules)
    hand = by_hand(
        "Give both one client in Provet",
        f"Xero sets credit only against invoices of its own contact: in Provet make the client of {label} that of"
        f" {other}, or the other way round; the credit is then set against it by itself",
        relies_on={"credit applied": money(amount)},
        recommended=True,
    )
    return [
        Case(
            kind="credit.allocation_missing",
            subject=document_subject(view),
            amount=amount,
            summary=f"{words} of {label} is applied to {other} in Provet, but in Xero they are of different contacts",
            options=(hand,),
            policy=Policy.PERSON,
        )
    ]


def _extra(view: View, note: Document, scene: Scene) -> list[Case]:
    """Credit of a note that is set against documents other than those it credits in Provet, or that Provet settles
    otherwise."""
    outside, inside = _outside(view, note, scene), surplus(view, scene)
    if not outside and not inside:
        return []
    label = view.posted.posting.label
    stray, paid = with_currency(view.foreign, scene.rules), sum((cut for _, cut in inside), ZERO)
    words = [f"{stray} of {label} is set against a document in Xero that it does not credit"] if outside else []
    if inside:
        cut = with_currency(paid, scene.rules)
        words.append(f"{cut} of {label} is set against its invoice in Xero, but settled otherwise in Provet")
    after = f"{with_currency(view.foreign + paid, scene.rules)} of {label} is open again in Xero"
    taken = [*((a, a.amount) for a in outside), *inside]
    relies_on = {"xero allocations": ",".join(sorted(allocation.id for allocation, _ in taken))}
    if all(a.id and not scene.rules.closed(a.date) for a, _ in taken):
        steps = _taking_off(view, note, taken, scene)
        way = option("deallocate", "Take it off again", steps, after, relies_on=relies_on, recommended=True)
    else:
        how = (
            f"In Xero open {note.number} and remove the allocation; if its period is closed, whoever closed it decides"
        )
        way = by_hand("Take it off by hand in Xero", how, relies_on=relies_on, recommended=True)
    return [
        Case(
            kind="credit.allocation_extra",
            subject=document_subject(view),
            amount=view.foreign + paid,
            effect=-view.foreign,
            summary="; ".join(words),
            options=(way,),
        )
    ]


def _outside(view: View, note: Document, scene: Scene) -> list[Allocation]:
    """The allocations to documents of no kin, but for those that Provet has as well."""
    ours = {other.booked.id for other in scene.views.values() if other.booked is not None}
    strays = [a for a in note.allocations if a.document_id not in ours]
    known, standing = view.elsewhere - view.unset, standing_for_provet(scene.family.links)
    kept = []
    for allocation in sorted(strays, key=lambda a: (a.date, a.id)):
        if allocation.document_id in standing and allocation.amount <= known:
            known -= allocation.amount
        else:
            kept.append(allocation)
    return kept if view.foreign > 0 else []


def _taking_off(
    view: View, note: Document, taken: Sequence[tuple[Allocation, Decimal]], scene: Scene
) -> tuple[Step, ...]:
    """Take allocations off; what is to stay of one is set anew on its day."""
    steps: list[Step] = []
    standing: dict[str, Decimal] = {}
    for allocation in note.allocations:
        standing[allocation.document_id] = standing.get(allocation.document_id, ZERO) + allocation.amount
    invoices = {other.booked.id: other for other in scene.views.values() if other.booked is not None}
    for allocation, cut in taken:
        off = Deallocate(
            xero_credit_id=note.id, allocation_id=allocation.id, amount=allocation.amount, label=note.number
        )
        steps.append(off)
        already = standing[allocation.document_id] - allocation.amount
        if rest := allocation.amount - cut:
            again = allocate_step(view, invoices[allocation.document_id], rest, allocation.date)
            steps.append(msgspec.structs.replace(again, already=already))
        standing[allocation.document_id] = already + rest
    return tuple(steps)
