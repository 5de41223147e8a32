"""What the judges of payments share: facts of a payment, its subject, and the options that write one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from daemon.core.amounts import money
from daemon.core.by_hand import kept_as_prepayment
from daemon.core.correction import CancelPayment, CreatePayment, Option, RecordPayment, SetLink
from daemon.core.diff import Facts, field_diffs
from daemon.core.discrepancy import FieldDiff, Subject
from daemon.core.family import payment_info
from daemon.core.findings import option, with_currency
from daemon.core.ledger import cancellable, factor, settlement
from daemon.core.methods import method_name
from daemon.core.model import ZERO, Payment
from daemon.core.pairing import PaymentPair
from daemon.core.removal import delete_step
from daemon.core.rules import Rules
from daemon.core.view import Scene, View
from daemon.core.write_off import write_off_type


def provet_facts(payment: Payment, view: View) -> dict[str, str]:
    amount = settlement(view.document, payment)
    return {"amount": money(amount), "date": payment.date.isoformat(), "method": payment.method}


def xero_facts(payment: Payment) -> dict[str, str]:
    return {"amount": money(payment.amount), "date": payment.date.isoformat(), "method": payment.method}


def agreed_facts(pair: PaymentPair, view: View) -> dict[str, str]:
    """Both sides' values as they are when the pair is made; an amount must be equal to be agreed."""
    mine, theirs = provet_facts(pair.provet, view), xero_facts(pair.xero)
    facts = {"date": mine["date"], "method": mine["method"]}
    facts |= {f"{name}/xero": theirs[name] for name in ("date", "method") if theirs[name] != mine[name]}
    if mine["amount"] == theirs["amount"]:
        facts["amount"] = mine["amount"]
    return facts


def payment_subject(view: View, provet: Payment | None, xero: Payment | None) -> Subject:
    amount = settlement(view.document, provet) if provet is not None else xero.amount if xero is not None else ZERO
    what = "Refund" if view.credit else "Payment"
    return Subject(
        label=f"{what} of {money(amount)} on {view.posted.posting.label}",
        provet=provet.ref if provet is not None else None,
        xero=xero.ref if xero is not None else None,
    )


def relied(provet: Payment | None, xero: Payment | None) -> dict[str, str]:
    """The values of a payment that its correction relies on; that it still fits is judged anew each time."""
    facts: dict[str, str] = {}
    if provet is not None:
        facts |= {"provet id": provet.id, "provet amount": money(provet.amount), "provet date": str(provet.date)}
    if xero is not None:
        facts |= {"xero id": xero.id, "xero amount": money(xero.amount), "xero locked": str(xero.locked)}
    return facts


def may_be_cancelled(payment: Payment, view: View, scene: Scene) -> bool:
    """Whether Provet lets a payment be cancelled on the document that took it."""
    whole = scene.wholes.get(view.paid_on)
    return cancellable(payment, view.document if whole is None else whole.whole, scene.rules)


def cancel_options(payment: Payment, view: View) -> tuple[Option, ...]:
    step = CancelPayment(
        payment_id=payment.id,
        document_id=view.paid_on,
        amount=payment.amount,
        label=view.posted.posting.label,
    )
    words = "The amount is due again in Provet"
    return (option("cancel-payment", "Cancel it in Provet", (step,), words, relies_on=relied(payment, None)),)


def create_options(
    step: CreatePayment, payment: Payment, option_id: str = "create", title: str = "", words: str = ""
) -> tuple[Option, ...]:
    """Book a Provet payment in Xero."""
    title = title or f"Book it on account {step.account}"
    words = words or f"It stands in Xero with {money(step.amount)}, dated {step.date.isoformat()}"
    return (option(option_id, title, (step,), words, relies_on=relied(payment, None), recommended=True),)


def record_step(payment: Payment, amount: Decimal, date: dt.date, view: View, scene: Scene) -> RecordPayment:
    """The entry in Provet of ``amount`` of a Xero payment, under its mark."""
    return RecordPayment(
        xero_id=payment.id,
        document_id=view.paid_on,
        amount=amount * factor(view.document),
        date=date,
        method=write_off_type(payment.method, scene.rules) or scene.rules.xero_payment_type,
        info=payment_info(payment.id),
        label=view.posted.posting.label,
    )


def record_options(payment: Payment, amount: Decimal, view: View, scene: Scene, option_id: str) -> tuple[Option, ...]:
    """Record a Xero payment in Provet; ``first-open-day`` moves it there."""
    moved = option_id == "first-open-day"
    date = scene.rules.first_open_day if moved else payment.date
    step = record_step(payment, amount, date, view, scene)
    words = f"{with_currency(view.provet_due - amount, scene.rules)} stays due in Provet"
    title = f"Record {money(amount)} in Provet" + (f" on {date.isoformat()}, the first open day" if moved else "")
    return (option(option_id, title, (step,), words, relies_on=relied(None, payment), recommended=True),)


def delete_options(payment: Payment, view: View, scene: Scene) -> tuple[Option, ...]:
    """Delete a Xero payment whose Provet payment is gone."""
    words = (
        f"{view.posted.posting.label} has {money(payment.amount)} more open in Xero",
        kept_as_prepayment(scene.rules),
    )
    step = delete_step(payment, view)
    relies_on = relied(None, payment)
    return (option("delete-payment", "Delete it in Xero", (step,), *words, relies_on=relies_on, recommended=True),)


def first_recommended(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(msgspec.structs.replace(o, recommended=i == 0) for i, o in enumerate(options))


def link_option(pair: PaymentPair, view: View) -> Option:
    link = msgspec.structs.replace(pair.link, baseline=agreed_facts(pair, view))
    step = SetLink(link=link, label=view.posted.posting.label)
    words = "The two are treated as one payment from now on; nothing is written to either system"
    return option("link", "Link the two", (step,), words, relies_on=relied(pair.provet, pair.xero), recommended=True)


def payment_fields(
    provet: Facts, xero: Facts, baseline: Facts | None, fields: tuple[str, ...], rules: Rules
) -> tuple[FieldDiff, ...]:
    """The named fields of a payment on both sides; Provet's method by its name, Xero's as the account that it is."""
    return tuple(_named(field, rules) for field in field_diffs(provet, xero, baseline, fields))


def _named(field: FieldDiff, rules: Rules) -> FieldDiff:
    if field.name != "method":
        return field
    mine, agreed = (value and method_name(value, rules.method_names) for value in (field.provet, field.baseline))
    return msgspec.structs.replace(field, provet=mine, baseline=agreed, xero=field.xero and f"account {field.xero}")


def both_fields(provet: Payment, xero: Payment, view: View, rules: Rules) -> tuple[FieldDiff, ...]:
    return payment_fields(provet_facts(provet, view), xero_facts(xero), None, ("amount", "date", "method"), rules)
