"""Getting in: tokens, rights, limits, slashes (docs/reference/provet.md 2.1, 2.2, 2.5, 2.6)."""

from __future__ import annotations

import base64
import json
from decimal import Decimal

import pytest

from daemon.sandbox.provet import Permission
from tests.sandbox.provet.tenant import ORIGIN, Tenant


def test_a_token_lives_ten_hours() -> None:
    tenant = Tenant()
    tenant.wait(hours=9, minutes=59)
    assert tenant.call("GET", "invoice/").status == 200
    tenant.wait(minutes=1)
    expired = tenant.call("GET", "invoice/")
    assert expired.status == 401
    assert "detail" in json.loads(expired.body)
    tenant.bearer = tenant.new_token()
    assert tenant.call("GET", "invoice/").status == 200


def test_credentials_by_basic_header_and_no_refresh_token() -> None:
    tenant = Tenant()
    pair = f"{tenant.config.client_id}:{tenant.config.client_secret}"
    basic = "Basic " + base64.b64encode(pair.encode()).decode()
    answer = tenant.token({"grant_type": "client_credentials", "scope": "restapi"}, authorization=basic)
    assert answer.status == 200
    assert set(json.loads(answer.body)) == {"access_token", "token_type", "expires_in", "scope"}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_bad_token_requests(changes: dict[str, str], status: int, error: str) -> None:
    tenant = Tenant()
    good = {
        "grant_type": "client_credentials",
        "client_id": tenant.config.client_id,
        "client_secret": tenant.config.client_secret,
    }
    answer = tenant.token({**good, **changes})
    assert (answer.status, json.loads(answer.body)) == (status, {"error": error})


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Token abc"}])
def test_without_a_living_token_nothing_is_shown(header: dict[str, str]) -> None:
    assert Tenant().send("GET", f"{ORIGIN}/54321/api/0.1/invoice/", **header).status == 401


def test_a_missing_slash_is_redirected_and_nothing_is_done() -> None:
    tenant = Tenant()
    answer = tenant.call("POST", "client?x=1", {"lastname": "Lost"})
    assert (answer.status, answer.headers["location"]) == (301, "/54321/api/0.1/client/?x=1")
    assert tenant.get("client/")["count"] == 0


def test_strange_places_and_verbs() -> None:
    tenant = Tenant()
    assert tenant.call("GET", "invoice/99/").status == 404
    assert tenant.call("GET", "dragons/").status == 404
    assert tenant.call("GET", "invoice/abc/").status == 404
    assert tenant.call("POST", "invoice/", {}).status == 405
    assert tenant.call("DELETE", "invoicepayment/1/").status == 405
    assert tenant.send("GET", f"{ORIGIN}/999/api/0.1/invoice/").status == 404


@pytest.mark.parametrize(
    ("right", "path"),
    [
        (Permission.CLIENTS, "client/"),
        (Permission.INVOICES, "invoicepayment/"),
        (Permission.ITEMS, "item/1/"),
        (Permission.SETTINGS, "paymentmethod/"),
        (Permission.DEPARTMENT_SETTINGS, "settings/department/1/"),
        (Permission.DEPARTMENT_SETTINGS, "department/1/settings/"),
        (Permission.INTEGRATIONS, "hook/webhook/"),
    ],
)
def test_a_missing_right_is_403_and_the_rest_goes_on(right: Permission, path: str) -> None:
    tenant = Tenant(denied=frozenset({right}))
    denied = tenant.call("GET", path)
    assert denied.status == 403
    assert right not in denied.body.decode()
    assert tenant.call("GET", "vatgroup/").status == 200
    assert Tenant().call("GET", path).status == 200


def test_lists_of_invoices_are_limited_to_sixty_a_minute() -> None:
    tenant = Tenant()
    for _ in range(60):
        assert tenant.call("GET", "invoice/").status == 200
        tenant.wait(seconds=0.5)
    refused = tenant.call("GET", "invoice/")
    assert refused.status == 429
    assert refused.headers["retry-after"] == "30"
    assert tenant.call("GET", "invoicerow/").status == 200
    tenant.wait(seconds=30)
    assert tenant.call("GET", "invoice/").status == 200
    assert tenant.call("GET", "invoice/").status == 429


def test_page_size_weighs_on_the_limit_and_scale_relieves_it() -> None:
    tenant = Tenant()
    statuses = [tenant.call("GET", "invoice/?page_size=1000").status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    wide = Tenant(rate_scale=Decimal(2))
    assert [wide.call("GET", "invoice/?page_size=1000").status for _ in range(7)] == [200] * 6 + [429]


def test_a_page_that_never_fits_waits_a_whole_window() -> None:
    answer = Tenant(rate_scale=Decimal("0.1")).call("GET", "invoice/?page_size=1000")
    assert (answer.status, answer.headers["retry-after"]) == (429, "60")


@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"lastname": "\xff"}'])
def test_unreadable_bodies(body: bytes) -> None:
    tenant = Tenant()
    headers = {"Authorization": f"Bearer {tenant.bearer}", "content_type": "application/json"}
    assert tenant.send("POST", f"{tenant.base}client/", body, **headers).status == 400
    assert tenant.get("client/")["count"] == 0
