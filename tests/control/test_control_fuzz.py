"""Whatever arrives on the control socket: one clear answer, nothing decided by accident, and the next one is served."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from urllib.parse import quote

import aiohttp
import pytest

from daemon.control.operations import Operations
from tests.support.garbling import ODD, garbled, spoiled
from tests.support.hostile import HOSTILE
from tests.support.serving import serving
from tests.support.workshop import Workshop, workshop

ROUNDS = 600
BODIES: tuple[object, ...] = (
    {"option": "create", "fingerprint": "f" * 64},
    {"reason": "checked with the clinic", "ceiling": "10.00", "until": "2026-12-01"},
    {"until": "2026-12-01T09:00:00Z"},
    {"text": "asked Ann"},
    {"user": "ann"},
    {"practice": "riverside", "full": True},
    {"filter": {"practice": "riverside", "kind": "invoice.missing"}, "action": {"type": "reject", "reason": "x"}},
)
GETS = (
    "status",
    "discrepancies",
    "groups",
    "selection",
    "audit",
    "audit/verify",
    "audit/search",
    "doubts",
    "excluded",
    "autonomy",
    "no/such/thing",
)
OF_ONE = ("", "/approve", "/undo", "/reject", "/snooze", "/waive", "/comment", "/assign", "/options/create")
OF_PRACTICE = (
    "/release",
    "/pause",
    "/resume",
    "/report",
    "/report/excluded",
    "/report/waivers",
    "/export/links",
    "/export/discrepancies",
)
QUERIES = ("limit", "offset", "sort", "kind", "status", "practice", "q", "month", "after", "group", "amount_min", "x")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(
        tmp_path, clients=6, invoices=20, change=lambda text: text.replace('"auto"', '"approve"')
    ) as made:
        await made.settle_down(full=True)
        yield made


async def test_no_request_breaks_the_socket(shop: Workshop, tmp_path: Path) -> None:
    seed = 20261122
    print("seed", seed)
    rng = Random(seed)
    known = [row.id for row in await shop.found()]
    operations: Operations = shop.app.desk
    statuses: set[int] = set()
    async with serving(operations, tmp_path / "fuzz.sock"):
        connector = aiohttp.UnixConnector(path=str(tmp_path / "fuzz.sock"))
        async with aiohttp.ClientSession(connector=connector) as session:
            for _ in range(ROUNDS):
                method, url, body = _request(rng, known)
                async with session.request(method, url, data=body) as answer:
                    text = await answer.read()
                    statuses.add(answer.status)
                    said = f"{method} {url!r} {body[:200]!r} -> {answer.status} {text[:300]!r}"
                    assert answer.status < 500, said
                    if answer.status >= 400:
                        error = json.loads(text)["error"]
                        assert {"code", "message", "hint"} <= set(error), said
                        assert str(error["message"]).isprintable(), said
            async with session.get("http://x/status") as answer:
                assert answer.status == 200
    assert {200, 400, 404} <= statuses
    assert shop.writes("xero") == shop.writes("provet") == []
    assert (await shop.app.desk.audit_verify()).broken_at is None


async def test_bytes_that_are_no_http_end_one_connection_only(shop: Workshop, tmp_path: Path) -> None:
    seed = 20261123
    print("seed", seed)
    rng = Random(seed)
    path = tmp_path / "fuzz.sock"
    whole = b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    async with serving(shop.app.desk, path):
        for _ in range(60):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(rng.randbytes(rng.randrange(400)) if rng.random() < 0.5 else garbled(whole, rng)[:2000])
            writer.write_eof()
            await reader.read()
            writer.close()
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=str(path))) as session,
            session.get("http://x/status") as answer,
        ):
            assert answer.status == 200


def _request(rng: Random, known: list[str]) -> tuple[str, str, bytes]:
    one = rng.choice([rng.choice(known), "nobody", *HOSTILE[:6], "../status", "%00"])
    path = rng.choice(
        [
            rng.choice(GETS),
            f"discrepancies/{quote(one, safe='')}{rng.choice(OF_ONE)}",
            f"practices/{rng.choice(['riverside', 'nowhere', quote(one, safe='')])}{rng.choice(OF_PRACTICE)}",
            rng.choice(["bulk", "some", "rehearsal", "sync", "sync/7", "corrections/7"]),
        ]
    )
    query = "&".join(
        f"{rng.choice(QUERIES)}={quote(str(rng.choice(ODD))[:300], safe='')}" for _ in range(rng.randrange(3))
    )
    body = json.dumps(spoiled(rng.choice(BODIES), rng)).encode()
    if rng.random() < 0.2:
        body = garbled(body, rng)
    method = rng.choice(["GET", "POST", "POST", "PUT", "DELETE"])
    return method, f"http://x/{path}?{query}", b"" if method == "GET" else body
