"""Secrets at rest: a key of this installation in the state folder, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from daemon.errors import Invalid


class Seal:
    """Encrypts and decrypts small secrets such as token pairs."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def close(self, secret: bytes) -> bytes:
        """The secret as it may stand in the store."""
        return self._fernet.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """The secret again; raises ``Invalid`` if another key sealed it."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            hint = "restore the key file beside the store, or connect the Xero app anew"
            raise Invalid("stored tokens were sealed with another key", hint=hint) from None


def seal_in(folder: Path) -> Seal:
    """The seal of a state folder; its key is made on first use with mode 0600."""
    path = folder / "seal.key"
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Seal(path.read_bytes())
    key = Fernet.generate_key()
    with os.fdopen(fd, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return Seal(key)
