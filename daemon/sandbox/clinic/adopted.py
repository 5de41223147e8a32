"""Documents that somebody entered in Xero before the program came.

Number, total, date and contact are the same as in Provet.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from typing import Any

from daemon.sandbox.provet.hands import Hands
from daemon.sandbox.provet.records import FINALISED, Client, Invoice, InvoiceRow
from daemon.sandbox.xero import XeroSystem

CENT = Decimal("0.01")
TAX_TYPES = {Decimal(20): "OUTPUT2", Decimal(5): "RROUTPUT", Decimal(0): "ZERORATEDOUTPUT"}
SALES = "200"


def adopt(hands: Hands, xero: XeroSystem, count: int, start_date: dt.date, rng: Random) -> list[int]:
    """Enter up to ``count`` of Provet's invoices into Xero, unpaid ones first; returns their Provet ids.

    Only clients without a namesake are chosen, so that the contact is certain.
    """
    bearers = Counter(client.name.casefold() for client in hands.state.clients.values())
    candidates = [
        invoice
        for invoice in hands.state.invoices.values()
        if _suits(hands, invoice, start_date) and bearers[hands.client(invoice.client or 0).name.casefold()] == 1
    ]
    candidates.sort(key=lambda invoice: (bool(invoice.payments), invoice.id))
    contacts: dict[int, str] = {}
    chosen = candidates[:count]
    for invoice in chosen:
        client = hands.client(invoice.client or 0)
        moment = invoice.finalized or invoice.created
        if client.id not in contacts:
            contacts[client.id] = xero.make_contact(contact_form(client), moment, rng).id
        xero.make_invoice(invoice_form(hands, invoice, contacts[client.id]), moment, rng)
    return [invoice.id for invoice in chosen]


def _suits(hands: Hands, invoice: Invoice, start_date: dt.date) -> bool:
    """Plain invoices of clients with an e-mail address, not credited."""
    if invoice.status != FINALISED or invoice.credit_note or invoice.invoice_date < start_date:
        return False
    client = hands.state.clients.get(invoice.client or 0)
    rows = hands.state.rows_of(invoice)
    credited = any(row.credited_by for row in rows)
    booked = all(row.vat_percentage in TAX_TYPES for row in rows)
    return client is not None and bool(client.email) and not credited and booked


def contact_form(client: Client) -> dict[str, Any]:
    """A contact as a bookkeeper types it: name and e-mail, no number."""
    form: dict[str, Any] = {"Name": client.name, "EmailAddress": client.email or ""}
    if not client.organization_name:
        form |= {"FirstName": client.firstname, "LastName": client.lastname}
    return form


def invoice_form(hands: Hands, invoice: Invoice, contact_id: str) -> dict[str, Any]:
    """The same document in Xero, one line for each VAT rate."""
    day = invoice.invoice_date
    return {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact_id},
        "InvoiceNumber": invoice.number,
        "Date": day.isoformat(),
        "DueDate": (day + dt.timedelta(days=14)).isoformat(),
        "Status": "AUTHORISED",
        "LineAmountTypes": "Inclusive",
        "LineItems": lines_by_rate(hands.state.rows_of(invoice)),
    }


def lines_by_rate(rows: list[InvoiceRow]) -> list[dict[str, Any]]:
    gross: dict[Decimal, Decimal] = {}
    tax: dict[Decimal, Decimal] = {}
    for row in rows:
        gross[row.vat_percentage] = gross.get(row.vat_percentage, Decimal(0)) + row.sum_total
        tax[row.vat_percentage] = tax.get(row.vat_percentage, Decimal(0)) + row.sum_vat
    return [
        {
            "Description": f"Veterinary services at {rate.normalize():f} %",
            "Quantity": 1,
            "UnitAmount": gross[rate],
            "TaxAmount": tax[rate].quantize(CENT, ROUND_HALF_EVEN),
            "TaxType": TAX_TYPES[rate],
            "AccountCode": SALES,
        }
        for rate in sorted(gross)
        if gross[rate]
    ]
