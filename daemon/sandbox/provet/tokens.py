"""Provet's OAuth 2.0 client credentials: tokens of ten hours, no refresh (docs/reference/provet.md 2.2)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from random import Random
from urllib.parse import parse_qsl

from daemon.ports import Request
from daemon.sandbox.provet.books import Books, Refusal

LIFE = dt.timedelta(hours=10)
TOKEN_BITS = 180
SCOPES = frozenset({"", "restapi"})
UNAUTHENTICATED = {"detail": "Authentication credentials were not provided."}


def issue(
    books: Books, request: Request, headers: Mapping[str, str], now: dt.datetime, rng: Random
) -> dict[str, object]:
    """Answer of the token endpoint; credentials come by Basic header or in the form."""
    if request.method != "POST":
        raise Refusal(405, {"detail": f'Method "{request.method}" not allowed.'})
    if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refusal(400, {"error": "invalid_request"})
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    if _credentials(headers, form) != (books.config.client_id, books.config.client_secret):
        raise Refusal(401, {"error": "invalid_client"})
    if form.get("grant_type") != "client_credentials":
        raise Refusal(400, {"error": "unsupported_grant_type"})
    if form.get("scope", "") not in SCOPES:
        raise Refusal(400, {"error": "invalid_scope"})
    token = f"{rng.getrandbits(TOKEN_BITS):045x}"
    books.state.tokens = {held: expiry for held, expiry in books.state.tokens.items() if expiry > now}
    books.state.tokens[token] = now + LIFE
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(LIFE.total_seconds()),
        "scope": "restapi",
    }


def _credentials(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refusal(401, {"error": "invalid_client"}) from error
    return name, secret


def authenticate(books: Books, headers: Mapping[str, str], now: dt.datetime) -> None:
    """401 unless the bearer token lives."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    expiry = books.state.tokens.get(token)
    if scheme != "Bearer" or expiry is None or expiry <= now:
        raise Refusal(401, dict(UNAUTHENTICATED))
