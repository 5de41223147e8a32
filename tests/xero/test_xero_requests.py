"""Planning writes to Xero: the exact bytes, what travels together, what waits and what is never sent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.amounts import xero_tax
from daemon.core.correction import (
    Allocate,
    CreateContact,
    CreateDocument,
    CreatePayment,
    Deallocate,
    DeletePayment,
    UpdateContact,
    UpdateDocument,
    VoidDocument,
    XeroStep,
)
from daemon.core.model import Contact, Kind, System
from daemon.transport.answers import WireRequest
from daemon.xero.requests import BODY_MAX, ELEMENTS_MAX, Plan, plan_requests
from tests.xero.organisation import ADA, RATES, posting, posting_line

D = Decimal
IDS = {
    (Kind.CONTACT, "812"): "a1b20000-0000-4000-8000-000000000001",
    (Kind.DOCUMENT, "3051"): "6f0c0000-0000-4000-8000-000000000001",
    (Kind.DOCUMENT, "3052"): "6f0c0000-0000-4000-8000-000000000002",
}
INVOICE_ID, NOTE_ID = IDS[Kind.DOCUMENT, "3051"], IDS[Kind.DOCUMENT, "3052"]
PAYMENT_ID = "99990000-0000-4000-8000-000000000001"
PAY = CreatePayment(
    payment_id="4001",
    document_id="3051",
    credit=False,
    amount=D("40.00"),
    date=dt.date(2026, 10, 2),
    account="090",
    reference="Provet payment 4001",
    label="",
)
ALLOCATE = Allocate(
    credit_id="3052", invoice_id="3051", amount=D("30.00"), date=dt.date(2026, 10, 2), already=D(0), label=""
)
BANK = "6f0c0000-0000-4000-8000-0000000000cc"


def plan(*steps: XeroStep, rates: dict[str, Decimal] | None = None) -> Plan:
    keyed = [(f"k{number}", step) for number, step in enumerate(steps)]
    return plan_requests(keyed, lambda kind, name: IDS.get((kind, name)), RATES if rates is None else rates)


def only(*steps: XeroStep) -> WireRequest:
    (request,) = plan(*steps).requests
    return request


def element(step: XeroStep) -> dict[str, Any]:
    (elements,) = msgspec.json.decode(only(step).body).values()
    (found,) = elements
    return dict(found)


@pytest.mark.parametrize(
    ("step", "method", "path", "query", "body"),
    [
        (
            PAY,
            "PUT",
            "Payments",
            "summarizeErrors=false",
            (
                b'{"Payments":[{"Invoice":{"InvoiceID":"6f0c0000-0000-4000-8000-000000000001"},"Account":{"Code":"090"},'
                b'"Date":"2026-10-02","Amount":40.00,"Reference":"Provet payment 4001"}]}'
            ),
        ),
        (
            msgspec.structs.replace(PAY, document_id="3052", credit=True, account=BANK),
            "PUT",
            "Payments",
            "summarizeErrors=false",
            (
                b'{"Payments":[{"CreditNote":{"CreditNoteID":"6f0c0000-0000-4000-8000-000000000002"},'
                b'"Account":{"AccountID":"6f0c0000-0000-4000-8000-0000000000cc"},'
                b'"Date":"2026-10-02","Amount":40.00,"Reference":"Provet payment 4001"}]}'
            ),
        ),
        (
            DeletePayment(xero_id=PAYMENT_ID, payment_id="", amount=D(1), label=""),
            "POST",
            f"Payments/{PAYMENT_ID}",
            "",
            b'{"Status":"DELETED"}',
        ),
        (
            ALLOCATE,
            "PUT",
            f"CreditNotes/{NOTE_ID}/Allocations",
            "summarizeErrors=false",
            (
                b'{"Allocations":[{"Invoice":{"InvoiceID":"6f0c0000-0000-4000-8000-000000000001"},"Amount":30.00,'
                b'"Date":"2026-10-02"}]}'
            ),
        ),
        (
            Deallocate(xero_credit_id=NOTE_ID, allocation_id=PAYMENT_ID, amount=D(1), label=""),
            "DELETE",
            f"CreditNotes/{NOTE_ID}/Allocations/{PAYMENT_ID}",
            "",
            b"",
        ),
        (
            VoidDocument(xero_id=NOTE_ID, provet_id="3052", credit=True, label=""),
            "POST",
            "CreditNotes",
            "summarizeErrors=false&unitdp=4",
            b'{"CreditNotes":[{"CreditNoteID":"6f0c0000-0000-4000-8000-000000000002","Status":"VOIDED"}]}',
        ),
        (
            CreateDocument(posting=posting()),
            "PUT",
            "Invoices",
            "summarizeErrors=false&unitdp=4",
            (
                b'{"Invoices":[{"Type":"ACCREC","InvoiceNumber":"INV-3051",'
                b'"Contact":{"ContactID":"a1b20000-0000-4000-8000-000000000001"},"Date":"2026-10-01",'
                b'"DueDate":"2026-10-15","Reference":"Provet invoice 3051","LineAmountTypes":"Inclusive",'
                b'"LineItems":[{"Description":"Dental","Quantity":1,"UnitAmount":120.00,"LineAmount":120.00,'
                b'"TaxType":"OUTPUT2","AccountCode":"200"}],"Status":"AUTHORISED"}]}'
            ),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, msgspec.Struct) else None,
)
def test_steps_become_exact_bytes(step: XeroStep, method: str, path: str, query: str, body: bytes) -> None:
    request = only(step)
    assert (request.method, request.path, request.query, request.body) == (method, path, query, body)
    assert request.elements == ("k0",)


def test_a_credit_note_has_its_own_keys() -> None:
    found = element(CreateDocument(posting=posting("3052", credit=True)))
    assert (found["Type"], found["CreditNoteNumber"]) == ("ACCRECCREDIT", "INV-3052")
    assert "DueDate" not in found
    assert found["Contact"] == {"ContactID": IDS[Kind.CONTACT, "812"]}


def test_a_new_contact() -> None:
    found = element(CreateContact(client_id="812", contact=ADA))
    assert found["Name"] == "Ada Quinn"
    assert found["ContactNumber"] == "812"
    assert found["Phones"][0] | {"PhoneType": "DEFAULT", "PhoneNumber": "+441234"} == found["Phones"][0]
    assert found["Addresses"][0]["AddressType"] == "POBOX"
    bare = Contact(system=System.XERO, id="", updated_at=ADA.updated_at, name="Cash sales", number="9")
    assert element(CreateContact(client_id="9", contact=bare)) == {"Name": "Cash sales", "ContactNumber": "9"}


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        (("email",), {"EmailAddress"}),
        (("name", "first_name", "last_name"), {"Name", "FirstName", "LastName"}),
        (("phone",), {"Phones"}),
        (("address", "vat_number"), {"Addresses", "TaxNumber"}),
    ],
)
def test_a_contacts_update_names_it_by_id_and_sends_no_more(fields: tuple[str, ...], keys: set[str]) -> None:
    step = UpdateContact(client_id="812", contact_id=IDS[Kind.CONTACT, "812"], contact=ADA, fields=fields)
    assert only(step).method == "POST"
    assert set(element(step)) == {"ContactID"} | keys


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        (("date",), {"Date", "DueDate"}),
        (("contact",), {"Contact"}),
        (("gross",), {"LineAmountTypes", "LineItems"}),
        (("tax 20",), {"LineAmountTypes", "LineItems"}),
        (("number", "reference"), {"InvoiceNumber", "Reference"}),
    ],
)
def test_a_documents_update_sends_only_what_changes(fields: tuple[str, ...], keys: set[str]) -> None:
    step = UpdateDocument(xero_id=INVOICE_ID, posting=posting(), fields=fields)
    assert only(step).method == "POST"
    assert set(element(step)) == {"InvoiceID"} | keys


@given(gross=st.decimals(0, 10_000, places=2), off=st.integers(-2, 2))
def test_tax_is_stated_exactly_where_xero_would_compute_another(gross: Decimal, off: int) -> None:
    tax = xero_tax(gross, D(20)) + off * D("0.01")
    line = posting_line(str(gross), str(tax))
    (found,) = element(CreateDocument(posting=posting(lines=(line,))))["LineItems"]
    assert ("TaxAmount" in found) == (off != 0)


def test_tax_is_stated_where_the_rate_is_not_known() -> None:
    (request,) = plan(CreateDocument(posting=posting()), rates={}).requests
    assert b'"TaxAmount":20.00' in request.body


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"quantity": D(2), "unit_gross": D(60)}, (2, 60)),
        ({"quantity": D("0.05"), "unit_gross": D(2400)}, (0.05, 2400)),
        ({"quantity": D(3), "unit_gross": D("39.99")}, (1, 120)),
        ({"quantity": D(7), "unit_gross": D("17.142857")}, (1, 120)),
    ],
)
def test_quantity_and_price_only_where_they_multiply(line: dict[str, Any], expected: tuple[float, float]) -> None:
    (found,) = element(CreateDocument(posting=posting(lines=(posting_line(**line),))))["LineItems"]
    assert (found["Quantity"], found["UnitAmount"]) == expected


def test_texts_are_cut_only_in_descriptions() -> None:
    (found,) = element(CreateDocument(posting=posting(lines=(posting_line(description="x" * 5000),))))["LineItems"]
    assert len(found["Description"]) == 4000
    assert found["Description"].endswith("…")
    (found,) = element(CreateDocument(posting=posting(lines=(posting_line(description=""),))))["LineItems"]
    assert found["Description"] == "-"


def test_tracking_and_bank_accounts_by_id() -> None:
    line = posting_line(tracking=("Clinic", "Main"), account=BANK)
    (found,) = element(CreateDocument(posting=posting(lines=(line,))))["LineItems"]
    assert found["Tracking"] == [{"Name": "Clinic", "Option": "Main"}]
    assert found["AccountID"] == BANK
    assert "AccountCode" not in found


@pytest.mark.parametrize(
    "step",
    [
        CreateDocument(posting=posting(number="x" * 256)),
        CreateDocument(posting=posting(number="INV–1")),
        CreateDocument(posting=posting(number="")),
        CreateDocument(posting=posting(reference="x" * 256)),
        msgspec.structs.replace(PAY, reference="x" * 256),
        CreateContact(client_id="812", contact=msgspec.structs.replace(ADA, name="x" * 256)),
        CreateContact(client_id="812", contact=msgspec.structs.replace(ADA, name="<b>")),
        CreateContact(client_id="812", contact=msgspec.structs.replace(ADA, name="")),
        CreateContact(client_id="812", contact=msgspec.structs.replace(ADA, number="x" * 51)),
        UpdateContact(client_id="812", contact_id=INVOICE_ID, contact=ADA, fields=("archived",)),
        DeletePayment(xero_id="../Invoices", payment_id="", amount=D(1), label=""),
    ],
)
def test_what_does_not_fit_is_refused_before_sending(step: XeroStep) -> None:
    found = plan(step, PAY)
    assert [refused.key for refused in found.refused] == ["k0"]
    assert found.refused[0].messages[0]
    assert [request.elements for request in found.requests] == [("k1",)]


@pytest.mark.parametrize(
    "step",
    [
        CreateDocument(posting=posting(client_id="nobody")),
        UpdateDocument(xero_id=INVOICE_ID, posting=posting(client_id="nobody"), fields=("contact",)),
        msgspec.structs.replace(PAY, document_id="9"),
        msgspec.structs.replace(ALLOCATE, invoice_id="9"),
        msgspec.structs.replace(ALLOCATE, credit_id="9"),
    ],
)
def test_steps_wait_for_the_ids_they_need(step: XeroStep) -> None:
    found = plan(PAY, step)
    assert found.waiting == ("k1",)
    assert [request.elements for request in found.requests] == [("k0",)]


def test_fifty_travel_together() -> None:
    steps = [CreateDocument(posting=posting(str(number))) for number in range(120)]
    found = plan(*steps)
    assert [len(request.elements) for request in found.requests] == [ELEMENTS_MAX, ELEMENTS_MAX, 20]
    assert [key for request in found.requests for key in request.elements] == [f"k{number}" for number in range(120)]
    for request in found.requests:
        assert len(msgspec.json.decode(request.body)["Invoices"]) == len(request.elements)


def test_only_steps_of_one_kind_travel_together() -> None:
    change = UpdateDocument(xero_id=INVOICE_ID, posting=posting(), fields=("date",))
    void = VoidDocument(xero_id=INVOICE_ID, provet_id="", credit=False, label="")
    delete = DeletePayment(xero_id=PAYMENT_ID, payment_id="", amount=D(1), label="")
    found = plan(CreateDocument(posting=posting()), change, PAY, void, delete, delete, PAY)
    assert [request.elements for request in found.requests] == [("k0",), ("k1", "k3"), ("k2", "k6"), ("k4",), ("k5",)]


def test_requests_stay_small() -> None:
    lines = tuple(posting_line(description="x" * 4000) for _ in range(60))
    found = plan(*(CreateDocument(posting=posting(str(number), lines=lines)) for number in range(30)))
    assert len(found.requests) > 1
    assert all(len(request.body) < BODY_MAX + 100 for request in found.requests)


def test_the_same_steps_give_the_same_bytes() -> None:
    steps = [CreateDocument(posting=posting()), CreateContact(client_id="812", contact=ADA), PAY]
    assert plan(*steps) == plan(*steps)
    request = only(PAY)
    assert msgspec.json.decode(msgspec.json.encode(request), type=WireRequest) == request
