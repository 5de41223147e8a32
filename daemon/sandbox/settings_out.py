"""Writes the settings file that lets ``reconciled`` work against this sandbox, and the secrets beside it.

The values of the practice come from the clinic; addresses, credentials and local paths are added here. No secret
stands in the settings file itself.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from daemon.sandbox.errors import SandboxError
from daemon.sandbox.files import private_directory, write_atomic
from daemon.sandbox.toml_out import to_toml

MARK = "# Written by `reconciled sandbox`, and written anew each time it starts."
PRACTICE = "riverside"
LONGEST_SOCKET_PATH = 107
"""Bytes of a Unix socket's path that Linux takes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Call limits of both systems: the documented ones times ``scale``."""

    scale: int
    calls_per_minute: int
    calls_per_day: int


LIMITS: Mapping[str, Limits] = {"real": Limits(1, 60, 5_000), "wide": Limits(20, 1_200, 100_000)}


@dataclass(frozen=True, slots=True)
class Access:
    """How a daemon reaches the two systems. Origins have no slash at their end."""

    provet_origin: str
    provet_id: int
    provet_client: tuple[str, str]
    xero_origin: str
    xero_client: tuple[str, str]
    tenant_id: str
    webhook_key: str
    webhook_path: str
    webhook_port: int
    limits: Limits

    @property
    def provet_url(self) -> str:
        return f"{self.provet_origin}/{self.provet_id}/api/0.1/"

    @property
    def xero_url(self) -> str:
        return f"{self.xero_origin}/api.xro/2.0/"


def write_settings(file: Path, access: Access, practice: Mapping[str, object], *, size: int, run: str) -> None:
    """Write ``file`` and ``FILE.secrets/``. ``size`` is the number of documents to import, ``run`` names the store.

    SandboxError when the place cannot be written or holds a settings file that somebody else wrote.
    """
    try:
        _refuse_foreign(file)
        secrets = private_directory(_beside(file, ".secrets"))
        for name, secret in _secrets(access).items():
            write_atomic(secrets / name, secret.encode())
        daemon = {**_places(file, run), "webhook_listen": f"127.0.0.1:{access.webhook_port}"}
        text = to_toml({"daemon": daemon, "practices": {PRACTICE: _practice(access, practice, size)}})
        write_atomic(file, f"{MARK}\n\n{text}".encode())
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is not UTF-8"
        raise SandboxError(f"settings cannot be written to {str(file)!r}: {reason}") from error


def access_settings(access: Access) -> dict[str, dict[str, object]]:
    """The ``provet`` and ``xero`` tables that point at this sandbox."""
    return {
        "provet": {
            "base_url": access.provet_url,
            "web_url": f"{access.provet_origin}/{access.provet_id}/",
            "token_url": f"{access.provet_origin}/{access.provet_id}/oauth2/token/",
            "client_id": access.provet_client[0],
            "rate_scale": access.limits.scale,
        },
        "xero": {
            "base_url": access.xero_url,
            "token_url": f"{access.xero_origin}/connect/token",
            "connections_url": f"{access.xero_origin}/connections",
            "authorize_url": f"{access.xero_origin}/identity/connect/authorize",
            "tenant_id": access.tenant_id,
            "client_id": access.xero_client[0],
            "calls_per_minute": access.limits.calls_per_minute,
            "calls_per_day": access.limits.calls_per_day,
            "concurrent": 5,
        },
    }


def import_guards(size: int) -> dict[str, object]:
    """Guards wide enough for a first import of ``size`` documents with their payments, and for nothing endless."""
    writes = 1_000 + 10 * size
    money = Decimal(100_000 + 10_000 * size).quantize(Decimal("0.01"))
    return {
        "writes_per_cycle": writes,
        "money_per_cycle": money,
        "writes_per_day": 3 * writes,
        "money_per_day": 3 * money,
    }


def _practice(access: Access, practice: Mapping[str, object], size: int) -> dict[str, object]:
    ours = access_settings(access)
    merged = {**practice, "mode": "auto", "release": "automatic", "settle_s": 5}
    for system, table in ours.items():
        given = practice.get(system)
        merged[system] = {**(given if isinstance(given, Mapping) else {}), **table}
    merged["guards"] = import_guards(size)
    return merged


def _secrets(access: Access) -> dict[str, str]:
    named = {
        "xero__client_secret": access.xero_client[1],
        "xero__webhook_key": access.webhook_key,
        "provet__client_secret": access.provet_client[1],
        "provet__webhook_path": access.webhook_path,
    }
    return {f"practices__{PRACTICE}__{name}": secret for name, secret in named.items()}


def _places(file: Path, run: str) -> dict[str, object]:
    home = private_directory(_beside(file, ".state"))
    return {
        "state_dir": str(home / run),
        "socket": str(_socket_path(home)),
        "secrets_dir": str(_beside(file, ".secrets")),
    }


def _socket_path(home: Path) -> Path:
    natural = home / "control.sock"
    if len(os.fsencode(natural)) <= LONGEST_SOCKET_PATH:
        return natural
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return private_directory(Path(tempfile.gettempdir()) / f"reconciled-{os.geteuid()}-{digest}") / "control.sock"


def _refuse_foreign(file: Path) -> None:
    if file.exists() and not file.read_bytes().startswith(MARK.encode()):
        raise SandboxError(f"{file} exists and was not written by a sandbox; name another --settings-out")


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)
