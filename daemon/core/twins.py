"""Judges money that was probably typed in on both sides: one sum on each, neither linked, equal or nearly so."""

from __future__ import annotations

from daemon.core.amounts import money
from daemon.core.booking import from_xero, payment_step
from daemon.core.by_hand import by_hand, may_be_removed, removing
from daemon.core.correction import Option, Step
from daemon.core.findings import Case, option, with_currency
from daemon.core.ledger import settlement
from daemon.core.mappings import payment_account
from daemon.core.pairing import NEAR_DAYS, PairState, PaymentPair
from daemon.core.payment_options import (
    both_fields,
    first_recommended,
    link_option,
    payment_subject,
    record_step,
    relied,
)
from daemon.core.removal import delete_step
from daemon.core.view import Scene, View


def judge_twin(pair: PaymentPair, view: View, scene: Scene) -> Case:
    """The case of two payments that may be one."""
    subject = payment_subject(view, pair.provet, pair.xero)
    near = pair.state is PairState.NEAR
    same = _of_one_sum(pair, view, scene) if near else (link_option(pair, view),)
    hand = (_by_hand(pair, view, scene),) if near else ()
    theirs = f" and of {money(pair.xero.amount)} in Xero" if near else ""
    return Case(
        kind="payment.probable_twin",
        subject=subject,
        amount=pair.xero.amount,
        effect=view.sign * (pair.xero.amount - settlement(view.document, pair.provet)),
        summary=f"{subject.label}{theirs} stands in both systems without a link{_apart(pair)}",
        fields=both_fields(pair.provet, pair.xero, view, scene.rules),
        options=first_recommended((*same, *hand, *_two_payments(pair, view, scene))),
    )


def _apart(pair: PaymentPair) -> str:
    days = abs((pair.xero.date - pair.provet.date).days)
    if days <= NEAR_DAYS:
        return ": probably typed in on both sides"
    return f", {days} days apart: typed in on both sides, or two payments of one sum"


def _of_one_sum(pair: PaymentPair, view: View, scene: Scene) -> tuple[Option, ...]:
    """Xero gets Provet's sum in place of its own, where nothing of that is locked, closed, unmapped or above what is
    due."""
    amount, rules = settlement(view.document, pair.provet), scene.rules
    account, gap = payment_account(pair.provet.method, rules)
    lawful = may_be_removed(pair.xero, rules) and not rules.closed(pair.provet.date) and gap is None
    if not lawful or view.supplements or from_xero(pair.provet, rules) or amount > view.xero_room + pair.xero.amount:
        return ()
    steps: tuple[Step, ...] = (delete_step(pair.xero, view), payment_step(view, pair.provet, account, amount))
    words = (
        f"Xero's payment of {money(pair.xero.amount)} is removed and entered anew as {money(amount)}, as Provet has it",
        "If the bank took a fee, enter it in Xero as an expense when the bank line is matched",
    )
    title = "They are the same money: enter Provet's sum in Xero"
    return (option("recreate-payment", title, steps, *words, relies_on=relied(pair.provet, pair.xero)),)


def _two_payments(pair: PaymentPair, view: View, scene: Scene) -> tuple[Option, ...]:
    """Enter each on the other side, where both sides still take it."""
    mine, theirs, rules = settlement(view.document, pair.provet), pair.xero.amount, scene.rules
    account, gap = payment_account(pair.provet.method, rules)
    closed = rules.closed(pair.provet.date) or (rules.provet_open_from or pair.xero.date) > pair.xero.date
    fits = mine <= view.xero_room and theirs <= view.provet_due
    if gap is not None or closed or from_xero(pair.provet, rules) or not fits:
        return ()
    steps: tuple[Step, ...] = (
        payment_step(view, pair.provet, account, mine),
        record_step(pair.xero, theirs, pair.xero.date, view, scene),
    )
    words = f"{view.posted.posting.label} is paid with {money(mine + theirs)} in both systems"
    title = "They are two payments: enter each on the other side"
    return (option("create-new", title, steps, words, relies_on=relied(pair.provet, pair.xero)),)


def _by_hand(pair: PaymentPair, view: View, scene: Scene) -> Option:
    number = view.booked.number if view.booked is not None else view.posted.posting.number
    mine, theirs = (with_currency(a, scene.rules) for a in (settlement(view.document, pair.provet), pair.xero.amount))
    return by_hand(
        "Settle it by hand",
        f"If Xero's {theirs} is right: in Provet cancel the payment of {mine} and enter {theirs} in its place; equal"
        " sums can then be linked",
        f"If Provet's {mine} is right: " + "; ".join(removing(pair.xero, number, scene.rules)),
        "If they are two payments: enter one of them in the other system, which is then offered to be linked",
        relies_on=relied(pair.provet, pair.xero),
    )
