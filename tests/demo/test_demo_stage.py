"""The stage: a daemon that does not come up says why, and leaves nothing behind."""

from __future__ import annotations

import sys

import pytest

from daemon.clock import SystemClock
from daemon.demo import stage
from daemon.errors import ReconError


async def test_a_daemon_that_ends_at_once_shows_the_end_of_its_log(monkeypatch, scratch):
    script = "import sys; sys.exit('no \\x1b[2J disk')"
    monkeypatch.setattr(stage, "daemon_arguments", lambda settings: (sys.executable, "-c", script))
    with pytest.raises(ReconError, match=r"^the daemon does not start: no .* disk$") as caught:
        async with stage.open_stage(7, SystemClock(), live=False):
            pass
    assert "\x1b" not in str(caught.value)
    assert list(scratch.iterdir()) == []


async def test_a_daemon_that_never_answers_is_given_up(monkeypatch, scratch):
    script = "import signal; signal.pause()"
    monkeypatch.setattr(stage, "daemon_arguments", lambda settings: (sys.executable, "-c", script))
    monkeypatch.setattr(stage, "READY_S", 0.2)
    with pytest.raises(ReconError, match="it says nothing"):
        async with stage.open_stage(7, SystemClock(), live=False):
            pass
    assert list(scratch.iterdir()) == []
