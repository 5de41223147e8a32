"""Judges payments of a document that stands in both systems: all of them, and pair by pair."""

from __future__ import annotations

import msgspec

from daemon.core.differing import differing
from daemon.core.findings import Case
from daemon.core.late_money import given_back, still_paid
from daemon.core.model import Link
from daemon.core.pairing import PairState, PaymentPair
from daemon.core.payment_options import (
    agreed_facts,
    both_fields,
    link_option,
    payment_subject,
)
from daemon.core.removed import removed_in_provet, removed_in_xero
from daemon.core.split_twins import split_twins
from daemon.core.twins import judge_twin
from daemon.core.unpaired import missing_in_provet, missing_in_xero
from daemon.core.view import Scene, View


def judge_payments(view: View, scene: Scene) -> list[Case]:
    """The cases of all payments of one document; none while it is not booked."""
    if view.booked is None:
        return []
    if view.void:
        return still_paid(view, scene)
    match = view.payments
    cases = [case for pair in match.pairs for case in _pair(pair, view, scene)]
    cases += [removed_in_provet(payment, view, scene) for payment, _ in match.gone_in_provet]
    cases += [removed_in_xero(payment, link, view, scene) for payment, link in match.gone_in_xero]
    cases += split_twins(view, scene) or [*missing_in_xero(view, scene), *missing_in_provet(view, scene)]
    return cases + given_back(view, scene)


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
    if pair.state in (PairState.TWIN, PairState.NEAR):
        return [judge_twin(pair, view, scene)]
    entered_in_xero = pair.state is PairState.REPLACED and pair.lost is None
    case = None if entered_in_xero else differing(pair, view, scene)
    if case is not None:
        return [case]
    return [_replaced(pair, view, scene)] if pair.state is PairState.REPLACED else []


def _replaced(pair: PaymentPair, view: View, scene: Scene) -> Case:
    subject = payment_subject(view, pair.provet, pair.xero)
    return Case(
        kind="payment.replaced",
        subject=subject,
        amount=pair.xero.amount,
        summary=f"{subject.label} was entered anew on one side; the other side's payment stays and is linked to it",
        fields=both_fields(pair.provet, pair.xero, view, scene.rules),
        options=(link_option(pair, view),),
    )
