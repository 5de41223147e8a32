"""Who gets in and how often: tokens, consent, scopes, limits, idempotency (docs/reference/xero.md 2, 3, 7)."""

from __future__ import annotations

import base64
from dataclasses import replace
from hashlib import sha256
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from daemon.ports import Request, Response
from daemon.sandbox.xero import Limits
from tests.sandbox.xero.till import CONFIG, ORIGIN, Till, decoded, sale

REDIRECT = "http://localhost:8123/callback"
SCOPE = "openid offline_access accounting.invoices accounting.settings.read"


def consent(till: Till, redirect: str = REDIRECT, scope: str = SCOPE, more: str = "") -> Response:
    query = f"response_type=code&client_id=app&redirect_uri={quote(redirect, safe='')}&scope={quote(scope)}&state=s1"
    request = Request("GET", f"{ORIGIN}/identity/connect/authorize?{query}{more}")
    return till.system.handle(request, till.now, till.rng)


def code_of(response: Response) -> str:
    query = parse_qs(urlsplit(response.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def test_a_token_lives_thirty_minutes_and_says_when_it_died(till: Till) -> None:
    till.tick(1799)
    till.call("GET", "Organisation")
    till.tick(1)
    response = till.send("GET", "Organisation")
    body = decoded(response)
    assert (response.status, body["Title"], body["Extensions"]) == (401, "Unauthorized", {})
    assert body["Detail"] == "TokenExpired: token expired at 11/22/2026 10:30:00"


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Authorization", "Bearer nonsense", 401),
        ("Authorization", "", 401),
        ("xero-tenant-id", "00000000-0000-0000-0000-000000000000", 403),
    ],
)
def test_strangers_are_not_let_in(till: Till, header: str, value: str, status: int) -> None:
    response = till.send("GET", "Organisation", **{header.replace("-", "_"): value})
    assert (response.status, decoded(response)["Detail"]) == (status, "AuthenticationUnsuccessful")


def test_a_token_reads_and_writes_only_what_its_scopes_name(till: Till) -> None:
    till.token = till.grant(grant_type="client_credentials", scope="accounting.invoices.read")["access_token"]
    till.call("GET", "Invoices?page=1")
    for method, path in (("PUT", "Invoices"), ("GET", "Contacts"), ("GET", "Organisation")):
        response = till.send(method, path, {})
        assert (response.status, response.headers["www-authenticate"]) == (401, 'Bearer error="insufficient_scope"')


def test_credentials_are_taken_by_basic_and_by_form_and_wrong_ones_refused(till: Till) -> None:
    def by_basic(secret: str) -> Response:
        headers = {"Authorization": "Basic " + base64.b64encode(f"app:{secret}".encode()).decode()}
        request = Request("POST", f"{ORIGIN}/connect/token", headers, b"grant_type=client_credentials")
        return till.system.handle(request, till.now, till.rng)

    assert by_basic("secret").status == 200
    assert (by_basic("wrong").status, decoded(by_basic("wrong"))) == (400, {"error": "invalid_client"})
    assert till.grant(grant_type="client_credentials", scope="accounting.everything") == {"error": "invalid_scope"}
    assert till.grant(grant_type="password") == {"error": "unsupported_grant_type"}
    granted = till.grant(grant_type="client_credentials", scope="accounting.invoices")
    assert (granted["expires_in"], granted["token_type"], "refresh_token" in granted) == (1800, "Bearer", False)


