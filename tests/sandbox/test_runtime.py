"""A whole sandbox in one process: state over restarts, files for the daemon, and what stands in its way."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import tomllib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from daemon.sandbox.blueprint import Options
from daemon.sandbox.errors import SandboxError
from daemon.sandbox.runtime import Sandbox, open_sandbox
from daemon.sandbox.settings_out import LONGEST_SOCKET_PATH, MARK
from tests.sandbox.echo import FastClock, WallClock, build_echo, until

NAMES = {
    "practices__riverside__provet__client_secret",
    "practices__riverside__provet__webhook_path",
    "practices__riverside__xero__client_secret",
    "practices__riverside__xero__webhook_key",
}


def opened(**options: Any) -> Any:
    return open_sandbox(Options({"seed": 7}, **options), WallClock(), build_echo)


def kept(sandbox: Sandbox) -> list[str]:
    return sandbox.world.hosts["xero"].system.kept  # type: ignore[attr-defined, no-any-return]


async def test_a_restart_continues_on_the_same_ports(tmp_path: Path) -> None:
    async with opened(state=tmp_path / "state") as first, aiohttp.ClientSession() as http:
        await http.post(first.access.xero_origin + "/echo", data=b"before")
        await http.post(first.access.xero_origin + "/_sandbox/clock", json={"advance_s": 60})
        drawn = (await http.post(first.access.xero_origin + "/echo", data=b"two")).headers["X-Drawn"]
    async with opened(state=tmp_path / "state") as second, aiohttp.ClientSession() as http:
        assert second.access == first.access
        assert kept(second) == ["before", "two"]
        assert second.world.clock.ahead_s == 60
        await http.post(second.access.xero_origin + "/echo", data=b"x")
        assert (await http.post(second.access.xero_origin + "/echo", data=b"y")).headers["X-Drawn"] != drawn


async def test_changes_are_saved_while_it_runs(tmp_path: Path) -> None:
    async with open_sandbox(Options({}, state=tmp_path), FastClock(), build_echo) as sandbox:
        async with aiohttp.ClientSession() as http:
            await http.post(sandbox.access.xero_origin + "/echo", data=b"kept soon")
        await until(lambda: b"kept soon" in (tmp_path / "sandbox.json").read_bytes())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 2}', b"\xff\xfe", b'{"shape": {"seed": "x"}}'])
async def test_a_corrupt_state_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "sandbox.json"
    file.write_bytes(content)
    with pytest.raises(SandboxError, match="move it away") as caught:
        async with opened(state=tmp_path):
            pass
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == content


async def test_a_state_that_the_systems_refuse_is_corrupt_too(tmp_path: Path) -> None:
    async with opened(state=tmp_path):
        pass
    file = tmp_path / "sandbox.json"
    content = file.read_bytes().replace(b'"xero":[]', b'"xero":"?"').replace(b'"ahead_s":0.0', b'"ahead_s":-5')
    file.write_bytes(content)
    with pytest.raises(SandboxError, match="not a sandbox's state"):
        async with opened(state=tmp_path):
            pass
    assert file.read_bytes() == content


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_directory_of_a_state_keeps_its_mode(tmp_path: Path) -> None:
    before = mode_of(tmp_path) | 0o055
    os.chmod(tmp_path, before)  # noqa: PTH101
    async with opened(state=tmp_path):
        assert mode_of(tmp_path / "sandbox.json") == 0o600
    assert mode_of(tmp_path) == before


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with opened():
            raise ZeroDivisionError


async def test_two_sandboxes_do_not_share_a_state(tmp_path: Path) -> None:
    async with opened(state=tmp_path):
        with pytest.raises(SandboxError, match="another sandbox"):
            async with opened(state=tmp_path):
                pass


async def test_a_port_taken_meanwhile_is_named(tmp_path: Path) -> None:
    async with opened(state=tmp_path) as sandbox:
        port = int(sandbox.access.xero_origin.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)), pytest.raises(SandboxError, match=f"port {port}.*in use"):
        async with opened(state=tmp_path):
            pass


def check_secrets(secrets: Path, settings: str) -> None:
    assert {path.name for path in secrets.iterdir()} == NAMES
    assert mode_of(secrets) == 0o700
    for path in secrets.iterdir():
        assert mode_of(path) == 0o600
        assert len(path.read_text()) >= 32
        assert path.read_text() not in settings


async def test_the_settings_fit_and_hold_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    async with opened(settings_out=file) as sandbox:
        assert sandbox.urls()["settings"] == str(file)
    text = file.read_text()
    settings = tomllib.loads(text)
    practice = settings["practices"]["riverside"]
    assert (practice["mode"], practice["release"], practice["settle_s"]) == ("auto", "automatic", 5)
    assert (practice["name"], practice["tax"], practice["xero"]["no_tax_type"]) == ("Echo", {"20": "OUTPUT2"}, "NONE")
    assert practice["xero"]["base_url"] == sandbox.access.xero_url
    assert (practice["xero"]["calls_per_minute"], practice["xero"]["concurrent"]) == (1200, 5)
    assert practice["provet"]["rate_scale"] == 20
    secrets = Path(settings["daemon"]["secrets_dir"])
    assert secrets == tmp_path / "s.toml.secrets"
    check_secrets(secrets, text)


async def test_real_limits_stand_in_the_settings_when_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    async with open_sandbox(Options({"limits": "real"}, settings_out=file), WallClock(), build_echo):
        practice = tomllib.loads(file.read_text())["practices"]["riverside"]
    assert (practice["xero"]["calls_per_minute"], practice["provet"]["rate_scale"]) == (60, 1)


async def test_a_long_place_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    async with opened(settings_out=deep / "s.toml"):
        path = tomllib.loads((deep / "s.toml").read_text())["daemon"]["socket"]
    assert len(os.fsencode(path)) <= LONGEST_SOCKET_PATH
    assert mode_of(Path(path).parent) == 0o700
    Path(path).parent.rmdir()


async def test_settings_of_somebody_else_are_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text("[daemon]\n")
    with pytest.raises(SandboxError, match="not written by a sandbox"):
        async with opened(settings_out=file):
            pass
    assert file.read_text() == "[daemon]\n"
    file.write_text(MARK + "\nold = 1\n")
    async with opened(settings_out=file):
        assert "old" not in tomllib.loads(file.read_text())


async def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SandboxError, match="cannot be written"):
        async with opened(settings_out=tmp_path / "file" / "s.toml"):
            pass
    with pytest.raises(SandboxError, match="cannot be used"):
        async with opened(state=tmp_path / "file"):
            pass


async def test_webhooks_reach_a_real_listener(tmp_path: Path) -> None:
    got: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def receive(incoming: web.Request) -> web.Response:
        got.put_nowait((incoming.headers["x-from"], await incoming.read()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/xero", receive)])
    async with opened(settings_out=tmp_path / "s.toml") as sandbox, aiohttp.ClientSession() as http:
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", sandbox.access.webhook_port).start()
        await http.post(sandbox.access.xero_origin + "/echo", data=b"changed")
        assert await asyncio.wait_for(got.get(), 5) == ("xero", b"changed")
        await runner.cleanup()


async def test_a_live_clinic_acts_by_itself() -> None:
    async with open_sandbox(Options({}, live=True), FastClock(), build_echo) as sandbox:
        await until(lambda: len(sandbox.world.hosts["provet"].system.kept) >= 3)  # type: ignore[attr-defined]
