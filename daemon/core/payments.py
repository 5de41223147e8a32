"""Judges payments of a document that stands in both systems: missing, removed, entered anew, twins, overpaid."""

from __future__ import annotations

from daemon.core.amounts import money
from daemon.core.correction import Option, Step
from daemon.core.creation import from_xero, payment_step
from daemon.core.diff import Change, changes, field_diffs
from daemon.core.discrepancy import FieldDiff
from daemon.core.findings import Case, option
from daemon.core.ledger import settlement
from daemon.core.model import Link, Payment, System
from daemon.core.pairing import PairState, PaymentPair
from daemon.core.payment_options import (
    agreed_facts,
    both_fields,
    cancel_options,
    delete_options,
    first_recommended,
    link_option,
    payment_subject,
    provet_facts,
    relied,
    with_baseline,
    xero_facts,
)
from daemon.core.posting import payment_account
from daemon.core.removal import delete_step
from daemon.core.unpaired import missing_in_provet, missing_in_xero
from daemon.core.view import Scene, View


def judge_payments(view: View, scene: Scene) -> list[Case]:
    """The cases of all payments of one document; none while it is not booked or is held."""
    if view.booked is None or view.void or view.held:
        return []
    match = view.payments
    cases = [case for pair in match.pairs for case in _pair(pair, view, scene)]
    cases += [_removed_in_provet(payment, view, scene) for payment, _ in match.gone_in_provet]
    cases += [_removed_in_xero(payment, link, view, scene) for payment, link in match.gone_in_xero]
    cases += missing_in_xero(view, scene)
    cases += missing_in_provet(view, scene)
    return cases


def payment_links(view: View) -> list[Link]:
    """The links that pairs by mark or by adoption bring, and baselines of pairs that never had one."""
    if view.booked is None:
        return []
    fresh = []
    for pair in view.payments.pairs:
        facts = agreed_facts(pair, view)
        if pair.state is PairState.ADOPTED or (pair.state is PairState.PAIRED and pair.link.baseline is None):
            fresh.append(with_baseline(pair.link, facts))
    return fresh


def _pair(pair: PaymentPair, view: View, scene: Scene) -> list[Case]:
    if pair.state is PairState.REPLACED:
        return [_replaced(pair, view)]
    if pair.state is PairState.TWIN:
        return [_twin(pair, view)]
    return _differs(pair, view, scene) if pair.state is PairState.PAIRED else []


def _replaced(pair: PaymentPair, view: View) -> Case:
    subject = payment_subject(view, pair.provet, pair.xero)
    return Case(
        kind="payment.replaced",
        subject=subject,
        amount=pair.xero.amount,
        summary=f"{subject.label} was entered anew on one side; the other side's payment stays and is linked to it",
        options=(link_option(pair, view),),
    )


def _twin(pair: PaymentPair, view: View) -> Case:
    subject = payment_subject(view, pair.provet, pair.xero)
    return Case(
        kind="payment.probable_twin",
        subject=subject,
        amount=pair.xero.amount,
        summary=f"{subject.label} stands in both systems without a link: probably typed in on both sides",
        fields=both_fields(pair.provet, pair.xero, view),
        options=(link_option(pair, view),),
    )


def _differs(pair: PaymentPair, view: View, scene: Scene) -> list[Case]:
    mine, theirs = provet_facts(pair.provet, view), xero_facts(pair.xero)
    baseline = pair.link.baseline or agreed_facts(pair, view)
    moved = changes(mine, theirs, baseline)
    moved = {name: change for name, change in moved.items() if name == "amount" or change is not Change.UNKNOWN}
    if not moved:
        return []
    subject = payment_subject(view, pair.provet, pair.xero)
    return [
        Case(
            kind="payment.differs",
            subject=subject,
            amount=max(settlement(view.document, pair.provet), pair.xero.amount),
            effect=view.sign * (pair.xero.amount - settlement(view.document, pair.provet)),
            summary=f"{subject.label} differs in {', '.join(moved)}",
            fields=field_diffs(mine, theirs, baseline, tuple(moved)),
            options=_differ_options(pair, view, scene),
        )
    ]


def _differ_options(pair: PaymentPair, view: View, scene: Scene) -> tuple[Option, ...]:
    account, gap = payment_account(pair.provet.method, scene.rules)
    account = pair.xero.method if from_xero(pair.provet, scene.rules) else account
    closed = scene.rules.closed(pair.xero.date) or scene.rules.closed(pair.provet.date)
    if pair.xero.locked or closed or (gap is not None and not from_xero(pair.provet, scene.rules)):
        return ()
    amount = settlement(view.document, pair.provet)
    steps: tuple[Step, ...] = (delete_step(pair.xero, view), payment_step(view, pair.provet, account, amount))
    words = f"Xero's payment of {money(pair.xero.amount)} is removed and entered anew as {money(amount)}"
    relies_on = relied(pair.provet, pair.xero)
    return (option("recreate-payment", "Enter it anew in Xero", steps, words, relies_on=relies_on, recommended=True),)


def _removed_in_provet(payment: Payment, view: View, scene: Scene) -> Case:
    subject = payment_subject(view, None, payment)
    locked = payment.locked or scene.rules.closed(payment.date)
    why = "bank-reconciled or in a batch" if payment.locked else "in a closed period"
    return Case(
        kind="payment.reconciled_locked" if locked else "payment.removed_in_provet",
        subject=subject,
        amount=payment.amount,
        effect=view.sign * payment.amount,
        summary=f"{subject.label} was removed in Provet but stands in Xero" + (f", {why}" if locked else ""),
        options=() if locked else delete_options(payment, view),
    )


def _removed_in_xero(payment: Payment, link: Link, view: View, scene: Scene) -> Case:
    subject = payment_subject(view, payment, None)
    amount = settlement(view.document, payment)
    options: list[Option] = []
    if link.created_in is System.PROVET or from_xero(payment, scene.rules):
        options += cancel_options(payment, view)
    account, gap = payment_account(payment.method, scene.rules)
    if gap is None and amount <= view.xero_left and not scene.rules.closed(payment.date):
        step = payment_step(view, payment, account, amount)
        words = f"The payment stands in Xero again, on account {account}"
        relies_on = relied(payment, None) | {"xero left": str(view.xero_left)}
        options.append(option("recreate-payment", "Pay it again in Xero", (step,), words, relies_on=relies_on))
    return Case(
        kind="payment.removed_in_xero",
        subject=subject,
        amount=amount,
        effect=-view.sign * amount,
        summary=f"{subject.label} was removed in Xero but stands in Provet",
        fields=(FieldDiff(name="status", provet="paid", baseline="paid", xero="removed"),),
        options=first_recommended(options),
    )
