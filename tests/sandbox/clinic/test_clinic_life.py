"""The clinic's daily life, and settings that agree with both systems."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

from daemon.sandbox.clinic import Activity, Plan, clinic_settings, populate
from daemon.sandbox.provet import ProvetConfig, ProvetSystem
from daemon.sandbox.provet.records import Client, Invoice
from daemon.sandbox.xero import XeroConfig, XeroSystem

NOW = dt.datetime(2026, 9, 15, 10, tzinfo=dt.UTC)
TENANT = "11111111-1111-4111-8111-111111111111"


def clinic() -> tuple[ProvetSystem, XeroSystem]:
    provet, xero = ProvetSystem(ProvetConfig()), XeroSystem(XeroConfig("app", "secret", TENANT))
    populate(provet, xero, Plan(clients=30, invoices=120, tidy=True), Random(4), NOW)
    return provet, xero


def book_open_invoices(provet: ProvetSystem, xero: XeroSystem, rng: Random) -> None:
    """What the program would have done: contacts by number, documents under their mark."""
    contacts: dict[int, str] = {}
    for invoice in provet.hands.state.invoices.values():
        if invoice.client and invoice.status == 3 and invoice.due_sum == invoice.total_with_vat > 0:
            client = provet.hands.client(invoice.client)
            if client.id not in contacts:
                form = {"Name": f"{client.name} ({client.id})", "ContactNumber": str(client.id)}
                contacts[client.id] = xero.make_contact(form, NOW, rng).id
            xero.make_invoice(booked(invoice, contacts[client.id]), NOW, rng)


def booked(invoice: Invoice, contact_id: str) -> dict[str, Any]:
    return {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact_id},
        "InvoiceNumber": invoice.number,
        "Reference": f"Provet invoice {invoice.id}",
        "Date": invoice.invoice_date.isoformat(),
        "DueDate": invoice.invoice_date.isoformat(),
        "Status": "AUTHORISED",
        "LineAmountTypes": "NoTax",
        "LineItems": [
            {"Description": "All", "Quantity": 1, "UnitAmount": invoice.total_with_vat, "AccountCode": "200"}
        ],
    }


def live(seed: int, steps: int) -> tuple[list[str], ProvetSystem, XeroSystem]:
    provet, xero = clinic()
    rng = Random(seed)
    book_open_invoices(provet, xero, rng)
    activity = Activity()
    said = [activity.step(provet, xero, rng, NOW + dt.timedelta(minutes=step)) for step in range(steps)]
    return said, provet, xero


def test_everything_that_is_said_happens_on_both_sides() -> None:
    said, provet, xero = live(1, 300)
    for part in (
        "was invoiced",
        "an anonymous customer",
        "was paid on",
        "the bookkeeper received",
        "has a new phone number",
        "has moved to",
        "the bookkeeper noted",
        "was credited in full",
        "coded a line of",
    ):
        assert any(part in sentence for sentence in said), part
    received = sum("the bookkeeper received" in sentence for sentence in said)
    assert len(xero.ledger.payments) == received
    assert any(contact.texts.get("EmailAddress") for contact in xero.ledger.contacts.ordered())
    assert len({line.account_id for document in xero.ledger.invoices.ordered() for line in document.lines}) > 1
    credited = [invoice for invoice in provet.hands.state.invoices.values() if invoice.credit_note]
    assert all(invoice.due_sum <= 0 for invoice in credited)


def test_an_invoice_whose_total_exceeds_its_rows_is_credited_as_far_as_the_rows_go() -> None:
    provet, xero = clinic()
    rng = Random(1)
    for invoice in provet.hands.state.invoices.values():
        if invoice.client and invoice.status == 3 and invoice.due_sum == invoice.total_with_vat > 0:
            provet.hands.misstate_total(invoice.id, Decimal("3.70"), NOW)
    book_open_invoices(provet, xero, rng)
    activity = Activity()
    said = [activity.step(provet, xero, rng, NOW + dt.timedelta(minutes=step)) for step in range(150)]
    assert any("was credited in full" in sentence for sentence in said)


def test_life_needs_neither_a_past_nor_xero() -> None:
    provet, xero = ProvetSystem(ProvetConfig()), XeroSystem(XeroConfig("app", "secret", TENANT))
    rng = Random(2)
    said = [Activity().step(provet, xero, rng, NOW) for _ in range(40)]
    assert all(sentence.endswith(".") for sentence in said)
    assert len(provet.hands.state.invoices) > 10


def test_names_are_told_as_they_are() -> None:
    provet, xero = ProvetSystem(ProvetConfig()), XeroSystem(XeroConfig("app", "secret", TENANT))
    provet.hands.create_client({"firstname": "Siân", "lastname": "O'Brien"}, NOW)
    (client,) = provet.hands.state.clients.values()
    assert isinstance(client, Client)
    rng = Random(1)
    assert any("Siân O'Brien" in Activity().step(provet, xero, rng, NOW) for _ in range(30))


def test_life_is_the_same_for_each_seed() -> None:
    first, again, other = live(9, 60), live(9, 60), live(10, 60)
    assert first[0] == again[0] != other[0]
    assert first[1].dump() == again[1].dump()


def test_settings_agree_with_both_systems() -> None:
    provet, xero = clinic()
    settings: dict[str, Any] = clinic_settings()
    accounts = {account.code: account for account in xero.ledger.accounts.ordered() if account.code}
    rates = {rate.id: rate for rate in xero.ledger.tax_rates.ordered()}
    named = settings["accounts"]
    for code in named.values():
        assert accounts[code].type != "BANK"
    for clearing in ("prepayment_clearing", "consolidation_clearing"):
        assert accounts[named[clearing]].enable_payments
    methods = {method.payment_type: method for method in provet.hands.state.payment_methods.values()}
    for payment_type, code in settings["payments"].items():
        assert int(payment_type) in methods
        assert accounts[code].type == "BANK" or accounts[code].enable_payments
    assert methods[settings["provet"]["xero_payment_type"]].name == "Xero payments"
    groups = {group.vat_percentage for group in provet.hands.state.vat_groups.values()}
    assert {Decimal(percentage) for percentage in settings["tax"]} == groups
    for percentage, tax_type in settings["tax"].items():
        assert rates[tax_type].rate == Decimal(percentage)
    for item in provet.hands.items():
        assert accounts[item.account_number or ""].type == "REVENUE"
    used = {payment.payment_type for payment in provet.hands.state.payments.values()}
    assert used <= {int(payment_type) for payment_type in settings["payments"]} | {8, 12}
    assert settings["start_date"] == Plan().start_date
