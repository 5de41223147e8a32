"""The product's rules for documents: drafts, finalising, dates, payers, voids and credit notes.

The API and people's hands both work through these functions. Payments are in payments.py, clients in clients.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from daemon.sandbox.provet.amounts import CreditForm, credit_row, net_paid, priced_row, set_totals
from daemon.sandbox.provet.config import ProvetConfig
from daemon.sandbox.provet.records import (
    DRAFT,
    FINALISED,
    VOIDED,
    ZERO,
    Client,
    Invoice,
    InvoiceRow,
    Record,
    RowSpec,
)
from daemon.sandbox.provet.state import State
from daemon.sandbox.system import Webhook

FORM = 1
STAFF_USER = 63


class Trigger:
    """Webhook triggers that the sandbox fires (docs/reference/provet.md 3.3)."""

    CLIENT = 1
    INVOICE = 9
    PAYMENT = 11
    PREPAYMENT = 12
    CLIENT_DELETED = 39
    EXTRA_FEE = 60


ID_KEYS = {
    Trigger.CLIENT: "client_id",
    Trigger.INVOICE: "invoice_id",
    Trigger.PAYMENT: "invoicepayment_id",
    Trigger.PREPAYMENT: "unallocatedpayment_id",
    Trigger.CLIENT_DELETED: "client_id",
    Trigger.EXTRA_FEE: "invoice_id",
}


class Refusal(ValueError):
    """Provet says no: an HTTP status and the error body that goes with it."""

    def __init__(self, status: int, body: dict[str, object]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def refuse(field: str, text: str) -> Refusal:
    """A validation error of one field, in the list form of Django REST Framework."""
    return Refusal(400, {field: [text]})


class Books:
    """One tenant's state with its configuration; every change passes through here so that hooks fire."""

    def __init__(self, config: ProvetConfig) -> None:
        self.config = config
        self.zone = ZoneInfo(config.timezone)
        self.state = State(last_number=config.first_number - 1, period_lock=config.period_lock)

    def today(self, now: dt.datetime) -> dt.date:
        """The clinic's calendar date."""
        return now.astimezone(self.zone).date()

    def touched(self, record: Record, trigger: int, now: dt.datetime, department: int | None = None) -> None:
        """Move ``modified`` and queue the webhooks; a hook bound to a department needs one that can be inferred."""
        record.modified = now
        self.notify(trigger, record.id, now, department)

    def notify(self, trigger: int, record_id: int, now: dt.datetime, department: int | None = None) -> None:
        """Queue one delivery for each active hook of the trigger. All values are text, as production receivers saw."""
        for hook in self.state.hooks.values():
            if hook.trigger != trigger or not hook.active or hook.department not in (None, department):
                continue
            fields = {ID_KEYS[trigger]: str(record_id), "user": str(STAFF_USER), "timestamp": now.isoformat()}
            if hook.content_type == FORM:
                kind, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
            else:
                kind, body = "application/json", msgspec.json.encode(fields)
            self.state.outbox.append(Webhook(url=hook.target_url, headers={"content-type": kind}, body=body))

    def check_period(self, date: dt.date, field: str) -> None:
        """Refuse a financial event dated before the period lock (provet.md P-35)."""
        lock = self.state.period_lock
        if lock is not None and date < lock:
            raise refuse(field, f"The first possible date for financial events is {lock.isoformat()}.")


def create_draft(books: Books, client: int | None, date: dt.date, now: dt.datetime, *, countersale: bool) -> Invoice:
    """A draft without rows; ``client`` None is an anonymous sale. A visit gets a consultation, a counter sale none."""
    state = books.state
    invoice_id = state.new_id("invoice")
    invoice = Invoice(
        id=invoice_id,
        created=now,
        modified=now,
        client=client,
        invoice_date=date,
        countersale=countersale,
        consultation=None if countersale else state.new_id("consultation"),
    )
    state.invoices[invoice_id] = invoice
    return invoice


def add_row(books: Books, invoice: Invoice, spec: RowSpec, now: dt.datetime) -> InvoiceRow:
    """Append a row and recompute the header."""
    row = priced_row(spec, books.state.new_id("invoicerow"), invoice.id, now)
    _append(books, invoice, [row])
    invoice.modified = now
    return row


def _append(books: Books, invoice: Invoice, rows: Iterable[InvoiceRow]) -> None:
    for row in rows:
        books.state.rows[row.id] = row
        invoice.rows.append(row.id)
    set_totals(invoice, books.state.rows_of(invoice))
    settle(books, invoice, invoice.invoice_date)


