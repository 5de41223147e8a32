"""Judges pairs of payments whose two sides differ: in place, or because Provet's was cancelled and entered otherwise.

Xero's payments cannot be edited (docs/reference/xero.md 10.1): the old one is removed and a new one entered, as one
correction.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from daemon.core.amounts import money
from daemon.core.booking import from_xero, payment_step
from daemon.core.by_hand import by_hand, may_be_removed, removing, why_it_stays
from daemon.core.correction import CancelPayment, Option, SetLink, Step
from daemon.core.diff import Change, accepted, changes
from daemon.core.findings import Case, option, with_currency
from daemon.core.ledger import CONSOLIDATED, settlement
from daemon.core.mappings import payment_account
from daemon.core.model import ZERO, Payment, System
from daemon.core.pairing import PairState, PaymentPair
from daemon.core.payment_options import (
    agreed_facts,
    first_recommended,
    link_option,
    may_be_cancelled,
    payment_fields,
    payment_subject,
    provet_facts,
    record_step,
    relied,
    xero_facts,
)
from daemon.core.removal import delete_step
from daemon.core.view import Scene, View


def differing(pair: PaymentPair, view: View, scene: Scene) -> Case | None:
    """The case of a pair that differs in sum, date or method; None if it does not."""
    moved = _moved(pair, view, scene)
    if not moved:
        return None
    subject = payment_subject(view, pair.provet, pair.xero)
    amount = settlement(view.document, pair.provet)
    excess = amount - pair.xero.amount
    mine, theirs = provet_facts(pair.provet, view), xero_facts(pair.xero)
    anew = "" if pair.lost is None else " was entered anew in Provet and"
    case = Case(
        kind="payment.differs",
        subject=subject,
        amount=max(amount, pair.xero.amount),
        effect=-view.sign * excess,
        summary=f"{subject.label}{anew} differs in {', '.join(moved)}",
        fields=payment_fields(mine, theirs, _baseline(pair, view, scene), tuple(moved), scene.rules),
    )
    if excess > view.xero_room:
        return _overpaid(case, pair, excess, view, scene)
    if -excess > view.provet_due and pair.lost is None:
        return _not_taken(case, pair, -excess, scene)
    return _changed(case, pair, moved, view, scene)


def _moved(pair: PaymentPair, view: View, scene: Scene) -> dict[str, Change]:
    """The fields that differ and who moved them; a method that is booked on the same account is no difference."""
    if pair.provet.method == CONSOLIDATED and pair.lost is not None:
        return {}
    found = changes(provet_facts(pair.provet, view), xero_facts(pair.xero), _baseline(pair, view, scene))
    account, _ = payment_account(pair.provet.method, scene.rules)
    same_account = found.get("method") is Change.PROVET and account == pair.xero.method
    return {
        name: change
        for name, change in found.items()
        if (name == "amount" or change is not Change.UNKNOWN) and not (name == "method" and same_account)
    }


def _baseline(pair: PaymentPair, view: View, scene: Scene) -> Mapping[str, str]:
    """What both sides agreed on: for a payment that was entered anew in Provet, what stood there before."""
    if pair.lost is None:
        return pair.link.baseline or agreed_facts(pair, view)
    theirs = xero_facts(pair.xero)
    old = next((p for p in scene.family.payments_of(System.PROVET) if p.id == pair.lost.provet_id), None)
    if pair.lost.baseline is not None:
        return {"amount": theirs["amount"], **pair.lost.baseline}
    if old is None:
        return {**theirs, "method": pair.provet.method, "method/xero": theirs["method"]}
    return accepted(provet_facts(old, view), theirs, {"amount": theirs["amount"]}, ("date", "method"))


def _changed(case: Case, pair: PaymentPair, moved: Mapping[str, Change], view: View, scene: Scene) -> Case:
    """A difference that fits on both sides: Xero follows Provet, or the difference is agreed on."""
    rules, money_moved = scene.rules, "amount" in moved
    keep = () if money_moved else (_keep(pair, tuple(moved), view, scene),)
    if not may_be_removed(pair.xero, rules):
        hand = _hand(pair, view, scene)
        kind = "payment.reconciled_locked" if money_moved else case.kind
        summary = f"{case.summary}; Xero's is {why_it_stays(pair.xero)}"
        options = first_recommended((*keep, hand))
        return msgspec.structs.replace(case, kind=kind, summary=summary, options=options)
    if _taken_over_in_part(pair, moved, view, scene):
        return msgspec.structs.replace(case, options=_record_anew(pair, view, scene))
    amount = settlement(view.document, pair.provet)
    if rules.closed(pair.provet.date):
        late = _recreate("first-open-day", pair, amount, view, scene)
        summary = f"{case.summary}; its date in Provet is in a closed period"
        options = first_recommended((*keep, *late))
        return msgspec.structs.replace(case, kind="period.locked", summary=summary, options=options)
    follow = _recreate("recreate-payment", pair, amount, view, scene)
    theirs_moved = all(change is Change.XERO for change in moved.values())
    ordered = (*keep, *follow) if theirs_moved else (*follow, *keep)
    return msgspec.structs.replace(case, options=first_recommended(ordered or (_hand(pair, view, scene),)))


def _taken_over_in_part(pair: PaymentPair, moved: Mapping[str, Change], view: View, scene: Scene) -> bool:
    """Whether Provet took less of a Xero payment than was paid, and takes the rest now."""
    part = from_xero(pair.provet, scene.rules) and moved.get("amount") is Change.UNKNOWN
    less = settlement(view.document, pair.provet) < pair.xero.amount
    open_there = _provet_takes(pair.xero, scene) and may_be_cancelled(pair.provet, view, scene)
    return part and less and pair.lost is None and open_there


def _provet_takes(payment: Payment, scene: Scene) -> bool:
    """Whether Provet takes an entry on the day of a payment."""
    return scene.rules.provet_open_from is None or payment.date >= scene.rules.provet_open_from


def _record_anew(pair: PaymentPair, view: View, scene: Scene) -> tuple[Option, ...]:
    cancel = CancelPayment(
        payment_id=pair.provet.id,
        document_id=view.paid_on,
        amount=pair.provet.amount,
        label=view.posted.posting.label,
    )
    record = record_step(pair.xero, pair.xero.amount, pair.xero.date, view, scene)
    words = f"Provet's payment is cancelled and entered anew as {with_currency(pair.xero.amount, scene.rules)}"
    relies_on = relied(pair.provet, pair.xero)
    title = "Enter it anew in Provet"
    return (option("recreate-payment", title, (cancel, record), words, relies_on=relies_on, recommended=True),)


def _not_taken(case: Case, pair: PaymentPair, excess: Decimal, scene: Scene) -> Case:
    """A Xero payment of which Provet holds less, because no more is due there."""
    took = with_currency(pair.xero.amount - excess, scene.rules)
    options = first_recommended((not_due_in_provet(pair.xero, excess, scene),))
    summary = f"{case.subject.label}; only {took} of it fits in Provet"
    return msgspec.structs.replace(case, kind="payment.overpaid", amount=excess, summary=summary, options=options)


def not_due_in_provet(payment: Payment, excess: Decimal, scene: Scene) -> Option:
    """What people do about money in Xero that is not due in Provet."""
    rest, due = (with_currency(amount, scene.rules) for amount in (excess, payment.amount - excess))
    instead = f" and enter {due} in its place" if excess < payment.amount else ""
    return by_hand(
        "Settle the excess by hand",
        f"In Xero remove the payment{instead}; enter the other {rest} as an overpayment or prepayment",
        f"In Provet take the {rest} as a prepayment of the client, unless it goes back",
        relies_on=relied(None, payment),
    )


def _overpaid(case: Case, pair: PaymentPair, excess: Decimal, view: View, scene: Scene) -> Case:
    """A Provet payment of which Xero holds less, because no more is due there."""
    left = max(view.xero_room, ZERO)
    options = _recreate("book-up-to-due", pair, pair.xero.amount + left, view, scene) if left else ()
    held = with_currency(pair.xero.amount, scene.rules)
    summary = f"{case.subject.label} stands in Xero with {held}: no more was due"
    hand = excess_by_hand(excess - left, relied(pair.provet, pair.xero), scene)
    options = first_recommended((*options, hand))
    return msgspec.structs.replace(case, kind="payment.overpaid", amount=excess, summary=summary, options=options)


def excess_by_hand(excess: Decimal, relies_on: dict[str, str], scene: Scene) -> Option:
    """What people do about money in Provet that is not due in Xero."""
    rest = with_currency(excess, scene.rules)
    return by_hand(
        "Settle the excess by hand",
        f"In Provet move the excess of {rest} to the client's prepayments, or cancel the payment and enter what is due",
        "If money went back to the client, enter that in Provet as well",
        relies_on=relies_on,
    )


def _hand(pair: PaymentPair, view: View, scene: Scene) -> Option:
    """Remove Xero's payment by hand; Provet's then waits to be paid again in Xero."""
    number = view.booked.number if view.booked is not None else view.posted.posting.number
    amount = with_currency(settlement(view.document, pair.provet), scene.rules)
    return by_hand(
        "Correct it by hand in Xero",
        *removing(pair.xero, number, scene.rules),
        f"Then enter it there as {amount} dated {pair.provet.date.isoformat()}, or approve here what is offered then",
        relies_on=relied(pair.provet, pair.xero),
    )


def _recreate(option_id: str, pair: PaymentPair, amount: Decimal, view: View, scene: Scene) -> tuple[Option, ...]:
    """Remove Xero's payment and enter it anew, as one."""
    rules = scene.rules
    account, gap = payment_account(pair.provet.method, rules)
    if from_xero(pair.provet, rules):
        account, gap = pair.xero.method, None
    late = option_id == "first-open-day"
    day = rules.first_open_day if late else pair.provet.date
    if view.supplements or not may_be_removed(pair.xero, rules) or rules.closed(day) or gap is not None:
        return ()
    steps: tuple[Step, ...] = (delete_step(pair.xero, view), payment_step(view, pair.provet, account, amount, day))
    words = (
        f"Xero's payment of {money(pair.xero.amount)} dated {pair.xero.date.isoformat()} is removed and entered anew"
        f" as {money(amount)} dated {day.isoformat()} on account {account}"
    )
    title = f"Enter it anew in Xero on {day.isoformat()}, the first open day" if late else "Enter it anew in Xero"
    return (option(option_id, title, steps, words, relies_on=relied(pair.provet, pair.xero), recommended=True),)


def _keep(pair: PaymentPair, names: tuple[str, ...], view: View, scene: Scene) -> Option:
    """Leave both sides as they are and agree on the difference."""
    if pair.state is PairState.REPLACED:
        return link_option(pair, view)
    facts = accepted(provet_facts(pair.provet, view), xero_facts(pair.xero), _baseline(pair, view, scene), names)
    step = SetLink(link=msgspec.structs.replace(pair.link, baseline=facts), label=view.posted.posting.label)
    words = f"Both systems keep their {' and '.join(names)}; nothing is written"
    return option("accept-xero", "Keep Xero's values", (step,), words, relies_on=relied(pair.provet, pair.xero))
