"""The systemd units: hardened as promised, and asking for nothing that the daemon does not do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.settings import DaemonSettings

ROOT = Path(__file__).parents[1]
SERVICE = ROOT / "deploy" / "reconciled.service"
SOCKET = ROOT / "deploy" / "reconciled.socket"
ANALYZERS = [tool for tool in [shutil.which("systemd-analyze")] if tool]


def directives(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Type", "notify"),
        ("DynamicUser", "yes"),
        ("CapabilityBoundingSet", ""),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("RestrictNamespaces", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("LimitCORE", "0"),
        ("UMask", "0077"),
        ("RestartPreventExitStatus", "2"),
    ],
)
def test_the_service_is_hardened(name, value):
    assert directives(SERVICE)[name] == [value]


def test_operators_keep_their_names_on_the_socket():
    assert "PrivateUsers" not in directives(SERVICE)


def test_the_units_agree_with_the_settings_and_each_other():
    service, sock = directives(SERVICE), directives(SOCKET)
    defaults = DaemonSettings()
    assert sock["ListenStream"] == [str(defaults.socket)]
    assert sock["SocketMode"] == ["0660"]
    assert service["Requires"] == [SOCKET.name]
    assert Path("/var/lib") / service["StateDirectory"][0] == defaults.state_dir
    assert "RuntimeDirectory" not in service, "systemd would remove the socket's folder when the service stops"


def test_the_daemon_tells_systemd_what_the_unit_waits_for():
    source = "".join(path.read_text() for path in (ROOT / "daemon").glob("*.py"))
    waits = {"READY=1": directives(SERVICE)["Type"] == ["notify"], "WATCHDOG=1": "WatchdogSec" in directives(SERVICE)}
    assert {state: f'"{state}' in source for state in waits} == waits


@pytest.mark.parametrize("analyzer", ANALYZERS)
def test_systemd_accepts_the_units(tmp_path, analyzer):
    for unit in (SERVICE, SOCKET):
        installed = "/opt/reconciled/.venv/bin/reconciled"
        (tmp_path / unit.name).write_text(unit.read_text().replace(installed, "/bin/true"))
    done = subprocess.run(
        [analyzer, "verify", "--man=no", *sorted(tmp_path.glob("reconciled.*"))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("analyzer", ANALYZERS)
def test_systemd_rates_the_service_as_well_hardened(analyzer):
    done = subprocess.run(
        [analyzer, "security", "--offline=true", "--threshold=12", SERVICE], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout
