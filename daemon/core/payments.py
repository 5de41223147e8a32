"""Judges payments of a document that stands in both systems: all of them, and pair by pair."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from daemon.core.amounts import money
from daemon.core.booking import from_xero, payment_step
from daemon.core.correction import Option, Step
from daemon.core.diff import Change, changes, field_diffs
from daemon.core.findings import Case, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.mappings import payment_account
from daemon.core.model import Link
from daemon.core.pairing import PairState, PaymentPair
from daemon.core.payment_options import (
    agreed_facts,
    both_fields,
    link_option,
    payment_subject,
    provet_facts,
    record_step,
    relied,
    xero_facts,
)
from daemon.core.removal import delete_step
from daemon.core.removed import removed_in_provet, removed_in_xero
from daemon.core.unpaired import missing_in_provet, missing_in_xero, unmatched_in_provet
from daemon.core.view import Scene, View


def judge_payments(view: View, scene: Scene) -> list[Case]:
    """The cases of all payments of one document; none while it is not booked."""
    if view.booked is None or view.void:
        return []
    match = view.payments
    cases = [case for pair in match.pairs for case in _pair(pair, view, scene)]
    cases += [removed_in_provet(payment, view, scene) for payment, _ in match.gone_in_provet]
    cases += [removed_in_xero(payment, link, view, scene) for payment, link in match.gone_in_xero]
    cases += missing_in_xero(view, scene)
    cases += missing_in_provet(view, scene)
    return cases + unmatched_in_provet(view)


def payment_links(view: View) -> list[Link]:
    """The links that pairs by mark or by adoption bring, and baselines of pairs that never had one."""
    if view.booked is None:
        return []
    return [
        msgspec.structs.replace(pair.link, baseline=agreed_facts(pair, view))
        for pair in view.pairs
        if pair.state is PairState.ADOPTED or (pair.state is PairState.PAIRED and pair.link.baseline is None)
    ]


def _pair(pair: PaymentPair, view: View, scene: Scene) -> list[Case]:
    match pair.state:
        case PairState.REPLACED:
            return [_replaced(pair, view)]
        case PairState.TWIN:
            return [_twin(pair, view, scene)]
        case PairState.PAIRED | PairState.ADOPTED:
            return _differs(pair, view, scene)


def _replaced(pair: PaymentPair, view: View) -> Case:
    subject = payment_subject(view, pair.provet, pair.xero)
    return Case(
        kind="payment.replaced",
        subject=subject,
        amount=pair.xero.amount,
        summary=f"{subject.label} was entered anew on one side; the other side's payment stays and is linked to it",
        fields=both_fields(pair.provet, pair.xero, view),
        options=(link_option(pair, view),),
    )


def _twin(pair: PaymentPair, view: View, scene: Scene) -> Case:
    subject = payment_subject(view, pair.provet, pair.xero)
    return Case(
        kind="payment.probable_twin",
        subject=subject,
        amount=pair.xero.amount,
        summary=f"{subject.label} stands in both systems without a link: probably typed in on both sides",
        fields=both_fields(pair.provet, pair.xero, view),
        options=(link_option(pair, view), *_two_payments(pair, view, scene)),
    )


def _two_payments(pair: PaymentPair, view: View, scene: Scene) -> tuple[Option, ...]:
    """Enter each on the other side, where both sides still take it."""
    amount, rules = pair.xero.amount, scene.rules
    account, gap = payment_account(pair.provet.method, rules)
    closed = rules.closed(pair.provet.date) or (rules.provet_open_from or pair.xero.date) > pair.xero.date
    if gap is not None or closed or from_xero(pair.provet, rules) or amount > min(view.xero_room, view.provet_due):
        return ()
    steps: tuple[Step, ...] = (
        payment_step(view, pair.provet, account, amount),
        record_step(pair.xero, amount, pair.xero.date, view, scene),
    )
    words = f"{view.posted.posting.label} is paid with {money(2 * amount)} in both systems"
    title = "They are two payments: enter each on the other side"
    return (option("create-new", title, steps, words, relies_on=relied(pair.provet, pair.xero)),)


def _differs(pair: PaymentPair, view: View, scene: Scene) -> list[Case]:
    mine, theirs = provet_facts(pair.provet, view), xero_facts(pair.xero)
    baseline = pair.link.baseline or agreed_facts(pair, view)
    moved = {
        name: change
        for name, change in changes(mine, theirs, baseline).items()
        if name == "amount" or change is not Change.UNKNOWN
    }
    if not moved:
        return []
    subject = payment_subject(view, pair.provet, pair.xero)
    amount = settlement(view.document, pair.provet)
    excess = amount - pair.xero.amount
    case = Case(
        kind="payment.differs",
        subject=subject,
        amount=max(amount, pair.xero.amount),
        effect=-view.sign * excess,
        summary=f"{subject.label} differs in {', '.join(moved)}",
        fields=field_diffs(mine, theirs, baseline, tuple(moved)),
    )
    if excess > view.xero_room:
        return [_overpaid(case, pair, excess, view, scene)]
    if -excess > view.provet_due:
        where = f"; only {with_currency(amount, scene.rules)} of it fits in Provet"
        return [
            msgspec.structs.replace(case, kind="payment.overpaid", amount=-excess, summary=f"{subject.label}{where}")
        ]
    return [msgspec.structs.replace(case, options=_recreate("recreate-payment", pair, amount, view, scene))]


def _overpaid(case: Case, pair: PaymentPair, excess: Decimal, view: View, scene: Scene) -> Case:
    """A Provet payment of which Xero holds less, because no more is due there."""
    left = max(view.xero_room, Decimal(0))
    options = _recreate("book-up-to-due", pair, pair.xero.amount + left, view, scene) if left else ()
    held = with_currency(pair.xero.amount, scene.rules)
    summary = f"{case.subject.label} stands in Xero with {held}: no more was due"
    return msgspec.structs.replace(case, kind="payment.overpaid", amount=excess, summary=summary, options=options)


def _recreate(option_id: str, pair: PaymentPair, amount: Decimal, view: View, scene: Scene) -> tuple[Option, ...]:
    """Remove Xero's payment and enter it anew: a payment there cannot be edited (docs/reference/xero.md 10.1)."""
    account, gap = payment_account(pair.provet.method, scene.rules)
    if from_xero(pair.provet, scene.rules):
        account, gap = pair.xero.method, None
    closed = scene.rules.closed(pair.xero.date) or scene.rules.closed(pair.provet.date)
    if pair.xero.locked or closed or gap is not None:
        return ()
    steps: tuple[Step, ...] = (delete_step(pair.xero, view), payment_step(view, pair.provet, account, amount))
    words = f"Xero's payment of {money(pair.xero.amount)} is removed and entered anew as {money(amount)}"
    relies_on = relied(pair.provet, pair.xero)
    return (option(option_id, "Enter it anew in Xero", steps, words, relies_on=relies_on, recommended=True),)
