"""Webhooks: registration, triggers, bodies (docs/reference/provet.md 3)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.sandbox.provet.tenant import CHECKUP, Tenant

TARGET = "http://127.0.0.1:9/hook"


def register(tenant: Tenant, trigger: int, **fields: Any) -> dict[str, Any]:
    hook: dict[str, Any] = tenant.write(
        "POST", "hook/webhook/", {"trigger": trigger, "content_type": 2, "target_url": TARGET, **fields}
    )
    return hook


def delivered(tenant: Tenant) -> list[tuple[str, str]]:
    bodies = [json.loads(webhook.body) for webhook in tenant.system.take_webhooks()]
    return [next(iter(body.items())) for body in bodies]


def test_hooks_are_kept_changed_and_removed() -> None:
    tenant = Tenant()
    made = register(tenant, 9, name="ours", department=tenant.url("department", 1))
    assert tenant.get("hook/webhook/")["results"] == [made]
    changed = tenant.write("PATCH", f"hook/webhook/{made['id']}/", {"active": False, "department": None})
    assert (changed["active"], changed["department"], changed["target_url"]) == (False, None, TARGET)
    tenant.invoice()
    assert delivered(tenant) == []
    tenant.write("DELETE", f"hook/webhook/{made['id']}/")
    assert tenant.get("hook/webhook/")["count"] == 0


@pytest.mark.parametrize(
    ("field", "value"), [("trigger", 69), ("trigger", None), ("content_type", 3), ("target_url", "ftp://x")]
)
def test_bad_hooks_are_refused(field: str, value: object) -> None:
    sent = {"trigger": 9, "content_type": 1, "target_url": TARGET, field: value}
    assert field in Tenant().refusal("POST", "hook/webhook/", sent)


def test_a_form_body_names_the_record_as_text() -> None:
    tenant = Tenant()
    register(tenant, 9, content_type=1)
    tenant.invoice()
    (webhook,) = tenant.system.take_webhooks()
    assert webhook.url == TARGET
    assert webhook.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(webhook.body.decode())["invoice_id"] == ["1"]
    assert tenant.system.take_webhooks() == []


def test_triggers_tell_what_changed() -> None:
    tenant = Tenant()
    for trigger in (1, 9, 11, 12, 39, 60):
        register(tenant, trigger)
    client = tenant.client()
    assert delivered(tenant) == [("client_id", "1")]
    invoice = tenant.invoice(client=client)
    assert delivered(tenant) == [("invoice_id", "1")]
    payment = tenant.hands.pay(invoice, Decimal(10), 0, tenant.now)
    assert delivered(tenant) == [("invoicepayment_id", "1")]
    tenant.hands.cancel_payment(payment, tenant.now)
    assert delivered(tenant) == [("invoicepayment_id", "2")]
    tenant.hands.take_prepayment(client, Decimal(10), 0, tenant.now)
    assert delivered(tenant) == [("unallocatedpayment_id", "1")]
    tenant.hands.add_extra_fee(invoice, CHECKUP, tenant.now)
    assert delivered(tenant) == [("invoice_id", "1"), ("invoice_id", "1")]
    tenant.hands.draft(client, [CHECKUP], tenant.now)
    assert delivered(tenant) == []
    tenant.hands.delete_client(client, tenant.now)
    assert delivered(tenant) == [("client_id", "1")]


def test_all_hooks_of_a_trigger_fire_but_departments_miss_client_changes() -> None:
    tenant = Tenant()
    department = tenant.url("department", 1)
    for trigger in (1, 9):
        register(tenant, trigger)
        register(tenant, trigger, department=department)
    tenant.client()
    assert len(delivered(tenant)) == 1
    tenant.invoice(client=1)
    assert len(delivered(tenant)) == 2
