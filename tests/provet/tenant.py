"""A simulated tenant in the same process, its client, and the calls that went between them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlsplit

from daemon.ports import Request, Response
from daemon.provet.client import ProvetClient, ProvetEndpoint, connect
from daemon.sandbox.provet.config import ProvetConfig
from daemon.sandbox.provet.provet import ProvetSystem
from daemon.sandbox.provet.records import RowSpec
from daemon.transport.network import Network

BASE = "https://provetcloud.com/54321/"
START = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
Spoil = Callable[[Request, Response], Response]


class SteppingClock:
    """Goes on by what is slept, and by a tenth of a second a call."""

    def __init__(self) -> None:
        self.passed = 0.0

    def utc(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds
        await asyncio.sleep(0)


class Tenant:
    """``spoil`` may change an answer on its way."""

    def __init__(self, **config: Any) -> None:
        self.clock = SteppingClock()
        self.system = ProvetSystem(replace(ProvetConfig(), **config))
        self.requests: list[Request] = []
        self.spoil: Spoil = lambda _, response: response
        self.client: ProvetClient = connect(
            ProvetEndpoint(
                base_url=f"{BASE}api/0.1/",
                token_url=f"{BASE}oauth2/token/",
                client_id="sandbox-provet",
                client_secret="sandbox-provet-secret",
            ),
            Network(self.exchange, self.clock),
        )
        self._rng = Random(1)

    @property
    def now(self) -> dt.datetime:
        return self.clock.utc()

    async def exchange(self, request: Request, *, timeout_s: float) -> Response:
        self.requests.append(request)
        self.clock.passed += 0.1
        response = self.system.handle(request, self.now, self._rng)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return self.spoil(request, Response(response.status, headers, response.body))

    def lists(self, resource: str) -> list[str]:
        """The queries of the list calls of one resource."""
        path = f"/54321/api/0.1/{resource}/"
        urls = [urlsplit(request.url) for request in self.requests if request.method == "GET"]
        return [url.query for url in urls if url.path == path]

    def new_client(self, **fields: str) -> int:
        return self.system.hands.create_client({"lastname": "Quinn", **fields}, self.now, phone="+441234")

    def visit(self, client: int, *prices: str, item: int | None = 1) -> int:
        """A finalised invoice with one row for each net price."""
        rows = [RowSpec(name=f"Row {n}", price=Decimal(price), item=item) for n, price in enumerate(prices)]
        return self.system.hands.invoice_visit(client, rows, self.now)


def query_of(text: str) -> Mapping[str, str]:
    return dict(part.split("=", 1) for part in text.split("&"))
