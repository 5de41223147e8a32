"""`reconciled sandbox` as a process: one line out, exit statuses, and settings that open both systems."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from daemon.sandbox.blueprint import DEFAULT_SHAPE, Blueprint, plan_access
from daemon.sandbox.build import build_world
from daemon.sandbox.profiles import PROFILES
from daemon.sandbox.state import Ports
from daemon.settings.loading import load
from tests.sandbox.echo import HandClock, Postman

ROOT = Path(__file__).parents[2]
SMALL = ("--seed", "7", "--clients", "5", "--invoices", "8")
RUN = """
import argparse, asyncio, sys
from tests.sandbox.echo import WallClock
from daemon.sandbox.command import add_arguments, serve
parser = argparse.ArgumentParser("reconciled sandbox")
add_arguments(parser)
sys.exit(asyncio.run(serve(parser.parse_args(), WallClock())))
"""


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def serving(*arguments: str | Path) -> Iterator[dict[str, Any]]:
    """Runs until the block ends, and proves that SIGTERM ends it with 0 and nothing more to say."""
    process = start(*SMALL, *arguments)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield json.loads(line)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=5)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def call(url: str, body: bytes | None = None, **headers: str) -> Any:
    request = urllib.request.Request(url, body, {name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def token(practice: dict[str, Any], secrets: Path, system: str, **form: str) -> str:
    secret = (secrets / f"practices__riverside__{system}__client_secret").read_text()
    basic = base64.b64encode(f"{practice[system]['client_id']}:{secret}".encode()).decode()
    body = urlencode({"grant_type": "client_credentials", **form}).encode()
    answer = call(practice[system]["token_url"], body, Authorization=f"Basic {basic}")
    return f"Bearer {answer['access_token']}"


def test_the_settings_open_both_systems(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    with serving("--settings-out", file) as urls:
        settings = tomllib.loads(file.read_text())
        practice, secrets = settings["practices"]["riverside"], Path(settings["daemon"]["secrets_dir"])
        assert urls["settings"] == str(file)
        assert load(file, {}).practices["riverside"].xero.client_secret.get_secret_value()
        assert (urls["provet"], urls["xero"]) == (practice["provet"]["base_url"], practice["xero"]["base_url"])
        invoices = call(urls["provet"] + "invoice/", Authorization=token(practice, secrets, "provet"))
        assert invoices["count"] >= 8
        methods = call(urls["provet"] + "paymentmethod/", Authorization=token(practice, secrets, "provet"))
        known = {method["payment_type"] for method in methods["results"]}
        assert {int(code) for code in practice["payments"]} <= known
        bearer = token(practice, secrets, "xero", scope="accounting.settings")
        tenant = practice["xero"]["tenant_id"]
        headers = {"Authorization": bearer, "xero_tenant_id": tenant, "Accept": "application/json"}
        accounts = call(urls["xero"] + "Accounts", **headers)["Accounts"]
        codes = {account.get("Code") for account in accounts}
        assert {*practice["accounts"].values(), *practice["payments"].values()} <= codes
        assert call(practice["xero"]["connections_url"], **headers)[0]["tenantId"] == tenant


def test_a_restart_continues_where_it_stopped(tmp_path: Path) -> None:
    with serving("--state", tmp_path) as first:
        planted = call(first["control"]["provet"] + "planted")
        order = json.dumps({"do": "make_contact", "fields": {"Name": "Rosalind Ash"}}).encode()
        made = call(first["control"]["xero"] + "act", order)["done"]
    with serving("--state", tmp_path) as second:
        assert second == first
        assert call(second["control"]["provet"] + "planted") == planted
        assert planted
        with pytest.raises(urllib.error.HTTPError, match="400"):
            call(second["control"]["xero"] + "act", order)
        rename = {"do": "edit_contact", "contact_id": made["id"], "fields": {"Name": "Rosalind Oak"}}
        call(second["control"]["xero"] + "act", json.dumps(rename).encode())


def test_a_stop_does_not_wait_for_open_connections(tmp_path: Path) -> None:
    with serving("--live") as urls:
        call(urls["control"]["xero"] + "faults", b'[{"kind": "timeout-after"}]')
        waiting = subprocess.Popen(
            [sys.executable, "-c", f"import urllib.request as u; u.urlopen({urls['xero']!r} + 'Accounts')"],
            stderr=subprocess.DEVNULL,
        )
        while not call(urls["control"]["xero"] + "requests")["total"]:
            assert waiting.poll() is None
    waiting.wait(5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--faults", "fire"), "'flaky'"),
        (("--clients", "0"), "from 1 to"),
        (("--invoices", "many"), "'many'"),
        (("--limits", "none"), "'wide'"),
        (("--state", __file__), "cannot be used"),
        (("--settings-out", __file__), "not written by a sandbox"),
    ],
)
def test_what_stands_in_the_way_is_said_with_status_2(arguments: tuple[str, ...], says: str) -> None:
    process = start(*arguments)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert says in err.splitlines()[-1]


def test_help_lists_every_fault_profile() -> None:
    out, _ = start("--help").communicate(timeout=20)
    assert [name for name in PROFILES if f"\n  {name} " not in out] == []
    assert "20 times" in out


@pytest.mark.parametrize("tidy", [True, False])
def test_the_seed_makes_the_practice(tidy: bool) -> None:
    def made(seed: int) -> list[bytes]:
        shape = type(DEFAULT_SHAPE)(seed=seed, clients=6, invoices=12, tidy=tidy, limits="wide", adopted=3)
        access = plan_access(shape, "http://127.0.0.1:1", "http://127.0.0.1:2", 0)
        begun = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
        world = build_world(Blueprint(shape, access, Ports(), begun, 0, None), HandClock(), Postman())
        assert bool(world.clinic.planted()) is not tidy
        return [host.system.dump() for host in world.hosts.values()]

    assert made(3) == made(3)
    assert made(3) != made(4)
