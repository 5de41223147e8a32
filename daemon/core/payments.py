"""Judges payments of a document that stands in both systems: all of them, and pair by pair."""

from __future__ import annotations

import msgspec

from daemon.core.amounts import money
from daemon.core.booking import from_xero, payment_step
from daemon.core.correction import Option, Step
from daemon.core.differing import differing
from daemon.core.findings import Case, option
from daemon.core.mappings import payment_account
from daemon.core.model import Link
from daemon.core.pairing import PairState, PaymentPair
from daemon.core.payment_options import (
    agreed_facts,
    both_fields,
    link_option,
    payment_subject,
    record_step,
    relied,
)
from daemon.core.removed import removed_in_provet, removed_in_xero
from daemon.core.split_twins import split_twins
from daemon.core.unpaired import missing_in_provet, missing_in_xero, unmatched_in_provet
from daemon.core.view import Scene, View

NEAR_DAYS = 5


def judge_payments(view: View, scene: Scene) -> list[Case]:
    """The cases of all payments of one document; none while it is not booked."""
    if view.booked is None or view.void:
        return []
    match = view.payments
    cases = [case for pair in match.pairs for case in _pair(pair, view, scene)]
    cases += [removed_in_provet(payment, view, scene) for payment, _ in match.gone_in_provet]
    cases += [removed_in_xero(payment, link, view, scene) for payment, link in match.gone_in_xero]
    cases += split_twins(view, scene) or [*missing_in_xero(view, scene), *missing_in_provet(view, scene)]
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
    if pair.state is PairState.TWIN:
        return [_twin(pair, view, scene)]
    entered_in_xero = pair.state is PairState.REPLACED and pair.lost is None
    case = None if entered_in_xero else differing(pair, view, scene)
    if case is not None:
        return [case]
    return [_replaced(pair, view)] if pair.state is PairState.REPLACED else []


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
        summary=f"{subject.label} stands in both systems without a link{_apart(pair)}",
        fields=both_fields(pair.provet, pair.xero, view),
        options=(link_option(pair, view), *_two_payments(pair, view, scene)),
    )


def _apart(pair: PaymentPair) -> str:
    days = abs((pair.xero.date - pair.provet.date).days)
    if days <= NEAR_DAYS:
        return ": probably typed in on both sides"
    return f", {days} days apart: typed in on both sides, or two payments of one sum"


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
