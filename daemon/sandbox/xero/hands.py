"""What people do in Xero's own screens, behind the program's back. The rules are those of the API, without its scopes.

Each act takes the moment and the source of ids, raises ``Refused`` when Xero would not allow it, and tells the
webhooks like any other change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from msgspec.structs import replace

from daemon.sandbox.xero.allocations import allocate, delete_allocation
from daemon.sandbox.xero.config import XeroConfig
from daemon.sandbox.xero.contacts import change_contact, put_contact
from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.documents import create_document, update_document
from daemon.sandbox.xero.errors import Fault, Refused
from daemon.sandbox.xero.fields import Fields
from daemon.sandbox.xero.kinds import CREDIT_NOTE, INVOICE, OVERPAYMENT, PREPAYMENT, kind_of
from daemon.sandbox.xero.ledger import Ledger
from daemon.sandbox.xero.lines import line_tax
from daemon.sandbox.xero.notices import Notices
from daemon.sandbox.xero.payments import (
    book_payment,
    delete_batch,
    delete_payment,
    make_batch,
    payable_account,
    tell_payment,
)
from daemon.sandbox.xero.records import Allocation, Batch, Contact, Document, Line, Payment
from daemon.sandbox.xero.settlement import save_document

T = TypeVar("T")
Wire = dict[str, Any]


class Hands:
    """The acts of a clinic's bookkeeper. Ids are Xero's; ``fields`` are spelled as on the wire."""

    config: XeroConfig
    ledger: Ledger
    notices: Notices

    def make_invoice(self, fields: Wire, now: datetime, rng: Random) -> Document:
        """Make a document of their own: a credit note when ``Type`` says so, else an invoice."""
        kind = CREDIT_NOTE if fields.get("Type", "").endswith("CREDIT") else INVOICE
        return self._act(now, rng, lambda context: create_document(context, kind, Fields(fields, kind.plural))[0])

    def edit_document(self, document_id: str, fields: Wire, now: datetime, rng: Random) -> Document:
        """Change the date, contact, lines or texts of an invoice or credit note."""
        document = self._document(document_id)
        kind = kind_of(document)
        return self._act(
            now, rng, lambda context: update_document(context, kind, document, Fields(fields, kind.plural))[0]
        )

    def void_document(self, document_id: str, now: datetime, rng: Random) -> Document:
        """Void an approved document, or delete one that is not approved yet."""
        approved = self._document(document_id).status not in ("DRAFT", "SUBMITTED")
        return self.edit_document(document_id, {"Status": "VOIDED" if approved else "DELETED"}, now, rng)

    def take_payment(self, payment: Payment, now: datetime, rng: Random) -> Payment:
        """Record a payment (or a refund of a credit); its ``id`` and ``updated`` are set here."""

        def act(context: Context) -> Payment:
            payable_account(context, payment.account_id, None)
            return book_payment(context, replace(payment, id=context.new_id(), updated=context.now))

        return self._act(now, rng, act)

    def remove_payment(self, payment_id: str, now: datetime, rng: Random) -> Payment:
        """Remove a payment; a person removes its reconciliation first if there is one."""
        payment = replace(self.ledger.payments[payment_id], is_reconciled=False)
        return self._act(now, rng, lambda context: delete_payment(context, payment))

    def reconcile_payment(self, payment_id: str, now: datetime, rng: Random, *, reconciled: bool = True) -> Payment:
        """Match a payment to its bank line, or take the match away."""

        def act(context: Context) -> Payment:
            payment = replace(self.ledger.payments[payment_id], is_reconciled=reconciled, updated=context.now)
            tell_payment(context, payment, "UPDATE")
            return self.ledger.payments.put(payment)

        return self._act(now, rng, act)

    def pay_in_batch(
        self, account_code: str, day: date, shares: Sequence[tuple[str, Decimal]], now: datetime, rng: Random
    ) -> Batch:
        """Pay several invoices, (id, amount) each, as one bank line."""

        def act(context: Context) -> Batch:
            return make_batch(context, payable_account(context, None, account_code), day, shares, "Batch")

        return self._act(now, rng, act)

    def remove_batch(self, batch_id: str, now: datetime, rng: Random) -> Batch:
        """Remove a batch with its payments."""
        return self._act(now, rng, lambda context: delete_batch(context, self.ledger.batches[batch_id]))

    def allocate_credit(
        self, credit_id: str, invoice_id: str, amount: Decimal, day: date, now: datetime, rng: Random
    ) -> Allocation:
        """Use a credit note, prepayment or overpayment for an invoice."""
        credit, invoice = self._document(credit_id), self._document(invoice_id)
        return self._act(now, rng, lambda context: allocate(context, credit, invoice, amount, day))

    def remove_allocation(self, allocation_id: str, now: datetime, rng: Random) -> None:
        """Take an allocation back."""
        allocation = self.ledger.allocations[allocation_id]
        self._act(now, rng, lambda context: delete_allocation(context, allocation))

    def receive_ahead(
        self, contact_id: str, amount: Decimal, day: date, now: datetime, rng: Random, *, overpaid: bool = False
    ) -> Document:
        """Take money without an invoice: a prepayment, or what was paid too much."""
        kind = OVERPAYMENT if overpaid else PREPAYMENT

        def act(context: Context) -> Document:
            sales = self.ledger.accounts.find("code", "200")
            tax_type = "NONE" if overpaid else "OUTPUT2"
            rate = self.ledger.tax_rates[tax_type].rate
            types = "NoTax" if overpaid else "Inclusive"
            tax = line_tax(amount, rate, types)
            account_id = sales[0].id if sales else ""
            line = Line(context.new_id(), "Deposit", Decimal(1), amount, amount, tax_type, tax, account_id)
            received = Document(
                id=context.new_id(),
                type=kind.types[0],
                number="",
                contact_id=contact_id,
                day=day,
                status="AUTHORISED",
                line_amount_types=types,
                lines=(line,),
                sub_total=amount - tax,
                total_tax=tax,
                total=amount,
                currency=self.config.base_currency,
                updated=context.now,
                by_app=False,
            )
            return save_document(context, received)

        return self._act(now, rng, act)

    def make_contact(self, fields: Wire, now: datetime, rng: Random) -> Contact:
        """Enter a contact by hand."""
        return self._act(now, rng, lambda context: put_contact(context, Fields(fields, "Contacts")))

    def edit_contact(self, contact_id: str, fields: Wire, now: datetime, rng: Random) -> Contact:
        """Rename, change or archive a contact; ``ContactStatus`` ``ACTIVE`` restores an archived one."""
        contact = self.ledger.contacts[contact_id]
        return self._act(now, rng, lambda context: change_contact(context, contact, Fields(fields, "Contacts")))

    def merge_contacts(self, from_id: str, into_id: str, now: datetime, rng: Random) -> Contact:
        """Merge one contact into another: its documents move, itself is archived and says where it went."""

        def act(context: Context) -> Contact:
            ledger = self.ledger
            for table in (ledger.invoices, ledger.credit_notes, ledger.prepayments, ledger.overpayments):
                for document in [row for row in table.ordered() if row.contact_id == from_id]:
                    table.put(replace(document, contact_id=into_id))
            into = ledger.contacts[into_id]
            ledger.contacts.put(replace(into, is_customer=True, updated=context.now))
            for contact_id in (from_id, into_id):
                context.tell("CONTACT", "UPDATE", "Contacts", contact_id)
            merged = replace(ledger.contacts[from_id], status="ARCHIVED", merged_to=into_id, updated=context.now)
            return ledger.contacts.put(merged)

        return self._act(now, rng, act)

    def archive_account(self, account_id: str, now: datetime, *, status: str = "ARCHIVED") -> None:
        """Archive an account, or bring it back; no webhook tells of it."""
        account = self.ledger.accounts[account_id]
        self.ledger.accounts.put(replace(account, status=status, updated=now))
        self.ledger.commit()

    def allow_payments(self, account_id: str, now: datetime, *, allowed: bool = True) -> None:
        """Tick or clear "Enable payments to this account"; no webhook tells of it."""
        account = self.ledger.accounts[account_id]
        self.ledger.accounts.put(replace(account, enable_payments=allowed, updated=now))
        self.ledger.commit()

    def archive_tracking_option(self, name: str, now: datetime, *, status: str = "ARCHIVED") -> None:
        """Archive an option of a tracking category, or bring it back; no webhook tells of it."""
        for category in self.ledger.tracking.ordered():
            options = tuple(replace(each, status=status) if each.name == name else each for each in category.options)
            self.ledger.tracking.put(replace(category, options=options, updated=now))
        self.ledger.commit()

    def change_tax_rate(self, tax_type: str, rate: Decimal, now: datetime, *, status: str = "ACTIVE") -> None:
        """Change what a tax type charges, or its status; documents keep their tax."""
        found = self.ledger.tax_rates[tax_type]
        self.ledger.tax_rates.put(replace(found, rate=rate, status=status, updated=now))
        self.ledger.commit()

    def set_lock_dates(self, period: date | None, end_of_year: date | None = None) -> None:
        """Close the books on and before these dates."""
        self.ledger.period_lock_date, self.ledger.end_of_year_lock_date = period, end_of_year

    def _act(self, now: datetime, rng: Random, act: Callable[[Context], T]) -> T:
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        context = Context(self.config, self.ledger, now, rng, by_app=False, unit_places=4)
        point = self.ledger.savepoint()
        try:
            done = act(context)
        except (Refused, Fault):
            self.ledger.rollback(point)
            raise
        self.notices.tell(self.ledger.commit(), rng)
        return done

    def _document(self, document_id: str) -> Document:
        found = self.ledger.document(document_id)
        if found is None:
            raise KeyError(document_id)
        return found
