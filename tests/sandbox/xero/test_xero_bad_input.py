"""Whatever is sent, the simulated Xero answers: no exception leaves it and no refused write leaves a trace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.xero.till import Till, line, money, sale

NASTY: tuple[Any, ...] = (
    None,
    "",
    "x" * 5000,
    "\x00\x1b[31m<b>",
    -1,
    0,
    1e300,
    "1E+99999",
    "NaN",
    10**25,
    True,
    [],
    [1],
    {},
    {"Name": []},
    "0001-01-01T00:00:00+14:00",
    "/Date(99999999999999)/",
    "http://[",
)


@pytest.fixture
def quiet(till: Till, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.delenv("XERO_OPENAPI", raising=False)
    return till


def endpoints(till: Till) -> list[tuple[str, str, dict[str, Any]]]:
    contact = till.contact("First", Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "1"}])
    invoice, note = till.invoice(contact)["InvoiceID"], till.credit(contact)["CreditNoteID"]
    person = {"Name": "Second", "EmailAddress": "a@b.example", "ContactPersons": [], "Addresses": [], "Phones": []}
    full = {
        "Url": "http://a.example/",
        "Reference": "",
        "SentToContact": True,
        "CurrencyRate": 1,
        "CurrencyCode": "GBP",
    }
    share = {"Invoice": {"InvoiceID": invoice}, "Amount": 1, "Date": "2026-11-22"}
    return [
        ("PUT", "Invoices", {**sale(contact, "PV-2"), **full}),
        ("POST", f"Invoices/{invoice}", {**sale(contact), **full, "ExpectedPaymentDate": "2026-12-01"}),
        ("PUT", "Contacts", {**person, "ContactNumber": "9", "ContactStatus": "ACTIVE"}),
        ("POST", f"Contacts/{contact}", person),
        ("PUT", "Payments", money(invoice, "1.00", CurrencyRate=1, IsReconciled=False)),
        ("PUT", f"CreditNotes/{note}/Allocations", share),
    ]


def test_no_value_of_any_field_breaks_it(quiet: Till) -> None:
    for method, path, body in endpoints(quiet):
        for key in body:
            for value in NASTY:
                quiet.system.meter.minute.used = quiet.system.meter.day.used = 0
                response = quiet.send(method, path, {**body, key: value})
                assert response.status in (200, 400), (path, key, value)


def test_no_value_of_any_line_field_breaks_it(quiet: Till) -> None:
    contact = quiet.contact()
    fields = {**line(), "LineAmount": 24.15, "TaxAmount": 1, "DiscountRate": 1, "DiscountAmount": 1, "Tracking": []}
    extra = {"LineItemID": "", "AccountID": "", "ItemCode": ""}
    for key in fields | extra:
        for value in NASTY:
            quiet.system.meter.minute.used = quiet.system.meter.day.used = 0
            response = quiet.send("PUT", "Invoices", sale(contact, "", LineItems=[{**fields, key: value}]))
            assert response.status in (200, 400), (key, value)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "Invoices/%00",
        "Invoices?page=-1&pageSize=x",
        "Invoices?page=--1",
        "Invoices?where=%22",
        "Invoices?where=DateTime(99999999999999999999,1,1)%3D%3DDate",
        "Invoices?where=Total%3D%3D" + "9" * 5000,
        "Invoices?order=",
        "Invoices?order=Reference%20DESC,FullyPaidOnDate",
        "Invoices?order=Nothing",
        "Contacts?IDs=,,&searchTerm=%F0%9F%90%88",
    ],
)
def test_no_path_or_query_breaks_it(quiet: Till, path: str) -> None:
    quiet.invoice(quiet.contact())
    assert quiet.send("GET", path).status in (200, 400, 401, 404)


@pytest.mark.parametrize("body", [b"\xff", b"[" * 100_000, b"[]", b"null", b'{"Invoices":[1]}', b'{"Invoices":null}'])
def test_bodies_that_are_no_json_objects_are_refused(quiet: Till, body: bytes) -> None:
    response = quiet.send("PUT", "Invoices", body)
    assert (response.status, json.loads(response.body)["ErrorNumber"]) == (400, 17)


def test_a_refused_write_leaves_no_trace(quiet: Till) -> None:
    before = quiet.system.ledger.state()
    quiet.refused("PUT", "Invoices", {"Invoices": [sale("", Contact={"Name": "New"}, LineItems=[])]})
    assert quiet.system.ledger.state() == before
