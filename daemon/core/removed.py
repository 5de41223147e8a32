"""Judges payments that stood on both sides and were removed on one of them."""

from __future__ import annotations

from daemon.core.booking import payment_step
from daemon.core.correction import Option
from daemon.core.discrepancy import FieldDiff
from daemon.core.findings import Case, option
from daemon.core.ledger import settlement
from daemon.core.mappings import payment_account
from daemon.core.model import Link, Payment, System
from daemon.core.payment_options import cancel_options, delete_options, first_recommended, payment_subject, relied
from daemon.core.view import Scene, View


def removed_in_provet(payment: Payment, view: View, scene: Scene) -> Case:
    """A Xero payment whose Provet payment is gone; what may not be removed by a program is hand-work."""
    subject = payment_subject(view, None, payment)
    locked = payment.locked or scene.rules.closed(payment.date)
    why = "bank-reconciled or in a batch" if payment.locked else "in a closed period"
    return Case(
        kind="payment.reconciled_locked" if locked else "payment.removed_in_provet",
        subject=subject,
        amount=payment.amount,
        effect=view.sign * payment.amount,
        summary=f"{subject.label} was removed in Provet but stands in Xero" + (f", {why}" if locked else ""),
        fields=(FieldDiff(name="status", provet="removed", baseline="paid", xero="paid"),),
        options=() if locked else delete_options(payment, view),
    )


def removed_in_xero(payment: Payment, link: Link, view: View, scene: Scene) -> Case:
    """A Provet payment whose Xero payment is gone; cancelled in Provet only if this program recorded it there."""
    subject = payment_subject(view, payment, None)
    amount = settlement(view.document, payment)
    options: list[Option] = []
    if link.created_in is System.PROVET:
        options += cancel_options(payment, view)
    account, gap = payment_account(payment.method, scene.rules)
    if gap is None and amount <= view.xero_room and not scene.rules.closed(payment.date):
        step = payment_step(view, payment, account, amount)
        words = f"The payment stands in Xero again, on account {account}"
        title = "Pay it again in Xero"
        options.append(option("recreate-payment", title, (step,), words, relies_on=relied(payment, None)))
    return Case(
        kind="payment.removed_in_xero",
        subject=subject,
        amount=amount,
        effect=-view.sign * amount,
        summary=f"{subject.label} was removed in Xero but stands in Provet",
        fields=(FieldDiff(name="status", provet="paid", baseline="paid", xero="removed"),),
        options=first_recommended(options),
    )
