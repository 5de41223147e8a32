"""What single calls look like on their way out, through the HTTP driver."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from aiohttp import ClientConnectionError, ClientResponse, ClientSession
from aioresponses import CallbackResult, aioresponses, core
from yarl import URL

from daemon.errors import InDoubt
from daemon.ports import Request
from daemon.transport.aiohttp_exchange import AiohttpExchange
from daemon.transport.call import Priority
from daemon.transport.network import Network
from daemon.xero.client import XeroEndpoint, connect
from daemon.xero.requests import plan_requests
from tests.transport.virtual_clock import VirtualClock
from tests.xero.test_xero_requests import IDS, PAY

API = "https://api.test/api.xro/2.0/"
TOKEN = "https://id.test/token"


async def test_a_read_and_a_write() -> None:
    seen: dict[str, dict[str, str]] = {}

    def remember(url: URL, **sent: object) -> CallbackResult:
        headers = sent["headers"]
        assert isinstance(headers, Mapping)
        seen[url.path] = {name.lower(): value for name, value in headers.items()}
        assert sent["allow_redirects"] is False
        return CallbackResult(status=200, payload={"DateTimeUTC": "/Date(1795132800000)/", "Payments": []})

    async with AiohttpExchange() as exchange:
        network = Network(exchange, VirtualClock())
        endpoint = XeroEndpoint(base_url=API, token_url=TOKEN, client_id="a", client_secret="b", tenant_id="T")
        client = connect(endpoint, network)
        plan = plan_requests([("k", PAY)], lambda kind, name: IDS.get((kind, name)))
        with aioresponses() as answers:
            answers.post(TOKEN, payload={"access_token": "tok", "expires_in": 1800})
            answers.get(f"{API}TaxRates", payload={"TaxRates": []})
            answers.get(f"{API}Payments?page=1&pageSize=1000", callback=remember)
            _ = [batch async for batch in client.payments(None, priority=Priority.POLL)]
            answers.put(f"{API}Payments?summarizeErrors=false", callback=remember)
            await client.send(plan.requests[0], idempotency_key="key")
            read = seen["/api.xro/2.0/Payments"]
            assert read["authorization"] == "Bearer tok"
            assert read["xero-tenant-id"] == "T"
            assert read["idempotency-key"] == "T-key"


async def test_a_lost_connection_by_the_books() -> None:
    async with AiohttpExchange() as exchange:
        with aioresponses() as answers:
            answers.put(API, exception=ClientConnectionError("Bearer tok"))
            with pytest.raises(InDoubt) as caught:
                await exchange(Request("PUT", API), timeout_s=1)
    assert "tok" not in str(caught.value)


async def test_the_shim_is_still_needed(
    monkeypatch: pytest.MonkeyPatch, unmended_answers: type[ClientResponse]
) -> None:
    """Once this fails, aioresponses has caught up with aiohttp: take the shim out of tests/conftest.py."""
    monkeypatch.setattr(core, "ClientResponse", unmended_answers)
    async with ClientSession() as session:
        with aioresponses() as answers:
            answers.get(API, payload={})
            with pytest.raises(TypeError, match="stream_writer"):
                await session.get(API)
