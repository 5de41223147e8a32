"""Lists: pages, slim and summary forms, incremental reads, where and order (docs/reference/xero.md 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.xero.till import CONFIG, TENANT, Till, decoded


@pytest.fixture
def stocked(till: Till) -> Till:
    """Five invoices, a second apart, the last of them voided, for two contacts."""
    contacts = [till.contact("Aino Virtanen"), till.contact("Matti")]
    for index in range(5):
        till.tick()
        till.invoice(contacts[index % 2], f"PV-{index}", Reference=f'Visit "{index}"' if index else "")
    till.system.void_document(till.read("PV-4")["InvoiceID"], till.now, till.rng)
    return till


def numbers(till: Till, query: str, **headers: str) -> list[str]:
    return [row["InvoiceNumber"] for row in till.call("GET", f"Invoices?{query}", **headers)["Invoices"]]


def test_pages_tell_their_place_and_end_empty(stocked: Till) -> None:
    second = stocked.call("GET", "Invoices?page=2&pageSize=2")
    assert second["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 3, "itemCount": 5}
    assert [row["InvoiceNumber"] for row in second["Invoices"]] == ["PV-2", "PV-3"]
    assert stocked.call("GET", "Invoices?page=9")["Invoices"] == []
    assert stocked.call("GET", "Invoices?page=1&pageSize=5000")["pagination"]["pageSize"] == 1000


def test_an_unpaged_list_is_slim_and_a_summary_slimmer(stocked: Till) -> None:
    slim = stocked.call("GET", "Invoices")
    assert "pagination" not in slim
    assert (slim["Invoices"][0]["LineItems"], set(slim["Invoices"][0]["Contact"])) == ([], {"ContactID", "Name"})
    paged = stocked.call("GET", "Invoices?page=1")["Invoices"][0]
    assert len(paged["LineItems"]) == 1
    summary = stocked.call("GET", "Invoices?summaryOnly=True")
    assert summary["pagination"]["page"] == 1
    assert not {"LineItems", "Payments", "HasAttachments"} & set(summary["Invoices"][0])
    assert summary["Invoices"][0]["Total"] == paged["Total"]


def test_lists_by_ids_numbers_contacts_and_statuses(stocked: Till) -> None:
    rows = stocked.call("GET", "Invoices?page=1")["Invoices"]
    ids = ",".join(row["InvoiceID"].upper() for row in rows[:2])
    assert numbers(stocked, f"IDs={ids}") == ["PV-0", "PV-1"]
    assert numbers(stocked, "InvoiceNumbers=PV-4,PV-9") == ["PV-4"]
    assert numbers(stocked, f"ContactIDs={rows[1]['Contact']['ContactID']}") == ["PV-1", "PV-3"]
    assert numbers(stocked, "Statuses=VOIDED,DRAFT") == ["PV-4"]
    assert numbers(stocked, "searchTerm=pv-3") == ["PV-3"]
    assert numbers(stocked, "createdByMyApp=true&page=1") == [f"PV-{index}" for index in range(5)]


@pytest.mark.parametrize(
    "since",
    ["2026-11-22T10:00:03", "2026-11-22T10:00:03Z", "2026-11-22T12:00:03+02:00", "2026-11-22T10:00:03.750000"],
)
def test_incremental_reads_take_every_spelling_of_utc_seconds(stocked: Till, since: str) -> None:
    assert numbers(stocked, "page=1", If_Modified_Since=since) == ["PV-2", "PV-3", "PV-4"]


def test_the_form_of_http_dates_is_not_understood(stocked: Till) -> None:
    assert len(numbers(stocked, "page=1", If_Modified_Since="Sun, 22 Nov 2026 10:00:03 GMT")) == 5


def test_a_payment_and_its_removal_bring_the_invoice_into_incremental_reads(stocked: Till) -> None:
    invoice = stocked.read("PV-0")["InvoiceID"]
    for act in ("pay", "delete"):
        stocked.tick(10)
        since = stocked.now.strftime("%Y-%m-%dT%H:%M:%S")
        if act == "pay":
            payment = stocked.pay(invoice, "1.00")["PaymentID"]
        else:
            stocked.call("POST", f"Payments/{payment}", {"Status": "DELETED"})
        assert numbers(stocked, "page=1", If_Modified_Since=since) == ["PV-0"]
        changed = stocked.call("GET", "Payments?page=1", If_Modified_Since=since)["Payments"]
        assert [row["Status"] for row in changed] == ["AUTHORISED" if act == "pay" else "DELETED"]


def test_incremental_lists_may_lag_while_reads_by_id_do_not() -> None:
    till = Till(replace(CONFIG, list_lag_s=5))
    invoice = till.invoice(till.contact())["InvoiceID"]
    since = "2026-11-22T09:00:00"
    assert numbers(till, "page=1", If_Modified_Since=since) == []
    assert till.read(invoice)["Status"] == "AUTHORISED"
    till.tick(5)
    assert numbers(till, "page=1", If_Modified_Since=since) == ["PV-1001"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('Status=="VOIDED"', ["PV-4"]),
        ('status = "authorised" AND InvoiceNumber != "pv-0"', ["PV-1", "PV-2", "PV-3"]),
        ('InvoiceNumber=="PV-1" OR InvoiceNumber=="PV-2"', ["PV-1", "PV-2"]),
        ('(Status=="VOIDED" || InvoiceNumber.EndsWith("1")) && Type=="ACCREC"', ["PV-1", "PV-4"]),
        ('Contact.Name.StartsWith("aino")', ["PV-0", "PV-2", "PV-4"]),
        ('Reference == "Visit ""2"""', ["PV-2"]),
        ('Reference != null AND Reference.Contains("3")', ["PV-3"]),
        ("AmountDue < 24.15", ["PV-4"]),
        ("Date >= DateTime(2026,11,21)", []),
        ("UpdatedDateUTC >= DateTime(2026, 11, 22, 10, 00, 04)", ["PV-3", "PV-4"]),
        ("FullyPaidOnDate == null", ["PV-0", "PV-1", "PV-2", "PV-3", "PV-4"]),
        ("SentToContact==true", []),
        ('!(Status=="AUTHORISED")', ["PV-4"]),
    ],
)
def test_where_selects(stocked: Till, where: str, expected: list[str]) -> None:
    assert numbers(stocked, f"page=1&where={quote(where)}") == expected