def finalise(books: Books, invoice: Invoice, now: dt.datetime) -> Invoice:
    """Give the number, take the payer's snapshot and close the rows; only a draft can be finalised."""
    if invoice.status != DRAFT:
        raise refuse("status", "Only a draft can be finalised.")
    books.check_period(invoice.invoice_date, "invoice_date")
    books.state.last_number += 1
    invoice.invoice_number = books.state.last_number
    invoice.invoice_prefix = books.state.departments[invoice.department].invoice_prefix
    invoice.status = FINALISED
    invoice.finalized = now
    if invoice.client is not None:
        copy_payer(invoice, books.state.clients[invoice.client])
    settle(books, invoice, invoice.invoice_date)
    books.touched(invoice, Trigger.INVOICE, now, invoice.department)
    return invoice


def copy_payer(invoice: Invoice, client: Client) -> None:
    """The payer's snapshot, which later edits of the client do not reach."""
    invoice.payer_name = f"{client.firstname} {client.lastname}".strip()
    invoice.payer_organization_name = client.organization_name
    invoice.payer_vat_number = client.vat_number or ""
    invoice.payer_country_code = client.country
    invoice.payer_city = client.city or ""
    invoice.payer_street_address = client.street_address or ""
    invoice.payer_zip_code = client.zip_code or ""


def settle(books: Books, invoice: Invoice, date: dt.date) -> None:
    """Bring ``due_sum`` and ``date_paid`` up to date with the rows and payments."""
    if invoice.status == VOIDED:
        invoice.due_sum, invoice.date_paid = ZERO, None
        return
    invoice.due_sum = invoice.total_with_vat - net_paid(books.state.payments_of(invoice))
    paid = invoice.status == FINALISED and invoice.due_sum == ZERO
    invoice.date_paid = (invoice.date_paid or date) if paid else None


def change_date(books: Books, invoice: Invoice, date: dt.date, now: dt.datetime) -> None:
    """Change the date of a document, finalised or not; both dates must be in the open period."""
    books.check_period(invoice.invoice_date, "invoice_date")
    books.check_period(date, "invoice_date")
    invoice.invoice_date = date
    books.touched(invoice, Trigger.INVOICE, now, invoice.department)


def void(books: Books, invoice: Invoice, now: dt.datetime) -> None:
    """Status 99; nothing is owed any more."""
    invoice.status = VOIDED
    settle(books, invoice, books.today(now))
    books.touched(invoice, Trigger.INVOICE, now, invoice.department)


def add_extra_fee(books: Books, invoice: Invoice, spec: RowSpec, now: dt.datetime) -> InvoiceRow:
    """A charge added to a finalised invoice (trigger 60): its totals move."""
    row = add_row(books, invoice, spec, now)
    books.notify(Trigger.EXTRA_FEE, invoice.id, now, invoice.department)
    books.touched(invoice, Trigger.INVOICE, now, invoice.department)
    return row


def credit(books: Books, original: Invoice, form: CreditForm, now: dt.datetime) -> Invoice:
    """A finalised credit note over quantities of the original's rows; it moves no money."""
    _check_creditable(books, original)
    date = form.date or books.today(now)
    note = create_draft(books, original.client, date, now, countersale=original.countersale)
    note.consultation = None
    note.original_consultation = original.consultation or original.original_consultation
    note.credit_note = True
    note.credits = original.id
    note.first_original = original.first_original or original.id
    note.department = original.department
    rows = [credit_row(row, quantity, form.pattern) for row, quantity in form.parts]
    for row in rows:
        row.id, row.invoice, row.created, row.modified = books.state.new_id("invoicerow"), note.id, now, now
        if form.linked and row.credited is not None:
            books.state.rows[row.credited].credited_by.append(row.id)
        elif not form.linked:
            row.credited = None
    _append(books, note, rows)
    return finalise(books, note, now)


def _check_creditable(books: Books, original: Invoice) -> None:
    if original.status != FINALISED:
        raise refuse("status", "Only a finalised invoice can be credited.")
    invoices = books.state.invoices
    standing = (invoices[i] for i in books.state.consolidated if invoices[i].status != VOIDED)
    if any(original.id in other.consolidates for other in standing):
        raise refuse("non_field_errors", "Revoke the consolidated invoice first.")
