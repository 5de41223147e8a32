"""Judges payments that stand in one system only and never had a partner: missing, or more than is due."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from daemon.core.allocating import freed
from daemon.core.amounts import money
from daemon.core.booking import from_xero, payment_step, payment_steps, split_steps
from daemon.core.changed import awaited_change
from daemon.core.differing import excess_by_hand, not_due_in_provet
from daemon.core.discrepancy import Policy
from daemon.core.findings import Case, gap_id, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.mappings import method_gaps, payment_account, recording_gap
from daemon.core.model import ZERO, DocumentStatus, Payment
from daemon.core.payment_options import (
    create_options,
    first_recommended,
    payment_subject,
    record_options,
    relied,
)
from daemon.core.view import Scene, View
from daemon.core.write_off import is_write_off
from daemon.core.write_off_credit import write_off_credit


def missing_in_xero(view: View, scene: Scene) -> list[Case]:
    """The cases of Provet payments that Xero never had; those that fit go first, the others see what is left."""
    fitting = {step.payment_id: step.amount for step in payment_steps(view, scene, limit=view.xero_room)}
    left = view.xero_room - sum(fitting.values(), ZERO)
    return [
        _missing_in_xero(payment, payment.id in fitting, left, view, scene) for payment in view.payments.provet_only
    ]


def _missing_in_xero(payment: Payment, fits: bool, left: Decimal, view: View, scene: Scene) -> Case:
    subject = payment_subject(view, payment, None)
    amount = settlement(view.document, payment)
    account, gaps = method_gaps(payment.method, scene.rules)
    case = Case(
        kind="payment.missing_in_xero",
        subject=subject,
        amount=amount,
        effect=-view.sign * amount,
        summary=f"{subject.label} of {payment.date.isoformat()} is not in Xero",
    )
    if from_xero(payment, scene.rules):
        why = f"{case.summary}, from where its method says it came"
        return msgspec.structs.replace(case, summary=why, policy=Policy.PERSON)
    if gaps:
        first, *others = (gap_id(gap, scene.rules) for gap in gaps)
        return msgspec.structs.replace(case, cause=first, also=tuple(others))
    if view.unseen > 0:
        settled = f"{with_currency(view.unseen, scene.rules)} is settled there by what cannot be read: maybe by this"
        case = msgspec.structs.replace(case, policy=Policy.PERSON, summary=f"{case.summary}; {settled}")
    offered = fits or (scene.rules.cash_basis and amount <= view.xero_room)
    if is_write_off(payment, scene.rules) and not view.credit and offered:
        return _written_off(case, payment, fits, view, scene)
    if fits:
        return msgspec.structs.replace(
            case, options=create_options(payment_step(view, payment, account, amount), payment)
        )
    larger = awaited_change(view, scene) if amount > left else None
    if larger is not None:
        return msgspec.structs.replace(case, cause=larger)
    room, cause = freed(view, scene)
    if left < amount <= left + room:
        why = f"{case.summary}: credit is set against it there, which must come off first"
        return msgspec.structs.replace(case, summary=why, cause=cause)
    over_both = split_steps(view, payment, account, amount, max(view.xero_room - left, ZERO)) if amount > left else ()
    if over_both and view.supplements and not scene.rules.closed(payment.date):
        numbers = " and ".join(place.number for place in view.places)
        way = option("create", f"Book it on {numbers}", over_both, recommended=True, relies_on=relied(payment, None))
        return msgspec.structs.replace(case, policy=Policy.PERSON, options=(way,))
    if amount > left:
        return _overpaid_in_xero(case, payment, left, view, scene)
    return _closed_in_xero(case, payment, view, scene)


def _written_off(case: Case, payment: Payment, fits: bool, view: View, scene: Scene) -> Case:
    """By payment to the write-off account or by a credit note; where VAT is reported on a cash basis the payment would
    declare it, so that only the credit note is offered."""
    account, _ = payment_account(payment.method, scene.rules)
    credit = write_off_credit(view, payment, scene, recommended=not fits)
    if not fits:
        return msgspec.structs.replace(case, policy=Policy.PERSON, options=credit)
    words = f"It stands in Xero as paid to account {account}; the VAT on it stays declared: no bad debt relief"
    step = payment_step(view, payment, account, case.amount)
    return msgspec.structs.replace(case, options=(*create_options(step, payment, words=words), *credit))


def _overpaid_in_xero(case: Case, payment: Payment, left: Decimal, view: View, scene: Scene) -> Case:
    summary = f"{case.summary}; only {with_currency(max(left, ZERO), scene.rules)} is still due there"
    account, _ = payment_account(payment.method, scene.rules)
    overpaid = msgspec.structs.replace(case, kind="payment.overpaid", summary=summary)
    hand = excess_by_hand(case.amount - max(left, ZERO), relied(payment, None), scene)
    if left <= 0:
        return msgspec.structs.replace(overpaid, options=first_recommended((hand,)))
    closed = scene.rules.closed(payment.date)
    day = scene.rules.first_open_day if closed else payment.date
    step = payment_step(view, payment, account, left, day)
    rest = f"{with_currency(case.amount - left, scene.rules)} of it stays unbooked"
    title = f"Book {money(left)}, what is due" + (f", on {day.isoformat()}, the first open day" if closed else "")
    up_to_due = create_options(step, payment, "first-open-day" if closed else "book-up-to-due", title, rest)
    return msgspec.structs.replace(overpaid, options=(*up_to_due, hand))


def _closed_in_xero(case: Case, payment: Payment, view: View, scene: Scene) -> Case:
    account, _ = payment_account(payment.method, scene.rules)
    day = scene.rules.first_open_day
    step = payment_step(view, payment, account, case.amount, day)
    title = f"Book it on {day.isoformat()}, the first open day"
    return msgspec.structs.replace(
        case,
        kind="period.locked",
        summary=f"{case.summary}; its date is in a closed period",
        options=create_options(step, payment, "first-open-day", title),
    )


def missing_in_provet(view: View, scene: Scene) -> list[Case]:
    """The cases of Xero payments that Provet never had, oldest first as far as Provet takes them."""
    left = view.provet_due
    cases = []
    for payment in view.payments.xero_only:
        case = _missing_in_provet(payment, left, view, scene)
        if case.kind == "payment.missing_in_provet" and case.options:
            left -= payment.amount
        cases.append(case)
    return cases


def _missing_in_provet(payment: Payment, left: Decimal, view: View, scene: Scene) -> Case:
    """One Xero payment that Provet lacks, where ``left`` is still due."""
    subject, rules = payment_subject(view, None, payment), scene.rules
    case = Case(
        kind="payment.missing_in_provet",
        subject=subject,
        amount=payment.amount,
        effect=view.sign * payment.amount,
        summary=f"{subject.label} of {payment.date.isoformat()} is not in Provet",
    )
    gap = recording_gap(rules)
    if gap is not None:
        return msgspec.structs.replace(case, cause=gap_id(gap, rules))
    if view.document.status is not DocumentStatus.FINAL:
        why = f"{case.summary}, which takes payments only once the document is final"
        return msgspec.structs.replace(case, policy=Policy.PERSON, summary=why)
    closed = rules.provet_open_from is not None and payment.date < rules.provet_open_from
    if payment.amount > left:
        summary = f"{case.summary}; only {with_currency(max(left, ZERO), rules)} is still due there"
        option_id = "first-open-day" if closed else "book-up-to-due"
        options = record_options(payment, left, view, scene, option_id) if left > 0 else ()
        hand = not_due_in_provet(payment, payment.amount - max(left, ZERO), scene)
        options = first_recommended((*options, hand))
        return msgspec.structs.replace(case, kind="payment.overpaid", summary=summary, options=options)
    if not closed:
        return msgspec.structs.replace(case, options=record_options(payment, payment.amount, view, scene, "create"))
    return msgspec.structs.replace(
        case,
        kind="period.locked",
        summary=f"{case.summary}; Provet is closed on that day",
        options=record_options(payment, payment.amount, view, scene, "first-open-day"),
    )


def unmatched_in_provet(view: View, rows: Iterable[Payment]) -> list[Case]:
    """The cases of opposite rows in Provet that cancel no payment: money went back, or a total was rounded up."""
    return [_unmatched(payment, view) for payment in rows]


def _unmatched(payment: Payment, view: View) -> Case:
    subject = payment_subject(view, payment, None)
    amount = settlement(view.document, payment)
    return Case(
        kind="payment.missing_in_xero",
        subject=subject,
        amount=abs(amount),
        effect=-view.sign * amount,
        summary=f"{subject.label} of {payment.date.isoformat()} takes back no payment that Xero could remove",
        policy=Policy.PERSON,
    )
