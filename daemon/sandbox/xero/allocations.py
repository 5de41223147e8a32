"""Using a credit (note, prepayment, overpayment) for an invoice, and taking it back (``docs/reference/xero.md`` 9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.errors import Refused
from daemon.sandbox.xero.fields import Fields
from daemon.sandbox.xero.kinds import kind_of
from daemon.sandbox.xero.records import Allocation, Document
from daemon.sandbox.xero.settlement import settle
from daemon.sandbox.xero.wire import round2

SALES_CREDITS = ("ACCRECCREDIT", "RECEIVE-PREPAYMENT", "RECEIVE-OVERPAYMENT")


def create_allocation(context: Context, credit_id: str, sent: Fields) -> Allocation:
    """One allocation as a caller describes it; it only ever adds."""
    target = sent.part("Invoice")
    amount, day = sent.number("Amount"), sent.day("Date")
    invoice_id = target.guid("InvoiceID") if target else None
    if amount is None or amount <= 0 or invoice_id is None or day is None:
        raise Refused("Amount, Invoice and Date must be specified for an allocation")
    credit = context.ledger.document(credit_id)
    invoice = context.ledger.invoices.get(invoice_id)
    if credit is None or invoice is None:
        raise Refused("An existing Invoice with the specified InvoiceID could not be found")
    return allocate(context, credit, invoice, round2(amount), day)


def allocate(context: Context, credit: Document, invoice: Document, amount: Decimal, day: date) -> Allocation:
    """Store an allocation if both sides take it, with its effect on both."""
    noun = kind_of(credit).noun
    if (credit.type in SALES_CREDITS) != (invoice.type == "ACCREC"):
        raise Refused(f"{noun} cannot be allocated to an incorrect invoice type")
    if invoice.status == "PAID":
        raise Refused("The invoice you are trying to allocate to has already been paid off")
    if credit.status not in ("AUTHORISED", "PAID") or invoice.status != "AUTHORISED":
        raise Refused(f"{noun} and Invoice must be Authorised before one can be allocated to the other")
    if credit.contact_id != invoice.contact_id:
        raise Refused(f"{noun} cannot be allocated to an invoice of another contact")
    if amount > credit.outstanding or amount > invoice.outstanding:
        raise Refused(f"{noun} cannot be allocated as amount is greater than amount outstanding")
    context.check_unlocked(day)
    stored = context.ledger.allocations.put(
        Allocation(context.new_id(), credit.id, invoice.id, amount, day, context.now)
    )
    settle(context, credit, credited=amount)
    settle(context, invoice, credited=amount)
    return stored


def delete_allocation(context: Context, allocation: Allocation) -> None:
    """Take an allocation back; both sides are open again by its amount."""
    context.check_unlocked(allocation.day)
    context.ledger.allocations.remove(allocation.id)
    for document_id in (allocation.credit_id, allocation.invoice_id):
        if document := context.ledger.document(document_id):
            settle(context, document, credited=-allocation.amount)
