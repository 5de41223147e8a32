"""Provet payments on their way to Xero: which of them go, how many fit, and the step that books one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from daemon.core.correction import CreatePayment
from daemon.core.family import marked_partner, payment_reference
from daemon.core.ledger import settlement
from daemon.core.mappings import Gap, method_gaps, payment_account, recording_gap
from daemon.core.model import ZERO, Payment
from daemon.core.rules import Rules
from daemon.core.view import Scene, View
from daemon.core.write_off import is_write_off


def payment_gaps(view: View, scene: Scene) -> list[Gap]:
    """The mappings that standing payments without a partner in the other system lack."""
    if view.void:
        return []
    unbooked = (p for p in _unbooked(view) if not from_xero(p, scene.rules))
    gaps = [gap for payment in unbooked for gap in method_gaps(payment.method, scene.rules)[1]]
    recording = recording_gap(scene.rules) if view.booked is not None and view.payments.xero_only else None
    return gaps if recording is None else [*gaps, recording]


def _unbooked(view: View) -> Iterable[Payment]:
    """The standing payments that Xero lacks; on a document that is not there, those that it once had as well."""
    lost = () if view.booked is not None else (payment for payment, _ in view.payments.gone_in_xero)
    return (*view.payments.provet_only, *lost)


def from_xero(payment: Payment, rules: Rules) -> bool:
    """Whether a Provet payment says of itself that it came from Xero: such a one is never sent back."""
    by_method = bool(rules.xero_payment_type) and payment.method == rules.xero_payment_type
    return by_method or bool(marked_partner(payment))


def payment_steps(view: View, scene: Scene, *, limit: Decimal) -> list[CreatePayment]:
    """Bookings of the Provet payments that Xero lacks and that fit into ``limit`` together, oldest first."""
    steps: list[CreatePayment] = []
    left = limit
    for payment in _unbooked(view):
        account, gap = payment_account(payment.method, scene.rules)
        amount = settlement(view.document, payment)
        if gap is not None or amount > left or from_xero(payment, scene.rules) or scene.rules.closed(payment.date):
            continue
        if scene.rules.cash_basis and is_write_off(payment, scene.rules):
            continue
        steps.append(payment_step(view, payment, account, amount))
        left -= amount
    return steps


def payment_step(
    view: View, payment: Payment, account: str, amount: Decimal, date: dt.date | None = None
) -> CreatePayment:
    """The booking of one Provet payment in Xero under its mark, on its own day unless ``date`` says otherwise."""
    return CreatePayment(
        payment_id=payment.id,
        document_id=view.places[0].key,
        credit=view.credit,
        amount=amount,
        date=date or payment.date,
        account=account,
        reference=payment_reference(payment.id),
        label=view.posted.posting.label,
    )


def split_steps(
    view: View, payment: Payment, account: str, amount: Decimal, used: Decimal
) -> tuple[CreatePayment, ...]:
    """The booking of a payment over an invoice and what belongs to it, where ``used`` is gone of the first of these;
    nothing if it does not fit."""
    steps: list[CreatePayment] = []
    for place in view.places:
        part = min(amount, max(place.left - used, ZERO))
        used = ZERO
        if part:
            step = payment_step(view, payment, account, part)
            steps.append(msgspec.structs.replace(step, document_id=place.key, label=f"{step.label} ({place.number})"))
        amount -= part
    return () if amount else tuple(steps)


def coming(view: View, scene: Scene) -> Decimal:
    """The money that Xero is about to get on a booked document."""
    return sum((step.amount for step in payment_steps(view, scene, limit=view.xero_room)), ZERO)
