"""What systemd receives, and what happens when it does not listen."""

from __future__ import annotations

import socket

import pytest

from daemon.notify import notify


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_receives_the_state(tmp_path, abstract):
    path = str(tmp_path / "notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(5)
        systemd.bind(f"\0{path}" if abstract else path)
        assert notify("READY=1\nSTATUS=running", {"NOTIFY_SOCKET": f"@{path}" if abstract else path})
        assert systemd.recv(100) == b"READY=1\nSTATUS=running"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nonexistent/notify.sock"}])
def test_nobody_listening_is_no_fault(environ):
    assert notify("READY=1", environ) is False
