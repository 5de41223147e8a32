"""The product's rules for money: payments, cancellations, prepayments, credit applied, consolidation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from daemon.sandbox.provet.amounts import set_totals
from daemon.sandbox.provet.books import Books, Trigger, create_draft, finalise, refuse, settle, void
from daemon.sandbox.provet.config import Cancellation
from daemon.sandbox.provet.records import (
    FINALISED,
    PAYMENT_CANCELLED,
    PAYMENT_DONE,
    ZERO,
    Invoice,
    InvoicePayment,
    PaymentType,
    Receipt,
    UnallocatedPayment,
)


def pay(books: Books, invoice: Invoice, receipt: Receipt, now: dt.datetime) -> InvoicePayment:
    """Record a payment. Refused unless the invoice is finalised, the date is open and the amount fits what is due."""
    if invoice.status != FINALISED:
        raise refuse("invoice", "Only a finalised invoice can be paid.")
    books.check_period(receipt.date or books.today(now), "payment_date")
    if receipt.status == PAYMENT_DONE and not books.config.overpayment_allowed:
        _check_amount(invoice, receipt.amount)
    return record(books, invoice, receipt, now)


def _check_amount(invoice: Invoice, amount: Decimal) -> None:
    """What is left after the payment lies between zero and the whole total, whatever the sign of the document."""
    left = invoice.due_sum - amount
    low, high = min(ZERO, invoice.total_with_vat), max(ZERO, invoice.total_with_vat)
    if amount == ZERO or not low <= left <= high:
        raise refuse("paid", f"The amount must not exceed what is due ({invoice.due_sum}).")


def record(books: Books, invoice: Invoice, receipt: Receipt, now: dt.datetime) -> InvoicePayment:
    """Add a payment row without asking whether it fits, as Provet does for its own rounding and cancelling rows."""
    payment = InvoicePayment(
        id=books.state.new_id("invoicepayment"),
        created=now,
        modified=now,
        invoice=invoice.id,
        payment_type=receipt.payment_type,
        paid=receipt.amount,
        payment_date=receipt.date or books.today(now),
        info=receipt.info,
        status=receipt.status,
    )
    books.state.payments[payment.id] = payment
    invoice.payments.append(payment.id)
    _moved(books, invoice, payment, now)
    return payment


def _moved(books: Books, invoice: Invoice, payment: InvoicePayment, now: dt.datetime) -> None:
    settle(books, invoice, payment.payment_date)
    books.touched(payment, Trigger.PAYMENT, now, invoice.department)
    if books.config.payment_touches_invoice:
        books.touched(invoice, Trigger.INVOICE, now, invoice.department)


def cancel(
    books: Books, payment: InvoicePayment, now: dt.datetime, *, date: dt.date | None = None, remark: str = ""
) -> InvoicePayment:
    """Cancel a payment and keep its history; the cancelling entry is dated like the invoice unless told otherwise.

    Returns the added opposite row, or the payment itself where cancelling only changes its status (provet.md U-4).
    """
    invoice = books.state.invoices[payment.invoice]
    date = date or invoice.invoice_date
    if payment.reversed or payment.status != PAYMENT_DONE:
        raise refuse("non_field_errors", "The payment is already cancelled.")
    if payment.payment_type == PaymentType.CONSOLIDATED:
        raise refuse("non_field_errors", "Revoke the consolidated invoice instead.")
    books.check_period(date, "payment_date")
    return _reverse(books, payment, now, date, remark)


def _reverse(books: Books, payment: InvoicePayment, now: dt.datetime, date: dt.date, remark: str) -> InvoicePayment:
    invoice = books.state.invoices[payment.invoice]
    payment.reversed = True
    if payment.prepayment is not None:
        _restore_prepayment(books, payment.prepayment, payment.paid, now)
    if books.config.cancellation is Cancellation.STATUS:
        payment.status = PAYMENT_CANCELLED
        _moved(books, invoice, payment, now)
        return payment
    info = f"Cancelled: {remark}" if remark else "Cancelled"
    receipt = Receipt(amount=-payment.paid, payment_type=payment.payment_type, date=date, info=info)
    opposite = record(books, invoice, receipt, now)
    opposite.reversed = True
    return opposite


def take_prepayment(books: Books, client: int, receipt: Receipt, now: dt.datetime) -> UnallocatedPayment:
    """Money received before an invoice; the receipt's ``info`` becomes the description."""
    date = receipt.date or books.today(now)
    books.check_period(date, "payment_date")
    prepayment = UnallocatedPayment(
        id=books.state.new_id("unallocatedpayment"),
        created=now,
        modified=now,
        client=client,
        payment_type=receipt.payment_type,
        sum=receipt.amount,
        sum_left=receipt.amount,
        payment_date=date,
        description=receipt.info,
    )
    books.state.prepayments[prepayment.id] = prepayment
    books.touched(prepayment, Trigger.PREPAYMENT, now, prepayment.department)
    return prepayment


