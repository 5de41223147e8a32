"""Invoices: arithmetic, the status machine, edit limits, numbers, batches of elements (docs/reference/xero.md 6, 8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero.till import Till, decoded, line, sale

MODIFICATION = "Invoice not of valid status for modification"
LOCKED = "This document cannot be edited as it has a payment or credit note allocated to it."
ZERO_GUID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("types", "amounts", "expected"),
    [
        ("Exclusive", ("25.06", "25.61", "25.63"), ("76.30", "15.26", "91.56")),
        ("Inclusive", ("541.25",), ("451.04", "90.21", "541.25")),
        ("Exclusive", ("0.125",), ("0.13", "0.03", "0.16")),
        ("NoTax", ("10.00",), ("10.00", "0.00", "10.00")),
        ("Exclusive", ("20.00", "-3.03"), ("16.97", "3.39", "20.36")),
    ],
)
def test_tax_is_rounded_half_up_per_line_and_then_summed(
    till: Till, types: str, amounts: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    made = till.invoice(till.contact(), LineAmountTypes=types, LineItems=[line(amount) for amount in amounts])
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == tuple(map(Decimal, expected))


def test_exact_half_cents_of_tax_go_up(till: Till) -> None:
    till.system.change_tax_rate("OUTPUT2", Decimal(15), till.now)
    made = till.invoice(till.contact(), LineAmountTypes="Exclusive", LineItems=[line("76.30")])
    assert made["TotalTax"] == Decimal("11.45")


def test_a_stated_line_tax_is_kept_also_over_an_unrelated_edit(till: Till) -> None:
    made = till.invoice(till.contact(), LineItems=[line("24.15", TaxAmount=4.02)])
    assert made["TotalTax"] == Decimal("4.02")
    edited = till.call("POST", f"Invoices/{made['InvoiceID']}", {"Invoices": [{"Reference": "Visit 7"}]})["Invoices"][0]
    assert (edited["TotalTax"], edited["Reference"]) == (Decimal("4.02"), "Visit 7")


def test_unit_prices_are_rounded_to_cents_unless_four_places_are_asked_for(till: Till) -> None:
    contact = till.contact()
    body = {"Invoices": [sale(contact, LineItems=[line(UnitAmount=0.0449, Quantity=100)])]}
    rough = till.call("PUT", "Invoices", body)["Invoices"][0]
    body["Invoices"][0]["InvoiceNumber"] = "PV-2"
    fine = till.call("PUT", "Invoices?unitdp=4", body)["Invoices"][0]
    assert (rough["Total"], fine["Total"]) == (Decimal("4.00"), Decimal("4.49"))
    read = till.read(fine["InvoiceID"])
    assert read["LineItems"][0]["UnitAmount"] == Decimal("0.04")


def test_a_line_total_that_does_not_multiply_is_refused(till: Till) -> None:
    body = {"Invoices": [sale(till.contact(), LineItems=[line("10.00", LineAmount=10.01)])]}
    assert till.refused("PUT", "Invoices", body) == [
        "The line total 10.01 does not match the expected line total 10.00"
    ]


def test_one_bad_of_two_leaves_the_good_one_only_when_errors_are_not_summarised(till: Till) -> None:
    contact = till.contact()
    body = {"Invoices": [sale(contact, "PV-1", LineItems=[]), sale(contact, "PV-2")]}
    assert till.refused("PUT", "Invoices", body) == ["One or more line items must be specified"]
    assert till.call("GET", "Invoices?InvoiceNumbers=PV-1,PV-2")["Invoices"] == []
    bad, good = till.call("PUT", "Invoices?summarizeErrors=False", body)["Invoices"]
    assert (bad["StatusAttributeString"], good["StatusAttributeString"]) == ("ERROR", "OK")
    assert (bad["InvoiceID"], bad["HasErrors"], bad["Status"]) == (ZERO_GUID, True, "AUTHORISED")
    assert [row["InvoiceNumber"] for row in till.call("GET", "Invoices?page=1")["Invoices"]] == ["PV-2"]


def test_a_repeated_number_is_refused_by_put_and_edited_by_post(till: Till) -> None:
    contact = till.contact()
    made = till.invoice(contact)
    assert till.refused("PUT", "Invoices", {"Invoices": [sale(contact)]}) == ["Invoice # must be unique."]
    changed = till.call("POST", "Invoices", {"Invoices": [sale(contact, LineItems=[line("9.00")])]})["Invoices"][0]
    assert (changed["InvoiceID"], changed["Total"]) == (made["InvoiceID"], Decimal("9.00"))


def test_a_voided_invoice_keeps_its_number_and_a_deleted_one_frees_it(till: Till) -> None:
    contact = till.contact()
    made = till.invoice(contact)
    voided = till.call("POST", f"Invoices/{made['InvoiceID']}", {"InvoiceID": made["InvoiceID"], "Status": "VOIDED"})
    assert voided["Invoices"][0]["AmountDue"] == Decimal("24.15"), "the answer to a void is stale"
    read = till.read("PV-1001")
    assert (read["Status"], read["AmountDue"], read["Total"]) == ("VOIDED", 0, Decimal("24.15"))
    assert till.refused("PUT", "Invoices", {"Invoices": [sale(contact)]}) == ["Invoice # must be unique."]
    assert till.refused("POST", "Invoices", {"Invoices": [sale(contact)]}) == [MODIFICATION]
    draft = till.invoice(contact, "PV-2", Status="DRAFT")
    till.call("POST", f"Invoices/{draft['InvoiceID']}", {"Status": "DELETED"})
    assert till.invoice(contact, "PV-2")["InvoiceID"] != draft["InvoiceID"]


@pytest.mark.parametrize(
    ("start", "target", "allowed"),
    [
        ("DRAFT", "SUBMITTED", True),
        ("DRAFT", "AUTHORISED", True),
        ("DRAFT", "DELETED", True),
        ("DRAFT", "VOIDED", False),
        ("SUBMITTED", "DRAFT", True),
        ("AUTHORISED", "AUTHORISED", True),
        ("AUTHORISED", "VOIDED", True),
        ("AUTHORISED", "DELETED", False),
        ("AUTHORISED", "DRAFT", False),
        ("AUTHORISED", "PAID", False),
    ],
)
def test_only_legal_moves_of_status_are_made(till: Till, start: str, target: str, allowed: bool) -> None:
    made = till.invoice(till.contact(), Status=start)
    path, body = f"Invoices/{made['InvoiceID']}", {"Status": target}
    if allowed:
        assert till.call("POST", path, body)["Invoices"][0]["Status"] == target
    else:
        assert till.refused("POST", path, body) == [MODIFICATION]
        assert till.read(made["InvoiceID"])["Status"] == start


@pytest.mark.parametrize("status", ["PAID", "VOIDED", "DELETED"])
def test_nothing_is_created_finished(till: Till, status: str) -> None:
    body = {"Invoices": [sale(till.contact(), Status=status)]}
    assert till.refused("PUT", "Invoices", body) == ["Invoice not of valid status for creation"]


def test_a_part_paid_invoice_takes_texts_and_contact_but_no_amounts_or_dates(till: Till) -> None:
    made = till.invoice(till.contact())
    other = till.contact("Matti Meik")
    till.pay(made["InvoiceID"], "10.00")
    path = f"Invoices/{made['InvoiceID']}"
    kept = {"LineItemID": made["LineItems"][0]["LineItemID"], "Description": "Visit", "AccountCode": "201"}
    edit = {"Reference": "new", "Contact": {"ContactID": other}, "LineItems": [kept]}
    changed = till.call("POST", path, edit)["Invoices"][0]
    assert (changed["Reference"], changed["Contact"]["ContactID"], changed["LineItems"][0]["AccountCode"]) == (
        "new",
        other,
        "201",
    )
    for forbidden in ({"Date": "2026-11-19"}, {"LineItems": [line("24.15")]}, {"LineAmountTypes": "Exclusive"}):
        assert till.refused("POST", path, forbidden) == [MODIFICATION, LOCKED]
    assert till.refused("POST", path, {"Status": "VOIDED"}) == [
        "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
    ]


def test_a_due_date_of_a_part_paid_invoice_does_not_move_its_time_stamp(till: Till) -> None:
    made = till.invoice(till.contact())
    till.pay(made["InvoiceID"], "10.00")
    before = till.read(made["InvoiceID"])["UpdatedDateUTC"]
    till.tick()
    till.call("POST", f"Invoices/{made['InvoiceID']}", {"DueDate": "2026-12-24"})
    read = till.read(made["InvoiceID"])
    assert (read["UpdatedDateUTC"], read["DueDateString"]) == (before, "2026-12-24T00:00:00")


def test_lines_not_sent_are_gone_and_lines_without_id_are_new(till: Till) -> None:
    made = till.invoice(till.contact(), LineItems=[line("1.00"), line("2.00")])
    first, second = (row["LineItemID"] for row in made["LineItems"])
    body = {"LineItems": [{"LineItemID": second, "Quantity": 3}, line("5.00")]}
    lines = till.call("POST", f"Invoices/{made['InvoiceID']}", body)["Invoices"][0]["LineItems"]
    assert [row["LineAmount"] for row in lines] == [Decimal("6.00"), Decimal("5.00")]
    assert lines[0]["LineItemID"] == second
    assert lines[1]["LineItemID"] not in (first, second)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"Type": "ACCRECCREDIT"}, "Invoice not of valid type for creation"),
        ({"Url": "pets"}, "Url must be a valid absolute url"),
        ({"CurrencyCode": "EUR"}, "Organisation is not subscribed to currency EUR"),
        ({"LineItems": [line(Description="")]}, "The description field is mandatory for each line item."),
        ({"LineItems": [line(AccountCode="999")]}, "Account code '999' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="090")]}, "Account code '090' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="860")]}, "Account code '860' is not a valid code for this document."),
        (
            {"LineItems": [line(TaxType="INPUT2")]},
            "The TaxType code 'INPUT2' cannot be used with account code '200'.",
        ),
        (
            {"LineItems": [line(TaxType="X9")]},
            "The TaxType code X9 does not exist or cannot be used for this type of transaction.",
        ),
        (
            {"Contact": {"EmailAddress": "a@b.example"}},
            (
                "The Contact must contain at least 1 of the following elements to identify the contact: "
                "Name, ContactID, ContactNumber"
            ),
        ),
        (
            {"Contact": {"ContactID": "nonsense"}},
            "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
        ),
        ({"LineItems": [line("-5.00")]}, "The Invoice total must not be negative"),
    ],
)
def test_refusals_are_worded_as_xero_words_them(till: Till, fields: dict[str, Any], message: str) -> None:
    assert message in till.refused("PUT", "Invoices", {"Invoices": [{**sale(till.contact()), **fields}]})


def test_archived_accounts_are_refused_and_unknown_ones_dropped_from_drafts(till: Till) -> None:
    contact = till.contact()
    accounts = till.call("GET", 'Accounts?where=Code=="201"')["Accounts"]
    till.system.archive_account(accounts[0]["AccountID"], till.now)
    body = {"Invoices": [sale(contact, LineItems=[line(AccountCode="201")])]}
    assert till.refused("PUT", "Invoices", body) == ["Account code '201' has been archived, or deleted."]
    draft = {"Invoices": [sale(contact, Status="DRAFT", LineItems=[line(AccountCode="476")])]}
    made = till.call("PUT", "Invoices?summarizeErrors=false", draft)["Invoices"][0]
    warning = "Account code '476' has been removed as it does not match a recognised account."
    assert (made["StatusAttributeString"], made["Warnings"]) == ("WARNING", [{"Message": warning}])


def test_lock_dates_close_creation_edits_and_voids(till: Till) -> None:
    contact = till.contact()
    made = till.invoice(contact)
    till.system.set_lock_dates(till.now.date())
    message = "The document date cannot be before the period lock date, currently set at 22/11/2026"
    assert till.refused("PUT", "Invoices", {"Invoices": [sale(contact, "PV-2")]}) == [message]
    for edit in ({"Status": "VOIDED"}, {"Reference": "x"}, {"Date": "2026-11-30"}):
        assert till.refused("POST", f"Invoices/{made['InvoiceID']}", edit) == [message]
    assert till.invoice(contact, "PV-3", Date="2026-11-23")["Status"] == "AUTHORISED"


def test_a_free_invoice_is_paid_at_once_and_a_missing_number_is_made(till: Till) -> None:
    body = {"Invoices": [sale(till.contact(), LineItems=[line("0.00")])]}
    del body["Invoices"][0]["InvoiceNumber"]
    made = till.call("PUT", "Invoices", body)["Invoices"][0]
    assert (made["Status"], made["InvoiceNumber"], made["FullyPaidOnDate"]) == (
        "PAID",
        "INV-0001",
        "/Date(1795132800000+0000)/",
    )


@pytest.mark.parametrize(
    ("body", "number", "part"),
    [
        (b"", 17, "expecting Invoice data to be specifed"),
        (b"nonsense", 17, "expecting Invoice data to be specifed"),
        (b'{"Contacts":[]}', 17, "expecting Invoice data to be specifed"),
        (b'{"Invoices":[{"Type":"ACCREC","LineAmountTypes":"NO_TAX"}]}', 14, 'Error converting value "NO_TAX"'),
        (b'{"Invoices":[{"Type":"ACCREC","Date":"soon"}]}', 14, "Path 'Invoices[0].Date'"),
    ],
)
def test_bodies_that_cannot_be_read_are_numbered_faults(till: Till, body: bytes, number: int, part: str) -> None:
    if b"Type" in body:
        body = body.replace(b'"Type"', b'"Contact":{"ContactID":"' + till.contact().encode() + b'"},"Type"')
    response = till.send("PUT", "Invoices", body)
    payload = decoded(response)
    assert (response.status, payload["ErrorNumber"]) == (400, number)
    assert part in payload["Message"]
    assert "Elements" not in payload


def test_an_id_in_the_path_that_does_not_exist_is_404_in_html(till: Till) -> None:
    response = till.send("GET", f"Invoices/{ZERO_GUID}")
    assert (response.status, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
    message = "An existing Invoice with the specified InvoiceID could not be found"
    assert till.refused("POST", "Invoices", {"Invoices": [{"InvoiceID": ZERO_GUID}]}) == [message]


def test_fields_beside_the_contact_id_rewrite_the_contact(till: Till) -> None:
    contact = till.contact(EmailAddress="old@clinic.example")
    till.invoice(contact, Contact={"ContactID": contact, "EmailAddress": "new@clinic.example"})
    assert till.read(contact, "Contacts")["EmailAddress"] == "new@clinic.example"


def test_a_bare_contact_name_creates_or_finds_the_contact(till: Till) -> None:
    first = till.invoice("", "PV-1", Contact={"Name": "Walk In"})["Contact"]["ContactID"]
    second = till.invoice("", "PV-2", Contact={"Name": "walk in"})["Contact"]["ContactID"]
    assert first == second


def test_tracking_is_shown_by_name_and_id(till: Till) -> None:
    category = till.call("GET", "TrackingCategories")["TrackingCategories"][0]
    tracked = {"TrackingCategoryID": category["TrackingCategoryID"], "Option": "Harbour"}
    made = till.invoice(till.contact(), LineItems=[line(Tracking=[tracked])])
    shown = made["LineItems"][0]["Tracking"][0]
    assert (shown["Name"], shown["Option"]) == ("Location", "Harbour")
