"""The webhook endpoints under anything that the Internet sends: answered at once, a hint at most, never a fact."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Collection
from io import BytesIO
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import cast

import pytest
from aiohttp.test_utils import TestClient, TestServer

from daemon import webhooks
from daemon.reconciler.engine import Engine
from daemon.reconciler.intake import ALL_STREAMS, Stream
from tests.support.garbling import garbled, spoiled
from tests.support.workshop import workshop

ROUNDS = 300
TENANT, KEY, PATH = "c2cc9b6e-0000-4000-8000-000000000001", "key of the app", b"unguessable-part-of-the-url"
EVENTS = {
    "events": [
        {
            "resourceUrl": "https://api.xero.com/api.xro/2.0/Invoices/1",
            "resourceId": "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777",
            "eventDateUtc": "2026-11-02T08:00:00.000",
            "eventType": "UPDATE",
            "eventCategory": "INVOICE",
            "tenantId": TENANT,
            "tenantType": "ORGANISATION",
        }
    ],
    "firstEventSequence": 1,
    "lastEventSequence": 1,
    "entropy": "S0m3r4nd0mt3xt",
}


class Ear:
    """What an engine would hear."""

    def __init__(self) -> None:
        self.heard: list[Stream] = []
        self.practice = SimpleNamespace(id="riverside")

    def hint(self, streams: Collection[Stream]) -> None:
        self.heard += streams


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def client(ear: Ear) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    hooked = webhooks.Hooked(engine=cast("Engine", ear), tenant_id=TENANT, webhook_key=KEY, path=PATH)
    async with TestClient(TestServer(webhooks.application([hooked]))) as made:
        yield made


def signature(body: bytes) -> str:
    return base64.b64encode(hmac.new(KEY.encode(), body, hashlib.sha256).digest()).decode()


async def test_signed_rubbish_is_answered_and_hints_at_known_classes_only(client: TestClient, ear: Ear) -> None:  # type: ignore[type-arg]
    seed = 20261122
    print("seed", seed)
    rng = Random(seed)
    for _ in range(ROUNDS):
        body = json.dumps(spoiled(EVENTS, rng)).encode()
        body = garbled(body, rng) if rng.random() < 0.3 else body
        answer = await client.post("/webhooks/xero", data=body, headers={"x-xero-signature": signature(body)})
        assert answer.status == 200
    assert set(ear.heard) <= set(ALL_STREAMS)
    assert ear.heard


async def test_what_is_not_signed_is_refused_and_hints_at_nothing(client: TestClient, ear: Ear) -> None:  # type: ignore[type-arg]
    rng = Random(7)
    body = json.dumps(EVENTS).encode()
    for given in ("", signature(b"else"), signature(body)[:-4], "\u00e9" * 44, "A" * 5000):
        answer = await client.post("/webhooks/xero", data=body, headers={"x-xero-signature": given})
        assert answer.status == 401
        assert await answer.text() == ""
    for _ in range(50):
        answer = await client.post(
            "/webhooks/xero", data=garbled(body, rng), headers={"x-xero-signature": signature(body)}
        )
        assert answer.status in {200, 401}
    assert len(ear.heard) <= 2


async def test_rubbish_on_the_secret_path_is_answered(client: TestClient, ear: Ear) -> None:  # type: ignore[type-arg]
    seed = 20261123
    print("seed", seed)
    rng = Random(seed)
    for _ in range(ROUNDS):
        kind = rng.choice(["application/json", "application/x-www-form-urlencoded", "", "text/html", "x" * 300])
        body = rng.choice(
            [json.dumps(spoiled({"invoice_id": 3051, "user": 63}, rng)).encode(), b"invoice_id=3051&client_id=1"]
        )
        body = garbled(body, rng) if rng.random() < 0.5 else body
        answer = await client.post(f"/webhooks/provet/{PATH.decode()}", data=body, headers={"content-type": kind})
        assert answer.status == 200
    assert set(ear.heard) <= set(ALL_STREAMS)
    assert ear.heard


async def test_only_the_secret_path_is_heard(client: TestClient, ear: Ear) -> None:  # type: ignore[type-arg]
    for path in ("", "x", PATH.decode()[:-1], PATH.decode() + "x", "%00", "..%2fxero", "\u00e9"):
        answer = await client.post(f"/webhooks/provet/{path}", data=b"invoice_id=3051")
        assert answer.status == 404
    assert ear.heard == []


async def test_a_flood_is_cut_off(client: TestClient, ear: Ear) -> None:  # type: ignore[type-arg]
    answer = await client.post("/webhooks/xero", data=BytesIO(b"x" * (webhooks.BODY_MAX + 1)))
    assert answer.status == 413
    assert ear.heard == []


async def test_a_hint_is_never_taken_for_the_truth(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=5, invoices=10) as shop:
        await shop.settle_down(full=True)
        written = shop.writes("xero"), shop.writes("provet")
        shop.engine.hint(ALL_STREAMS)
        await shop.settle_down()
        assert (shop.writes("xero"), shop.writes("provet")) == written
        assert await shop.found() == []
