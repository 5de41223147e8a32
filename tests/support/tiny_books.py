"""A tiny pair of ledgers, entered by hand on both sides, that agree until somebody tampers with them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.provet.amounts import SignPattern
from daemon.sandbox.provet.records import RowSpec
from daemon.sandbox.xero import XeroConfig, XeroSystem
from daemon.sandbox.xero.records import Document, Payment
from tests.support.pairing import Books, Terms, lay_out
from tests.support.wire import Access, in_process, read_provet, read_xero

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
TODAY = NOW.date()
TENANT = "00000000-0000-4000-8000-000000000001"
TERMS = Terms(dt.date(2026, 1, 1), "GBP", "200", {}, {"0": "090", "1": "091", "8": "815"}, "17")
TAX_TYPES = {Decimal(20): "OUTPUT2", Decimal(5): "RROUTPUT", Decimal(0): "ZERORATEDOUTPUT"}
VISIT = RowSpec(name="Consultation", price=Decimal("42.50"), item=1)
PILLS = RowSpec(name="Pills", price=Decimal("20.00"), item=9)
CERTIFICATE = RowSpec(name="Certificate", price=Decimal("60.00"), vat_percentage=Decimal(0))
CARD, CASH, FROM_XERO = 0, 1, 17


class TinyBooks:
    """Five documents of two clients; people's acts on either side are methods of ``provet.hands`` and ``xero``."""

    def __init__(self) -> None:
        self.provet = ProvetSystem()
        self.xero = XeroSystem(XeroConfig("app", "secret", TENANT))
        self.rng = random.Random(5)
        self.documents: dict[int, Document] = {}
        self.payments: dict[int, Payment] = {}
        self._write_provet()
        self._write_xero()

    def books(self) -> Books:
        """Both ledgers as the checker reads them."""
        config, send = self.provet.config, in_process(self.provet, NOW, self.rng)
        access = Access(
            "http://p/54321/api/0.1/", "http://p/54321/oauth2/token/", config.client_id, config.client_secret
        )
        provet = read_provet(access, send)
        access = Access("http://x/api.xro/2.0/", "http://x/connect/token", "app", "secret", TENANT)
        return lay_out(provet, read_xero(access, in_process(self.xero, NOW, self.rng)), TERMS)

    def _write_provet(self) -> None:
        hands = self.provet.hands
        ada = {"firstname": "Ada", "lastname": "Quinn", "email": "ada@example.test", "street_address": "4 Mill Lane"}
        self.ada = hands.create_client({**ada, "city": "Aberlow", "zip_code": "AB1 2CD"}, NOW, phone="+447700900123")
        self.farm = hands.create_client({"organization_name": "Moor Farm Ltd", "vat_number": "GB123456789"}, NOW)
        self.part_paid = hands.invoice_visit(self.ada, [VISIT, PILLS, CERTIFICATE], NOW)
        wrong = hands.pay(self.part_paid, Decimal("50.00"), CASH, NOW)
        hands.cancel_payment(wrong, NOW)
        self.card = hands.pay(self.part_paid, Decimal("50.00"), CARD, NOW)
        self.credited = hands.invoice_visit(self.ada, [VISIT, PILLS], NOW)
        self.note = hands.credit(self.credited, NOW, parts=[(hands.invoice(self.credited).rows[1], Decimal(1))])
        hands.apply_credit(self.note, self.credited, Decimal("24.00"), NOW)
        self.sale = hands.sell(self.farm, [PILLS], NOW)
        self.cash = hands.pay_in_full(self.sale, CASH, NOW)
        self.refunded = hands.credit(self.sale, NOW, pattern=SignPattern.POSITIVE)
        self.refund = hands.pay_in_full(self.refunded, CASH, NOW)
        hands.sell(None, [PILLS], NOW)
        hands.draft(self.ada, [VISIT], NOW)
        self.early = hands.invoice_visit(self.ada, [VISIT], NOW)
        hands.change_invoice_date(self.early, dt.date(2025, 12, 31), NOW)

    def _write_xero(self) -> None:
        address = {"AddressType": "POBOX", "AddressLine1": "4 Mill Lane", "City": "Aberlow", "PostalCode": "AB1 2CD"}
        phone = {"PhoneType": "DEFAULT", "PhoneNumber": "900123", "PhoneAreaCode": "7700", "PhoneCountryCode": "44"}
        self.quinn = self.contact(
            {"Name": f"Ada Quinn ({self.ada})", "ContactNumber": str(self.ada), "FirstName": "Ada", "LastName": "Quinn"}
            | {"EmailAddress": "Ada@example.test", "Addresses": [address], "Phones": [phone]}
        )
        self.moor = self.contact({"Name": "Moor Farm Ltd", "ContactNumber": str(self.farm), "TaxNumber": "GB123456789"})
        for invoice, contact in ((self.part_paid, self.quinn), (self.credited, self.quinn), (self.sale, self.moor)):
            self.post(invoice, contact)
        for note, contact in ((self.note, self.quinn), (self.refunded, self.moor)):
            self.post(note, contact, Type="ACCRECCREDIT")
        self.allocate(self.note, self.credited, Decimal("24.00"))
        self.pay(self.card, "090")
        self.pay(self.cash, "091")
        self.pay(self.refund, "091")
        self.bank = self.take(self.credited, Decimal("30.00"), "Bank transfer")
        self.record(self.bank)
        self.post(self.credited, self.quinn, Reference="Typed by hand", InvoiceNumber="X-1")

    def contact(self, form: dict[str, Any]) -> str:
        return self.xero.make_contact(form, NOW, self.rng).id

    def form(self, invoice: int, contact: str) -> dict[str, Any]:
        """A Provet document as a form in Xero, one line for each row."""
        state = self.provet.hands.state
        document = state.invoices[invoice]
        return {
            "Type": "ACCREC",
            "Contact": {"ContactID": contact},
            "InvoiceNumber": document.number,
            "Reference": f"Provet invoice {invoice}",
            "Date": document.invoice_date.isoformat(),
            "DueDate": document.invoice_date.isoformat(),
            "Status": "AUTHORISED",
            "LineAmountTypes": "Inclusive",
            "LineItems": [
                {
                    "Description": row.name,
                    "Quantity": 1,
                    "UnitAmount": abs(row.sum_total),
                    "TaxAmount": abs(row.sum_vat),
                    "TaxType": TAX_TYPES[row.vat_percentage],
                    "AccountCode": "201" if row.item == PILLS.item else "200",
                }
                for row in state.rows_of(document)
            ],
        }

    def post(self, invoice: int, contact: str, **changes: object) -> Document:
        """Enter a Provet document in Xero, with changes to its form."""
        form = {**self.form(invoice, contact), **changes}
        if changes.get("Type") == "ACCRECCREDIT":
            form["CreditNoteNumber"] = form.pop("InvoiceNumber")
        document = self.xero.make_invoice(form, NOW, self.rng)
        return self.documents.setdefault(invoice, document)

    def edit(self, invoice: int, **changes: object) -> None:
        self.xero.edit_document(self.documents[invoice].id, changes, NOW, self.rng)

    def take(self, invoice: int, amount: Decimal, reference: str, code: str = "090") -> Payment:
        """A payment on a document in Xero."""
        account = self.xero.ledger.accounts.find("code", code)[0].id
        payment = Payment("", self.documents[invoice].id, account, TODAY, amount, NOW, reference)
        return self.xero.take_payment(payment, NOW, self.rng)

    def pay(self, payment: int, code: str, reference: str = "") -> None:
        """A Provet payment on its document in Xero, under our mark."""
        ours = self.provet.hands.payment(payment)
        self.payments[payment] = self.take(ours.invoice, abs(ours.paid), reference or f"Provet payment {payment}", code)

    def record(self, payment: Payment) -> None:
        """A Xero payment in Provet, under our mark, through the API as only a program can."""
        invoice = next(number for number, document in self.documents.items() if document.id == payment.document_id)
        info = f"Xero payment {payment.id}"
        recorded = self.provet.hands.pay(invoice, payment.amount, FROM_XERO, NOW)
        self.provet.hands.payment(recorded).info = info

    def allocate(self, note: int, invoice: int, amount: Decimal, day: dt.date = TODAY) -> None:
        credit, target = self.documents[note], self.documents[invoice]
        self.xero.allocate_credit(credit.id, target.id, amount, day, NOW, self.rng)

    def allocations(self, note: int) -> Sequence[str]:
        return [each.id for each in self.xero.ledger.allocations.find("credit", self.documents[note].id)]
