"""The asynchronous client: it says what is wrong, and the feed comes back after every loss."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from daemon.protocol import Snapshot
from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving
from tui import calls
from tui.calls import ControlError
from tui.client import Client, follow


async def test_no_daemon_is_said_with_what_to_do(tmp_path: Path) -> None:
    async with Client(str(tmp_path / "none.sock")) as client:
        with pytest.raises(ControlError, match="no daemon") as caught:
            await client.send(calls.status())
    assert "systemctl start reconciled" in caught.value.problem.hint


async def test_the_feed_comes_back_after_the_daemon_does(operations: FakeOperations, tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    waits: list[float] = []
    losses: list[str] = []
    serve = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 6:
            serve.set()
        await asyncio.sleep(0.01)

    async with Client(str(path)) as client, asyncio.timeout(10):
        events = follow(client, sleep, lambda error: losses.append(error.problem.code))
        async with serving(operations, path):
            assert isinstance(await anext(events), Snapshot)
        again = asyncio.ensure_future(anext(events))  # type: ignore[arg-type]
        await serve.wait()
        async with serving(operations, path):
            assert isinstance(await again, Snapshot)
            await events.aclose()  # type: ignore[attr-defined]
    assert set(losses) == {"unreachable"}
    assert waits[:5] == [0.2, 0.5, 1.0, 2.0, 2.0], "it waits a little longer each time, up to a bound"


async def test_garbage_instead_of_a_feed_is_a_loss_and_no_crash(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\ndata: {garbage}\n\n   ")
        await writer.drain()
        writer.close()

    path = str(tmp_path / "other.sock")
    async with await asyncio.start_unix_server(talk, path), Client(path) as client:
        with pytest.raises(ControlError, match="cannot read an event"):
            await anext(client.events())
