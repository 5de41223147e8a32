"""What stands in the way of voiding a Xero document: its payments and allocations, and whether they may go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from daemon.core.correction import CreatePayment, Deallocate, DeletePayment, Step
from daemon.core.family import payment_reference
from daemon.core.findings import with_currency
from daemon.core.mappings import payment_account
from daemon.core.model import Allocation, Document, DocumentStatus, Payment, System, Value
from daemon.core.pairing import PairState, PaymentPair
from daemon.core.view import Scene, View


class Removal(Value, frozen=True, kw_only=True):
    """The steps that clear a document, and those that bring everything back on its successor.

    ``locked`` says that something may not be removed, ``lost`` that something could not be brought back.
    """

    steps: tuple[Step, ...] = ()
    again: tuple[CreatePayment, ...] = ()
    consequences: tuple[str, ...] = ()
    locked: bool = False
    lost: bool = False


def removal(view: View, booked: Document, scene: Scene) -> Removal:
    """Clear a booked document of payments and allocations."""
    allocations = _allocations(booked, scene)
    locked = any(payment.locked or scene.rules.closed(payment.date) for payment in view.taken)
    locked = locked or any(not a.id or scene.rules.closed(a.date) for _, a in allocations)
    locked = locked or booked.id in scene.late or bool(view.unseen)
    locked = locked or sum(a.amount for _, a in allocations) < view.allocated
    steps: list[Step] = [delete_step(payment, view) for payment in view.taken]
    steps += [
        Deallocate(xero_credit_id=note.id, allocation_id=a.id, amount=a.amount, label=note.number)
        for note, a in allocations
    ]
    again = tuple(_again(view, scene))
    return Removal(
        steps=tuple(steps),
        again=again,
        consequences=_words(view, allocations, scene),
        locked=locked,
        lost=len(again) < len(view.taken) or bool(view.foreign),
    )


def _words(view: View, allocations: Sequence[tuple[Document, Allocation]], scene: Scene) -> tuple[str, ...]:
    paid = ", ".join(with_currency(payment.amount, scene.rules) for payment in view.taken)
    credited = ", ".join(with_currency(allocation.amount, scene.rules) for _, allocation in allocations)
    gone = {"payments removed": paid, "credit taken off": credited}
    return tuple(f"{what} in Xero first: {amounts}" for what, amounts in gone.items() if amounts)


def delete_step(payment: Payment, view: View) -> DeletePayment:
    partner = next((pair.provet.id for pair in view.pairs if pair.xero.id == payment.id), "")
    return DeletePayment(xero_id=payment.id, payment_id=partner, amount=payment.amount, label=view.posted.posting.label)


def _allocations(booked: Document, scene: Scene) -> list[tuple[Document, Allocation]]:
    notes = [n for n in scene.family.of(System.XERO) if n.credit and n.status is not DocumentStatus.VOID]
    return [
        (note, allocation)
        for note in notes
        for allocation in note.allocations
        if booked.id in (note.id, allocation.document_id)
    ]


def _again(view: View, scene: Scene) -> list[CreatePayment]:
    """The paired payments once more, for the document's successor; not those of which nobody said that they are one."""
    return [
        CreatePayment(
            payment_id=pair.provet.id,
            document_id=view.document.id,
            credit=view.credit,
            amount=pair.xero.amount,
            date=date,
            account=account,
            reference=payment_reference(pair.provet.id),
            label=view.posted.posting.label,
        )
        for pair in view.pairs
        if pair.state is not PairState.NEAR
        for date, account in _entered(pair, scene)
    ]


def _entered(pair: PaymentPair, scene: Scene) -> list[tuple[dt.date, str]]:
    """The date and account under which a payment is entered again: as Xero has it, but what was entered anew in Provet
    since then as Provet has it. Nothing where Xero would not take that."""
    if pair.lost is None:
        return [(pair.xero.date, pair.xero.method)]
    account, gap = payment_account(pair.provet.method, scene.rules)
    return [] if gap is not None or scene.rules.closed(pair.provet.date) else [(pair.provet.date, account)]
