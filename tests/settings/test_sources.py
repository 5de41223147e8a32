"""The environment and secret files above the settings file."""

from __future__ import annotations

import pytest

from daemon.settings.sources import LARGEST_SECRET, locate, nest
from tests.settings.example import EXAMPLE, MINIMAL, SECRETS, edited, problems_of, settings_of

TWO_PRACTICES = MINIMAL + MINIMAL.replace("riverside", "north-road")
NORTH = {name.replace("RIVERSIDE", "NORTH_ROAD"): f"north-{value}" for name, value in SECRETS.items()}


def write_secrets(folder, names):
    folder.mkdir(exist_ok=True)
    for name, value in names.items():
        (folder / name.removeprefix("RECONCILED_").lower()).write_text(value)
    return folder


def test_the_environment_overrides_every_type_of_value(tmp_path):
    prefix = "RECONCILED_PRACTICES__RIVERSIDE__"
    environ = SECRETS | {
        "RECONCILED_DAEMON__LOG_LEVEL": "debug",
        "RECONCILED_CONTROL__FOUR_EYES_OVER": "250.00",
        f"{prefix}DUE_DAYS": "30",
        f"{prefix}START_DATE": "2026-02-01",
        f"{prefix}CLOSED_THROUGH": "",
        f"{prefix}PROVET__DEPARTMENTS": "[3, 4]",
        f"{prefix}GUARDS__SHARE_MAX": "0.5",
        f"{prefix}TAX__20": "OUTPUT9",
    }
    settings = settings_of(tmp_path, EXAMPLE.read_text(), environ)
    practice = settings.practices["riverside"]
    assert settings.daemon.log_level == "debug"
    assert str(settings.control.four_eyes_over) == "250.00"
    assert (practice.due_days, practice.start_date.isoformat(), practice.closed_through) == (30, "2026-02-01", None)
    assert practice.provet.departments == ("3", "4")
    assert str(practice.guards.share_max) == "0.5"
    assert practice.tax == {"20": "OUTPUT9", "0": "ZERORATEDOUTPUT"}


def test_a_dash_in_a_practice_is_an_underscore_in_names(tmp_path):
    settings = settings_of(tmp_path, TWO_PRACTICES, SECRETS | NORTH)
    assert list(settings.practices) == ["riverside", "north-road"]
    assert settings.practices["north-road"].xero.client_secret.get_secret_value() == "north-xero-secret"
    assert settings.practices["riverside"].xero.client_secret.get_secret_value() == "xero-secret"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("practices__north_road__xero__client_secret", ["practices", "north-road", "xero", "client_secret"]),
        ("practices__a__b__name", ["practices", "a--b", "name"]),
        ("practices__a__name", ["practices", "a", "name"]),
        ("practices__a__policy__invoice_missing", ["practices", "a", "policy", "invoice.missing"]),
        ("practices__other__name", ["practices", "other", "name"]),
        ("daemon__state_dir", ["daemon", "state_dir"]),
        ("daemon____x", ["daemon", "", "x"]),
    ],
)
def test_a_name_spells_a_path(name, path):
    a = {"policy": {"invoice.missing": "hold"}}
    assert locate(name, {"daemon": {}, "practices": {"north-road": {}, "a": a, "a--b": {}}}) == path


def test_a_value_below_another_value_wins_over_it():
    assert nest({"daemon__socket": "x", "daemon__socket__mode": "y"}, {}) == {"daemon": {"socket": {"mode": "y"}}}


def test_secret_files_lose_their_line_break_only(tmp_path):
    folder = write_secrets(tmp_path / "secrets", {name: f"{value}\r\n" for name, value in SECRETS.items()})
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    practice = settings_of(tmp_path, MINIMAL, environ).practices["riverside"]
    assert practice.xero.client_secret.get_secret_value() == "xero-secret"


def test_the_environment_wins_over_the_secrets_folder_and_that_over_credentials(tmp_path):
    credentials = write_secrets(tmp_path / "credentials", dict.fromkeys(SECRETS, "credential"))
    provet, xero = SECRETS
    folder = write_secrets(tmp_path / "secrets", {provet: "file", xero: "file"})
    (credentials / "practices__riverside__xero__webhook_key").write_text("key\n")
    environ = {"CREDENTIALS_DIRECTORY": str(credentials), xero: "environment"}
    text = edited(('secrets_dir = ""', f'secrets_dir = "{folder}"'))
    practice = settings_of(tmp_path, text, environ).practices["riverside"]
    assert practice.provet.client_secret.get_secret_value() == "file"
    assert practice.xero.client_secret.get_secret_value() == "environment"
    assert practice.xero.webhook_key.get_secret_value() == "key"


def test_the_secrets_folder_itself_may_come_from_the_environment(tmp_path):
    folder = write_secrets(tmp_path / "secrets", SECRETS)
    assert problems_of(tmp_path, MINIMAL, {"RECONCILED_DAEMON__SECRETS_DIR": str(folder)}) == ()


def test_other_files_and_variables_are_not_ours(tmp_path):
    folder = write_secrets(tmp_path / "secrets", {"tls.key": "x", "..data": "x", "other__name": "x"})
    environ = SECRETS | {"RECONCILED_SOCKET": "/run/x.sock", "HOME__X": "y", "CREDENTIALS_DIRECTORY": str(folder)}
    assert problems_of(tmp_path, MINIMAL, environ) == ()


def test_a_missing_secrets_folder_is_a_problem(tmp_path):
    text = edited(('secrets_dir = ""', f'secrets_dir = "{tmp_path}/none"'))
    assert problems_of(tmp_path, text) == (f"{tmp_path}/none: No such file or directory",)


@pytest.mark.parametrize(
    ("content", "line"), [(b"\xff\xfe", "not UTF-8 text"), (b"x" * (LARGEST_SECRET + 1), "larger than 64 KiB")]
)
def test_an_unreadable_secret_file_is_a_problem(tmp_path, content, line):
    folder = write_secrets(tmp_path / "secrets", {})
    file = folder / "practices__riverside__xero__webhook_key"
    file.write_bytes(content)
    assert problems_of(tmp_path, MINIMAL, SECRETS | {"CREDENTIALS_DIRECTORY": str(folder)}) == (f"{file}: {line}",)