def test_where_by_guid(stocked: Till) -> None:
    row = stocked.read("PV-1")
    for clause in (f'InvoiceID==Guid("{row["InvoiceID"].upper()}")', f'InvoiceId=guid("{row["InvoiceID"]}")'):
        assert numbers(stocked, f"where={quote(clause)}") == ["PV-1"]
    contact = row["Contact"]["ContactID"]
    clause = quote(f'Contact.ContactID==Guid("{contact}")')
    assert numbers(stocked, f"where={clause}&order=InvoiceNumber DESC") == ["PV-3", "PV-1"]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ('SearchTerm=="x"', "No property or field 'SearchTerm' exists in type 'Invoice'"),
        ("Status==", "Expression expected"),
        ("Status=='PAID'", "Character literal must contain exactly one character"),
        ("Status", "Expression of type 'Boolean' expected"),
        ('Status=="PAID" Total', "Syntax error"),
        ('Total=="ten"', "Operator '==' incompatible with operand types 'Decimal' and 'String'"),
        ('Reference=="a\\b"', "Syntax error '\"'"),
        ('InvoiceID==Guid("x")', "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."),
        ("(" * 60 + 'Status=="PAID"' + ")" * 60, "Expression too complex"),
    ],
)
def test_where_that_does_not_parse_is_error_16(stocked: Till, where: str, message: str) -> None:
    response = stocked.send("GET", f"Invoices?page=1&where={quote(where)}")
    assert (response.status, decoded(response)) == (
        400,
        {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message},
    )


def test_text_functions_on_a_null_field_fail_unless_guarded(till: Till) -> None:
    till.contact("Aino")
    unguarded, guarded = 'ContactNumber.Contains("1")', 'ContactNumber!=null AND ContactNumber.Contains("1")'
    assert till.send("GET", f"Contacts?where={quote(unguarded)}").status == 400
    assert till.call("GET", f"Contacts?where={quote(guarded)}")["Contacts"] == []


def test_payments_of_one_invoice_are_found_by_where(stocked: Till) -> None:
    invoice = stocked.read("PV-1")["InvoiceID"]
    stocked.pay(invoice, "1.00")
    stocked.pay(stocked.read("PV-2")["InvoiceID"], "2.00")
    where = quote(f'Invoice.InvoiceId==Guid("{invoice}") AND Status=="AUTHORISED"')
    assert [row["Amount"] for row in stocked.call("GET", f"Payments?page=1&where={where}")["Payments"]] == [1]


def test_contacts_are_searched_and_filtered(till: Till) -> None:
    first = till.contact("Aino", ContactNumber="12", EmailAddress="aino@clinic.example")
    till.contact("Matti", ContactNumber="120")

    def ids(query: str) -> list[Any]:
        return [row["ContactID"] for row in till.call("GET", f"Contacts?{query}")["Contacts"]]

    assert ids("where=" + quote('ContactNumber=="12"')) == [first]
    assert ids("where=" + quote('EmailAddress=="AINO@clinic.example"')) == [first]
    assert ids("searchTerm=aino") == [first]
    assert ids(f"IDs={first}&summaryOnly=true") == [first]
    assert len(ids("order=Name DESC&page=1&pageSize=1")) == 1


def test_settings_objects_are_there(till: Till) -> None:
    organisation = till.call("GET", "Organisation")["Organisations"][0]
    assert (organisation["OrganisationID"], organisation["BaseCurrency"]) == (TENANT, "GBP")
    assert "PeriodLockDate" not in organisation
    till.system.set_lock_dates(till.now.date())
    assert till.call("GET", "Organisation")["Organisations"][0]["PeriodLockDate"] == "/Date(1795305600000+0000)/"
    actions = {row["Name"]: row["Status"] for row in till.call("GET", "Organisation/Actions")["Actions"]}
    assert (actions["CreateApprovedInvoice"], actions["UseMulticurrency"]) == ("ALLOWED", "NOT-ALLOWED")
    rates = {row["TaxType"]: row["EffectiveRate"] for row in till.call("GET", "TaxRates")["TaxRates"]}
    assert (rates["OUTPUT2"], rates["RROUTPUT"], rates["NONE"]) == (20, 5, 0)
    codes = {row.get("Code"): row for row in till.call("GET", "Accounts")["Accounts"]}
    payable = {code for code, row in codes.items() if row["EnablePaymentsToAccount"]}
    assert payable == {"815", "816", "404"}
    assert codes["860"]["SystemAccount"] == "ROUNDING"
    assert "SystemAccount" not in codes["861"]
    assert till.call("GET", "TaxRates/OUTPUT2")["TaxRates"][0]["CanApplyToRevenue"] is True
    assert till.call("GET", "Currencies")["Currencies"][0]["Code"] == "GBP"
