"""The simulated Provet: routing, authentication, limits and rights around the tenant's books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from daemon.ports import Request, Response
from daemon.sandbox.provet import limits, reading, reference, state, tokens
from daemon.sandbox.provet.arguments import Call
from daemon.sandbox.provet.books import Books, Refusal
from daemon.sandbox.provet.config import ProvetConfig
from daemon.sandbox.provet.hands import Hands
from daemon.sandbox.provet.query import Pairs, page_of
from daemon.sandbox.provet.resources import BY_PATH, Resource
from daemon.sandbox.provet.wire import Wire, encode
from daemon.sandbox.provet.writing import WRITES
from daemon.sandbox.system import Webhook

JSON = {"content-type": "application/json"}
BODY_MAX = 1 << 20
PARAMETERS_MAX = 200
OPENED = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
NOT_FOUND: dict[str, object] = {"detail": "Not found."}

_decoder = msgspec.json.Decoder(Any, float_hook=Decimal)


class ProvetSystem:
    """One Provet tenant in memory. ``hands`` is its user interface: what staff do there."""

    name = "provet"

    def __init__(self, config: ProvetConfig | None = None) -> None:
        self.config = config or ProvetConfig()
        self._books = Books(self.config)
        self.hands = Hands(self._books)
        reference.stock(self._books, OPENED)

    def handle(self, request: Request, now: dt.datetime, rng: Random) -> Response:
        """Answer one request as Provet would; a limit that was hit names the seconds to wait."""
        try:
            return self._answer(request, now, rng)
        except limits.OverLimit as over:
            return Response(over.status, {**JSON, "retry-after": str(over.retry_after_s)}, encode(over.body))
        except Refusal as refusal:
            return Response(refusal.status, JSON, encode(refusal.body))

    def take_webhooks(self) -> list[Webhook]:
        """The deliveries queued since the last call, oldest first."""
        queued, self._books.state.outbox = self._books.state.outbox, []
        return queued

    def dump(self) -> bytes:
        """The whole state as JSON."""
        return state.dump(self._books.state)

    def restore(self, dumped: bytes) -> None:
        """Take over a dumped state; the configuration stays."""
        self._books.state = state.load(dumped)

    def _answer(self, request: Request, now: dt.datetime, rng: Random) -> Response:
        url = urlsplit(request.url)
        if not url.path.startswith(self.config.root):
            raise Refusal(404, NOT_FOUND)
        if not url.path.endswith("/"):
            query = f"?{url.query}" if url.query else ""
            return Response(301, {"location": f"{url.path}/{query}"})
        headers = {name.lower(): value for name, value in request.headers.items()}
        if url.path == f"{self.config.root}oauth2/token/":
            return Response(200, JSON, encode(tokens.issue(self._books, request, headers, now, rng)))
        tokens.authenticate(self._books, headers, now)
        return self._serve(request, headers, now)

    def _serve(self, request: Request, headers: Mapping[str, str], now: dt.datetime) -> Response:
        url = urlsplit(request.url)
        resource, record_id, action = _route(url.path.removeprefix(self.config.base_path))
        pairs = _parameters(url.query)
        operation = f"{request.method} {resource.path}{'/id' * (record_id is not None)}{action and '/' + action}"
        if resource.permission in self.config.denied:
            raise Refusal(403, {"detail": "You do not have permission to perform this action."})
        cost = page_of(pairs).cost if request.method == "GET" and record_id is None else 1
        limits.spend(self._books.state.calls, operation, cost, now, self.config.rate_scale)
        wire = Wire(self.config, self._books.state, f"{url.scheme}://{url.netloc}")
        if request.method == "GET" and not action:
            place = f"{url.scheme}://{url.netloc}{url.path}"
            return Response(200, JSON, encode(self._read(wire, resource, record_id, pairs, place, now)))
        if operation not in WRITES:
            raise Refusal(405, {"detail": f'Method "{request.method}" not allowed.'})
        status, body = WRITES[operation](Call(self._books, wire, record_id or 0, _body(request, headers), now))
        return Response(status, JSON if body is not None else {}, encode(body) if body is not None else b"")

    def _read(
        self, wire: Wire, resource: Resource, record_id: int | None, pairs: Pairs, place: str, now: dt.datetime
    ) -> object:
        if record_id is not None:
            return reading.one(self._books, wire, resource, record_id, pairs)
        return reading.page(self._books, wire, resource, place, pairs, now)


def _route(path: str) -> tuple[Resource, int | None, str]:
    """Resource, record id and action of a path below the base; ``department/1/settings`` is a settings record."""
    parts = path.strip("/").split("/")
    if len(parts) == 3 and parts[0] == "department" and parts[2] == "settings":
        parts = ["settings", "department", parts[1]]
    width = 2 if "/".join(parts[:2]) in BY_PATH else 1
    resource = BY_PATH.get("/".join(parts[:width]))
    rest = parts[width:]
    if resource is None or len(rest) > 2 or (rest and not rest[0].isdecimal()):
        raise Refusal(404, NOT_FOUND)
    return resource, int(rest[0]) if rest else None, rest[1] if len(rest) == 2 else ""


def _parameters(query: str) -> Pairs:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
    except ValueError as error:
        raise Refusal(400, {"detail": "Too many parameters."}) from error


def _body(request: Request, headers: Mapping[str, str]) -> dict[str, Any]:
    """The JSON object of a write; an empty body is an empty object."""
    if not request.body:
        return {}
    if not headers.get("content-type", "").startswith("application/json"):
        raise Refusal(415, {"detail": "Unsupported media type in request."})
    if len(request.body) > BODY_MAX:
        raise Refusal(413, {"detail": "Request body too large."})
    try:
        body = _decoder.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, {"detail": "JSON parse error."}) from error
    if not isinstance(body, dict):
        raise Refusal(400, {"non_field_errors": ["Invalid data. Expected a dictionary."]})
    return body
