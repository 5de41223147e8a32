"""Children of the demo: what they inherit, and that none outlives it."""

from __future__ import annotations

import asyncio
import sys

import pytest

from daemon.demo import children
from daemon.demo.children import environment, stopped_at_the_end

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
WILLING = "import signal; print('ready', flush=True); signal.pause()"


async def started(program: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


def test_what_would_steer_a_daemon_is_not_handed_on(monkeypatch):
    monkeypatch.setenv("RECONCILED_PRACTICES__RIVERSIDE__MODE", "observe")
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    monkeypatch.setenv("SHELL", "/bin/sh")
    found = environment({"RECONCILED_DAEMON__LOG_LEVEL": "debug"})
    assert found["RECONCILED_DAEMON__LOG_LEVEL"] == "debug"
    assert found["SHELL"] == "/bin/sh"
    assert not {"RECONCILED_PRACTICES__RIVERSIDE__MODE", "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"} & found.keys()


@pytest.mark.parametrize(("program", "ended"), [(WILLING, -15), (STUBBORN, -9)])
async def test_a_child_ends_with_its_block(monkeypatch, program, ended):
    monkeypatch.setattr(children, "STOP_S", 0.2 if program is STUBBORN else 10.0)
    process = await started(program)
    async with stopped_at_the_end(process):
        pass
    assert process.returncode == ended


async def test_a_child_ends_when_its_block_fails():
    process = await started(WILLING)
    with pytest.raises(ZeroDivisionError):
        async with stopped_at_the_end(process):
            raise ZeroDivisionError
    assert process.returncode == -15


async def test_a_child_that_ended_by_itself_is_left_alone():
    process = await started("print('ready', flush=True)")
    async with stopped_at_the_end(process):
        assert await process.wait() == 0
    assert process.returncode == 0
