"""The listening socket: adopted from systemd, or bound under an exclusive lock so that no live socket is stolen.

Binding over a live Unix socket silently takes its clients away; hence the lock file beside it, which the kernel
releases with the process however it ends.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.errors import Invalid

_FIRST_PASSED_FD = 3
_PATH_MAX = 107
_BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Listener:
    """An open listening socket. ``path`` and ``lock_fd`` are set if this process bound it and must clean up."""

    sock: socket.socket
    path: Path | None = None
    lock_fd: int | None = None

    def close(self) -> None:
        """Stop listening; remove the socket and free the lock if they are ours."""
        self.sock.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        if self.lock_fd is not None:
            os.close(self.lock_fd)


def open_listener(path: Path, environ: Mapping[str, str], gid: int | None = None) -> Listener:
    """Adopt systemd's socket if ``environ`` passes one to this process, else bind ``path`` with mode 0660.

    ``gid`` becomes the socket's group. Raises ``Invalid`` if another process serves the path, or it cannot be bound.
    """
    passed = _passed_socket(environ)
    return Listener(passed) if passed else _bind(path, gid)


def _passed_socket(environ: Mapping[str, str]) -> socket.socket | None:
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    count = int(environ.get("LISTEN_FDS", "0"))
    for fd in range(_FIRST_PASSED_FD, _FIRST_PASSED_FD + count):
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            sock = socket.socket(fileno=fd)
            if sock.family == socket.AF_UNIX:
                sock.setblocking(False)
                return sock
            sock.detach()
    return None


def _bind(path: Path, gid: int | None) -> Listener:
    if len(os.fsencode(path)) > _PATH_MAX:
        raise Invalid(
            f"socket path is longer than {_PATH_MAX} bytes: {path}", hint="set daemon.socket to a shorter one"
        )
    lock_fd = _lock(path)
    try:
        _clear(path)
        sock = _listen(path, gid)
    except OSError as error:
        os.close(lock_fd)
        raise Invalid(f"cannot listen on {path}: {error.strerror}", hint="check the folder's owner and mode") from error
    except BaseException:
        os.close(lock_fd)
        raise
    return Listener(sock, path, lock_fd)


def _lock(path: Path) -> int:
    lock = path.with_name(path.name + ".lock")
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        hint = f"create {path.parent} for the service's user, or set daemon.socket to another place"
        raise Invalid(f"cannot create {lock}: {error.strerror}", hint=hint) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise _in_use(path) from error
    return fd


def _clear(path: Path) -> None:
    """Remove a socket that a dead process left; refuse a live one and anything that is no socket."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise Invalid(f"{path} exists and is no socket", hint="remove it, or set daemon.socket to another place")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(os.fsencode(path)) not in {errno.ECONNREFUSED, errno.ENOENT}:
                raise _in_use(path)
        path.unlink()


def _listen(path: Path, gid: int | None) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        umask = os.umask(0o117)
        try:
            sock.bind(os.fsencode(path))
        finally:
            os.umask(umask)
        if gid is not None:
            os.chown(path, -1, gid, follow_symlinks=False)
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _in_use(path: Path) -> Invalid:
    return Invalid(f"another daemon already serves {path}", hint="stop it first, or set daemon.socket to another place")
