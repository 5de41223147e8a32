"""The daily life of a clinic: staff work in Provet, a bookkeeper in Xero, one act at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from daemon.sandbox.clinic import people
from daemon.sandbox.clinic.treatments import counter_rows, visit_rows
from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.provet.records import FINALISED, Invoice, PaymentType, RowSpec
from daemon.sandbox.xero import XeroSystem
from daemon.sandbox.xero.records import Document, Line, Payment

CENT = Decimal("0.01")
BANK_CODE = "090"
SALES_CODES = ("200", "201", "202", "203")
MARK = "Provet invoice "
BUSY = 40
"""People look at this many of the latest documents."""


@dataclass(frozen=True, slots=True)
class Day:
    """Both systems and the moment in which something happens."""

    provet: ProvetSystem
    xero: XeroSystem
    rng: Random
    now: dt.datetime


class Activity:
    """Lets people work. Every act is one that the program settles by itself, given time between the acts."""

    def step(self, provet: ProvetSystem, xero: XeroSystem, rng: Random, now: dt.datetime) -> str:
        """Do one thing; returns a plain sentence of what happened. What finds no occasion becomes a visit."""
        day = Day(provet, xero, rng, now)
        acts, weights = zip(*ACTS, strict=True)
        return rng.choices(acts, weights)[0](day) or _visit(day) or "Nobody came."


def _visit(day: Day) -> str:
    """A visit of an old or a new client, mostly paid at once."""
    hands, rng = day.provet.hands, day.rng
    living = [client.id for client in hands.state.clients.values() if not client.archived]
    if not living or rng.random() < 0.15:
        serial = hands.state.last_ids.get("client", 0) + 1
        client = hands.create_client(people.new_client(serial, rng), day.now, phone=people.phone_number(rng))
    else:
        client = rng.choice(living)
    rows = visit_rows(hands.items(), hands.state.vat_groups, rng)
    return _sold(day, hands.invoice_visit(client, rows, day.now), paid=rng.random() < 0.6)


def _counter_sale(day: Day) -> str:
    hands = day.provet.hands
    living = [client.id for client in hands.state.clients.values() if not client.archived]
    buyer = day.rng.choice(living) if living and day.rng.random() < 0.8 else None
    rows: list[RowSpec] = counter_rows(hands.items(), hands.state.vat_groups, day.rng)
    return _sold(day, hands.sell(buyer, rows, day.now), paid=True)


def _sold(day: Day, invoice_id: int, *, paid: bool) -> str:
    hands = day.provet.hands
    invoice = hands.invoice(invoice_id)
    who = "an anonymous customer" if invoice.client is None else hands.client(invoice.client).name
    if paid:
        hands.pay_in_full(invoice_id, PaymentType.CARD, day.now)
    how = "paid by card" if paid else "unpaid"
    return f"Provet: {who} was invoiced {invoice.total_with_vat} as {invoice.number}, {how}."


def _payment_in_provet(day: Day) -> str | None:
    hands = day.provet.hands
    invoice = _pick(day, [invoice for invoice in _open_invoices(day) if _agreed(day, invoice)])
    if invoice is None:
        return None
    amount = _some_of(invoice.due_sum, day.rng)
    hands.pay(invoice.id, amount, day.rng.choice((PaymentType.CARD, PaymentType.CASH)), day.now)
    return f"Provet: {amount} was paid on {invoice.number}."


def _payment_in_xero(day: Day) -> str | None:
    """The bookkeeper finds a bank transfer for one of our invoices."""
    document = _pick(day, [found for invoice in _open_invoices(day) if (found := _agreed(day, invoice))])
    if document is None:
        return None
    amount = _some_of(document.outstanding, day.rng)
    account = day.xero.ledger.accounts.find("code", BANK_CODE)[0].id
    payment = Payment("", document.id, account, max(day.now.date(), document.day), amount, day.now)
    day.xero.take_payment(payment, day.now, day.rng)
    return f"Xero: the bookkeeper received {amount} for {document.number}."


def _client_edit(day: Day) -> str | None:
    hands = day.provet.hands
    client = _pick(day, [client for client in hands.state.clients.values() if not client.archived])
    if client is None:
        return None
    if day.rng.random() < 0.5:
        hands.change_phone(client.id, f"+447700900{day.rng.randrange(1000):03d}", day.now)
        return f"Provet: {client.name} has a new phone number."
    hands.edit_client(client.id, people.address(day.rng), day.now)
    return f"Provet: {client.name} has moved to {client.city}."


def _contact_edit(day: Day) -> str | None:
    contacts = [contact for contact in day.xero.ledger.contacts.ordered() if contact.number.isdecimal()]
    contact = _pick(day, [contact for contact in contacts if contact.status == "ACTIVE"])
    if contact is None:
        return None
    email = f"accounts.{contact.number}.{day.rng.randrange(1000)}@example.test"
    day.xero.edit_contact(contact.id, {"EmailAddress": email}, day.now, day.rng)
    return f"Xero: the bookkeeper noted {email} for {contact.name}."


def _credit_note(day: Day) -> str | None:
    """All rows of an unpaid invoice are credited, and the credit applied; a total may be more than its rows."""
    hands = day.provet.hands
    invoice = _pick(day, [invoice for invoice in _open_invoices(day) if not invoice.payments and _agreed(day, invoice)])
    if invoice is None:
        return None
    note = hands.credit(invoice.id, day.now)
    hands.apply_credit(note, invoice.id, min(invoice.due_sum, -hands.invoice(note).due_sum), day.now)
    return f"Provet: {invoice.number} was credited in full by {hands.invoice(note).number}."


def _recoding(day: Day) -> str | None:
    """The bookkeeper moves a line to another sales account, which is no drift."""
    documents = [document for invoice in _open_invoices(day) if (document := _agreed(day, invoice))]
    document = _pick(day, [document for document in documents if not document.settled_in_part])
    if document is None:
        return None
    code = day.rng.choice(SALES_CODES)
    first, *others = document.lines
    lines = [_line_form(day, first) | {"AccountCode": code}, *(_line_form(day, line) for line in others)]
    day.xero.edit_document(document.id, {"LineItems": lines}, day.now, day.rng)
    return f"Xero: the bookkeeper coded a line of {document.number} to {code}."


ACTS: tuple[tuple[Callable[[Day], str | None], int], ...] = (
    (_visit, 34),
    (_counter_sale, 12),
    (_payment_in_provet, 16),
    (_payment_in_xero, 12),
    (_client_edit, 9),
    (_contact_edit, 5),
    (_credit_note, 5),
    (_recoding, 7),
)


def _pick(day: Day, choices: list[Any]) -> Any:
    return day.rng.choice(choices[-BUSY:]) if choices else None


def _some_of(due: Decimal, rng: Random) -> Decimal:
    """All of it, or now and then half."""
    return due if rng.random() < 0.75 else max(CENT, (due / 2).quantize(CENT, ROUND_HALF_UP))


def _open_invoices(day: Day) -> list[Invoice]:
    invoices = day.provet.hands.state.invoices.values()
    return [
        invoice
        for invoice in invoices
        if invoice.status == FINALISED and invoice.due_sum > 0 and not invoice.credit_note and invoice.client
    ]


def _agreed(day: Day, invoice: Invoice) -> Document | None:
    """The invoice in Xero, if it is there under our mark and owes the same: then nobody's work is under way."""
    found = day.xero.ledger.invoices.find("number", invoice.number.casefold())
    ours = [document for document in found if document.reference == f"{MARK}{invoice.id}"]
    return next((document for document in ours if document.outstanding == invoice.due_sum), None)


def _line_form(day: Day, line: Line) -> dict[str, Any]:
    account = day.xero.ledger.accounts[line.account_id] if line.account_id else None
    return {
        "LineItemID": line.id,
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_amount,
        "TaxType": line.tax_type,
        "TaxAmount": line.tax_amount,
        "AccountCode": account.code if account else "",
    }
