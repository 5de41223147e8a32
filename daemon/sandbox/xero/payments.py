"""Payments and batch payments: money in, refunds, removal (``docs/reference/xero.md`` 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.errors import Refused
from daemon.sandbox.xero.fields import Fields
from daemon.sandbox.xero.kinds import KINDS, Kind, kind_of
from daemon.sandbox.xero.records import Account, Batch, Document, Payment
from daemon.sandbox.xero.settlement import settle
from daemon.sandbox.xero.wire import round2

EXCEEDS = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"


def create_payment(context: Context, sent: Fields) -> Payment:
    """One payment as a caller describes it."""
    document = _target(context, sent)
    account = _account(context, sent.part("Account"), sent.text("Code"))
    amount, day = sent.number("Amount"), sent.day("Date")
    if amount is None or amount <= 0:
        raise Refused("Payment amount must be greater than zero")
    if day is None:
        raise Refused("The Date field must be specified for a payment")
    payment = Payment(
        id=context.new_id(),
        document_id=document.id,
        account_id=account.id,
        day=day,
        amount=round2(amount),
        updated=context.now,
        reference=sent.limited("Reference", 255) or "",
        is_reconciled=sent.flag("IsReconciled") or False,
        currency_rate=sent.number("CurrencyRate") or document.currency_rate,
    )
    return book_payment(context, payment)


def book_payment(context: Context, payment: Payment) -> Payment:
    """Store a payment whose document and account exist, if the document takes it."""
    document = context.ledger.document_of(payment)
    problems = []
    if payment.amount > document.outstanding:
        problems.append(EXCEEDS)
    if document.status != "AUTHORISED":
        problems.append(NOT_AUTHORISED)
    if problems and document.status not in ("AUTHORISED", "PAID"):
        problems = [NOT_AUTHORISED]
    if problems:
        raise Refused(*problems)
    context.check_unlocked(payment.day)
    stored = context.ledger.payments.put(payment)
    tell_payment(context, stored, "CREATE")
    settle(context, document, paid=payment.amount)
    return stored


def delete_payment(context: Context, payment: Payment, *, with_batch: bool = False) -> Payment:
    """Mark a payment DELETED and free what it settled; a reconciled or batched one stays."""
    if payment.status == "DELETED":
        raise Refused("Payment not of valid status for modification")
    if payment.is_reconciled:
        raise Refused("This payment cannot be deleted because it has been reconciled with a bank transaction.")
    if payment.batch_id and not with_batch:
        raise Refused("This payment is part of a batch payment and cannot be deleted on its own.")
    context.check_unlocked(payment.day)
    document = context.ledger.document_of(payment)
    deleted = context.ledger.payments.put(replace(payment, status="DELETED", updated=context.now))
    tell_payment(context, deleted, "UPDATE")
    settle(context, document, paid=-payment.amount)
    return deleted


def post_payment(context: Context, payment: Payment, sent: Fields) -> Payment:
    """The one update there is: ``{"Status": "DELETED"}``."""
    own = sent.guid("PaymentID")
    extra = sent.sent.keys() - {"Status", "PaymentID"}
    if extra or own not in (None, payment.id) or (sent.text("Status") or "").upper() != "DELETED":
        raise Refused("Only Status accepted for updates.")
    return delete_payment(context, payment)


def make_batch(
    context: Context, account: Account, day: date, shares: Sequence[tuple[str, Decimal]], reference: str
) -> Batch:
    """One bank line for several documents, given as (document id, amount)."""
    batch_id = context.new_id()
    payments = [
        book_payment(
            context,
            Payment(
                id=context.new_id(),
                document_id=document_id,
                account_id=account.id,
                day=day,
                amount=amount,
                updated=context.now,
                reference=reference,
                batch_id=batch_id,
            ),
        )
        for document_id, amount in shares
    ]
    total = sum((payment.amount for payment in payments), Decimal("0.00"))
    ids = tuple(payment.id for payment in payments)
    return context.ledger.batches.put(Batch(batch_id, account.id, day, reference, ids, total, context.now))


def delete_batch(context: Context, batch: Batch) -> Batch:
    """Delete a batch with all its payments."""
    if batch.status == "DELETED":
        raise Refused("Batch payment not of valid status for modification")
    for payment_id in batch.payment_ids:
        delete_payment(context, context.ledger.payments[payment_id], with_batch=True)
    return context.ledger.batches.put(replace(batch, status="DELETED", updated=context.now))


def payable_account(context: Context, account_id: str | None, code: str | None) -> Account:
    """An account that takes payments: a bank account, or one that is enabled for them (10.2)."""
    accounts = context.ledger.accounts
    found = accounts.get(account_id) if account_id else next(iter(accounts.find("code", code)), None)
    if found is None or found.status != "ACTIVE":
        raise Refused("Account could not be found")
    if found.type != "BANK" and not found.enable_payments:
        raise Refused("Account type is invalid for making a payment to/from")
    return found


def _account(context: Context, sent: Fields | None, code: str | None) -> Account:
    if sent is None:
        return payable_account(context, None, code)
    return payable_account(context, sent.guid("AccountID"), sent.text("Code"))


def _target(context: Context, sent: Fields) -> Document:
    named = [kind for kind in KINDS if sent.has(kind.singular)]
    short = [kind for kind in KINDS[:2] if sent.has(kind.number_key)]
    if len(named) + len(short) != 1:
        raise Refused("A payment must name exactly one of Invoice, CreditNote, Prepayment or Overpayment")
    if short:
        return _by_number(context, short[0], sent.text(short[0].number_key) or "")
    kind = named[0]
    part = sent.part(kind.singular) or Fields({}, sent.path)
    wanted = part.guid(kind.id_key)
    if wanted is None:
        return _by_number(context, kind, part.text(kind.number_key) or "")
    found = kind.rows(context.ledger).get(wanted)
    if found is None:
        raise Refused(f"{kind.noun} with id {wanted} does not exist for this organisation")
    return found


def _by_number(context: Context, kind: Kind, number: str) -> Document:
    found = kind.rows(context.ledger).find("number", number.casefold())
    if not found:
        noun = kind.noun
        raise Refused(f"{noun} with {noun.lower()} number {number} does not exist for this organisation")
    return found[0]


def tell_payment(context: Context, payment: Payment, event: str) -> None:
    """Tell the webhooks of a payment."""
    document = context.ledger.document_of(payment)
    data = {"PaymentType": kind_of(document).payment_types[document.type], "Status": payment.status}
    context.tell("PAYMENT", event, "Payments", payment.id, data)
