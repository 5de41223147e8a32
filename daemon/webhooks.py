"""The HTTP endpoints for webhooks: checked, answered at once, and turned into hints. The truth is always read again."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from aiohttp import web

from daemon.core.model import Kind, System
from daemon.errors import BadMessage
from daemon.provet.hooks import read_hook
from daemon.reconciler.engine import Engine
from daemon.reconciler.intake import Stream
from daemon.xero.webhooks import is_signed, read_events

log = structlog.get_logger(__name__)

BODY_MAX = 1024 * 1024
_XERO_STREAMS = {
    "CONTACT": (Kind.CONTACT,),
    "INVOICE": (Kind.DOCUMENT, Kind.PAYMENT),
    "CREDITNOTE": (Kind.DOCUMENT, Kind.PAYMENT),
    "PAYMENT": (Kind.PAYMENT, Kind.DOCUMENT),
}
_PROVET_STREAMS = {
    Kind.CONTACT: (Kind.CONTACT,),
    Kind.DOCUMENT: (Kind.DOCUMENT, Kind.PAYMENT),
    Kind.PAYMENT: (Kind.PAYMENT, Kind.DOCUMENT),
}


class Hooked(NamedTuple):
    """One practice as webhooks reach it."""

    engine: Engine
    tenant_id: str
    webhook_key: str
    path: bytes


def hooked(engine: Engine) -> Hooked:
    """How a practice's settings let webhooks reach it; empty secrets match nothing."""
    settings = engine.practice.settings
    return Hooked(
        engine=engine,
        tenant_id=settings.xero.tenant_id.lower(),
        webhook_key=settings.xero.webhook_key.get_secret_value(),
        path=settings.provet.webhook_path.get_secret_value().encode(),
    )


def application(practices: Sequence[Hooked]) -> web.Application:
    """The endpoints ``POST /webhooks/xero`` and ``POST /webhooks/provet/<webhook_path>``."""
    endpoints = _Endpoints(practices)
    app = web.Application(client_max_size=BODY_MAX)
    app.router.add_post("/webhooks/xero", endpoints.xero)
    app.router.add_post("/webhooks/provet/{path}", endpoints.provet)
    return app


class _Endpoints:
    def __init__(self, practices: Sequence[Hooked]) -> None:
        self._practices = practices

    async def xero(self, request: web.Request) -> web.Response:
        """Signed events of one app for all its tenants; a wrong signature is a 401 without a word."""
        body = await request.read()
        keys = tuple(dict.fromkeys(practice.webhook_key for practice in self._practices if practice.webhook_key))
        if not is_signed(body, request.headers.get("x-xero-signature", ""), keys):
            return web.Response(status=401)
        try:
            events = read_events(body)
        except BadMessage:
            log.warning("a signed Xero webhook could not be read")
            return web.Response(status=200)
        for practice in self._practices:
            streams = {
                Stream(System.XERO, kind): None
                for event in events
                if event.tenant_id.lower() == practice.tenant_id
                for kind in _XERO_STREAMS.get(event.category, ())
            }
            if streams:
                practice.engine.hint(tuple(streams))
        return web.Response(status=200)

    async def provet(self, request: web.Request) -> web.Response:
        """Unsigned: the unguessable path is all that proves the sender."""
        given = request.match_info["path"].encode()
        practice = next((p for p in self._practices if p.path and hmac.compare_digest(p.path, given)), None)
        if practice is None:
            return web.Response(status=404)
        try:
            hints = read_hook(request.headers.get("content-type", ""), await request.read())
        except BadMessage:
            log.warning("a Provet webhook could not be read", practice=practice.engine.practice.id)
            return web.Response(status=200)
        streams = {Stream(System.PROVET, kind): None for hint in hints for kind in _PROVET_STREAMS[hint.kind]}
        if streams:
            practice.engine.hint(tuple(streams))
        return web.Response(status=200)
