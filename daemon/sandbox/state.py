"""The sandbox on disk: one JSON file in ``--state DIR``, replaced whole, locked while a sandbox runs on it."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from daemon.sandbox.delivery import Pending
from daemon.sandbox.errors import SandboxError
from daemon.sandbox.files import write_atomic

FILE_NAME = "sandbox.json"


class Shape(msgspec.Struct, frozen=True):
    """What a world was made from. ``adopted`` of the invoices stand in Xero from the beginning."""

    seed: int
    clients: int
    invoices: int
    tidy: bool
    limits: Literal["real", "wide"]
    adopted: int = 0


class Ports(msgspec.Struct, frozen=True):
    """Loopback ports that stay the same over restarts; 0 is one not yet taken."""

    provet: int = 0
    xero: int = 0
    webhooks: int = 0


class Saved(msgspec.Struct, frozen=True):
    """Everything that a restart continues. ``begun`` is when the world was made.

    ``generation`` counts the starts, so that no id is ever drawn twice.
    """

    shape: Shape
    ports: Ports
    begun: datetime
    generation: int
    ahead_s: float
    provet: msgspec.Raw
    xero: msgspec.Raw
    planted: msgspec.Raw
    webhooks: list[Pending]
    version: Literal[1] = 1


class StateFile:
    """The state file of one directory; the directory is made when it is missing, and locked until the process ends."""

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SandboxError(f"the state directory {directory} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise SandboxError(f"another sandbox runs on {directory}; stop it or name another --state") from error
        self.path = directory / FILE_NAME

    def load(self) -> Saved | None:
        """What an earlier run saved, or None. SandboxError when it cannot be read; the file is left as it is."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Saved)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SandboxError(f"{self.path} cannot be read: {error.strerror}") from error
        except msgspec.DecodeError as error:
            raise self.corrupt(error) from error

    def corrupt(self, cause: Exception) -> SandboxError:
        """The error for a state that cannot be taken over."""
        reason = " ".join(str(cause).split())[:200]
        return SandboxError(f"{self.path} is not a sandbox's state ({reason}); move it away to begin anew")

    def save(self, saved: Saved) -> None:
        """Replace the state. OSError when it cannot be written."""
        write_atomic(self.path, msgspec.json.encode(saved))

    def close(self) -> None:
        """Let another sandbox use the directory."""
        os.close(self._lock)
