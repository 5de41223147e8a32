"""The HTTP driver against real sockets: floods, drips, redirects, cut bodies and lost connections."""

from __future__ import annotations

import asyncio
import gzip
import resource
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from daemon.errors import InDoubt, ReconError, Unreachable
from daemon.ports import Request
from daemon.transport.aiohttp_exchange import BODY_MAX, AiohttpExchange
from daemon.transport.status import TooLarge

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SECRETS = {"authorization": "Bearer top-secret"}


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application(client_max_size=BODY_MAX)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw(handler: Raw) -> AsyncIterator[str]:
    running: list[asyncio.Task[None] | None] = []

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.append(asyncio.current_task())
        try:
            await handler(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(run, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*(task for task in running if task is not None))


def request(url: str, method: str = "GET", body: bytes = b"") -> Request:
    return Request(method, f"{url}path?secret=query", SECRETS, body)


def shows_no_secret(error: ReconError) -> bool:
    text = "".join(traceback.format_exception(error)) + repr(error)
    return "top-secret" not in text and "query" not in text


async def test_an_answer_comes_whole_with_its_own_query_untouched() -> None:
    seen: list[tuple[str, bytes]] = []

    async def handler(asked: web.Request) -> web.StreamResponse:
        seen.append((asked.raw_path, await asked.read()))
        return web.Response(status=418, body=b"tea", headers={"X-MinLimit-Remaining": "7", "Set-Cookie": "a=b"})

    async with serving(handler) as url, AiohttpExchange() as exchange:
        sent = Request("PUT", f"{url}a%2Fb?modified__gte=2026-01-01T00%3A00%3A00%2B00%3A00", SECRETS, b"{}")
        response = await exchange(sent, timeout_s=5)
        assert (response.status, response.body, response.headers["x-minlimit-remaining"]) == (418, b"tea", "7")
    assert seen == [("/a%2Fb?modified__gte=2026-01-01T00%3A00%3A00%2B00%3A00", b"{}")]


async def test_a_gzip_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(bytes(400 * 1024 * 1024), 9)

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serving(handler) as url, AiohttpExchange() as exchange:
        with pytest.raises(TooLarge) as caught:
            await exchange(request(url), timeout_s=20)
    assert shows_no_secret(caught.value)
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mib < 150, f"{grown_mib:.0f} MiB for a limit of 32"


async def test_a_large_answer_under_the_limit_is_fine() -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(bytes(20_000_000), 1), headers={"Content-Encoding": "gzip"})

    async with serving(handler) as url, AiohttpExchange() as exchange:
        assert len((await exchange(request(url), timeout_s=20)).body) == 20_000_000


async def test_a_drip_ends_with_the_total_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.02)

    async with raw(drip) as url, AiohttpExchange() as exchange:
        with pytest.raises(InDoubt, match="within") as caught:
            await exchange(request(url, "PUT", b"{}"), timeout_s=0.3)
    assert shows_no_secret(caught.value)


async def test_redirects_are_not_followed() -> None:
    visited: list[str] = []

    async def handler(asked: web.Request) -> web.StreamResponse:
        visited.append(asked.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with serving(handler) as url, AiohttpExchange() as exchange:
        assert (await exchange(request(url, "POST", b"{}"), timeout_s=5)).status == 307
    assert visited == ["/path"]


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", b"garbage\r\n\r\n"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
async def test_a_cut_answer_is_in_doubt_and_asked_for_once(answer: bytes, method: str) -> None:
    asked = 0

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        writer.write(answer)

    async with raw(cut) as url, AiohttpExchange() as exchange:
        with pytest.raises(InDoubt) as caught:
            await exchange(request(url, method), timeout_s=5)
    assert asked == 1
    assert shows_no_secret(caught.value)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
async def test_a_write_is_not_repeated_when_a_kept_connection_dies(method: str) -> None:
    executed: list[str] = []

    async def once_then_die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            executed.append(head.decode().split()[0])
            if len(executed) > 2:
                break
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()

    async with raw(once_then_die) as url, AiohttpExchange() as exchange:
        await exchange(request(url), timeout_s=5)
        await exchange(request(url, method), timeout_s=5)
        with pytest.raises(InDoubt):
            await exchange(request(url, method), timeout_s=5)
    assert executed == ["GET", method, method]


async def test_nobody_there_is_unreachable() -> None:
    async with raw(lambda *_: asyncio.sleep(0)) as url:
        pass
    async with AiohttpExchange() as exchange:
        with pytest.raises(Unreachable) as caught:
            await exchange(request(url, "POST", b"{}"), timeout_s=5)
        assert shows_no_secret(caught.value)
        with pytest.raises(Unreachable):
            await exchange(request("http://no-such-host.invalid/"), timeout_s=5)


async def test_broken_compression_is_in_doubt() -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"this is not gzip", headers={"Content-Encoding": "gzip"})

    async with serving(handler) as url, AiohttpExchange() as exchange:
        with pytest.raises(InDoubt):
            await exchange(request(url), timeout_s=5)


@pytest.mark.parametrize("url", ["http://", "nonsense", "http://[::1", "http://host:99999999/"])
async def test_a_useless_url_says_so(url: str) -> None:
    async with AiohttpExchange() as exchange:
        with pytest.raises(ReconError):
            await exchange(Request("GET", url), timeout_s=5)
