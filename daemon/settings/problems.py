"""What is wrong with settings, as lines for the operator: the key's path, what is wrong, the nearest valid name.

No line holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from daemon.settings.names import Path, dotted, nearest, where
from daemon.settings.sources import locate
from daemon.settings.tables import SECRETS, PracticeSettings, Settings


def invalid_values(error: ValidationError) -> Iterator[str]:
    """One line for each fault that validation found, in the order of the tables."""
    for detail in error.errors(include_url=False, include_input=False):
        path = tuple(key for key in detail["loc"] if key != "[key]")
        yield f"{dotted(path)}: {_reason(detail, path)}"


def secrets_in_file(table: Mapping[str, Any]) -> Iterator[str]:
    """One line for each secret that stands in the settings file, with where it goes instead."""
    for practice, tables in _sub_tables(table, "practices"):
        for system, given in _sub_tables({practice: tables}, practice):
            for secret in SECRETS.get(system, ()):
                if isinstance(given, dict) and given.get(secret, "") != "":
                    path = ("practices", practice, system, secret)
                    yield f"{dotted(path)}: a secret must not stand in this file; {where(path)}"


def unknown_practices(names: Iterable[str], table: Mapping[str, Any]) -> dict[str, str]:
    """A line for each name whose practice the settings file does not have."""
    ids = [practice for practice, _ in _sub_tables(table, "practices")]
    unknown = {}
    for name in names:
        path = locate(name, table)
        if path[0] == "practices" and (len(path) == 1 or path[1] not in ids):
            advice = f"; the nearest is {nearest(path[1], ids)!r}" if ids and len(path) > 1 else ""
            unknown[name] = f"{dotted((name,))}: the settings file has no such practice{advice}"
    return unknown


def _sub_tables(table: Mapping[str, Any], key: str) -> Iterable[tuple[str, Any]]:
    below = table.get(key)
    return below.items() if isinstance(below, dict) else ()


def _reason(detail: ErrorDetails, path: Path) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return f"unknown key; the nearest is {nearest(str(path[-1]), _table(path[:-1]).model_fields)!r}"
        case "missing" if len(path) == 4 and path[3] in SECRETS.get(str(path[2]), ()):
            return f"missing secret; {where(path)}"
        case "missing":
            return "missing value"
        case "model_type" | "dict_type":
            return "must be a table"
        case "string_type":
            return "must be text in quotes"
        case "tuple_type":
            return "must be a list"
        case "string_too_short" | "too_short":
            return "must not be empty"
        case _:
            return detail["msg"].removeprefix("Value error, ").replace("Input should be", "must be")


def _table(path: Path) -> type[BaseModel]:
    inside_practice = len(path) > 1 and path[0] == "practices"
    table: type[BaseModel] = PracticeSettings if inside_practice else Settings
    for key in path[2:] if inside_practice else path:
        annotation: Any = table.model_fields[str(key)].annotation
        table = annotation
    return table
