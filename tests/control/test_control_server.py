"""The control server over a real Unix socket: answers, refusals, roles, and a feed that ends when it should."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from daemon.control.access import Access, Peer
from daemon.errors import InDoubt, ReconError, Stale, Transient
from daemon.protocol import BODY_MAX, Changed, Closed, Operator, Resync, Role, Snapshot
from daemon.protocol import Status as DaemonStatus
from tests.support.fake_books import finding
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tui import calls
from tui.calls import ControlError
from tui.client import Client

PRACTICE_KEYS = (
    "id name mode state residual open open_total open_amount in_doubt hand_work excluded last_cycle last_full budget "
    "warnings"
)


class Roles(Access):
    """Gives every peer one role, as no kernel of a test machine would."""

    given: Role | None = Role.VIEWER

    def role(self, peer: Peer) -> Role | None:
        return self.given


class NoRole(Roles):
    given = None


@pytest.fixture
async def http(socket_path: str) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.UnixConnector(socket_path)
    async with aiohttp.ClientSession("http://localhost", connector=connector) as session:
        yield session


async def refused(client: Client, call: calls.Call[DaemonStatus]) -> ControlError:
    with pytest.raises(ControlError) as caught:
        await client.send(call)
    return caught.value


async def test_status_and_list_have_the_promised_keys(http: aiohttp.ClientSession) -> None:
    status = await (await http.get("/status")).json()
    assert {"version", "started_at", "practices"} <= set(status)
    assert set(PRACTICE_KEYS.split()) <= set(status["practices"][0])
    assert set(status["practices"][0]["budget"]) == {
        "xero_day_remaining",
        "xero_minute_remaining",
        "calls_today",
        "bytes_today",
        "systems",
    }
    listed = await (await http.get("/discrepancies?limit=2")).json()
    assert listed["total"] == 12
    assert len(listed["discrepancies"]) == 2
    amounts = [float(d["amount"]) for d in listed["discrepancies"]]
    assert amounts == sorted(amounts, reverse=True)
    shown = await (await http.get(f"/discrepancies/{listed['discrepancies'][0]['id']}")).json()
    assert shown.pop("history") == []
    assert {name: shown[name] for name in listed["discrepancies"][0]} == listed["discrepancies"][0]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/discrepancies/nope", b"", 404, "unknown_id"),
        ("GET", "/nowhere", b"", 404, "unknown_path"),
        ("DELETE", "/status", b"", 405, "wrong_method"),
        ("GET", "/discrepancies?limit=0", b"", 400, "invalid"),
        ("GET", "/discrepancies?colour=red", b"", 400, "invalid"),
        ("GET", "/audit?after=x", b"", 400, "invalid"),
        ("POST", "/discrepancies/nope/approve", b"{", 400, "invalid"),
        ("POST", "/discrepancies/nope/approve", b"[" * 60_000, 400, "invalid"),
        ("POST", "/discrepancies/nope/approve", b'{"option": 7}', 400, "invalid"),
        ("POST", "/discrepancies/nope/reject", b"{}", 400, "invalid"),
        ("POST", "/discrepancies/nope/reject", b'{"reason": ""}', 400, "invalid"),
        ("POST", "/practices/nope/release", b"", 404, "unknown_id"),
        ("POST", "/sync", b" " * (BODY_MAX + 1), 413, "too_large"),
    ],
)
async def test_refusals_are_json_with_a_code(
    http: aiohttp.ClientSession, method: str, path: str, body: bytes, status: int, code: str
) -> None:
    response = await http.request(method, path, data=body)
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (status, code)
    assert set(error) == {"code", "message", "hint"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Stale("moved"), 409, "stale"),
        (Transient("later"), 503, "unavailable"),
        (InDoubt("who knows"), 500, "in_doubt"),
        (ReconError("no"), 500, "failed"),
        (ZeroDivisionError("secret detail"), 500, "internal"),
    ],
)
async def test_errors_of_operations(
    http: aiohttp.ClientSession, operations: FakeOperations, error: Exception, status: int, code: str
) -> None:
    async def fail() -> DaemonStatus:
        raise error

    operations.status = fail  # type: ignore[method-assign]
    response = await http.get("/status")
    body = await response.text()
    assert (response.status, json.loads(body)["error"]["code"]) == (status, code)
    assert "secret detail" not in body


async def test_approval_is_bound_to_what_was_seen(socket_path: str, operations: FakeOperations) -> None:
    found = next(iter(operations.found.values())).finding
    async with Client(socket_path) as client:
        stale = await refused(client, calls.approve(found.id, expect="something else"))  # type: ignore[arg-type]
        assert stale.problem.code == "stale"
        approval = await client.send(calls.approve(found.id, expect=found.options[0].fingerprint))
        assert approval.outcome == "accepted"
        assert approval.correction
        assert (await client.send(calls.correction(approval.correction.id))).status == "approved"


async def test_the_kernel_names_the_operator(socket_path: str, operations: FakeOperations) -> None:
    found = next(iter(operations.found))
    async with Client(socket_path) as client:
        detail = await client.send(calls.reject(found, "not ours"))
        assert detail.status == "rejected"
        snapshot = await anext(client.events())
        assert isinstance(snapshot, Snapshot)
    assert detail.history[0].actor == snapshot.operator.login
    assert isinstance(snapshot.operator, Operator)


async def test_a_viewer_may_look_and_nothing_else(operations: FakeOperations, tmp_path: Path) -> None:
    found = next(iter(operations.found))
    posts = [
        calls.approve(found),
        calls.reject(found, "x"),
        calls.sync(),
        calls.release("oaktree"),
        calls.pause("oaktree", "x"),
        calls.resume("oaktree"),
    ]
    async with serving(operations, tmp_path / "v.sock", Roles(own_uid=1)), Client(str(tmp_path / "v.sock")) as client:
        assert (await client.send(calls.show(found))).id == found
        for call in posts:
            assert (await refused(client, call)).problem.code == "forbidden"  # type: ignore[arg-type]
    assert operations.log == []


async def test_without_a_role_nothing_is_shown(operations: FakeOperations, tmp_path: Path) -> None:
    async with serving(operations, tmp_path / "n.sock", NoRole(own_uid=1)), Client(str(tmp_path / "n.sock")) as client:
        assert (await refused(client, calls.status())).problem.code == "forbidden"
        with pytest.raises(ControlError, match="no access"):
            await anext(client.events())


async def test_feed_is_a_snapshot_then_changes(socket_path: str, operations: FakeOperations) -> None:
    async with Client(socket_path) as client:
        events = client.events()
        snapshot = await anext(events)
        assert isinstance(snapshot, Snapshot)
        added = operations.add(finding(99, operations.rng))
        changed = await anext(events)
        assert isinstance(changed, Changed)
        assert (changed.discrepancy.id, changed.seq > snapshot.status.seq) == (added, True)
        operations.close(added)
        heard = [await anext(events), await anext(events)]
        assert any(isinstance(event, Closed) and event.id == added for event in heard)
        await events.aclose()  # type: ignore[attr-defined]


async def test_feed_reads_as_server_sent_events(http: aiohttp.ClientSession) -> None:
    response = await http.get("/events")
    assert response.content_type == "text/event-stream"
    assert await response.content.readline() == b"event: snapshot\n"
    assert (await response.content.readline()).startswith(b"data: {")
    assert await response.content.readline() == b"\n"
    response.close()


async def test_stopping_ends_streams_at_once_and_removes_the_socket(operations: FakeOperations, tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    async with asyncio.timeout(0.9), Client(str(path)) as client:
        async with serving(operations, path):
            events = client.events()
            assert isinstance(await anext(events), Snapshot)
        assert [event async for event in events] == []
    assert not path.exists()


async def test_a_client_that_never_reads_slows_nobody(socket_path: str, operations: FakeOperations) -> None:
    reader, writer = await asyncio.open_unix_connection(socket_path, limit=1024)
    writer.write(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readline()
    async with Client(socket_path) as client:
        events = client.events()
        await anext(events)
        for number in range(100, 1600):
            operations.add(finding(number, operations.rng))
            await asyncio.sleep(0)
        async for event in events:
            if isinstance(event, Resync) or (isinstance(event, Changed) and event.seq == operations.seq):
                break
        assert (await client.send(calls.status())).seq == operations.seq
        await events.aclose()  # type: ignore[attr-defined]
    writer.close()
