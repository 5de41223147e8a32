"""How the path of a setting is written: dotted in TOML, joined by ``__`` in the environment and in secret files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches

PREFIX = "RECONCILED_"
CREDENTIALS = "CREDENTIALS_DIRECTORY"

Path = tuple[int | str, ...]


def dotted(path: Path) -> str:
    """A path of keys as TOML writes it; anything but a bare key is quoted and escaped."""
    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key) for key in map(str, path))


def spell(key: str) -> str:
    """How one key reads in the environment and in file names."""
    return key.lower().replace("-", "_").replace(".", "_")


def where(path: Path) -> str:
    """Says where the secret at a path of keys goes."""
    name = "__".join(spell(str(key)) for key in path)
    return f"put it into the file {name} in daemon.secrets_dir or ${CREDENTIALS}, or into {PREFIX}{name.upper()}"


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of ``names`` that looks most like ``name``; "" only when there is none at all."""
    return next(iter(get_close_matches(name[:100], sorted(names), n=1, cutoff=0.0)), "")
