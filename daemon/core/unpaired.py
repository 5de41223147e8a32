"""Judges payments that stand in one system only and never had a partner: missing, or more than is due."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.amounts import money
from daemon.core.correction import Option
from daemon.core.creation import from_xero, payment_step
from daemon.core.discrepancy import Policy
from daemon.core.family import marked_id
from daemon.core.findings import Case, gap_id, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.model import ZERO, DocumentStatus, Payment
from daemon.core.payment_options import (
    cancel_options,
    changed_case,
    delete_options,
    first_recommended,
    payment_subject,
    record_options,
    relied,
)
from daemon.core.posting import payment_account
from daemon.core.view import Scene, View


def missing_in_xero(view: View, scene: Scene) -> list[Case]:
    left = view.xero_left
    cases = []
    for payment in view.payments.provet_only:
        amount = settlement(view.document, payment)
        cases.append(_one_missing_in_xero(payment, amount, left, view, scene))
        left -= min(amount, max(left, ZERO))
    return cases


def _one_missing_in_xero(payment: Payment, amount: Decimal, left: Decimal, view: View, scene: Scene) -> Case:
    """One Provet payment that Xero lacks, of which at most ``left`` still fits on the document there."""
    subject = payment_subject(view, payment, None)
    account, gap = payment_account(payment.method, scene.rules)
    case = Case(
        kind="payment.missing_in_xero",
        subject=subject,
        amount=amount,
        effect=-view.sign * amount,
        summary=f"{subject.label} of {payment.date.isoformat()} is not in Xero",
        cause=gap_id(gap, scene.rules) if gap is not None else None,
    )
    if from_xero(payment, scene.rules):
        return changed_case(
            case, cause=None, policy=Policy.PERSON, options=first_recommended(cancel_options(payment, view))
        )
    if gap is not None:
        return case
    if amount > left:
        return _overpaid(case, payment, left, account, view, scene)
    if scene.rules.closed(payment.date):
        return changed_case(case, kind="period.locked", summary=f"{case.summary}; its date is in a closed period")
    step = payment_step(view, payment, account, amount)
    words = f"{with_currency(left - amount, scene.rules)} stays open on {view.posted.posting.label} in Xero"
    relies_on = relied(payment, None) | {"xero left": str(left)}
    create = option("create", f"Book it on account {account}", (step,), words, relies_on=relies_on, recommended=True)
    return changed_case(case, options=(create,))


def _overpaid(case: Case, payment: Payment, left: Decimal, account: str, view: View, scene: Scene) -> Case:
    words = f"only {with_currency(max(left, ZERO), scene.rules)} is still due in Xero"
    options: tuple[Option, ...] = ()
    if left > 0 and not scene.rules.closed(payment.date):
        step = payment_step(view, payment, account, left)
        rest = with_currency(case.amount - left, scene.rules)
        options = (
            option(
                "book-up-to-due",
                f"Book {money(left)}, what is due",
                (step,),
                f"{rest} of it stays unbooked",
                relies_on=relied(payment, None) | {"xero left": str(left)},
                recommended=True,
            ),
        )
    return changed_case(case, kind="payment.overpaid", summary=f"{case.summary}; {words}", options=options)


def missing_in_provet(view: View, scene: Scene) -> list[Case]:
    cases = []
    left = view.sign * view.provet_balance
    for payment in view.payments.xero_only:
        cases.append(_one_missing_in_provet(payment, left, view, scene))
        left -= payment.amount
    return cases


def _one_missing_in_provet(payment: Payment, left: Decimal, view: View, scene: Scene) -> Case:
    """One Xero payment that Provet lacks, where ``left`` is still due."""
    subject = payment_subject(view, None, payment)
    case = Case(
        kind="payment.missing_in_provet",
        subject=subject,
        amount=payment.amount,
        effect=view.sign * payment.amount,
        summary=f"{subject.label} of {payment.date.isoformat()} is not in Provet",
    )
    if _was_ours(payment):
        return changed_case(case, policy=Policy.PERSON, options=delete_options(payment, view))
    if view.document.status is not DocumentStatus.FINAL:
        return changed_case(case, policy=Policy.PERSON, summary=f"{case.summary}, which takes payments only once final")
    if payment.amount > left:
        due = with_currency(max(left, ZERO), scene.rules)
        return changed_case(
            case,
            kind="payment.overpaid",
            summary=f"{case.summary}; only {due} is still due there",
            options=record_options(payment, left, view, scene, "book-up-to-due") if left > 0 else (),
        )
    if scene.rules.provet_open_from is not None and payment.date < scene.rules.provet_open_from:
        return changed_case(case, kind="period.locked", summary=f"{case.summary}; Provet is closed on that day")
    return changed_case(case, options=record_options(payment, payment.amount, view, scene, "create"))


def _was_ours(payment: Payment) -> bool:
    """A Xero payment that carries a Provet payment's mark, but whose payment no longer stands in Provet."""
    return bool(marked_id(payment.note, "Provet payment "))
