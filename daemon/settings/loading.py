"""Loads the settings from a file and an environment, and says everything that is wrong with them at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import InitSettingsSource, PydanticBaseSettingsSource

from daemon.errors import Invalid
from daemon.settings import problems, sources
from daemon.settings.names import CREDENTIALS
from daemon.settings.tables import SECRETS, PracticeSettings, Settings


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Settings of the file, overridden by secret files and, above those, by the environment.

    Raises ``Invalid`` with one line for each problem, all at once; no line holds a value.
    """
    file = sources.read_file(path)
    found = list(problems.secrets_in_file(file.toml_data))
    names = _names(file.toml_data, environ, found)
    strangers = problems.unknown_practices(names, file.toml_data)
    found.extend(strangers.values())
    known = {name: text for name, text in names.items() if name not in strangers}
    given = InitSettingsSource(Settings, sources.nest(known, file.toml_data))
    return _validated(path, (given, file), found)


def settings_hash(practice: PracticeSettings) -> str:
    """Changes when a setting of the practice changes; secrets do not go into it."""
    values = practice.model_dump(mode="json", exclude={system: set(keys) for system, keys in SECRETS.items()})
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _names(table: Mapping[str, Any], environ: Mapping[str, str], found: list[str]) -> dict[str, str]:
    environment = sources.from_environment(environ)
    names: dict[str, str] = {}
    for folder in _folders(table, environ, environment):
        try:
            names |= sources.from_folder(folder)
        except Invalid as error:
            found.extend(error.problems)
    return names | environment


def _folders(table: Mapping[str, Any], environ: Mapping[str, str], environment: Mapping[str, str]) -> Iterator[Path]:
    daemon = table.get("daemon")
    in_file = daemon.get("secrets_dir") if isinstance(daemon, dict) else None
    for folder in (environ.get(CREDENTIALS), environment.get("daemon__secrets_dir", in_file)):
        if isinstance(folder, str) and folder.startswith("/"):
            yield Path(folder)


def _validated(path: Path, given: tuple[PydanticBaseSettingsSource, ...], found: list[str]) -> Settings:
    hint = "mend the lines above; docs/operations.md explains every key"
    try:
        settings = Settings(_build_sources=(given, {}))  # type: ignore[call-arg]  # an option of BaseSettings
    except ValidationError as error:
        lines = (*found, *problems.invalid_values(error))
        raise Invalid(f"{path}: the settings are not valid", problems=lines, hint=hint) from None
    if found:
        raise Invalid(f"{path}: the settings are not valid", problems=tuple(found), hint=hint)
    return settings
