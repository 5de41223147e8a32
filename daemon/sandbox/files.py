"""Writing files so that a reader, or a crash, sees the old content or the new, never half. Nothing is deleted."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from daemon.sandbox.errors import SandboxError


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace a file's content in one step, durably. OSError when the place cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def private_directory(path: Path) -> Path:
    """Make a directory that only this user enters, or accept one that is; SandboxError when it is somebody else's."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise SandboxError(f"{path} is not a directory of this user; move it away")
    path.chmod(0o700)
    return path
