"""To which daemon, as whom, and how others attach to it: the end of every help. Pure."""

from __future__ import annotations

import shlex

from daemon.protocol import DEFAULT_SOCKET
from daemon.safe import safe
from tui.drawing import Piece
from tui.state import State


def attached_lines(state: State, socket: str) -> list[Piece]:
    """Each line a piece."""
    who = f"as {safe(state.operator.login)} ({state.operator.role}) " if state.operator else ""
    command = "reconcile" if socket == DEFAULT_SOCKET else f"reconcile --socket {shlex.quote(safe(socket))}"
    return [
        ("", ""),
        ("This daemon", "head"),
        (f"  attached {who}to {safe(socket)}", ""),
        (f"  another terminal attaches by: {command}", ""),
        ("  who may look is in control.viewer_group, who decides also in", ""),
        ("  control.approver_group (settings.toml)", ""),
        ("  a second person attaches so too, under a login of their own", ""),
    ]
