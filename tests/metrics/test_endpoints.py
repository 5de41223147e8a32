"""The endpoints over a whole daemon: what they say, and when they say no."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer

from daemon.errors import StoreUnavailable
from daemon.metrics.endpoints import STALLED_AFTER, application
from tests.support.workshop import Workshop, workshop

ALERTS = Path(__file__).parents[2] / "deploy" / "alerts.yml"
LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="[^"]*",?)*)\})? (-?\d+(?:\.\d+)?)')
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@asynccontextmanager
async def endpoints(shop: Workshop) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    app = shop.app
    served = application(app.db, app.engines, app.desk, app.pulse, shop.clock)
    async with TestClient(TestServer(served)) as client:
        yield client


async def samples(client: TestClient) -> Samples:  # type: ignore[type-arg]
    response = await client.get("/metrics")
    assert response.status == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: Samples = {}
    for line in (await response.text()).splitlines():
        if not line.startswith("#"):
            name, labels, value = LINE.fullmatch(line).groups()  # type: ignore[union-attr]
            pairs = frozenset(re.findall(r'([a-z]+)="([^"]*)"', labels or ""))
            assert (name, pairs) not in found
            found[name, pairs] = float(value)
    return found


def one(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset({**labels, "practice": "riverside"}.items())]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path, tidy=False) as made:
        yield made


async def test_metrics_say_what_status_says(shop: Workshop) -> None:
    await shop.settle_down(full=True)
    status = (await shop.app.desk.status()).practices[0]
    async with endpoints(shop) as client:
        found = await samples(client)
    opened = {labels: value for (name, labels), value in found.items() if name == "reconciled_open_discrepancies"}
    assert sum(opened.values()) == status.open_total
    by_kind = {kind: sum(v for labels, v in opened.items() if ("kind", kind) in labels) for kind in status.open}
    assert by_kind == status.open
    amounts = [value for (name, _), value in found.items() if name == "reconciled_open_amount"]
    assert f"{sum(amounts):.2f}" == status.open_amount
    assert one(found, "reconciled_residual", currency="GBP") == float(status.residual)
    assert one(found, "reconciled_practice_state", state=status.state) == 1
    states = [value for (name, _), value in found.items() if name == "reconciled_practice_state"]
    assert (len(states), sum(states)) == (7, 1)
    assert one(found, "reconciled_excluded_documents") == status.excluded
    assert one(found, "reconciled_last_full_timestamp_seconds") == int(status.last_full.timestamp())
    ages = [labels for name, labels in found if name == "reconciled_proof_age_seconds"]
    assert {(dict(labels)["system"], dict(labels)["kind"]) for labels in ages} == {
        (system, kind) for system in ("provet", "xero") for kind in ("contact", "document", "payment")
    }
    calls = [one(found, "reconciled_calls_today", system=system) for system in ("provet", "xero")]
    assert sum(calls) == status.budget.calls_today
    assert one(found, "reconciled_calls_left", system="xero", window="day") == status.budget.xero_day_remaining
    written = one(found, "reconciled_writes_total", system="xero")
    assert written == shop.engine.practice.written["xero"] > 0


async def test_before_the_first_cycle_nothing_is_ready_but_all_is_healthy(shop: Workshop) -> None:
    async with endpoints(shop) as client:
        ready = await client.get("/readyz")
        assert (ready.status, await ready.text()) == (503, "starting: riverside\n")
        assert (await client.get("/healthz")).status == 200
        assert one(await samples(client), "reconciled_practice_state", state="starting") == 1
        await shop.settle_down(full=True)
        assert (await client.get("/readyz")).status == 200


async def test_a_practice_that_cannot_be_reached_is_ready_and_healthy(shop: Workshop) -> None:
    """Its fault is shown: another process would not reach it either."""
    shop.world.hosts["xero"].system.identity.disconnect()
    await shop.settle_down(full=True)
    async with endpoints(shop) as client:
        assert (await client.get("/readyz")).status == 200
        assert (await client.get("/healthz")).status == 200
        assert one(await samples(client), "reconciled_practice_state", state="disconnected") == 1


async def test_a_loop_that_says_nothing_any_more_is_not_healthy(shop: Workshop) -> None:
    async with endpoints(shop) as client:
        await shop.settle_down(full=True)
        shop.clock.now += STALLED_AFTER.total_seconds()
        assert (await client.get("/healthz")).status == 200
        shop.clock.now += 1
        health = await client.get("/healthz")
        assert (health.status, await health.text()) == (503, "no progress: riverside\n")
        await shop.settle_down()
        assert (await client.get("/healthz")).status == 200


async def test_a_store_that_cannot_be_read_is_not_ready(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: object) -> None:
        raise StoreUnavailable("the disk does not read or write")

    await shop.settle_down(full=True)
    monkeypatch.setattr(shop.app.db, "read", refuse)
    async with endpoints(shop) as client:
        for path in ("/readyz", "/metrics"):
            answer = await client.get(path)
            assert (answer.status, await answer.text()) == (503, "the disk does not read or write\n")


async def test_only_these_three_can_be_had(shop: Workshop) -> None:
    async with endpoints(shop) as client:
        assert (await client.get("/status")).status == 404
        assert (await client.post("/metrics")).status == 405


async def test_alerts_name_metrics_and_labels_that_exist(shop: Workshop) -> None:
    await shop.settle_down(full=True)
    async with endpoints(shop) as client:
        found = await samples(client)
    known = {name for name, _ in found}
    labels = {key for _, pairs in found for key, _ in pairs}
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        for name in re.findall(r"reconciled_\w+", rule["expr"]):
            assert name in known, name
        for label in re.findall(r"\$labels\.(\w+)", str(rule["annotations"])):
            assert label in labels, label
