"""Payments, batches, credit notes and allocations: effects on both sides (docs/reference/xero.md 9, 10, 11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from daemon.sandbox.xero import Refused
from daemon.sandbox.xero.records import Payment
from tests.sandbox.xero.till import Till, decoded, line, money

EXCEEDS = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"
DAY = date(2026, 11, 21)


def test_payments_settle_an_invoice_and_their_removal_opens_it_again(till: Till) -> None:
    made = till.invoice(till.contact())
    first = till.pay(made["InvoiceID"], "10.00")
    assert (first["Invoice"]["AmountDue"], first["Invoice"]["AmountPaid"]) == (Decimal("14.15"), Decimal("10.00"))
    till.tick()
    second = till.pay(made["InvoiceID"], "14.15", Date="2026-11-22")
    paid = till.read(made["InvoiceID"])
    assert (paid["Status"], paid["AmountDue"], paid["FullyPaidOnDate"]) == ("PAID", 0, "/Date(1795305600000+0000)/")
    assert {row["PaymentID"] for row in paid["Payments"]} == {first["PaymentID"], second["PaymentID"]}
    till.tick()
    till.call("POST", f"Payments/{first['PaymentID']}", {"Status": "DELETED"})
    opened = till.read(made["InvoiceID"])
    assert (opened["Status"], opened["AmountDue"]) == ("AUTHORISED", Decimal("10.00"))
    assert "FullyPaidOnDate" not in opened
    assert opened["UpdatedDateUTC"] != paid["UpdatedDateUTC"]
    gone = till.read(first["PaymentID"], "Payments")
    assert (gone["Status"], gone["Amount"]) == ("DELETED", Decimal("10.00"))


def test_refused_payments_say_why(till: Till) -> None:
    contact = till.contact()
    invoice = till.invoice(contact)["InvoiceID"]
    draft = till.invoice(contact, "PV-2", Status="DRAFT")["InvoiceID"]

    def refused(body: dict[str, Any]) -> list[str]:
        return till.refused("PUT", "Payments", {"Payments": [body]})

    assert refused(money(invoice, "24.16")) == [EXCEEDS]
    assert refused(money(draft, "1.00")) == [NOT_AUTHORISED]
    assert refused(money(invoice, "1.00", Account={"Code": "999"})) == ["Account could not be found"]
    wrong_type = "Account type is invalid for making a payment to/from"
    assert refused(money(invoice, "1.00", Account={"Code": "200"})) == [wrong_type]
    assert refused(money(invoice, "1.00", Invoice={"InvoiceNumber": "123"})) == [
        "Invoice with invoice number 123 does not exist for this organisation"
    ]
    till.pay(invoice, "24.15")
    assert refused(money(invoice, "1.00")) == [EXCEEDS, NOT_AUTHORISED]


def test_a_payment_from_a_clearing_account_is_taken_by_account_id(till: Till) -> None:
    accounts = {row["Name"]: row for row in till.call("GET", "Accounts")["Accounts"]}
    invoice = till.invoice(till.contact())["InvoiceID"]
    assert "Code" not in accounts["Savings account"]
    for name in ("Savings account", "Prepayment clearing", "Bad debts"):
        paid = till.pay(invoice, "1.00", Account={"AccountID": accounts[name]["AccountID"]})
        assert paid["Account"]["Name"] == name


def test_one_bad_payment_of_two_is_echoed(till: Till) -> None:
    invoice = till.invoice(till.contact())["InvoiceID"]
    body = {"Payments": [money(invoice, "20.00"), money(invoice, "20.00")]}
    good, bad = till.call("PUT", "Payments?summarizeErrors=false", body)["Payments"]
    assert good["StatusAttributeString"] == "OK"
    assert (bad["StatusAttributeString"], bad["HasValidationErrors"]) == ("ERROR", True)
    assert bad["ValidationErrors"] == [{"Message": EXCEEDS}]


def test_a_payment_can_only_be_deleted_and_only_while_it_stands_alone(till: Till) -> None:
    contact = till.contact()
    invoice = till.invoice(contact)["InvoiceID"]
    payment = till.pay(invoice, "10.00")["PaymentID"]
    path = f"Payments/{payment}"
    assert till.refused("POST", path, {"Amount": 5, "Status": "DELETED"}) == ["Only Status accepted for updates."]
    till.system.reconcile_payment(payment, till.now, till.rng)
    assert till.read(payment, "Payments")["IsReconciled"] is True
    assert "reconciled" in till.refused("POST", path, {"Status": "DELETED"})[0]
    till.system.reconcile_payment(payment, till.now, till.rng, reconciled=False)
    till.call("POST", path, {"Payments": [{"Status": "DELETED"}]})
    assert till.refused("POST", path, {"Status": "DELETED"}) == ["Payment not of valid status for modification"]


def test_a_batch_keeps_its_payments_and_spells_itself_in_text_inside_them(till: Till) -> None:
    contact = till.contact()
    first, second = (till.invoice(contact, number)["InvoiceID"] for number in ("PV-1", "PV-2"))
    shares = [(first, Decimal("24.15")), (second, Decimal("4.00"))]
    batch = till.system.pay_in_batch("092", DAY, shares, till.now, till.rng)
    assert till.call("GET", "BatchPayments")["BatchPayments"][0]["TotalAmount"] == Decimal("28.15")
    payment = till.read(batch.payment_ids[0], "Payments")
    inside = payment["BatchPayment"]
    assert (inside["TotalAmount"], inside["IsReconciled"], payment["BatchPaymentID"]) == ("28.15", "false", batch.id)
    assert "batch" in till.refused("POST", f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})[0]
    till.system.remove_batch(batch.id, till.now, till.rng)
    assert till.read(first)["Status"] == "AUTHORISED"


def test_an_allocation_moves_both_sides_and_its_removal_moves_them_back(till: Till) -> None:
    contact = till.contact()
    invoice, note = till.invoice(contact)["InvoiceID"], till.credit(contact)["CreditNoteID"]
    body = {"Allocations": [{"Invoice": {"InvoiceID": invoice}, "Amount": 4, "Date": "2026-11-22"}]}
    answer = till.call("PUT", f"CreditNotes/{note}/Allocations", body)["Allocations"][0]
    assert "AllocationID" not in answer
    till.call("PUT", f"CreditNotes/{note}/Allocations", body)
    credit, credited = till.read(note, "CreditNotes"), till.read(invoice)
    assert (credit["RemainingCredit"], credited["AmountCredited"], credited["AmountPaid"]) == (2, 8, 0)
    assert credited["AmountDue"] == Decimal("16.15")
    assert [row["AppliedAmount"] for row in credited["CreditNotes"]] == [4, 4]
    allocation = credit["Allocations"][0]["AllocationID"]
    deleted = till.send("DELETE", f"CreditNotes/{note}/Allocations/{allocation}")
    assert decoded(deleted) == {
        "AllocationId": allocation,
        "Amount": 4,
        "Date": "/Date(1795305600000)/",
        "Invoice": [{"InvoiceID": invoice}],
        "IsDeleted": True,
    }
    assert till.read(note, "CreditNotes")["RemainingCredit"] == 6
    assert till.send("DELETE", f"CreditNotes/{note}/Allocations/{allocation}").status == 404


def test_a_used_up_credit_note_is_paid_and_cannot_be_voided_or_used_again(till: Till) -> None:
    contact = till.contact()
    invoice, note = till.invoice(contact)["InvoiceID"], till.credit(contact)["CreditNoteID"]
    body = {"Allocations": [{"Invoice": {"InvoiceID": invoice}, "Amount": 10, "Date": "2026-11-22"}]}
    till.call("PUT", f"CreditNotes/{note}/Allocations", body)
    assert till.read(note, "CreditNotes")["Status"] == "PAID"
    assert till.refused("PUT", f"CreditNotes/{note}/Allocations", body) == [
        "Credit Note cannot be allocated as amount is greater than amount outstanding"
    ]
    assert (
        "because it has payments or credit notes"
        in till.refused("POST", f"CreditNotes/{note}", {"Status": "VOIDED"})[0]
    )
    till.pay(invoice, "14.15")
    other = till.credit(contact, "PV-9002")["CreditNoteID"]
    assert till.refused("PUT", f"CreditNotes/{other}/Allocations", body) == [
        "The invoice you are trying to allocate to has already been paid off"
    ]


def test_a_credit_applied_invoice_keeps_its_contact(till: Till) -> None:
    contact, other = till.contact(), till.contact("Matti Meik")
    invoice, note = till.invoice(contact)["InvoiceID"], till.credit(contact)["CreditNoteID"]
    till.system.allocate_credit(note, invoice, Decimal(3), DAY, till.now, till.rng)
    assert len(till.refused("POST", f"Invoices/{invoice}", {"Contact": {"ContactID": other}})) == 2


def test_a_refund_of_a_credit_note_shows_the_note_as_an_invoice(till: Till) -> None:
    note = till.credit(till.contact())["CreditNoteID"]
    body = {"CreditNote": {"CreditNoteID": note}, "Account": {"Code": "091"}, "Date": "2026-11-22", "Amount": 10}
    refund = till.call("PUT", "Payments", {"Payments": [body]})["Payments"][0]
    assert refund["PaymentType"] == "ARCREDITPAYMENT"
    assert (refund["Invoice"]["Type"], refund["Invoice"]["InvoiceID"]) == ("ACCRECCREDIT", note)
    assert till.read(note, "CreditNotes")["Status"] == "PAID"


def test_prepayments_and_overpayments_credit_an_invoice(till: Till) -> None:
    contact = till.contact()
    invoice = till.invoice(contact)["InvoiceID"]
    ahead = till.system.receive_ahead(contact, Decimal(30), DAY, till.now, till.rng)
    over = till.system.receive_ahead(contact, Decimal(5), DAY, till.now, till.rng, overpaid=True)
    till.system.allocate_credit(ahead.id, invoice, Decimal(20), DAY, till.now, till.rng)
    body = {"Allocations": [{"Invoice": {"InvoiceID": invoice}, "Amount": 2, "Date": "2026-11-22"}]}
    till.call("PUT", f"Overpayments/{over.id}/Allocations", body)
    read = till.read(invoice)
    assert (read["AmountCredited"], read["AmountPaid"]) == (22, 0)
    assert till.call("GET", "Prepayments")["Prepayments"][0]["RemainingCredit"] == 10
    assert till.call("GET", "Overpayments?page=1")["Overpayments"][0]["RemainingCredit"] == 3


def test_locked_days_take_no_money_in_or_out(till: Till) -> None:
    invoice = till.invoice(till.contact())["InvoiceID"]
    payment = till.pay(invoice, "1.00")["PaymentID"]
    till.system.set_lock_dates(None, DAY)
    message = "The document date cannot be before the end of year lock date, currently set at 21/11/2026"
    assert till.refused("PUT", "Payments", {"Payments": [money(invoice, "1.00")]}) == [message]
    assert till.refused("POST", f"Payments/{payment}", {"Status": "DELETED"}) == [message]
    assert till.pay(invoice, "1.00", Date="2026-11-22")["Status"] == "AUTHORISED"


def test_people_are_bound_by_the_same_rules(till: Till) -> None:
    contact = till.contact()
    invoice = till.invoice(contact)["InvoiceID"]
    bank = till.call("GET", 'Accounts?where=Code=="090"')["Accounts"][0]["AccountID"]
    taken = till.system.take_payment(Payment("", invoice, bank, DAY, Decimal("4.15"), till.now), till.now, till.rng)
    assert till.read(invoice)["AmountDue"] == 20
    with pytest.raises(Refused, match="exceeds"):
        till.system.take_payment(Payment("", invoice, bank, DAY, Decimal(21), till.now), till.now, till.rng)
    with pytest.raises(Refused, match="cannot be applied"):
        till.system.void_document(invoice, till.now, till.rng)
    till.system.remove_payment(taken.id, till.now, till.rng)
    till.system.edit_document(invoice, {"LineItems": [line(UnitAmount=Decimal(30))]}, till.now, till.rng)
    assert till.read(invoice)["Total"] == 30
    assert till.system.void_document(invoice, till.now, till.rng).status == "VOIDED"
