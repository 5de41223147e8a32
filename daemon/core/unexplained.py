"""Judges what is left of the difference between a family's balances once everything else is named."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import money
from daemon.core.by_hand import by_hand
from daemon.core.choices import BY_HAND
from daemon.core.correction import Option
from daemon.core.findings import Case, document_subject, with_currency
from daemon.core.rules import Rules
from daemon.core.view import View


def unexplained(views: Sequence[View], amount: Decimal, rules: Rules) -> Case:
    """A difference that nothing found explains; it has no effect of its own, so the residual shows it. What Xero counts
    as settled beyond all that was read there is the first to look at."""
    odd = [view for view in views if view.unseen]
    view = odd[0] if odd else views[0]
    differs = f"{view.posted.posting.label} and its family differ by {with_currency(amount, rules)} without a reason"
    return Case(
        kind="balance.unexplained",
        subject=document_subject(view),
        amount=amount,
        summary="; ".join([differs, *(_says(each, rules) for each in odd)]),
        options=(_by_hand(odd, rules),) if odd else (),
    )


def explaining(cases: Sequence[Case], views: Sequence[View], amount: Decimal, rules: Rules) -> list[Case]:
    """The cases, where more money than is due meets what Xero settled otherwise, with that as its reason: one
    difference of ``amount`` is one discrepancy. Then nothing of it is left unexplained."""
    odd = [view for view in views if view.unseen]
    view = odd[0] if len(odd) == 1 and amount == odd[0].sign * odd[0].unseen else None
    over = next((case for case in cases if view is not None and _too_much(case, view)), None)
    if view is None or over is None:
        return [*cases, unexplained(views, amount, rules)]
    hand, others = _by_hand(odd, rules), (way for way in over.options if way.id != BY_HAND)
    told = msgspec.structs.replace(
        over,
        summary=f"{over.summary}: {_says(view, rules)}",
        effect=over.effect + amount,
        options=(hand, *(msgspec.structs.replace(way, recommended=False) for way in others)),
    )
    return [told if case is over else case for case in cases]


def _too_much(case: Case, view: View) -> bool:
    """Whether a case is about a payment in Provet on a document that Xero lets nobody pay as much on."""
    paid = {*(payment.id for payment in view.payments.provet_only), *(pair.provet.id for pair in view.pairs)}
    subject = case.subject.provet
    return case.kind == "payment.overpaid" and view.unseen > 0 and subject is not None and subject.id in paid


def _says(view: View, rules: Rules) -> str:
    number = view.booked.number if view.booked is not None else view.posted.posting.number
    left, known = (with_currency(each, rules) for each in (view.xero_left, view.xero_left + view.unseen))
    return f"{left} of {number} is open in Xero, where its payments and credit would leave {known}"


def _by_hand(views: Sequence[View], rules: Rules) -> Option:
    words = [
        f"In Xero open {view.booked.number}: among what is listed below its total,"
        f" {with_currency(abs(view.unseen), rules)} is {'more' if view.unseen > 0 else 'less'} than this program reads"
        for view in views
        if view.booked is not None
    ]
    return by_hand(
        "Find what settles it in Xero",
        *words,
        "If it settles the document rightly, enter it in Provet as well; else remove it in Xero",
        relies_on={f"unseen on {view.document.id}": money(view.unseen) for view in views},
        recommended=True,
    )
