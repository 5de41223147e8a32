"""The listening socket: never stolen, never left in the way, for its group only."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.control.listener import open_listener
from daemon.errors import Invalid


def test_socket_is_for_owner_and_group_only(tmp_path: Path) -> None:
    listener = open_listener(tmp_path / "c.sock", {})
    assert stat.S_IMODE((tmp_path / "c.sock").stat().st_mode) == 0o660
    listener.close()
    assert not (tmp_path / "c.sock").exists()


def test_socket_belongs_to_the_configured_group(tmp_path: Path) -> None:
    groups = [gid for gid in os.getgroups() if gid != os.getgid()] or [os.getgid()]
    listener = open_listener(tmp_path / "c.sock", {}, gid=groups[0])
    assert (tmp_path / "c.sock").stat().st_gid == groups[0]
    listener.close()


def test_live_socket_is_never_stolen(tmp_path: Path) -> None:
    first = open_listener(tmp_path / "c.sock", {})
    with pytest.raises(Invalid, match="already serves"):
        open_listener(tmp_path / "c.sock", {})
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "c.sock"))
    first.close()


def test_live_socket_without_our_lock_is_not_stolen_either(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "c.sock"))
        other.listen()
        with pytest.raises(Invalid, match="already serves"):
            open_listener(tmp_path / "c.sock", {})


def test_socket_of_a_dead_process_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "c.sock"))
    listener = open_listener(tmp_path / "c.sock", {})
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "c.sock"))
    listener.close()


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "c.sock").write_text("precious")
    with pytest.raises(Invalid, match="no socket"):
        open_listener(tmp_path / "c.sock", {})
    assert (tmp_path / "c.sock").read_text() == "precious"


@pytest.mark.parametrize(("path", "says"), [("nowhere/c.sock", "cannot create"), ("x" * 120, "longer than")])
def test_a_path_that_cannot_be_is_said_plainly(tmp_path: Path, path: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        open_listener(tmp_path / path, {})


def test_after_a_failure_the_lock_is_free_again(tmp_path: Path) -> None:
    (tmp_path / "c.sock").mkdir()
    with pytest.raises(Invalid):
        open_listener(tmp_path / "c.sock", {})
    (tmp_path / "c.sock").rmdir()
    open_listener(tmp_path / "c.sock", {}).close()


_ADOPT = """
import os, socket, sys
from pathlib import Path
from daemon.control.listener import open_listener
os.environ["LISTEN_PID"] = str(os.getpid())
listener = open_listener(Path("/nonexistent/unused.sock"), os.environ)
listener.sock.setblocking(True)
connection, _ = listener.sock.accept()
connection.sendall(b"adopted")
connection.close()
listener.close()
"""


def test_a_passed_socket_is_adopted_with_whoever_already_waits(tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    with socket.socket(socket.AF_UNIX) as passed, socket.socket(socket.AF_UNIX) as client:
        passed.bind(str(path))
        passed.listen()
        client.connect(str(path))
        script = f"import os; os.dup2({passed.fileno()}, 3); os.set_inheritable(3, True)\n{_ADOPT}"
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "LISTEN_FDS": "1"},
            pass_fds=[passed.fileno()],
            check=True,
            timeout=30,
        )
        assert client.recv(100) == b"adopted"
    assert path.exists(), "a socket that is not ours is not removed"
