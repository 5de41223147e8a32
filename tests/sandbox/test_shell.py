"""The HTTP edge on real sockets: what a client sees, with and without faults, and what the log says of it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest

from daemon.ports import Request
from daemon.sandbox.faults import FaultPlan, Kind, Rule
from daemon.sandbox.inline import InlineExchange
from daemon.sandbox.request_log import Entry
from daemon.sandbox.shell import Shell, bind, origin_of
from daemon.sandbox.world import World
from tests.sandbox.echo import START, HandClock, echo_world


def plan(world: World, *rules: Rule) -> None:
    world.faults.plan = FaultPlan(rules)


def kept(world: World) -> list[str]:
    return world.hosts["xero"].system.kept  # type: ignore[attr-defined, no-any-return]


def last(world: World) -> Entry:
    return world.hosts["xero"].log.entries()[-1]


async def test_a_request_reaches_the_system_as_it_was_sent(
    world: World, origin: str, http: aiohttp.ClientSession
) -> None:
    headers = {"Idempotency-Key": "k-1"}
    async with http.post(f"{origin}/echo/a%2Fb?x=%20y", data=b"body", headers=headers) as answer:
        assert answer.status == 201
        assert (await answer.json())["url"] == "/a%2Fb?x=%20y"
    entry = last(world)
    assert (entry.path, entry.body, entry.idempotency_key) == ("/echo/a%2Fb?x=%20y", "body", "k-1")
    assert (entry.status, entry.executed, entry.fault, entry.at) == (201, 201, None, START)


@pytest.mark.parametrize(
    ("path", "accept", "coding"), [("big", "gzip", "gzip"), ("big", "", None), ("small", "gzip", None)]
)
async def test_large_answers_are_compressed_for_those_who_accept(
    origin: str, http: aiohttp.ClientSession, path: str, accept: str, coding: str | None
) -> None:
    async with http.get(f"{origin}/echo/{path}", headers={"Accept-Encoding": accept}) as answer:
        assert answer.headers.get("Content-Encoding") == coding
        assert (await answer.json())["url"] == f"/{path}"


async def test_a_bodyless_refusal_has_no_content_type(world: World, origin: str, http: aiohttp.ClientSession) -> None:
    plan(world, Rule(Kind.LIMIT_MINUTE))
    async with http.get(f"{origin}/echo") as answer:
        assert answer.status == 429
        assert "Content-Type" not in answer.headers
        assert await answer.read() == b""


@pytest.mark.parametrize(
    ("kind", "status", "executed"),
    [
        (Kind.LIMIT, 429, False),
        (Kind.ERROR_BEFORE, 500, False),
        (Kind.ERROR_AFTER, 500, True),
        (Kind.UNAVAILABLE, 503, False),
        (Kind.SLOW, 201, True),
        (Kind.GARBAGE, 200, True),
    ],
)
async def test_faults_with_an_answer(
    world: World, origin: str, http: aiohttp.ClientSession, kind: Kind, status: int, executed: bool
) -> None:
    plan(world, Rule(kind))
    async with http.post(f"{origin}/echo", data=b"once") as answer:
        body = await answer.read()
        assert answer.status == status
    if kind is Kind.GARBAGE:
        with pytest.raises(ValueError):
            json.loads(body)
    assert kept(world) == (["once"] if executed else [])
    assert (last(world).status, last(world).fault) == (status, kind)
    assert last(world).executed == (201 if executed else None)


@pytest.mark.parametrize(
    ("kind", "error", "executed"),
    [
        (Kind.DROP_BEFORE, aiohttp.ServerDisconnectedError, False),
        (Kind.DROP_AFTER, aiohttp.ServerDisconnectedError, True),
        (Kind.TRUNCATED, aiohttp.ClientPayloadError, True),
        (Kind.LATE, aiohttp.ServerDisconnectedError, False),
    ],
)
async def test_faults_without_a_whole_answer(
    world: World, origin: str, http: aiohttp.ClientSession, kind: Kind, error: type[Exception], executed: bool
) -> None:
    plan(world, Rule(kind, times=1))
    with pytest.raises(error):
        async with http.post(f"{origin}/echo", data=b"once") as answer:
            await answer.read()
    assert kept(world) == (["once"] if executed else [])
    assert last(world).status is None


@pytest.mark.parametrize(("kind", "executed"), [(Kind.TIMEOUT_BEFORE, False), (Kind.TIMEOUT_AFTER, True)])
async def test_silence_lasts_until_the_client_gives_up(kind: Kind, executed: bool) -> None:
    class Patient(HandClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.Event().wait()

    world = echo_world(Patient())
    listener = bind(0)
    shell = Shell(world.hosts["xero"], listener, clock=world.clock, control=[])
    await shell.start()
    plan(world, Rule(kind, times=1))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as http:
        with pytest.raises(TimeoutError):
            await http.post(f"{origin_of(listener)}/echo", data=b"once")
    await shell.stop()
    assert kept(world) == (["once"] if executed else [])
    assert last(world).status is None


async def test_a_late_request_lands_at_its_own_time(
    world: World, clock: HandClock, origin: str, http: aiohttp.ClientSession
) -> None:
    plan(world, Rule(Kind.LATE, times=1, seconds=30))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await http.post(f"{origin}/echo", data=b"late")
    clock.move(29)
    world.land_due()
    assert kept(world) == []
    clock.move(11)
    await http.get(f"{origin}/echo")
    assert kept(world) == ["late"]
    assert world.hosts["xero"].system.times == [START + timedelta(seconds=30)]  # type: ignore[attr-defined]
    assert world.hosts["xero"].log.entries()[0].executed == 201


async def test_a_taken_port_is_refused(origin: str) -> None:
    with pytest.raises(OSError):
        bind(int(origin.rpartition(":")[2]))


async def test_a_system_that_counts_is_told_the_calls_in_flight() -> None:
    gate = asyncio.Event()

    class Gated(HandClock):
        async def sleep(self, seconds: float) -> None:
            await gate.wait()

    world = echo_world(Gated())
    plan(world, Rule(Kind.SLOW, times=3))
    exchange = inline(world)
    calls = [asyncio.ensure_future(exchange(Request("GET", "http://xero/echo"), timeout_s=9)) for _ in range(4)]
    await asyncio.sleep(0)
    gate.set()
    answers = await asyncio.gather(*calls, exchange(Request("GET", "http://xero/echo"), timeout_s=9))
    assert [answer.headers["x-in-flight"] for answer in answers] == ["1", "2", "3", "4", "1"]


class NotSent(Exception):
    pass


class Doubtful(Exception):
    pass


def inline(world: World) -> InlineExchange:
    hosts = {f"http://{name}": host for name, host in world.hosts.items()}
    return InlineExchange(hosts, clock=world.clock, unreachable=NotSent, in_doubt=Doubtful)


SILENT = {Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER}


@pytest.mark.parametrize("kind", [None, *(kind for kind in Kind if kind not in SILENT)])
async def test_inline_equals_http(kind: Kind | None, origin: str, world: World, http: aiohttp.ClientSession) -> None:
    """The same request and fault end alike, in answer, in effect and in the log."""
    twin = echo_world(HandClock())
    for each in (world, twin):
        plan(each, *([Rule(kind, times=1)] if kind else []))
    over_http: object
    try:
        async with http.post(f"{origin}/echo/big", data=b"same") as answer:
            over_http = (
                answer.status,
                await answer.read(),
                answer.headers.get("X-Drawn"),
                answer.headers.get("Retry-After"),
            )
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
        over_http = "in doubt"
    without: object
    try:
        got = await inline(twin)(Request("POST", "http://xero/echo/big", body=b"same"), timeout_s=5)
        without = (got.status, got.body, got.headers.get("x-drawn"), got.headers.get("retry-after"))
    except Doubtful:
        without = "in doubt"
    assert without == over_http
    assert last(twin) == last(world)
    assert kept(twin) == kept(world)


async def test_inline_silence_costs_the_whole_timeout(world: World, clock: HandClock) -> None:
    plan(world, Rule(Kind.TIMEOUT_AFTER, times=1))
    with pytest.raises(Doubtful):
        await inline(world)(Request("POST", "http://xero/echo", body=b"once"), timeout_s=5)
    assert (clock.slept, kept(world)) == ([5], ["once"])


async def test_inline_does_not_reach_what_is_not_there(world: World, clock: HandClock) -> None:
    with pytest.raises(NotSent):
        await inline(world)(Request("GET", "http://elsewhere/echo"), timeout_s=5)
