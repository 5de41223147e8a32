"""Keys, defaults and required keys, against the example and against a file that holds only what must be there."""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from daemon.core.discrepancy import Policy
from daemon.core.rules import Mode
from daemon.settings import Listen, Settings, load
from daemon.settings.tables import SECRETS as SECRET_KEYS
from daemon.settings.tables import PracticeSettings
from tests.settings.example import EXAMPLE, MINIMAL, SECRETS, edited, problems_of, settings_of

REQUIRED = (
    "name",
    "start_date",
    "timezone",
    "currency",
    "tax",
    "provet.base_url",
    "provet.token_url",
    "provet.client_id",
    "provet.xero_payment_type",
    "xero.base_url",
    "xero.token_url",
    "xero.tenant_id",
    "xero.client_id",
    "accounts.default",
)


def shape(table: type[BaseModel], *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The keys of a settings class, with the keys of the tables below it."""
    below = {name: field.annotation for name, field in table.model_fields.items() if name not in without}
    return {
        name: shape(kind, without=SECRET_KEYS.get(name, ()))
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        else {}
        for name, kind in below.items()
    }


def shown(table: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """The keys of a TOML table; below a key that is no table of the model, nothing counts."""
    return {name: shown(value, model.get(name, {})) if model.get(name) else {} for name, value in table.items()}


def test_the_example_shows_every_default(tmp_path):
    example = load(EXAMPLE, SECRETS)
    practice = example.practices["riverside"].model_copy(update={"mode": Mode.APPROVE})
    assert settings_of(tmp_path, MINIMAL) == example.model_copy(update={"practices": {"riverside": practice}})


def test_the_example_holds_exactly_the_keys_of_the_model():
    table = tomllib.loads(EXAMPLE.read_text())
    model = shape(Settings)
    assert shown(table | {"practices": {}}, model) == model
    practice = shape(PracticeSettings)
    assert shown(table["practices"]["riverside"], practice) == practice


def test_each_required_key_is_missed_by_its_path(tmp_path):
    bare = "".join(f"[practices.riverside.{table}]\n" for table in ("provet", "xero", "accounts"))
    assert set(problems_of(tmp_path, bare)) == {f"practices.riverside.{path}: missing value" for path in REQUIRED}


def test_each_required_table_is_missed_by_its_path(tmp_path):
    tables = {"name", "start_date", "timezone", "currency", "provet", "xero", "tax", "accounts"}
    missing = {f"practices.riverside.{table}: missing value" for table in tables}
    assert set(problems_of(tmp_path, "[practices.riverside]", {})) == missing


def test_nothing_else_is_required(tmp_path):
    assert problems_of(tmp_path, MINIMAL) == ()


def test_values_come_as_what_they_mean(tmp_path):
    text = edited(
        ('webhook_listen = ""', 'webhook_listen = "[::1]:8090"'),
        ('metrics_listen = ""', 'metrics_listen = "127.0.0.1:9464"'),
        ('closed_through = ""', "closed_through = 2026-03-31"),
        ("write_off_types = []", "write_off_types = [2]"),
        ("[practices.riverside.policy]", '[practices.riverside.policy]\n"invoice.missing" = "hold"\n'),
        ('"20" = "OUTPUT2"', '"20.00" = "OUTPUT2"\n"13.50" = "SPECIAL"\n"group:4" = "EXEMPTOUTPUT"'),
        ("/api/0.1/", "/api/0.1"),
    )
    settings = settings_of(tmp_path, text)
    practice = settings.practices["riverside"]
    assert settings.daemon.webhook_listen == Listen("::1", 8090)
    assert settings.daemon.metrics_listen == Listen("127.0.0.1", 9464)
    assert settings.daemon.secrets_dir is None
    assert practice.start_date == dt.date(2026, 1, 1)
    assert practice.closed_through == dt.date(2026, 3, 31)
    assert practice.full_at == dt.time(2, 30)
    assert practice.timezone == ZoneInfo("Europe/London")
    assert practice.rounding_max == Decimal("0.05")
    assert practice.guards.share_max == Decimal("0.2")
    assert practice.policy == {"invoice.missing": Policy.HOLD}
    assert practice.tax == {"20": "OUTPUT2", "13.5": "SPECIAL", "group:4": "EXEMPTOUTPUT", "0": "ZERORATEDOUTPUT"}
    assert (practice.provet.xero_payment_type, practice.provet.write_off_types) == ("17", ("2",))
    assert practice.provet.base_url == "https://provetcloud.com/54321/api/0.1/"
    assert practice.xero.client_secret.get_secret_value() == "xero-secret"


def test_deep_links_follow_the_base_url_unless_said_otherwise(tmp_path):
    own = MINIMAL.replace(
        'client_id = "..."\nxero_pay', 'client_id = "..."\nweb_url = "https://vets.example"\nxero_pay'
    )
    assert settings_of(tmp_path, MINIMAL).practices["riverside"].provet.web_url == "https://provetcloud.com/54321/"
    assert settings_of(tmp_path, own).practices["riverside"].provet.web_url == "https://vets.example/"


def test_settings_do_not_change_after_loading(tmp_path):
    settings = settings_of(tmp_path, MINIMAL)
    with pytest.raises(ValueError, match="frozen"):
        settings.daemon.log_level = "debug"
    with pytest.raises(ValueError, match="frozen"):
        settings.practices = {}
