"""Lists: envelope, pages, filters that count and filters that do not (docs/reference/provet.md 2.3, 2.4)."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import quote

import pytest

from daemon.sandbox.provet import RowSpec
from tests.sandbox.provet.tenant import CHECKUP, Tenant


@pytest.fixture
def tenant() -> Tenant:
    """Three clients; invoices 1-4, of which 3 is an anonymous sale and 4 a draft, made an hour apart."""
    tenant = Tenant()
    ada, bob = tenant.client("Quinn", email="ada@example.test"), tenant.client("O'Brien")
    tenant.client("Hidden", archived=True)
    tenant.hands.invoice_visit(ada, [CHECKUP, CHECKUP], tenant.now)
    tenant.wait(hours=1)
    tenant.hands.invoice_visit(bob, [CHECKUP], tenant.now)
    tenant.wait(hours=1)
    tenant.hands.sell(None, [CHECKUP], tenant.now)
    tenant.wait(hours=1)
    tenant.hands.draft(ada, [CHECKUP], tenant.now)
    return tenant


def test_the_envelope_pages_by_fifty() -> None:
    tenant = Tenant()
    for _ in range(120):
        tenant.client()
    first = tenant.get("client/?customer_type__is=0")
    assert (first["count"], first["num_pages"], first["previous"], len(first["results"])) == (120, 3, None, 50)
    assert first["next"] == f"{tenant.base}client/?customer_type__is=0&page=2"
    last = tenant.get("client/?page=3")
    assert (last["next"], len(last["results"])) == (None, 20)
    assert last["previous"].endswith("?page=2")
    assert tenant.call("GET", "client/?page=4").status == 404
    assert len(tenant.get("client/?page_size=5000")["results"]) == 120


def test_an_empty_list_has_one_page() -> None:
    assert Tenant().get("invoice/") == {"count": 0, "num_pages": 1, "next": None, "previous": None, "results": []}


def test_pages_past_ten_thousand_are_refused(tenant: Tenant) -> None:
    assert tenant.call("GET", "invoice/?page=11&page_size=1000").status == 400


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("status__is=3", [1, 2, 3]),
        ("_status__is=0", [4]),
        ("status__not_in=3", [4]),
        ("credit_note__is=false", [1, 2, 3, 4]),
        ("countersale__is=1", [3]),
        ("client__is=1", [1, 4]),
        ("client.id__eq=2", [2]),
        ("client__is_null=true", [3]),
        ("client__neq=1", [2, 3]),
        ("department__is=1&client__in=1,2", [1, 2, 4]),
        ("id__gt=2", [3, 4]),
        ("id__range=2,3", [2, 3]),
        ("id__not_in_range=2,3", [1, 4]),
        ("id__lte=2&client__is=2", [2]),
        ("id__is=1&client__is=2&filter_type=or", [1, 2]),
        ("invoice_date__gte=2026-08-04", []),
        ("date_paid__is_null=false", []),
        ("modified__gte=2026-08-03T10:00:00%2B00:00", [2, 3, 4]),
        ("modified__gte=2026-08-03%2011:00%2B01:00", [2, 3, 4]),
        ("modified__gte=2026-08-03T10:00:00Z&modified__lt=2026-08-03T11:00:00Z", [2]),
        ("ordering=-modified", [4, 3, 2, 1]),
        ("ordering=countersale,-id", [4, 2, 1, 3]),
        ("ordering=nonsense", [1, 2, 3, 4]),
    ],
)
def test_declared_filters_and_order(tenant: Tenant, query: str, ids: list[int]) -> None:
    assert tenant.ids(f"invoice/?{query}") == ids


@pytest.mark.parametrize(
    "query", ["reference_number__is=7", "client=1", "status=0", "remarks__icontains=x", "x__y__is=1"]
)
def test_unknown_filters_are_ignored_in_silence(tenant: Tenant, query: str) -> None:
    assert tenant.ids(f"invoice/?{query}") == [1, 2, 3, 4]


def test_a_filter_can_be_switched_off() -> None:
    tenant = Tenant(ignored_filters=frozenset({"invoice__in"}))
    tenant.invoice(), tenant.invoice()
    assert tenant.ids("invoicerow/?invoice__in=1") == [1, 2]
    assert tenant.ids("invoicerow/?invoice__is=1") == [1]


@pytest.mark.parametrize(
    "query", ["modified__gte=2026-08-03T10:00:00+00:00", "id__gt=x", "status__is=", "client__is_null=2"]
)
def test_bad_values_are_refused(tenant: Tenant, query: str) -> None:
    field = query.partition("=")[0]
    assert tenant.refusal("GET", f"invoice/?{query}") == {field: ["Enter a valid value."]}


def test_a_naive_time_is_the_clinics_own(tenant: Tenant) -> None:
    assert tenant.ids("invoice/?modified__gte=2026-08-03T11:00:00") == [2, 3, 4]


def test_children_of_several_parents(tenant: Tenant) -> None:
    assert tenant.ids("invoicerow/?invoice__in=3,1") == [1, 2, 4]
    assert tenant.ids("invoicerow/?invoice__is=2&id__gt=3") == []
    assert tenant.ids("invoicerow/?invoice__in=99") == []
    assert tenant.ids("invoicerow/?invoice__in=1&id__is=4&filter_type=or") == [1, 2, 4]


def test_clients_are_found_by_parts_of_their_names(tenant: Tenant) -> None:
    assert tenant.ids("client/?lastname__icontains=" + quote("o'b")) == [2]
    assert tenant.ids("client/?lastname__contains=" + quote("o'b")) == []
    assert tenant.ids("client/?email__is=ada@example.test") == [1]


def test_archived_clients_show_only_when_asked_for(tenant: Tenant) -> None:
    assert tenant.ids("client/") == [1, 2]
    assert tenant.ids("client/?include_archived=true") == [1, 2, 3]
    assert tenant.ids("client/?archived__is=true") == [3]
    assert tenant.get("client/3/")["archived"] is True


def test_exposed_relations_are_embedded(tenant: Tenant) -> None:
    plain = tenant.get("invoicerow/1/")
    assert plain["invoice"] == tenant.url("invoice", 1)
    assert tenant.get("invoicerow/1/?expose_invoice&expose_nothing")["invoice"]["id"] == 1
    assert tenant.get("invoice/3/?expose_client")["client"] is None


def test_changes_can_become_visible_late() -> None:
    tenant = Tenant(late_modified_s=120)
    tenant.invoice()
    since = "invoice/?modified__gte=2026-01-01T00:00:00Z"
    assert tenant.ids(since) == []
    assert tenant.ids("invoice/") == [1]
    tenant.wait(seconds=120)
    assert tenant.ids(since) == [1]


def test_amounts_are_plain_numbers_in_the_short_form_of_a_double() -> None:
    tenant = Tenant()
    row = RowSpec(name="Injection", price=Decimal("21.4502"), quantity=Decimal("0.50"))
    invoice = tenant.invoice(row)
    note = tenant.hands.credit(invoice, tenant.now)
    body = tenant.call("GET", "invoicerow/1/").body
    assert b'"price":21.4502,' in body
    assert b'"quantity":0.5,' in body
    assert b'"vat_percentage":20.0,' in body
    assert b'"discount_amount":-0.0,' in tenant.call("GET", f"invoicerow/?invoice__is={note}").body


def test_numbers_as_strings_and_unknown_keys_are_switches() -> None:
    tenant = Tenant(numbers_as_strings=True, unknown_keys=True)
    shown = tenant.get(f"invoice/{tenant.invoice()}/")
    assert shown["total_with_vat"] == "120.0"
    assert "x_new_key" in shown


def test_reference_data() -> None:
    tenant = Tenant()
    assert [group["vat_percentage"] for group in tenant.get("vatgroup/")["results"]] == [20, 5, 0]
    methods = {method["payment_type"]: method for method in tenant.get("paymentmethod/")["results"]}
    assert methods[17]["name"] == "Xero payments"
    assert methods[17]["id"] != 17
    item = tenant.get("item/1/?expose_x")
    assert (item["account_number"], item["vat_group"]) == ("200", tenant.url("vatgroup", 1))
    assert {"090", "200", "815"} <= {account["number"] for account in tenant.get("accountnumber/")["results"]}
    assert tenant.get("department/1/")["invoice_prefix"] == "INV"
