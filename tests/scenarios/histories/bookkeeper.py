"""What a bookkeeper may do in Xero, one act at a time; each returns what happened, None where it finds no occasion."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

from daemon.sandbox.xero.records import Document, Payment
from tests.scenarios.clinic import Clinic
from tests.scenarios.histories.stage import BANKS, CENT, Stage


def _open(document: Document) -> bool:
    return document.outstanding > 0


def _shown(document: Document) -> str:
    return f"{document.number} of {document.total}, open {document.outstanding}"


def receive(s: Stage) -> str | None:
    """Money for an invoice, or the refund of a credit note."""
    document = s.pick(s.booked(_open))
    if document is None:
        return None
    amount, code, day = s.part_of(document.outstanding), s.rng.choice(BANKS), s.day()
    s.it.keep(s.it.xero.take_payment, Payment("", document.id, s.it.account(code), day, amount, s.it.shop.clock.utc()))
    return f"{amount} to {code} dated {day} on {_shown(document)}"


def receive_too(s: Stage) -> str | None:
    """A payment that Provet has is typed in as well."""
    row = s.pick(s.paid_rows(lambda each: each.payment_type in (0, 1, 2)))
    document = row and s.pick(s.booked(lambda each: each.reference == f"Provet invoice {row.invoice}"))
    if row is None or document is None:
        return None
    day = row.payment_date + dt.timedelta(days=s.rng.choice((0, 0, 1, 3)))
    amount = abs(row.paid)
    s.it.keep(s.it.xero.take_payment, Payment("", document.id, s.it.account("090"), day, amount, s.it.shop.clock.utc()))
    return f"{amount} dated {day}, which is payment {row.id}, on {_shown(document)}"


def remove_payment(s: Stage) -> str | None:
    payment = s.pick(s.paid_in_xero(lambda each: not each.batch_id))
    if payment is None:
        return None
    s.it.keep(s.it.xero.remove_payment, payment.id)
    return f"the payment of {payment.amount} ({payment.reference}) is removed"


def reconcile(s: Stage) -> str | None:
    payment = s.pick(s.paid_in_xero())
    if payment is None:
        return None
    s.it.keep(s.it.xero.reconcile_payment, payment.id, reconciled=not payment.is_reconciled)
    return f"the payment of {payment.amount} ({payment.reference}) is reconciled: {not payment.is_reconciled}"


def batch(s: Stage) -> str | None:
    documents = s.booked(lambda each: each.outstanding > 0 and each.type == "ACCREC")
    if not documents:
        return None
    chosen = s.rng.sample(documents, min(len(documents), s.rng.randint(1, 2)))
    shares = [(each.id, s.part_of(each.outstanding)) for each in chosen]
    s.it.keep(s.it.xero.pay_in_batch, "090", s.it.today, shares)
    return f"a batch pays {[(each.number, str(share[1])) for each, share in zip(chosen, shares, strict=True)]}"


def remove_batch(s: Stage) -> str | None:
    found = s.pick([each for each in s.it.xero.ledger.batches.ordered() if each.status == "AUTHORISED"])
    if found is None:
        return None
    s.it.keep(s.it.xero.remove_batch, found.id)
    return f"the batch of {found.total} is removed"


def edit(s: Stage) -> str | None:
    """Another total, date, contact or account."""
    document = s.pick(s.booked())
    if document is None:
        return None
    total = str(s.rng.choice((document.total, document.total + CENT, document.total + 10, Decimal("7.20"))))
    line = {"Description": "Typed anew", "Quantity": "1", "UnitAmount": total, "TaxType": "OUTPUT2"}
    contact = s.pick(s.contacts())
    forms = [
        {"LineAmountTypes": "Inclusive", "LineItems": [line | {"AccountCode": "202"}]},
        {"Date": (document.day - dt.timedelta(days=s.rng.randint(1, 20))).isoformat()},
        {"Contact": {"ContactID": contact.id}} if contact else {"Reference": document.reference},
        {"DueDate" if document.type == "ACCREC" else "Reference": "2026-12-24"}
        if document.type == "ACCREC"
        else {"Reference": document.reference},
    ]
    form = s.rng.choice(forms)
    s.it.keep(s.it.xero.edit_document, document.id, form)
    s.recoded |= {document.reference} if "LineItems" in form else set()
    return f"{_shown(document)} is edited: {form}"


def void(s: Stage) -> str | None:
    document = s.pick(s.booked(lambda each: not each.settled_in_part))
    if document is None:
        return None
    s.it.keep(s.it.xero.void_document, document.id)
    return f"{_shown(document)} is voided"


def take_off_credit(s: Stage) -> str | None:
    found = s.pick(s.it.xero.ledger.allocations.ordered())
    if found is None:
        return None
    s.it.keep(s.it.xero.remove_allocation, found.id)
    return f"the allocation of {found.amount} is removed"


def set_off_credit(s: Stage) -> str | None:
    """One of our credit notes against any invoice of its contact."""
    note = s.pick(s.booked(lambda each: each.type == "ACCRECCREDIT" and each.outstanding > 0))
    invoice = note and s.pick(
        s.booked(lambda each: each.type == "ACCREC" and each.outstanding > 0 and each.contact_id == note.contact_id)
    )
    if note is None or invoice is None:
        return None
    amount = s.part_of(min(note.outstanding, invoice.outstanding))
    s.it.keep(s.it.xero.allocate_credit, note.id, invoice.id, amount, s.it.today)
    s.dated.add(note.reference)
    return f"{amount} of credit {_shown(note)} is set against {_shown(invoice)}"


def own_credit(s: Stage) -> str | None:
    """A credit note or overpayment of the bookkeeper's own, used for one of our invoices."""
    invoice = s.pick(s.booked(lambda each: each.type == "ACCREC" and each.outstanding > 0))
    if invoice is None:
        return None
    amount = s.part_of(invoice.outstanding)
    if s.one_in(2):
        made = s.it.keep(s.it.xero.receive_ahead, invoice.contact_id, amount, s.it.today, overpaid=s.one_in(2))
    else:
        line = {"Description": "Goodwill", "Quantity": "1", "UnitAmount": str(amount), "AccountCode": "200"}
        form = {
            "Type": "ACCRECCREDIT",
            "Contact": {"ContactID": invoice.contact_id},
            "Date": s.it.today.isoformat(),
            "Status": "AUTHORISED",
            "LineAmountTypes": "Inclusive",
            "LineItems": [line],
        }
        made = s.it.keep(s.it.xero.make_invoice, form)
    assert isinstance(made, Document)
    s.it.keep(s.it.xero.allocate_credit, made.id, invoice.id, amount, s.it.today)
    return f"own credit of {amount} is set against {_shown(invoice)}"


