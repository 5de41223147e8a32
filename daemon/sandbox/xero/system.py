"""The simulated Xero: one entry point that lets a call in, routes it, and answers as the service would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct

from daemon.ports import Request, Response
from daemon.sandbox.system import Webhook
from daemon.sandbox.xero import resources, resources_money, resources_settings
from daemon.sandbox.xero.auth import AuthState, Identity, denial
from daemon.sandbox.xero.call import Call, Envelope, Handler
from daemon.sandbox.xero.chart import new_ledger
from daemon.sandbox.xero.config import XeroConfig
from daemon.sandbox.xero.context import Context
from daemon.sandbox.xero.errors import Fault, not_found
from daemon.sandbox.xero.hands import Hands
from daemon.sandbox.xero.ledger import Ledger, LedgerState
from daemon.sandbox.xero.limits import Meter, Replays, fingerprint
from daemon.sandbox.xero.notices import Notices, NoticeState
from daemon.sandbox.xero.wire import fault_response, instant_stamp, json_response, new_guid

API = "/api.xro/2.0/"
PROVIDER = "reconciled sandbox"
ROUTES = {**resources.routes(), **resources_money.routes(), **resources_settings.routes()}
PATTERNS = {pattern for _, pattern in ROUTES}


class XeroState(Struct):
    """Everything that ``dump`` writes."""

    ledger: LedgerState
    auth: AuthState
    notices: NoticeState
    meter: Meter
    replays: Replays


@dataclass(frozen=True, slots=True)
class Visit:
    """One request taken apart, with its moment and the source of ids; names of headers and parameters in lower case."""

    request: Request
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    now: datetime
    rng: Random


class XeroSystem(Hands):
    """Xero with one app and one organisation.

    ``in_flight`` is how many requests the shell has open, this one included; it sets it for the concurrency limit.
    What people do in Xero's own screens are the methods of ``Hands``.
    """

    name = "xero"

    def __init__(self, config: XeroConfig) -> None:
        self.config = config
        self.identity = Identity(config)
        self.notices = Notices(config)
        self.ledger = new_ledger(config)
        self.meter = Meter()
        self.replays = Replays()
        self.in_flight = 1

    def handle(self, request: Request, now: datetime, rng: Random) -> Response:
        """Answer one request; ``now`` counts to the millisecond."""
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        url = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = {name.lower(): value for name, value in parse_qsl(url.query, keep_blank_values=True)}
        visit = Visit(request, url.path, query, headers, now, rng)
        if visit.path.startswith(API):
            return self._api(visit)
        if visit.path.lower().split("/")[1:2] == ["connections"]:
            return self._connections(visit)
        return self._sign_in(visit)

    def take_webhooks(self) -> list[Webhook]:
        """Hand over the deliveries queued since the last call, oldest first."""
        return self.notices.take()

    def send_intent_to_receive(self, rng: Random) -> None:
        """Queue the check of the webhook address: three bad signatures, one good."""
        self.notices.intend(rng)

    def dump(self) -> bytes:
        """The whole state as JSON."""
        state = XeroState(self.ledger.state(), self.identity.state, self.notices.state, self.meter, self.replays)
        return msgspec.json.encode(state)

    def restore(self, state: bytes) -> None:
        """Take over a state that ``dump`` wrote; the configuration stays this system's own."""
        read = msgspec.json.decode(state, type=XeroState)
        self.ledger = Ledger.from_state(read.ledger)
        self.identity.state = read.auth
        self.notices.state = read.notices
        self.meter = read.meter
        self.replays = read.replays

    def _sign_in(self, visit: Visit) -> Response:
        match visit.request.method, visit.path:
            case "POST", "/connect/token":
                return self.identity.token(visit.headers, visit.request.body, visit.now, visit.rng)
            case "POST", "/connect/revocation":
                return self.identity.revoke(visit.headers, visit.request.body)
            case "GET", "/identity/connect/authorize":
                return self.identity.authorize(visit.query, visit.now, visit.rng)
            case _:
                return fault_response(not_found())

    def _connections(self, visit: Visit) -> Response:
        access = self.identity.check_token(visit.headers, visit.now)
        if isinstance(access, str):
            return denial(401, access, visit.rng)
        found = self.identity.connections()
        method = visit.request.method
        if method == "GET":
            event = visit.query.get("autheventid")
            chosen = [entry for entry in found if event in (None, entry["authEventId"])]
            return Response(200, {"content-type": "application/json"}, msgspec.json.encode(chosen))
        if method == "DELETE" and any(entry["id"] == visit.path.rsplit("/", 1)[-1] for entry in found):
            self.identity.disconnect()
            return Response(204)
        return fault_response(not_found())

    def _api(self, visit: Visit) -> Response:
        request, headers, now, rng = visit.request, visit.headers, visit.now, visit.rng
        segments = [unquote(segment) for segment in visit.path.removeprefix(API).strip("/").split("/")]
        refusal = self.identity.check_call(headers, request.method, segments[0], now, rng)
        if refusal is None:
            refusal = self.meter.admit(self.config.limits, self.config.tenant_id, now, self.in_flight)
        if refusal is not None:
            return refusal
        places = 4 if visit.query.get("unitdp") == "4" else 2
        context = Context(self.config, self.ledger, now, rng, unit_places=places)
        pattern, args = _pattern(segments)
        call = Call(context, request.method, args, visit.query, headers, request.body)
        correlation = new_guid(rng)
        try:
            response = self._once(request, call, pattern, correlation)
        except Fault as fault:
            response = fault_response(fault)
        extra = {"xero-correlation-id": correlation, **self.meter.headers(self.config.limits)}
        return Response(response.status, {**response.headers, **extra}, response.body)

    def _once(self, request: Request, call: Call, pattern: str, correlation: str) -> Response:
        """Execute, or replay what the same idempotency key got before, failures too."""
        key = call.headers.get("idempotency-key")
        if key is None or request.method not in ("POST", "PUT", "PATCH"):
            return self._execute(call, pattern, correlation)
        print_ = fingerprint(request.method, request.url, request.body)
        stored = self.replays.find(key, print_, call.context.now)
        if stored is not None:
            return stored
        response = self._execute(call, pattern, correlation)
        self.replays.keep(key, print_, response, call.context.now)
        return response

    def _execute(self, call: Call, pattern: str, correlation: str) -> Response:
        point = self.ledger.savepoint()
        try:
            answer = _handler(call, pattern)(call)
        except Fault as fault:
            self.ledger.rollback(point)
            return fault_response(fault)
        self.notices.tell(self.ledger.commit(), call.context.rng)
        return self._rendered(answer, call, correlation) if isinstance(answer, Envelope) else answer

    def _rendered(self, answer: Envelope, call: Call, correlation: str) -> Response:
        if "json" not in call.headers.get("accept", ""):
            body = f"<Response><Id>{correlation}</Id><Status>OK</Status></Response>"
            return Response(200, {"content-type": "text/xml; charset=utf-8"}, body.encode())
        payload: dict[str, object] = {
            "Id": correlation,
            "Status": "OK",
            "ProviderName": PROVIDER,
            "DateTimeUTC": instant_stamp(call.context.now, ""),
        }
        if answer.pagination is not None:
            payload["pagination"] = answer.pagination
        return json_response(200, {**payload, answer.key: answer.elements})


def _handler(call: Call, pattern: str) -> Handler:
    handler = ROUTES.get((call.method, pattern))
    if handler is None:
        raise Fault(405) if pattern in PATTERNS else not_found()
    if call.method in ("PUT", "POST") and "json" not in call.headers.get("content-type", ""):
        raise Fault(415)
    return handler


def _pattern(segments: list[str]) -> tuple[str, tuple[str, ...]]:
    """``Invoices/*/History`` and its ids; ``Organisation/Actions`` is a path of its own."""
    if segments[:2] == ["Organisation", "Actions"]:
        return "/".join(segments), ()
    pattern = "/".join("*" if index % 2 else segment for index, segment in enumerate(segments))
    return pattern, tuple(segments[1::2])
