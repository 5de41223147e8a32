"""The seeded past: its size, what it holds, what it leaves out when tidy, and that it is the same for each seed."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from daemon.sandbox.clinic import Plan, Planted, populate
from daemon.sandbox.provet import ProvetConfig, ProvetSystem
from daemon.sandbox.provet.records import Invoice
from daemon.sandbox.xero import XeroConfig, XeroSystem

NOW = dt.datetime(2026, 9, 15, 10, tzinfo=dt.UTC)
TENANT = "11111111-1111-4111-8111-111111111111"


class Made:
    """A clinic made from a plan."""

    def __init__(self, seed: int = 7, **plan: Any) -> None:
        self.plan = Plan(**{"clients": 60, "invoices": 400, **plan})
        self.provet = ProvetSystem(ProvetConfig())
        self.xero = XeroSystem(XeroConfig("app", "secret", TENANT))
        self.planted = populate(self.provet, self.xero, self.plan, Random(seed), NOW)
        self.state = self.provet.hands.state

    def in_scope(self) -> list[Invoice]:
        invoices = [invoice for invoice in self.state.invoices.values() if invoice.status == 3 and invoice.client]
        return [i for i in invoices if not i.credit_note and i.invoice_date >= self.plan.start_date]


@pytest.fixture(scope="module")
def tidy() -> Made:
    return Made(tidy=True, clients=300, invoices=1500)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_tidy_clinic_plants_nothing_and_has_exactly_its_invoices(seed: int) -> None:
    made = Made(seed, tidy=True)
    assert made.planted == []
    assert len(made.in_scope()) == 400
    assert len(made.state.clients) == 60
    assert len(made.xero.ledger.invoices) == len(made.xero.ledger.contacts) == 0


def test_every_document_of_a_tidy_clinic_can_be_booked(tidy: Made) -> None:
    for invoice in tidy.in_scope():
        rows = tidy.state.rows_of(invoice)
        assert invoice.total_with_vat == sum(row.sum_total for row in rows) > 0
        assert {row.vat_percentage for row in rows} <= {Decimal(20), Decimal(5), Decimal(0)}
        assert 0 <= invoice.due_sum <= invoice.total_with_vat
        assert not invoice.consolidates


def test_the_past_has_all_that_happens_in_a_clinic(tidy: Made) -> None:
    state = tidy.state
    invoices = list(state.invoices.values())
    rows, payments = list(state.rows.values()), list(state.payments.values())
    assert {payment.payment_type for payment in payments} == {0, 1, 2, 7, 8, 12, 18}
    assert 0.6 < sum(row.vat_percentage == 20 for row in rows) / len(rows) < 0.99
    assert {row.vat_percentage for row in rows} == {20, 5, 0}
    assert any(row.quantity % 1 for row in rows)
    assert any(row.percentage_change for row in rows)
    assert any(row.is_dispense_fee_item and row.item is None for row in rows)
    assert any(row.sum_total == 0 for row in rows)
    assert any(row.sum.as_tuple().digits[-1] for row in rows)
    assert any(row.quantity and row.sum != row.quantity * row.price and not row.percentage_change for row in rows)
    assert max(len(invoice.rows) for invoice in tidy.in_scope()) >= 6
    open_now = [invoice for invoice in tidy.in_scope() if invoice.due_sum]
    assert any(invoice.payments for invoice in open_now)
    assert any(not invoice.payments for invoice in open_now)
    assert any(invoice.countersale and invoice.client is None for invoice in invoices)
    assert any(invoice.status == 0 for invoice in invoices)
    assert any(invoice.invoice_date < tidy.plan.start_date for invoice in invoices)
    assert any(prepayment.sum_left for prepayment in state.prepayments.values())
    twice = Counter((p.invoice, p.payment_date) for p in payments if p.payment_type in (0, 1))
    assert max(twice.values()) > 1


def test_credits_are_full_and_partial_unpaid_and_refunded(tidy: Made) -> None:
    notes = [invoice for invoice in tidy.state.invoices.values() if invoice.credit_note]
    assert 0.01 < len(notes) / len(tidy.in_scope()) < 0.08
    originals = {note.id: tidy.state.invoices[note.credits or 0] for note in notes}
    assert {note.total_with_vat == -originals[note.id].total_with_vat for note in notes} == {True, False}
    ways = {tuple(p.payment_type in (0, 1) for p in tidy.state.payments_of(note)) for note in notes}
    assert ways == {(True,), (False,), ()}
    assert all(note.total_with_vat < 0 for note in notes)


def test_clients_are_as_people_are(tidy: Made) -> None:
    clients = list(tidy.state.clients.values())
    assert max(Counter(client.name for client in clients).values()) > 1
    assert any(client.organization_name and client.vat_number for client in clients)
    assert any(client.email is None for client in clients)
    emails = [client.email for client in clients if client.email]
    assert len(emails) == len(set(emails))
    assert all(email.isascii() and email.endswith("@example.test") for email in emails)


def test_nothing_happens_in_the_future_and_numbers_follow_time(tidy: Made) -> None:
    invoices = [invoice for invoice in tidy.state.invoices.values() if invoice.finalized]
    invoices.sort(key=lambda invoice: invoice.invoice_number or 0)
    moments = [invoice.finalized for invoice in invoices]
    assert moments == sorted(moments, key=lambda moment: moment or NOW)
    assert all(payment.created <= NOW for payment in tidy.state.payments.values())


def test_planted_cases_are_listed_and_real() -> None:
    made = Made(awkward=2)
    assert Counter(case.kind for case in made.planted) == {
        "invoice.missing": 4,
        "contact.ambiguous": 2,
        "invoice.number_collision": 2,
        "invoice.total_differs": 2,
        "mapping.missing": 1,
    }
    by_kind: dict[str, Planted] = {case.kind: case for case in made.planted}
    rates = {row.vat_percentage for row in made.state.rows.values()}
    assert Decimal(by_kind["mapping.missing"].subject) in rates
    client = made.state.clients[int(by_kind["contact.ambiguous"].subject)]
    (namesake,) = made.xero.ledger.contacts.find("name", client.name.casefold())
    assert namesake.texts["EmailAddress"] != client.email
    taken = made.state.invoices[int(by_kind["invoice.number_collision"].subject)]
    (foreign,) = made.xero.ledger.invoices.find("number", taken.number.casefold())
    assert foreign.total != taken.total_with_vat
    wrong = made.state.invoices[int(by_kind["invoice.total_differs"].subject)]
    assert wrong.total_with_vat != sum(row.sum_total for row in made.state.rows_of(wrong))


def test_consolidated_invoices_come_only_when_asked_for() -> None:
    assert not any(invoice.consolidates for invoice in Made().state.invoices.values())
    made = Made(consolidated=2)
    wholes = [invoice for invoice in made.state.invoices.values() if invoice.consolidates]
    assert [len(whole.consolidates) for whole in wholes] == [2, 2]


def test_adopted_documents_are_equal_in_number_total_tax_date_and_contact() -> None:
    made = Made(tidy=True, adopted=25)
    documents = made.xero.ledger.invoices.ordered()
    assert len(documents) == 25
    by_number = {invoice.number: invoice for invoice in made.in_scope()}
    names = Counter(client.name.casefold() for client in made.state.clients.values())
    for document in documents:
        invoice = by_number[document.number]
        client = made.state.clients[invoice.client or 0]
        contact = made.xero.ledger.contacts[document.contact_id]
        assert (document.total, document.total_tax) == (invoice.total_with_vat, invoice.total_vat)
        assert (document.day, document.status) == (invoice.invoice_date, "AUTHORISED")
        assert (contact.name, contact.texts["EmailAddress"]) == (client.name, client.email)
        assert names[client.name.casefold()] == 1


def test_a_seed_makes_one_clinic() -> None:
    first, again, other = Made(5, adopted=3), Made(5, adopted=3), Made(6, adopted=3)
    assert first.provet.dump() == again.provet.dump()
    assert first.xero.dump() == again.xero.dump()
    assert first.provet.dump() != other.provet.dump()


@pytest.mark.parametrize("plan", [{"invoices": 0, "clients": 1}, {"start_date": dt.date(2026, 9, 14)}])
def test_small_and_young_clinics(plan: dict[str, Any]) -> None:
    made = Made(**{"tidy": True, **plan})
    assert len(made.in_scope()) == made.plan.invoices


def test_a_clinic_without_a_past_is_refused() -> None:
    with pytest.raises(ValueError, match="no past"):
        Made(start_date=NOW.date())


def test_three_thousand_invoices_take_under_three_seconds() -> None:
    started = time.perf_counter()
    Made(clients=500, invoices=3000)
    assert time.perf_counter() - started < 3
