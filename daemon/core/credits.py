"""Judges credit that is set against invoices in Xero: allocations that are missing, and credit that is not ours."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.creation import allocate_step, open_share, payment_steps
from daemon.core.findings import Case, document_subject, option, with_currency
from daemon.core.model import ZERO
from daemon.core.view import Scene, View


def judge_credit(view: View, scene: Scene) -> list[Case]:
    """The allocation a booked credit note lacks, or the foreign credit that a booked invoice carries."""
    if view.booked is None or view.void or view.held:
        return []
    return _allocation_missing(view, scene) if view.credit else _foreign(view, scene)


def _allocation_missing(view: View, scene: Scene) -> list[Case]:
    original = scene.original(view)
    if original is None or original.booked is None or original.credit or original.held:
        return []
    amount = min(_free(view, scene), _free(original, scene), open_share(view))
    closed = scene.rules.closed(max(view.document.date, original.document.date))
    if amount <= 0 or closed or original.foreign:
        return []
    already = _already(view, original)
    step = allocate_step(view, original, amount, already=already)
    label, words = view.posted.posting.label, with_currency(amount, scene.rules)
    return [
        Case(
            kind="credit.allocation_missing",
            subject=document_subject(view),
            amount=amount,
            summary=f"{words} of {label} is not set against {original.posted.posting.label}",
            options=(
                option(
                    "allocate",
                    "Set it against the invoice",
                    (step,),
                    f"{original.posted.posting.label} has {words} less due in Xero",
                    relies_on={"credit left": str(view.xero_left), "invoice left": str(original.xero_left)},
                    recommended=True,
                ),
            ),
        )
    ]


def _free(view: View, scene: Scene) -> Decimal:
    """What is open on a booked document in Xero once the money that is on its way has arrived."""
    coming = sum((step.amount for step in payment_steps(view, scene, limit=max(view.xero_left, ZERO))), ZERO)
    return view.xero_left - coming


def _already(view: View, original: View) -> Decimal:
    if view.booked is None or original.booked is None:
        return ZERO
    mine = [a.amount for a in view.booked.allocations if a.document_id == original.booked.id]
    return sum(mine, ZERO)


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