def copy(s: Stage) -> str | None:
    """One of our invoices is typed in once more under a number like its own."""
    document = s.pick(s.booked(lambda each: each.type == "ACCREC" and each.total > 0))
    if document is None:
        return None
    line = {"Description": "Once more", "Quantity": "1", "UnitAmount": str(document.total), "AccountCode": "200"}
    form = {
        "Type": "ACCREC",
        "InvoiceNumber": f"{document.number}A",
        "Contact": {"ContactID": document.contact_id},
        "Date": document.day.isoformat(),
        "DueDate": document.day.isoformat(),
        "Status": "AUTHORISED",
        "LineAmountTypes": "Inclusive",
        "LineItems": [line],
    }
    s.it.keep(s.it.xero.make_invoice, form)
    return f"{_shown(document)} is typed in once more as {document.number}A"


def edit_contact(s: Stage) -> str | None:
    contact = s.pick(s.contacts())
    if contact is None:
        return None
    number = str(s.rng.randrange(10**6))
    phone = {"PhoneType": "DEFAULT", "PhoneNumber": f"7700 900{s.rng.randrange(1000):03d}", "PhoneCountryCode": "44"}
    form = s.rng.choice(
        ({"EmailAddress": f"{number}@example.test"}, {"Phones": [phone]}, {"Name": f"Ada Quinn {number}"})
    )
    s.it.keep(s.it.xero.edit_contact, contact.id, form)
    return f"contact {contact.number} {contact.name} becomes {form}"


def archive_contact(s: Stage) -> str | None:
    contact = s.pick([each for each in s.it.xero.ledger.contacts.ordered() if each.number and not each.merged_to])
    if contact is None:
        return None
    status = "ACTIVE" if contact.status == "ARCHIVED" else "ARCHIVED"
    s.it.keep(s.it.xero.edit_contact, contact.id, {"ContactStatus": status})
    return f"contact {contact.number} {contact.name} is {status}"


def merge_contacts(s: Stage) -> str | None:
    found = s.contacts()
    if len(found) < 2:
        return None
    source, into = s.rng.sample(found, 2)
    s.it.keep(s.it.xero.merge_contacts, source.id, into.id)
    return f"contact {source.number} is merged into {into.number}"


def close_books(it: Clinic, rng: Random) -> str:
    """Move one of the two lock dates, back and forth, or take it away."""
    ledger = it.xero.ledger
    day = rng.choice((None, it.today - dt.timedelta(days=rng.randint(0, 4)), it.today - dt.timedelta(days=20)))
    dates = [ledger.period_lock_date, ledger.end_of_year_lock_date]
    dates[rng.randrange(2)] = day
    it.xero.set_lock_dates(*dates)
    return f"the books are closed through {dates[0]}, the year through {dates[1]}"


ACTS = {
    receive: 9,
    receive_too: 3,
    remove_payment: 5,
    reconcile: 3,
    batch: 2,
    remove_batch: 1,
    edit: 6,
    void: 2,
    take_off_credit: 2,
    set_off_credit: 2,
    own_credit: 2,
    copy: 1,
    edit_contact: 3,
    archive_contact: 1,
    merge_contacts: 1,
}
