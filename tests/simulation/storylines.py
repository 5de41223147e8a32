"""The lives of invoices and clients that scripts are made of: what happens to one of them, in order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from daemon.sandbox.clinic import people
from daemon.sandbox.clinic.treatments import counter_rows, visit_rows
from daemon.sandbox.provet.records import PaymentType, RowSpec
from daemon.sandbox.xero.records import Document, Payment
from tests.simulation.script import Day, Do, Storyline, Told

BANK = "090"
CENT = Decimal("0.01")
Share = Callable[[Decimal], Decimal]


def _pause(rng: Random) -> float:
    return rng.choice((2.0, 20.0, 90.0, 250.0)) * rng.uniform(0.5, 1.5)


def _third(amount: Decimal) -> Decimal:
    """Less than the rest, so that the two never look like one payment."""
    return max(CENT, (amount / 3).quantize(CENT, ROUND_HALF_UP))


def _rest(amount: Decimal) -> Decimal:
    return amount - _third(amount)


def _all(amount: Decimal) -> Decimal:
    return amount


def _visit(line: int, clients: int = 3) -> Do:
    """A visit of one of the first clients."""

    def do(day: Day) -> int:
        hands = day.provet.hands
        client = day.rng.choice(sorted(hands.state.clients)[:clients])
        rows = visit_rows(hands.items(), hands.state.vat_groups, day.rng)
        day.invoices[line] = hands.invoice_visit(client, rows, day.now)
        return day.invoices[line]

    return do


def _pay(line: int, share: Share) -> Do:
    def do(day: Day) -> int:
        invoice = day.invoice(line)
        return day.provet.hands.pay(invoice.id, share(invoice.total_with_vat), PaymentType.CARD, day.now)

    return do


def _receive(line: int, share: Share) -> Do:
    """The bookkeeper finds a bank transfer."""

    def do(day: Day) -> object | None:
        document = day.in_xero(line)
        if document is None:
            return None
        account = day.xero.ledger.accounts.find("code", BANK)[0].id
        amount = share(document.total)
        payment = Payment("", document.id, account, max(day.now.date(), document.day), amount, day.now)
        return day.xero.take_payment(payment, day.now, day.rng)

    return do


def _remove_in_xero(line: int) -> Do:
    """The bookkeeper removes what is paid, once it is there."""

    def do(day: Day) -> object | None:
        standing = day.payments_in_xero(line)
        return day.xero.remove_payment(standing[0].id, day.now, day.rng) if standing else None

    return do


def _cancel(line: int) -> Do:
    def do(day: Day) -> int:
        return day.provet.hands.cancel_payment(day.invoice(line).payments[0], day.now)

    return do


def _credit(line: int) -> Do:
    def do(day: Day) -> int:
        day.notes[line] = day.provet.hands.credit(day.invoices[line], day.now)
        return day.notes[line]

    return do


def _write_total(line: int, unit: int) -> Do:
    """The bookkeeper writes one line of another amount."""

    def do(day: Day) -> object | None:
        document = day.in_xero(line)
        if document is None:
            return None
        return day.xero.edit_document(document.id, {"LineItems": [_changed(day, document, unit)]}, day.now, day.rng)

    return do


def _changed(day: Day, document: Document, unit: int) -> dict[str, Any]:
    first = document.lines[0]
    account = day.xero.ledger.accounts[first.account_id]
    return {
        "Description": first.description,
        "Quantity": 1,
        "UnitAmount": unit,
        "TaxType": first.tax_type,
        "AccountCode": account.code,
    }


def paid_in_provet(line: int, rng: Random) -> Told:
    yield 0, "a visit", _visit(line)
    yield _pause(rng), "a third is paid in Provet", _pay(line, _third)
    yield _pause(rng), "the rest is paid in Provet", _pay(line, _rest)


def paid_on_both_sides(line: int, rng: Random) -> Told:
    yield 0, "a visit", _visit(line)
    yield _pause(rng), "a third is paid in Xero", _receive(line, _third)
    yield _pause(rng), "the rest is paid in Provet", _pay(line, _rest)


def paid_in_xero(line: int, rng: Random) -> Told:
    yield 0, "a visit", _visit(line)
    yield _pause(rng), "a third is paid in Xero", _receive(line, _third)
    yield _pause(rng), "the rest is paid in Xero", _receive(line, _rest)


def taken_back_in_provet(line: int, rng: Random) -> Told:
    yield 0, "a visit", _visit(line)
    yield _pause(rng), "a third is paid in Provet", _pay(line, _third)
    yield _pause(rng), "the payment is cancelled in Provet", _cancel(line)


def taken_back_in_xero(line: int, rng: Random) -> Told:
    yield 0, "a visit", _visit(line)
    yield _pause(rng), "a third is paid in Xero", _receive(line, _third)
    yield _pause(rng), "the bookkeeper removes the payment", _remove_in_xero(line)


def lost_in_xero(line: int, rng: Random) -> Told:
    yield 0, "a visit", _visit(line)
    yield _pause(rng), "a third is paid in Provet", _pay(line, _third)
    yield _pause(rng), "the bookkeeper removes our payment", _remove_in_xero(line)


def credited(line: int, rng: Random) -> Told:
    def apply(day: Day) -> object:
        due = day.invoice(line).due_sum
        return day.provet.hands.apply_credit(day.notes[line], day.invoices[line], due, day.now)

    yield 0, "a visit", _visit(line)
    yield _pause(rng), "it is credited", _credit(line)
    yield rng.choice((0.0, 0.0, 30.0)), "the credit is applied", apply


def refunded(line: int, rng: Random) -> Told:
    def refund(day: Day) -> int:
        return day.provet.hands.pay_in_full(day.notes[line], PaymentType.CASH, day.now)

    yield 0, "a visit", _visit(line)
    yield 0, "it is paid", _pay(line, _all)
    yield _pause(rng), "it is credited", _credit(line)
    yield _pause(rng), "the money is paid out", refund


def edited_in_xero(line: int, rng: Random) -> Told:
    """Twice, so that what somebody approves may have moved."""
    yield 0, "a visit", _visit(line)
    yield _pause(rng), "the bookkeeper writes another total", _write_total(line, 901)
    yield _pause(rng), "the bookkeeper writes a third total", _write_total(line, 902)


def charged_more(line: int, rng: Random) -> Told:
    def charge(day: Day) -> bool:
        day.provet.hands.add_extra_fee(day.invoices[line], RowSpec(name="Late fee", price=Decimal(12)), day.now)
        return True

    yield 0, "a visit", _visit(line)
    yield _pause(rng), "a fee is added in Provet", charge


def voided(line: int, rng: Random) -> Told:
    def void(day: Day) -> bool:
        day.provet.hands.void(day.invoices[line], day.now)
        return True

    yield 0, "a visit", _visit(line)
    yield _pause(rng), "it is voided in Provet", void


def voided_in_xero(line: int, rng: Random) -> Told:
    def void(day: Day) -> object | None:
        document = day.in_xero(line)
        return day.xero.void_document(document.id, day.now, day.rng) if document is not None else None

    yield 0, "a visit", _visit(line)
    yield _pause(rng), "the bookkeeper voids it", void


def new_client(line: int, rng: Random) -> Told:
    def visit(day: Day) -> int:
        hands = day.provet.hands
        fields = people.new_client(100 + line, day.rng)
        client = hands.create_client(fields, day.now, phone=people.phone_number(day.rng))
        rows = counter_rows(hands.items(), hands.state.vat_groups, day.rng)
        day.invoices[line] = hands.sell(client, rows, day.now)
        return day.invoices[line]

    yield 0, "somebody new buys something", visit
    yield _pause(rng), "and pays", _pay(line, _all)


def contact_details(line: int, rng: Random) -> Told:
    """Of the first client the phone in Provet, then the e-mail in Xero: different fields, so no conflict."""

    def phone(day: Day) -> bool:
        day.provet.hands.change_phone(min(day.provet.hands.state.clients), "+447700900111", day.now)
        return True

    def email(day: Day) -> object | None:
        client = min(day.provet.hands.state.clients)
        found = [each for each in day.xero.ledger.contacts.find("number", str(client)) if each.status == "ACTIVE"]
        if not found:
            return None
        return day.xero.edit_contact(found[0].id, {"EmailAddress": "accounts@example.test"}, day.now, day.rng)

    yield 0, "a visit", _visit(line, clients=1)
    yield _pause(rng), "the client has a new phone number", phone
    yield _pause(rng), "the bookkeeper notes an e-mail address", email


STORYLINES: tuple[Storyline, ...] = (
    paid_in_provet,
    paid_on_both_sides,
    paid_in_xero,
    taken_back_in_provet,
    taken_back_in_xero,
    lost_in_xero,
    credited,
    refunded,
    edited_in_xero,
    charged_more,
    voided,
    voided_in_xero,
    new_client,
    contact_details,
)
