"""Clients and phone numbers (docs/reference/provet.md 2.7, P-36 to P-38)."""

from __future__ import annotations

from typing import Any

import pytest

from daemon.sandbox.provet import Refusal
from tests.sandbox.provet.tenant import Tenant


def test_country_is_written_as_a_code_and_read_as_an_object() -> None:
    tenant = Tenant()
    made = tenant.write("POST", "client/", {"lastname": "Virtanen", "country": "FI", "unheard_of": 1})
    assert made["country"] == {"code": "FI", "name": "Finland"}
    assert tenant.get("client/1/") == made
    assert "country" in tenant.refusal("PATCH", "client/1/", {"country": made["country"]})
    assert "country" in tenant.refusal("PATCH", "client/1/", {"country": "Finland"})


@pytest.mark.parametrize(
    "fields",
    [
        {"lastname": ""},
        {"lastname": None},
        {"email": "nonsense"},
        {"email": 5},
        {"archived": "yes"},
        {"customer_type": 9},
        {"firstname": "x" * 256},
    ],
)
def test_bad_fields_change_nothing(fields: dict[str, Any]) -> None:
    tenant = Tenant()
    tenant.client()
    before = tenant.get("client/1/")
    assert list(tenant.refusal("PATCH", "client/1/", {"city": "Aberlow", **fields})) == list(fields)
    assert tenant.get("client/1/") == before


def test_a_patch_changes_its_fields_and_moves_modified() -> None:
    tenant = Tenant()
    tenant.client(email="ada@example.test", city="Aberlow")
    tenant.wait(minutes=1)
    shown = tenant.write("PATCH", "client/1/", {"email": None, "archived": True})
    assert (shown["email"], shown["city"], shown["archived"]) == (None, "Aberlow", True)
    assert shown["modified"] == "2026-08-03T10:01:00+01:00"


def test_put_needs_a_name_and_organisations_need_no_last_name() -> None:
    tenant = Tenant()
    tenant.client()
    assert "lastname" in tenant.refusal("PUT", "client/1/", {"city": "Aberlow"})
    assert tenant.write("PUT", "client/1/", {"organization_name": "Quinn Farm"})["organization_name"] == "Quinn Farm"


def test_namesakes_are_normal() -> None:
    tenant = Tenant()
    assert (tenant.client("Same"), tenant.client("Same")) == (1, 2)


def test_phone_numbers_by_api() -> None:
    tenant = Tenant()
    owner = {"client": tenant.url("client", tenant.client())}
    made = tenant.write("POST", "phonenumber/", {**owner, "phone_number": "+44111", "type_code": 1})
    before = tenant.get("client/1/")
    assert [phone["number"] for phone in before["phone_numbers"]] == ["+44111"]
    tenant.wait(minutes=1)
    tenant.write("PATCH", f"phonenumber/{made['id']}/", {"phone_number": "+44222"})
    after = tenant.get("client/1/")
    assert [phone["number"] for phone in after["phone_numbers"]] == ["+44222"]
    assert after["modified"] == before["modified"]
    assert tenant.ids("phonenumber/?client__is=1&phone_number__contains=222") == [1]
    assert "phone_number" in tenant.refusal("PATCH", "phonenumber/1/", {"phone_number": ""})
    tenant.write("DELETE", "phonenumber/1/")
    assert tenant.get("client/1/")["phone_numbers"] == []


def test_the_form_of_a_client_saves_its_phone_number_too() -> None:
    tenant = Tenant()
    client = tenant.client()
    tenant.wait(minutes=1)
    tenant.hands.change_phone(client, "+44333", tenant.now)
    tenant.hands.change_phone(client, "+44444", tenant.now)
    shown = tenant.get("client/1/")
    assert [phone["number"] for phone in shown["phone_numbers"]] == ["+44444"]
    assert shown["modified"] != shown["created"]


def test_a_deleted_client_is_gone_and_its_invoices_point_at_nobody() -> None:
    tenant = Tenant()
    invoice = tenant.invoice()
    tenant.write("DELETE", "client/1/")
    assert tenant.call("GET", "client/1/").status == 404
    assert tenant.get(f"invoice/{invoice}/")["client"] == tenant.url("client", 1)
    assert tenant.client() == 2


def test_merging_archives_the_source_and_leaves_its_invoices() -> None:
    tenant = Tenant()
    source, target = tenant.client("Twice"), tenant.client("Twice")
    invoice = tenant.invoice(client=source)
    with pytest.raises(Refusal):
        tenant.hands.merge_clients(source, target, tenant.now)
    tenant.hands.pay_in_full(invoice, 0, tenant.now)
    tenant.hands.merge_clients(source, target, tenant.now)
    assert tenant.get(f"client/{source}/")["archived"] is True
    assert tenant.get(f"invoice/{invoice}/")["client"] == tenant.url("client", source)
    assert tenant.ids("client/") == [target]
