"""Consent, tokens and the connection (``docs/reference/xero.md`` 2): rotation, grace, expiry, scopes, 401 and 403."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlencode

import msgspec
from msgspec import Struct, field

from daemon.ports import Response
from daemon.sandbox.xero.config import XeroConfig
from daemon.sandbox.xero.wire import absolute_url, json_response, new_guid

CODE_LIFE = timedelta(minutes=5)
ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=60)
GRACE = timedelta(minutes=30)
RESOURCE_SCOPES = {
    "Invoices": ("accounting.invoices", "accounting.transactions"),
    "CreditNotes": ("accounting.invoices", "accounting.transactions"),
    "Payments": ("accounting.payments", "accounting.transactions"),
    "BatchPayments": ("accounting.payments", "accounting.transactions"),
    "Prepayments": ("accounting.payments", "accounting.transactions"),
    "Overpayments": ("accounting.payments", "accounting.transactions"),
    "Contacts": ("accounting.contacts",),
}


class Code(Struct, frozen=True):
    """An authorisation code, good once."""

    redirect_uri: str
    scope: str
    challenge: str
    at: datetime


class Access(Struct, frozen=True):
    """An access token."""

    scope: str
    expires: datetime


class Refresh(Struct, frozen=True):
    """A refresh token; ``replaced`` is when a newer one was given out for it."""

    scope: str
    at: datetime
    replaced: datetime | None = None


class AuthState(Struct):
    """Everything that was given out."""

    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)
    connected: bool = True


class TokenRefused(Exception):
    """An OAuth error word."""


class Identity:
    """The identity service of one app with its one connection."""

    def __init__(self, config: XeroConfig) -> None:
        self._config = config
        self.state = AuthState()

    def authorize(self, query: Mapping[str, str], now: datetime, rng: Random) -> Response:
        """The consent page, where the person always says yes: a redirect with a code."""
        target = absolute_url(query.get("redirect_uri", ""))
        scope = query.get("scope", "")
        known = query.get("client_id") == self._config.client_id and query.get("response_type") == "code"
        if (
            target is None
            or not _is_safe(target)
            or not known
            or not set(scope.split()) <= set(self._config.scopes.split())
        ):
            return Response(400, {"content-type": "text/html; charset=utf-8"}, b"Error: unauthorized_client")
        code = new_guid(rng)
        self.state.codes[code] = Code(query["redirect_uri"], scope, query.get("code_challenge", ""), now)
        self.state.connected = True
        answer = {"code": code, "scope": scope, **({"state": query["state"]} if "state" in query else {})}
        joint = "&" if target.query else "?"
        return Response(302, {"location": f"{query['redirect_uri']}{joint}{urlencode(answer)}"})

    def token(self, headers: Mapping[str, str], body: bytes, now: datetime, rng: Random) -> Response:
        """The token endpoint: three grants, or 400 with one word."""
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        try:
            return json_response(200, self._grant(headers, form, now, rng))
        except TokenRefused as refusal:
            return json_response(400, {"error": str(refusal)})

    def revoke(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Revoke a refresh token, and with it the connection."""
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        if not self._is_app(headers, form):
            return json_response(400, {"error": "invalid_client"})
        if form.get("token") in self.state.refresh:
            self.disconnect()
        return Response(200)

    def disconnect(self) -> None:
        """A person disconnects the app: every token of theirs is worthless."""
        self.state.connected = False
        self.state.refresh.clear()

    def connections(self) -> list[dict[str, str]]:
        """The bare list of connected organisations (2.3)."""
        if not self.state.connected:
            return []
        tenant = self._config.tenant_id
        return [
            {
                "id": tenant[:-1] + "0",
                "authEventId": tenant[:-1] + "1",
                "tenantId": tenant,
                "tenantType": "ORGANISATION",
                "tenantName": self._config.organisation_name,
                "createdDateUtc": "2026-01-02T08:15:19.5165400",
                "updatedDateUtc": "2026-01-02T08:15:19.5187840",
            }
        ]

    def check_token(self, headers: Mapping[str, str], now: datetime) -> Access | str:
        """The token that a call carries, or the ``Detail`` of its 401."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        access = self.state.access.get(token) if scheme.lower() == "bearer" else None
        if access is None:
            return "AuthenticationUnsuccessful"
        if now >= access.expires:
            return f"TokenExpired: token expired at {access.expires:%m/%d/%Y %H:%M:%S}"
        return access

    def check_call(
        self, headers: Mapping[str, str], method: str, resource: str, now: datetime, rng: Random
    ) -> Response | None:
        """Why an API call is not let in: 401, 403 or a missing scope; None when it is."""
        access = self.check_token(headers, now)
        if isinstance(access, str):
            return denial(401, access, rng)
        tenant = headers.get("xero-tenant-id", self._config.tenant_id)
        if not self.state.connected or tenant.lower() != self._config.tenant_id.lower():
            return denial(403, "AuthenticationUnsuccessful", rng)
        wanted = RESOURCE_SCOPES.get(resource, ("accounting.settings",))
        if method == "GET":
            wanted += tuple(f"{scope}.read" for scope in wanted)
        if not set(wanted) & set(access.scope.split()):
            return denial(401, "AuthorizationUnsuccessful", rng, {"www-authenticate": INSUFFICIENT})
        return None

    def _grant(self, headers: Mapping[str, str], form: dict[str, str], now: datetime, rng: Random) -> dict[str, object]:
        if not self._is_app(headers, form):
            raise TokenRefused("invalid_client")
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            scope = form.get("scope") or self._config.scopes
            if not set(scope.split()) <= set(self._config.scopes.split()):
                raise TokenRefused("invalid_scope")
            return self._issue(scope, now, rng, refreshable=False)
        if grant == "authorization_code":
            scope = self._spend_code(form, now)
        elif grant == "refresh_token":
            scope = self._spend_refresh(form.get("refresh_token", ""), now)
        else:
            raise TokenRefused("unsupported_grant_type")
        return self._issue(scope, now, rng, refreshable="offline_access" in scope.split())

    def _spend_code(self, form: dict[str, str], now: datetime) -> str:
        code = self.state.codes.pop(form.get("code", ""), None)
        if code is None or now - code.at > CODE_LIFE or code.redirect_uri != form.get("redirect_uri"):
            raise TokenRefused("invalid_grant")
        if code.challenge:
            digest = sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
                raise TokenRefused("invalid_grant")
        return code.scope

    def _spend_refresh(self, token: str, now: datetime) -> str:
        found = self.state.refresh.get(token)
        if found is None or now - found.at > REFRESH_LIFE:
            raise TokenRefused("invalid_grant")
        if found.replaced is not None and now - found.replaced > GRACE:
            raise TokenRefused("invalid_grant")
        self.state.refresh[token] = Refresh(found.scope, found.at, found.replaced or now)
        return found.scope

    def _issue(self, scope: str, now: datetime, rng: Random, *, refreshable: bool) -> dict[str, object]:
        self._forget(now)
        expires = now + ACCESS_LIFE
        access = self._jwt({"jti": new_guid(rng), "scope": scope.split(), "exp": int(expires.timestamp())})
        self.state.access[access] = Access(scope, expires)
        answer: dict[str, object] = {
            "access_token": access,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "token_type": "Bearer",
            "scope": scope,
        }
        if refreshable:
            refresh = base64.urlsafe_b64encode(rng.randbytes(32)).rstrip(b"=").decode()
            self.state.refresh[refresh] = Refresh(scope, now)
            answer["refresh_token"] = refresh
        return answer

    def _forget(self, now: datetime) -> None:
        state = self.state
        state.access = {key: row for key, row in state.access.items() if now - row.expires < timedelta(days=1)}
        state.codes = {key: row for key, row in state.codes.items() if now - row.at < CODE_LIFE}

    def _jwt(self, claims: dict[str, object]) -> str:
        claims["authentication_event_id"] = self._config.tenant_id[:-1] + "1"
        parts = [_base64(msgspec.json.encode(part)) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        signature = hmac.digest(self._config.client_secret.encode(), ".".join(parts).encode(), "sha256")
        return ".".join((*parts, _base64(signature)))

    def _is_app(self, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        """Credentials by HTTP Basic or in the form; a code with PKCE needs no secret."""
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, basic = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                client_id, _, secret = base64.b64decode(basic, validate=True).decode().partition(":")
            except ValueError:
                return False
            client_id, secret = unquote_plus(client_id), unquote_plus(secret)
        if form.get("code_verifier") and not secret:
            return client_id == self._config.client_id
        return (client_id, secret) == (self._config.client_id, self._config.client_secret)


INSUFFICIENT = 'Bearer error="insufficient_scope"'


def denial(status: int, detail: str, rng: Random, headers: Mapping[str, str] | None = None) -> Response:
    """A 401 or 403 in Xero's shape (6.4)."""
    title = "Unauthorized" if status == 401 else "Forbidden"
    payload: dict[str, object] = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": new_guid(rng),
        "Extensions": {},
    }
    return json_response(status, payload, headers)


def _is_safe(target: SplitResult) -> bool:
    return target.scheme == "https" or (target.scheme == "http" and target.hostname == "localhost")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
