"""Where settings come from: the TOML file, and above it names of the environment and files of a secrets folder.

A name such as ``practices__north_road__xero__client_secret`` spells a path of keys; what a value may be is not
decided here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import TomlConfigSettingsSource

from daemon.errors import Invalid
from daemon.settings.names import PREFIX, spell
from daemon.settings.tables import Settings
from daemon.settings.values import Given

LARGEST_FILE = 1024 * 1024
LARGEST_SECRET = 64 * 1024


def read_file(path: Path) -> TomlConfigSettingsSource:
    """Read the settings file; ``Invalid`` when it cannot be read or is not TOML."""
    try:
        if path.stat().st_size > LARGEST_FILE or not path.is_file():
            raise _unreadable(path, "not a file of at most 1 MiB")
        return TomlConfigSettingsSource(Settings, path)
    except OSError as error:
        raise _unreadable(path, error.strerror or "cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, f"not valid TOML: {error}") from None
    except (UnicodeDecodeError, RecursionError):
        raise _unreadable(path, "not valid TOML") from None


def from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings that stand in the environment, by their names in lower case."""
    names = (name for name in sorted(environ) if name.startswith(PREFIX) and "__" in name)
    return {name.removeprefix(PREFIX).lower(): environ[name] for name in names}


def from_folder(folder: Path) -> dict[str, str]:
    """The settings that stand as files in a folder, by name and without their last line break.

    Other files may lie beside them. ``Invalid`` when the folder or one of the files cannot be read.
    """
    tables = tuple(f"{table}__" for table in Settings.model_fields)
    try:
        files = sorted(file for file in folder.iterdir() if file.name.startswith(tables))
        return {file.name: _read_secret(file) for file in files}
    except OSError as error:
        raise _unreadable(error.filename or folder, error.strerror or "cannot be read") from error


def _read_secret(file: Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(LARGEST_SECRET + 1)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _unreadable(file, "not UTF-8 text") from None
    if len(content) > LARGEST_SECRET:
        raise _unreadable(file, "larger than 64 KiB")
    return text.rstrip("\r\n")


def _unreadable(path: Path, reason: str) -> Invalid:
    return Invalid(f"cannot read {path}", problems=(f"{path}: {reason}",))


def locate(name: str, table: Mapping[str, Any]) -> list[str]:
    """The path of keys that a name spells; keys that the file has are recognised, others are taken literally."""
    path = []
    while name:
        known = [key for key in table if name == spell(key) or name.startswith(f"{spell(key)}__")]
        key = max(known, key=len, default=name.partition("__")[0])
        path.append(key)
        name = name[len(key) + len("__") :]
        below = table.get(key)
        table = below if isinstance(below, dict) else {}
    return path


def nest(names: Mapping[str, str], table: Mapping[str, Any]) -> dict[str, Any]:
    """The values of such names, in the nesting that their paths spell."""
    nested: dict[str, Any] = {}
    for name, text in names.items():
        *parents, last = locate(name, table)
        node = nested
        for key in parents:
            below = node.get(key)
            node[key] = below if isinstance(below, dict) else {}
            node = node[key]
        node[last] = Given(text)
    return nested
