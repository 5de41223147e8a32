"""The control endpoints over HTTP."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from daemon.sandbox.world import World
from tests.sandbox.echo import HandClock


async def ask(
    http: aiohttp.ClientSession, method: str, url: str, body: object = None, **headers: str
) -> tuple[int, Any]:
    async with http.request(method, url, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_the_log_tells_writes_from_reads(origin: str, http: aiohttp.ClientSession) -> None:
    for method, path in (("GET", "/echo"), ("POST", "/connect/token"), ("POST", "/echo"), ("PUT", "/echo?n=1")):
        await http.request(method, origin + path, data=b"client_secret=s")
    status, log = await ask(http, "GET", f"{origin}/_sandbox/requests")
    assert (status, log["total"], log["dropped"]) == (200, 4, 0)
    assert log["requests"][1]["body"] == ""
    _, writes = await ask(http, "GET", f"{origin}/_sandbox/requests?writes=1")
    assert [(entry["method"], entry["path"]) for entry in writes["requests"]] == [
        ("POST", "/echo"),
        ("PUT", "/echo?n=1"),
    ]


async def test_faults_are_replaced_and_ended(origin: str, http: aiohttp.ClientSession) -> None:
    url = f"{origin}/_sandbox/faults"
    status, plan = await ask(http, "POST", url, [{"kind": "500-before", "path": "/echo", "times": 1}])
    assert (status, plan["rules"][0]["times"]) == (200, 1)
    assert (await http.get(f"{origin}/echo")).status == 500
    assert (await http.get(f"{origin}/echo")).status == 201
    assert (await ask(http, "GET", url))[1]["rules"][0]["times"] == 0
    await ask(http, "POST", url, {"rules": [{"kind": "unavailable"}], "webhooks": {"lose": 1}})
    assert (await http.get(f"{origin}/echo")).status == 503
    await ask(http, "DELETE", url)
    assert (await http.get(f"{origin}/echo")).status == 201


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("faults", [{"kind": "fire"}], "timeout-after"),
        ("faults", [{"kind": "slow", "probability": 2}], "probability"),
        ("faults", [{"kind": "slow", "colour": "red"}], "colour"),
        ("act", {"do": "forget"}, "keep"),
        ("act", {"do": "keep", "what": 3}, "str"),
        ("act", {"do": "keep", "what": ""}, "nothing to keep"),
        ("act", {"do": "keep", "what": "x", "now": "2026"}, "now"),
        ("act", {"do": "keep"}, "what"),
        ("step", {"n": 0}, "n"),
        ("clock", {"advance_s": -1}, "forward"),
    ],
)
async def test_wrong_orders_are_refused_in_words(
    origin: str, http: aiohttp.ClientSession, world: World, path: str, body: object, says: str
) -> None:
    status, answer = await ask(http, "POST", f"{origin}/_sandbox/{path}", body)
    assert status == 400
    assert says in answer["error"]
    assert world.hosts["xero"].system.kept == []  # type: ignore[attr-defined]


async def test_people_act_by_name(origin: str, http: aiohttp.ClientSession, world: World) -> None:
    _, hands = await ask(http, "GET", f"{origin}/_sandbox/act")
    assert hands == {"keep": {"says": "Keep something by hand.", "arguments": {"what": "str", "times": "int = 1"}}}
    status, answer = await ask(http, "POST", f"{origin}/_sandbox/act", {"do": "keep", "what": "a cat", "times": 2})
    assert (status, answer) == (200, {"done": "a cat at 09:00"})
    assert world.hosts["xero"].system.kept == ["a cat", "a cat"]  # type: ignore[attr-defined]
    assert len(world.delivery.pending()) == 1


async def test_the_clinic_steps_and_shows_what_it_planted(
    origin: str, http: aiohttp.ClientSession, world: World
) -> None:
    assert await ask(http, "POST", f"{origin}/_sandbox/step", {"n": 3}) == (200, {"done": [{"kept": "stepped"}] * 3})
    assert await ask(http, "GET", f"{origin}/_sandbox/planted") == (200, [{"case": "none"}])


async def test_the_clock_goes_forward(origin: str, http: aiohttp.ClientSession, world: World, clock: HandClock) -> None:
    status, answer = await ask(http, "POST", f"{origin}/_sandbox/clock", {"advance_s": 3600})
    assert (status, answer) == (200, {"now": "2026-03-02T10:00:00Z", "ahead_s": 3600.0})
    assert (world.clock.utc() - clock.utc()).total_seconds() == 3600


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
async def test_web_pages_have_no_control(origin: str, http: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    status, _ = await ask(http, "DELETE", f"{origin}/_sandbox/faults", **headers)
    assert status == 403


async def test_an_unknown_endpoint_names_those_there_are(origin: str, http: aiohttp.ClientSession) -> None:
    status, answer = await ask(http, "GET", f"{origin}/_sandbox/nothing")
    assert status == 404
    assert "planted" in answer["error"]
