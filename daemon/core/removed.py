"""Judges payments that stood on both sides and were removed on one of them."""

from __future__ import annotations

from daemon.core.booking import payment_step
from daemon.core.by_hand import by_hand, kept_as_prepayment, may_be_removed, removing, why_it_stays
from daemon.core.correction import Option
from daemon.core.discrepancy import FieldDiff
from daemon.core.findings import Case, option
from daemon.core.ledger import settlement
from daemon.core.mappings import payment_account
from daemon.core.model import Link, Payment, System
from daemon.core.payment_options import (
    cancel_options,
    delete_options,
    first_recommended,
    may_be_cancelled,
    payment_subject,
    relied,
)
from daemon.core.view import Scene, View
from daemon.core.write_off_credit import write_off_back


def removed_in_provet(payment: Payment, view: View, scene: Scene) -> Case:
    """A Xero payment whose Provet payment is gone; what may not be removed by a program is hand-work."""
    subject = payment_subject(view, None, payment)
    removable = may_be_removed(payment, scene.rules) or bool(write_off_back(payment, view, scene))
    why = "" if removable else f", {why_it_stays(payment)}"
    return Case(
        kind="payment.removed_in_provet" if removable else "payment.reconciled_locked",
        subject=subject,
        amount=payment.amount,
        effect=view.sign * payment.amount,
        summary=f"{subject.label} was removed in Provet but stands in Xero{why}",
        fields=(FieldDiff(name="status", provet="removed", baseline="paid", xero="paid"),),
        options=_removals(payment, view, scene),
    )


def _removals(payment: Payment, view: View, scene: Scene) -> tuple[Option, ...]:
    """Delete it in Xero, by hand where no program may; or bring it back in Provet."""
    back = "If it was removed by mistake: enter it again in Provet; the two are then linked by themselves"
    relies_on = relied(None, payment)
    delete = write_off_back(payment, view, scene)
    if may_be_removed(payment, scene.rules):
        delete = delete_options(payment, view, scene)
    if delete:
        return (*delete, by_hand("Enter it again in Provet", back, relies_on=relies_on))
    number = view.booked.number if view.booked is not None else view.posted.posting.number
    words = (*removing(payment, number, scene.rules), kept_as_prepayment(scene.rules), back)
    return (by_hand("Remove it by hand in Xero", *words, relies_on=relies_on, recommended=True),)


def removed_in_xero(payment: Payment, link: Link, view: View, scene: Scene) -> Case:
    """A Provet payment whose Xero payment is gone; cancelled in Provet only if this program recorded it there."""
    subject = payment_subject(view, payment, None)
    amount = settlement(view.document, payment)
    options: list[Option] = []
    if link.created_in is System.PROVET and may_be_cancelled(payment, view, scene):
        options += cancel_options(payment, view)
    options += _pay_again(payment, view, scene)
    cancel = by_hand(
        "Cancel it by hand in Provet",
        "If the money never came or went back: cancel the payment in Provet, where the invoice lists its payments",
        relies_on=relied(payment, None),
    )
    return Case(
        kind="payment.removed_in_xero",
        subject=subject,
        amount=amount,
        effect=-view.sign * amount,
        summary=f"{subject.label} was removed in Xero but stands in Provet",
        fields=(FieldDiff(name="status", provet="paid", baseline="paid", xero="removed"),),
        options=first_recommended((*options, cancel)),
    )


def _pay_again(payment: Payment, view: View, scene: Scene) -> tuple[Option, ...]:
    """Enter it anew in Xero, on the first open day where its own is closed; never above what is due."""
    account, gap = payment_account(payment.method, scene.rules)
    amount = settlement(view.document, payment)
    if gap is not None or amount > view.xero_room:
        return ()
    closed = scene.rules.closed(payment.date)
    day = scene.rules.first_open_day if closed else payment.date
    step = payment_step(view, payment, account, amount, day)
    words = f"The payment stands in Xero again, on account {account}, dated {day.isoformat()}"
    title = f"Pay it again in Xero on {day.isoformat()}, the first open day" if closed else "Pay it again in Xero"
    option_id = "first-open-day" if closed else "recreate-payment"
    return (option(option_id, title, (step,), words, relies_on=relied(payment, None)),)
