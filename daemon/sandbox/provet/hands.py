"""What staff do in Provet's user interface. Ids go in and come out; ``now`` is when it happens.

Every method raises ``Refusal`` where the product would not allow the step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from daemon.sandbox.provet import books as rules
from daemon.sandbox.provet import clients, payments
from daemon.sandbox.provet.amounts import CreditForm, SignPattern
from daemon.sandbox.provet.books import Books, Trigger
from daemon.sandbox.provet.records import Client, Invoice, InvoicePayment, Item, PaymentType, Receipt, RowSpec
from daemon.sandbox.provet.state import State


class Hands:
    """The user interface of one tenant. ``state`` is for looking, never for changing."""

    def __init__(self, books: Books) -> None:
        self._books = books

    @property
    def state(self) -> State:
        return self._books.state

    def client(self, client: int) -> Client:
        return clients.found_client(self._books, client)

    def invoice(self, invoice: int) -> Invoice:
        return self.state.invoices[invoice]

    def payment(self, payment: int) -> InvoicePayment:
        return self.state.payments[payment]

    def items(self) -> list[Item]:
        return list(self.state.items.values())

    def create_client(self, fields: Mapping[str, Any], now: dt.datetime, *, phone: str = "") -> int:
        """A client; ``fields`` are named as on the wire, ``country`` is an ISO code."""
        client = clients.create_client(self._books, fields, now)
        if phone:
            clients.add_phone(self._books, client, {"phone_number": phone}, now)
        return client.id

    def edit_client(self, client: int, changes: Mapping[str, Any], now: dt.datetime) -> None:
        """Change fields of a client."""
        clients.edit_client(self._books, self.client(client), changes, now)

    def change_phone(self, client: int, phone: str, now: dt.datetime) -> None:
        """Replace the first phone number in the client's form; saving the form moves the client's ``modified``."""
        owner = self.client(client)
        if owner.phones:
            clients.edit_phone(self.state.phone_numbers[owner.phones[0]], {"phone_number": phone}, now)
        else:
            clients.add_phone(self._books, owner, {"phone_number": phone}, now)
        self._books.touched(owner, Trigger.CLIENT, now)

    def archive_client(self, client: int, now: dt.datetime, *, archived: bool = True) -> None:
        """Hide a client, or bring it back."""
        self.edit_client(client, {"archived": archived}, now)

    def merge_clients(self, source: int, target: int, now: dt.datetime) -> None:
        """Archive ``source`` in favour of ``target``; its invoices stay where they are."""
        clients.merge_clients(self._books, self.client(source), self.client(target), now)

    def delete_client(self, client: int, now: dt.datetime) -> None:
        """Remove a client for good."""
        clients.delete_client(self._books, self.client(client), now)

    def draft(self, client: int | None, rows: Sequence[RowSpec], now: dt.datetime, *, countersale: bool = False) -> int:
        """A draft dated today: of a visit, or of a counter sale (anonymous without client)."""
        today = self._books.today(now)
        invoice = rules.create_draft(self._books, client, today, now, countersale=countersale)
        for row in rows:
            rules.add_row(self._books, invoice, row, now)
        return invoice.id

    def finalise(self, invoice: int, now: dt.datetime) -> int:
        """Give a draft its number; from then on its rows stay."""
        return rules.finalise(self._books, self.invoice(invoice), now).id

    def invoice_visit(self, client: int, rows: Sequence[RowSpec], now: dt.datetime) -> int:
        """A finalised consultation invoice."""
        return self.finalise(self.draft(client, rows, now), now)

    def sell(self, client: int | None, rows: Sequence[RowSpec], now: dt.datetime) -> int:
        """A finalised counter sale; ``client`` None is an anonymous one."""
        return self.finalise(self.draft(client, rows, now, countersale=True), now)

    def change_invoice_date(self, invoice: int, date: dt.date, now: dt.datetime) -> None:
        """Change the date of a finalised invoice."""
        rules.change_date(self._books, self.invoice(invoice), date, now)

    def change_payer(self, invoice: int, client: int, now: dt.datetime) -> None:
        """Move a finalised invoice to another client."""
        document = self.invoice(invoice)
        document.client = client
        rules.copy_payer(document, self.client(client))
        self._books.touched(document, Trigger.INVOICE, now, document.department)

    def change_status(self, invoice: int, status: int, now: dt.datetime) -> None:
        """Set any of Provet's statuses, such as 4 (invoicing)."""
        document = self.invoice(invoice)
        document.status = status
        self._books.touched(document, Trigger.INVOICE, now, document.department)

    def void(self, invoice: int, now: dt.datetime) -> None:
        """Void an invoice (status 99)."""
        rules.void(self._books, self.invoice(invoice), now)

    def add_extra_fee(self, invoice: int, row: RowSpec, now: dt.datetime) -> None:
        """Add a charge to a finalised invoice."""
        rules.add_extra_fee(self._books, self.invoice(invoice), row, now)

    def round_total(self, invoice: int, step: Decimal, now: dt.datetime) -> None:
        """Round a draft's total to a multiple of ``step`` by a rounding row without VAT (provet.md P-30)."""
        document = self.invoice(invoice)
        target = (document.total_with_vat / step).quantize(Decimal(1)) * step
        row = RowSpec(name="Rounding", price=target - document.total_with_vat, vat_percentage=Decimal(0))
        rules.add_row(self._books, document, row, now)

    def credit(
        self,
        invoice: int,
        now: dt.datetime,
        *,
        parts: Sequence[tuple[int, Decimal]] | None = None,
        pattern: SignPattern = SignPattern.NEGATED_QUANTITY,
        date: dt.date | None = None,
        linked: bool = True,
    ) -> int:
        """A credit note over all rows, or over ``parts``: (row id, quantity), which may exceed the row's own."""
        original = self.invoice(invoice)
        rows = [(row, row.quantity) for row in self.state.rows_of(original)]
        if parts is not None:
            rows = [(self.state.rows[row], quantity) for row, quantity in parts]
        form = CreditForm(parts=rows, pattern=pattern, date=date, linked=linked)
        return rules.credit(self._books, original, form, now).id

    def misstate_total(self, invoice: int, by: Decimal, now: dt.datetime) -> None:
        """Make the header disagree with its rows, as no document should but as a faulty one may."""
        document = self.invoice(invoice)
        document.total_with_vat += by
        document.total += by
        rules.settle(self._books, document, document.invoice_date)
        self._books.touched(document, Trigger.INVOICE, now, document.department)

    def consolidate(self, invoices: Sequence[int], now: dt.datetime) -> int:
        """Put several unpaid invoices of one client into one."""
        return payments.consolidate(self._books, [self.invoice(invoice) for invoice in invoices], now).id

    def revoke(self, consolidated: int, now: dt.datetime) -> None:
        """Undo a consolidation that is unpaid."""
        payments.revoke(self._books, self.invoice(consolidated), now)

    def pay(
        self, invoice: int, amount: Decimal, payment_type: int, now: dt.datetime, *, date: dt.date | None = None
    ) -> int:
        """A payment; negative pays a negative credit note out."""
        receipt = Receipt(amount=amount, payment_type=payment_type, date=date)
        return payments.pay(self._books, self.invoice(invoice), receipt, now).id

    def pay_in_full(self, invoice: int, payment_type: int, now: dt.datetime) -> int:
        """Pay all that is due."""
        return self.pay(invoice, self.invoice(invoice).due_sum, payment_type, now)

    def round_due(self, invoice: int, paid: Decimal, payment_type: int, now: dt.datetime) -> int:
        """Take ``paid`` and close the difference to the due sum with a rounding payment of type 3 first."""
        difference = self.invoice(invoice).due_sum - paid
        rounding = Receipt(amount=difference, payment_type=PaymentType.ROUNDING)
        payments.record(self._books, self.invoice(invoice), rounding, now)
        return self.pay(invoice, paid, payment_type, now)

    def cancel_payment(self, payment: int, now: dt.datetime, *, date: dt.date | None = None) -> int:
        """Cancel a payment; its history stays."""
        return payments.cancel(self._books, self.payment(payment), now, date=date).id

    def change_payment(
        self, payment: int, now: dt.datetime, *, amount: Decimal | None = None, payment_type: int | None = None
    ) -> int:
        """Change sum or method: the old payment is cancelled, a new one of the same date is taken."""
        old = self.payment(payment)
        payments.cancel(self._books, old, now, date=old.payment_date)
        kind = old.payment_type if payment_type is None else payment_type
        return self.pay(old.invoice, amount or old.paid, kind, now, date=old.payment_date)

    def apply_credit(self, note: int, invoice: int, amount: Decimal, now: dt.datetime) -> tuple[int, int]:
        """The pair of type 12 payments, on the credit note and on the invoice."""
        pair = payments.apply_credit(self._books, self.invoice(note), self.invoice(invoice), amount, now)
        return pair[0].id, pair[1].id

    def take_prepayment(
        self, client: int, amount: Decimal, payment_type: int, now: dt.datetime, *, description: str = ""
    ) -> int:
        """Money received before an invoice."""
        receipt = Receipt(amount=amount, payment_type=payment_type, info=description)
        return payments.take_prepayment(self._books, client, receipt, now).id

    def use_prepayment(self, prepayment: int, invoice: int, amount: Decimal, now: dt.datetime) -> int:
        """Use part of a prepayment on an invoice."""
        held = self.state.prepayments[prepayment]
        return payments.use_prepayment(self._books, held, self.invoice(invoice), amount, now).id

    def move_to_prepayments(self, payment: int, now: dt.datetime) -> int:
        """Cancel a payment and keep its money as a prepayment of the client."""
        old = self.payment(payment)
        client = self.invoice(old.invoice).client
        payments.cancel(self._books, old, now)
        return self.take_prepayment(client or 0, old.paid, old.payment_type, now)

    def archive_payment_method(self, payment_type: int, *, archived: bool = True) -> None:
        """Take a payment method out of use, or bring it back."""
        for method in self.state.payment_methods.values():
            if method.payment_type == payment_type:
                method.archived = archived

    def lock_period(self, first_open: dt.date | None) -> None:
        """Set the first possible date for financial events."""
        self.state.period_lock = first_open
