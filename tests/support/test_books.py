"""The checker itself: it is silent on ledgers that agree, and finds each way in which they may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.support import books
from tests.support.tiny_books import CARD, CASH, CERTIFICATE, NOW, PILLS, VISIT, TinyBooks

LATER = NOW.date() + dt.timedelta(days=1)
TWO = Decimal("2.00")
Found = set[tuple[str, str]]


def test_it_is_silent_on_ledgers_that_agree() -> None:
    laid_out = TinyBooks().books()
    assert books.differences(laid_out) == []
    summary = books.summary(laid_out)
    assert (summary.documents, summary.matched, summary.payments, summary.contacts, summary.foreign) == (5, 5, 3, 2, 1)
    assert (summary.dead_documents, summary.dead_payments) == (0, 0)
    assert summary.excluded == {"anonymous": 1, "not finalised": 1, "before the start": 1}
    assert summary.provet == summary.xero
    assert (summary.xero.gross, summary.xero.receivable) == (Decimal("186.00"), Decimal("106.00"))
    assert summary.xero.vat == {"20": Decimal("21.00")}


def test_a_credit_without_vat_is_no_difference() -> None:
    tiny = TinyBooks()
    invoice = tiny.provet.hands.invoice_visit(tiny.farm, [CERTIFICATE], NOW)
    note = tiny.provet.hands.credit(invoice, NOW)
    tiny.post(invoice, tiny.moor)
    tiny.post(note, tiny.moor, Type="ACCRECCREDIT")
    tiny.allocate(note, invoice, Decimal("60.00"))
    assert books.differences(tiny.books()) == []


def lose_a_document(tiny: TinyBooks) -> None:
    tiny.provet.hands.invoice_visit(tiny.farm, [VISIT], NOW)


def double_a_document(tiny: TinyBooks) -> None:
    tiny.post(tiny.part_paid, tiny.quinn, InvoiceNumber="INV-1001-again")


def void_a_document(tiny: TinyBooks) -> None:
    tiny.xero.remove_payment(tiny.payments[tiny.card].id, NOW, tiny.rng)
    tiny.xero.void_document(tiny.documents[tiny.part_paid].id, NOW, tiny.rng)


def send_what_stays_out(tiny: TinyBooks) -> None:
    tiny.post(tiny.early, tiny.quinn)


def approve_only_half(tiny: TinyBooks) -> None:
    invoice = tiny.provet.hands.invoice_visit(tiny.farm, [VISIT], NOW)
    tiny.post(invoice, tiny.moor, Status="DRAFT")


def change_the_gross(tiny: TinyBooks) -> None:
    invoice = tiny.provet.hands.invoice_visit(tiny.farm, [VISIT], NOW)
    form = tiny.form(invoice, tiny.moor)
    form["LineItems"][0] |= {"UnitAmount": "51.01"}
    tiny.post(invoice, tiny.moor, LineItems=form["LineItems"])


def swap_the_rates(tiny: TinyBooks) -> None:
    invoice = tiny.provet.hands.invoice_visit(tiny.farm, [VISIT], NOW)
    form = tiny.form(invoice, tiny.moor)
    form["LineItems"][0] |= {"TaxType": "RROUTPUT", "TaxAmount": "2.43"}
    tiny.post(invoice, tiny.moor, LineItems=form["LineItems"])


def recode_a_line(tiny: TinyBooks) -> None:
    invoice = tiny.provet.hands.invoice_visit(tiny.farm, [PILLS], NOW)
    form = tiny.form(invoice, tiny.moor)
    form["LineItems"][0] |= {"AccountCode": "203"}
    tiny.post(invoice, tiny.moor, LineItems=form["LineItems"])


def credit_as_an_invoice(tiny: TinyBooks) -> None:
    note = tiny.provet.hands.credit(tiny.part_paid, NOW)
    tiny.post(note, tiny.quinn)


def pay_twice(tiny: TinyBooks) -> None:
    tiny.take(tiny.part_paid, Decimal("50.00"), f"Provet payment {tiny.card}")


def lose_a_payment(tiny: TinyBooks) -> None:
    tiny.xero.remove_payment(tiny.payments[tiny.card].id, NOW, tiny.rng)


def cancel_a_payment(tiny: TinyBooks) -> None:
    tiny.provet.hands.cancel_payment(tiny.card, NOW)


def pay_from_the_wrong_account(tiny: TinyBooks) -> None:
    tiny.pay(tiny.provet.hands.pay(tiny.part_paid, TWO, CARD, NOW), "092")


def pay_on_another_day(tiny: TinyBooks) -> None:
    tiny.pay(tiny.provet.hands.pay(tiny.part_paid, TWO, CASH, NOW, date=LATER), "091")


def echo_elsewhere(tiny: TinyBooks) -> None:
    recorded = tiny.provet.hands.invoice(tiny.credited).payments[-1]
    tiny.take(tiny.part_paid, TWO, f"Provet payment {recorded}")


def echo_a_payment(tiny: TinyBooks) -> None:
    recorded = tiny.provet.hands.invoice(tiny.credited).payments[-1]
    tiny.take(tiny.credited, TWO, f"Provet payment {recorded}")


def keep_a_payment_from_provet(tiny: TinyBooks) -> None:
    tiny.take(tiny.part_paid, TWO, "Bank transfer")


def record_a_payment_twice(tiny: TinyBooks) -> None:
    payment = tiny.take(tiny.part_paid, TWO, "Bank transfer")
    tiny.record(payment)
    tiny.record(payment)


def lose_an_allocation(tiny: TinyBooks) -> None:
    tiny.xero.remove_allocation(tiny.allocations(tiny.note)[0], NOW, tiny.rng)


def allocate_on_another_day(tiny: TinyBooks) -> None:
    lose_an_allocation(tiny)
    tiny.allocate(tiny.note, tiny.credited, Decimal("24.00"), LATER)


def allocate_elsewhere(tiny: TinyBooks) -> None:
    lose_an_allocation(tiny)
    tiny.allocate(tiny.note, tiny.part_paid, Decimal("24.00"))


def allocate_what_was_refunded(tiny: TinyBooks) -> None:
    for payment in (tiny.refund, tiny.cash):
        tiny.xero.remove_payment(tiny.payments[payment].id, NOW, tiny.rng)
    tiny.allocate(tiny.refunded, tiny.sale, Decimal("24.00"))


def credit_from_elsewhere(tiny: TinyBooks) -> None:
    deposit = tiny.xero.receive_ahead(tiny.quinn, TWO, NOW.date(), NOW, tiny.rng)
    invoice = tiny.documents[tiny.part_paid].id
    tiny.xero.allocate_credit(deposit.id, invoice, TWO, NOW.date(), NOW, tiny.rng)


def rename_a_contact(tiny: TinyBooks) -> None:
    tiny.xero.edit_contact(tiny.quinn, {"Name": "A Quinn"}, NOW, tiny.rng)


def change_contact_details(tiny: TinyBooks) -> None:
    phone = {"PhoneType": "DEFAULT", "PhoneNumber": "7700900124"}
    address = {"AddressType": "POBOX", "City": "Netherby"}
    fields = {"EmailAddress": "other@example.test", "Phones": [phone], "Addresses": [address]}
    tiny.xero.edit_contact(tiny.quinn, fields, NOW, tiny.rng)


def make_an_idle_contact(tiny: TinyBooks) -> None:
    client = tiny.provet.hands.create_client({"lastname": "New"}, NOW)
    tiny.contact({"Name": "New", "LastName": "New", "ContactNumber": str(client)})


def move_the_date(tiny: TinyBooks) -> None:
    tiny.post(tiny.provet.hands.invoice_visit(tiny.farm, [VISIT], NOW), tiny.moor, Date="2026-02-28")


def bill_another_contact(tiny: TinyBooks) -> None:
    tiny.post(tiny.provet.hands.invoice_visit(tiny.ada, [VISIT], NOW), tiny.moor)


def use_another_number(tiny: TinyBooks) -> None:
    tiny.post(tiny.provet.hands.invoice_visit(tiny.farm, [VISIT], NOW), tiny.moor, InvoiceNumber="X-77")


def owed_by(family: int, client: int) -> Found:
    return {(f"family {family}", "balance"), (f"client {client}", "balance")}


TAMPERED: dict[Callable[[TinyBooks], object], Found] = {
    lose_a_document: {("invoice 9", "missing")},
    double_a_document: {("invoice 1", "doubled")},
    void_a_document: {("invoice 1", "missing")},
    send_what_stays_out: {("invoice 8", "does not belong")},
    approve_only_half: {("invoice 9", "status")},
    change_the_gross: {("invoice 9", "gross"), ("invoice 9", "accounts"), *owed_by(9, 2)},
    swap_the_rates: {("invoice 9", "VAT"), ("invoice 9", "VAT by rate")},
    recode_a_line: {("invoice 9", "accounts")},
    credit_as_an_invoice: {("invoice 9", "kind"), ("invoice 9", "allocation missing")},
    move_the_date: {("invoice 9", "date")},
    bill_another_contact: {("invoice 9", "contact")},
    use_another_number: {("invoice 9", "number")},
    pay_twice: {("payment 3", "doubled"), ("invoice 1", "payments of 50.00 by type 0"), *owed_by(1, 1)},
    lose_a_payment: {("invoice 1", "payments of 50.00 by type 0"), *owed_by(1, 1)},
    cancel_a_payment: {("invoice 1", "payments of 50.00 by type 0"), *owed_by(1, 1)},
    pay_from_the_wrong_account: {("payment 9", "account")},
    pay_on_another_day: {("payment 9", "date")},
    echo_elsewhere: {
        ("invoice 1", "payment under a mark of another document"),
        ("invoice 1", "payments of 2.00 by type unknown"),
        *owed_by(1, 1),
    },
    echo_a_payment: {
        ("payment 8", "echo of a payment from Xero"),
        ("payment 8", "account"),
        ("invoice 2", "payments of 2.00 by type 17"),
        *owed_by(2, 1),
    },
    keep_a_payment_from_provet: {
        ("Xero payment", "times recorded in Provet"),
        ("invoice 1", "payments of 2.00 by type 17"),
        *owed_by(1, 1),
    },
    record_a_payment_twice: {
        ("Xero payment", "times recorded in Provet"),
        ("invoice 1", "payments of 2.00 by type 17"),
        *owed_by(1, 1),
    },
    lose_an_allocation: {("invoice 3", "allocation missing")},
    allocate_on_another_day: {("invoice 3", "date of the allocation")},
    allocate_elsewhere: {
        ("invoice 3", "allocated outside its family"),
        ("family 1", "balance"),
        ("family 2", "balance"),
    },
    allocate_what_was_refunded: {
        ("invoice 5", "refunded share allocated"),
        ("invoice 4", "payments of 24.00 by type 1"),
        ("invoice 5", "payments of 24.00 by type 1"),
    },
    credit_from_elsewhere: {("invoice 1", "credit of others"), *owed_by(1, 1)},
    rename_a_contact: {("client 1", "name")},
    change_contact_details: {("client 1", "e-mail"), ("client 1", "phone"), ("client 1", "address")},
    make_an_idle_contact: {("client 3", "contact that nobody needs")},
}


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
def test_it_finds_each_kind_of_tampering(tamper: Callable[[TinyBooks], object]) -> None:
    tiny = TinyBooks()
    tamper(tiny)
    found = books.differences(tiny.books())
    about = {each: "Xero payment" if each.about.startswith("Xero payment") else each.about for each in found}
    assert {(about[each], each.what) for each in found} == TAMPERED[tamper], [str(each) for each in found]
