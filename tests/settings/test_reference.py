"""The reference of settings for operators, held to the model and to the example with its defaults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from daemon.settings import (
    AccountsSettings,
    ControlSettings,
    DaemonSettings,
    GuardsSettings,
    PracticeSettings,
    ProvetSettings,
    TrackingSettings,
    XeroSettings,
)
from tests.settings.example import EXAMPLE

REFERENCE = Path(__file__).parents[2] / "docs" / "operations.md"
TABLES = {
    "daemon": DaemonSettings,
    "control": ControlSettings,
    "practices.ID": PracticeSettings,
    "practices.ID.provet": ProvetSettings,
    "practices.ID.xero": XeroSettings,
    "practices.ID.accounts": AccountsSettings,
    "practices.ID.tracking": TrackingSettings,
    "practices.ID.guards": GuardsSettings,
}
ELSEWHERE = {"provet", "xero", "accounts", "tracking", "guards", "tax", "payments", "policy"}
"""Keys of a practice that have a table of their own."""
NOT_AS_SHOWN = {"practices.ID.mode": '"approve"', "practices.ID.provet.web_url": '""'}


def section(title: str) -> list[tuple[str, str]]:
    """Key and default of each row below a heading of the reference."""
    text = REFERENCE.read_text().split(f"\n### {title}\n")[1].split("\n##")[0]
    return [
        (key, default.strip("`")) for key, default in re.findall(r"^\| `([\w.]+)` \| (.*?) \| ", text, re.MULTILINE)
    ]


def shown(title: str) -> dict[str, str]:
    """The values of a table as the example writes them."""
    table = EXAMPLE.read_text().split(f"\n[{title.replace('ID', 'riverside')}]")[1].split("\n[")[0]
    return dict(re.findall(r'^(\w+) = ("[^"]*"|\S+)', table, re.MULTILINE))


def default(title: str, table: type[BaseModel], key: str) -> str:
    field = table.model_fields[key]
    if field.annotation is SecretStr:
        return "secret"
    if field.is_required():
        return "required"
    return NOT_AS_SHOWN.get(f"{title}.{key}") or shown(title).get(key, "table")


@pytest.mark.parametrize(("title", "table"), TABLES.items())
def test_the_reference_lists_each_key_with_its_default(title, table):
    keys = [key for key in table.model_fields if not (title == "practices.ID" and key in ELSEWHERE)]
    assert section(title) == [(key, default(title, table, key)) for key in keys]


def test_the_reference_lists_each_mapping():
    assert [key for key, _ in section("Mappings")] == [f"practices.ID.{key}" for key in ("tax", "payments", "policy")]