def test_a_code_is_good_once_for_five_minutes_and_for_its_own_address(till: Till) -> None:
    code = code_of(consent(till))
    wrong = till.grant(grant_type="authorization_code", code=code, redirect_uri="http://localhost:1/")
    assert wrong == {"error": "invalid_grant"}
    code = code_of(consent(till))
    granted = till.grant(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
    assert (granted["scope"], granted["token_type"]) == (SCOPE, "Bearer")
    again = till.grant(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
    assert again == {"error": "invalid_grant"}
    late = code_of(consent(till))
    till.tick(301)
    assert "error" in till.grant(grant_type="authorization_code", code=late, redirect_uri=REDIRECT)


def test_a_code_with_a_challenge_needs_its_verifier(till: Till) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    more = f"&code_challenge={challenge}&code_challenge_method=S256"
    for said, granted in (("w" * 43, False), (verifier, True)):
        form = {"code": code_of(consent(till, more=more)), "redirect_uri": REDIRECT, "code_verifier": said}
        assert ("access_token" in till.grant(grant_type="authorization_code", client_secret="", **form)) is granted


def test_consent_is_refused_for_foreign_addresses_and_scopes(till: Till) -> None:
    assert consent(till, redirect="http://127.0.0.1:8123/").status == 400
    assert consent(till, redirect="http://clinic.example/").status == 400
    assert consent(till, scope="accounting.everything").status == 400


def test_refresh_tokens_rotate_with_half_an_hour_of_grace(till: Till) -> None:
    code = code_of(consent(till))
    first = till.grant(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)["refresh_token"]

    def refresh(token: str) -> dict[str, str]:
        return till.grant(grant_type="refresh_token", refresh_token=token)

    second = refresh(first)["refresh_token"]
    assert second != first
    till.tick(1800)
    assert "refresh_token" in refresh(first), "the answer may have been lost"
    till.tick(1)
    assert refresh(first) == {"error": "invalid_grant"}
    till.tick(59 * 86_400)
    third = refresh(second)["refresh_token"]
    till.tick(61 * 86_400)
    assert refresh(third) == {"error": "invalid_grant"}


def test_revoking_or_deleting_the_connection_ends_access(till: Till) -> None:
    def connections(method: str = "GET", path: str = "/connections") -> Response:
        request = Request(method, ORIGIN + path, {"Authorization": f"Bearer {till.token}"})
        return till.system.handle(request, till.now, till.rng)

    for path in ("/connections", "/Connections"):
        assert [entry["tenantId"] for entry in decoded(connections(path=path))] == [CONFIG.tenant_id]
    code = code_of(consent(till))
    refresh = till.grant(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)["refresh_token"]
    assert till.form("/connect/revocation", token=refresh).status == 200
    assert till.grant(grant_type="refresh_token", refresh_token=refresh) == {"error": "invalid_grant"}
    assert till.send("GET", "Organisation").status == 403
    consent(till)
    known = decoded(connections())[0]["id"]
    assert connections("DELETE", "/connections/unknown").status == 404
    assert connections("DELETE", f"/connections/{known}").status == 204
    assert till.send("GET", "Organisation").status == 403


def test_the_minute_limit_answers_as_recorded_and_ends_with_its_window() -> None:
    till = Till(replace(CONFIG, limits=Limits(minute=2)))
    till.tick(34)
    first = till.send("GET", "Organisation")
    assert (first.headers["x-minlimit-remaining"], first.headers["x-daylimit-remaining"]) == ("1", "4999")
    assert first.headers["x-appminlimit-remaining"] == "9999"
    till.send("GET", "Organisation")
    refused = till.send("GET", "Organisation")
    assert (refused.status, refused.body) == (429, b"")
    assert dict(refused.headers) == {
        "x-minlimit-remaining": "0",
        "x-daylimit-remaining": "4998",
        "retry-after": "26",
        "x-rate-limit-problem": "minute",
    }
    till.tick(26)
    assert till.send("GET", "Organisation").headers["x-daylimit-remaining"] == "4997"


def test_day_app_and_concurrency_limits_name_themselves() -> None:
    day = Till(replace(CONFIG, limits=Limits(day=1)))
    day.send("GET", "Organisation")
    refused = day.send("GET", "Organisation")
    assert (refused.headers["x-rate-limit-problem"], refused.headers["x-daylimit-remaining"]) == ("day", "0")
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    app = Till(replace(CONFIG, limits=Limits(app_minute=0)))
    assert app.send("GET", "Organisation").headers["x-rate-limit-problem"] == "appminute"
    busy = Till()
    busy.system.in_flight = 6
    crowded = busy.send("GET", "Organisation")
    assert (crowded.status, crowded.headers["x-rate-limit-problem"]) == (429, "concurrent")
    assert "retry-after" not in crowded.headers


def test_an_idempotent_call_is_replayed_for_six_minutes(till: Till) -> None:
    contact = till.contact()
    body = {"Invoices": [sale(contact)]}
    first = till.send("PUT", "Invoices", body, Idempotency_Key="k1")
    again = till.send("PUT", "Invoices", body, idempotency_key="k1")
    assert (again.status, again.body) == (200, first.body)
    assert int(again.headers["x-daylimit-remaining"]) == int(first.headers["x-daylimit-remaining"]) - 1
    other = till.send("PUT", "Invoices", {"Invoices": [sale(contact, "PV-2")]}, Idempotency_Key="k1")
    assert (other.status, b"Idempotency Key: k1 is used with a different request." in other.body) == (400, True)
    till.tick(360)
    assert till.refused("PUT", "Invoices", body, Idempotency_Key="k1") == ["Invoice # must be unique."]
    assert till.send("PUT", "Invoices", body, Idempotency_Key="k" * 129).status == 400


def test_a_failure_is_replayed_too(till: Till) -> None:
    contact = till.contact()
    till.system.edit_contact(contact, {"ContactStatus": "ARCHIVED"}, till.now, till.rng)
    body = {"Invoices": [sale(contact)]}
    failed = till.send("PUT", "Invoices", body, Idempotency_Key="k1")
    till.system.edit_contact(contact, {"ContactStatus": "ACTIVE"}, till.now, till.rng)
    assert (failed.status, till.send("PUT", "Invoices", body, Idempotency_Key="k1").body) == (400, failed.body)
    assert till.send("PUT", "Invoices", body, Idempotency_Key="k2").status == 200


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("DELETE", "Invoices", {}, 405),
        ("GET", "Pets", {}, 404),
        ("PUT", "Invoices", {"Content_Type": "text/plain"}, 415),
    ],
)
def test_client_mistakes_have_their_status(
    till: Till, method: str, path: str, headers: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XERO_OPENAPI", raising=False)
    assert till.send(method, path, {}, **headers).status == status


def test_without_an_accept_header_for_json_the_answer_is_xml(till: Till) -> None:
    assert till.send("GET", "Organisation", Accept="*/*").headers["content-type"].startswith("text/xml")