def use_prepayment(
    books: Books, prepayment: UnallocatedPayment, invoice: Invoice, amount: Decimal, now: dt.datetime
) -> InvoicePayment:
    """Use part of a prepayment on an invoice: a payment of type 8."""
    if not ZERO < amount <= prepayment.sum_left:
        raise refuse("sum", "The prepayment does not cover the amount.")
    payment = pay(books, invoice, Receipt(amount=amount, payment_type=PaymentType.PREPAYMENT), now)
    payment.prepayment = prepayment.id
    prepayment.sum_left -= amount
    books.touched(prepayment, Trigger.PREPAYMENT, now, prepayment.department)
    return payment


def _restore_prepayment(books: Books, prepayment_id: int, amount: Decimal, now: dt.datetime) -> None:
    prepayment = books.state.prepayments[prepayment_id]
    prepayment.sum_left += amount
    books.touched(prepayment, Trigger.PREPAYMENT, now, prepayment.department)


def apply_credit(
    books: Books, note: Invoice, invoice: Invoice, amount: Decimal, now: dt.datetime
) -> tuple[InvoicePayment, InvoicePayment]:
    """Set a credit note against an invoice by a pair of type 12 payments: ``amount`` there, its opposite here."""
    if note.client is None or note.client != invoice.client or not note.credit_note:
        raise refuse("invoice", "Only a credit note of the same client can be applied.")
    taken = pay(books, note, Receipt(amount=-amount, payment_type=PaymentType.CREDIT), now)
    return taken, pay(books, invoice, Receipt(amount=amount, payment_type=PaymentType.CREDIT), now)


def consolidate(books: Books, invoices: Sequence[Invoice], now: dt.datetime) -> Invoice:
    """One invoice over several of one client; the originals are closed by payments of type 6 (provet.md P-27)."""
    if any(invoice.status != FINALISED or invoice.due_sum <= ZERO for invoice in invoices):
        raise refuse("invoice", "Only unpaid finalised invoices can be consolidated.")
    if len({invoice.client for invoice in invoices}) != 1 or invoices[0].client is None:
        raise refuse("client", "The invoices must belong to one client.")
    whole = create_draft(books, invoices[0].client, books.today(now), now, countersale=False)
    whole.consultation, whole.department = None, invoices[0].department
    whole.consolidates = [invoice.id for invoice in invoices]
    for invoice in invoices:
        for row in books.state.rows_of(invoice):
            copy = msgspec.structs.replace(row, id=books.state.new_id("invoicerow"), invoice=whole.id, credited_by=[])
            books.state.rows[copy.id] = copy
            whole.rows.append(copy.id)
    set_totals(whole, books.state.rows_of(whole))
    finalise(books, whole, now)
    books.state.consolidated.append(whole.id)
    for invoice in invoices:
        pay(books, invoice, Receipt(amount=invoice.due_sum, payment_type=PaymentType.CONSOLIDATED), now)
    return whole


def revoke(books: Books, whole: Invoice, now: dt.datetime) -> None:
    """Undo a consolidation that is unpaid: the consolidated invoice is void, its type 6 payments are cancelled."""
    if whole.due_sum != whole.total_with_vat:
        raise refuse("non_field_errors", "A paid consolidated invoice cannot be revoked.")
    void(books, whole, now)
    for invoice_id in whole.consolidates:
        for payment in books.state.payments_of(books.state.invoices[invoice_id]):
            if payment.payment_type == PaymentType.CONSOLIDATED and not payment.reversed:
                _reverse(books, payment, now, books.today(now), "consolidation revoked")
