"""Bad input gives one clear line that says what to do, starts nothing and loses nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.acceptance.rig import Rig, clinic, run
from tests.support import books, requestlog

Rule = Mapping[str, object]
SECRET = "practices__riverside__xero__client_secret"
NOWHERE = "http://127.0.0.1:9/api.xro/2.0/"
CALLS_MAX = 200
"""What the import of a small clinic may ask of Xero with its doubts settled; at its real limits that is minutes."""
WHAT_TO_DO = re.compile(r"\b(check|wait|see|mend|again|set)\b")


@pytest.fixture
def clean_clinic(tmp_path: Path) -> Iterator[Rig]:
    """A tidy clinic of its own, in which nothing has been imported yet."""
    with clinic(tmp_path, clients=8, invoices=25, tidy=True) as rig:
        yield rig


@pytest.fixture
def mended(small_clinic: Rig, tmp_path: Path) -> Rig:
    """The module's clinic, with a copy of its settings to spoil."""
    copy = tmp_path / "settings.toml"
    shutil.copy(small_clinic.settings, copy)
    return Rig(copy, small_clinic.control)


SPOILED = {
    "an unknown key": ('mode = "auto"', 'mood = "auto"', r"practices\.riverside\.mood: .*'mode'"),
    "an unknown table": ("[practices.riverside.tax]", "[practices.riverside.taxes]", r"riverside\.taxes: .*'tax'"),
    "a wrong type": ("settle_s = 5", 'settle_s = "soon"', r"practices\.riverside\.settle_s: .*number"),
    "a missing value": ('currency = "GBP"\n', "", r"practices\.riverside\.currency: .*missing"),
    "a secret in the file": (
        'client_id = "sandbox-xero"',
        'client_id = "sandbox-xero"\nclient_secret = "hush"',
        rf"practices\.riverside\.xero\.client_secret: .*{SECRET}",
    ),
    "a file that is not TOML": ("[daemon]", "[daemon", r"not valid TOML"),
}


@pytest.mark.parametrize("command", ["once", "run"])
@pytest.mark.parametrize("spoiled", SPOILED)
def test_bad_settings_are_named_and_nothing_is_started(mended: Rig, spoiled: str, command: str) -> None:
    good, bad, said = SPOILED[spoiled]
    text = mended.settings.read_text()
    assert good in text
    mended.settings.write_text(text.replace(good, bad))
    ran = run("reconciled", command, "--settings", str(mended.settings))
    assert (ran.status, ran.out) == (2, "")
    assert len([line for line in ran.err.splitlines() if re.search(said, line)]) == 1, ran.err
    assert "Traceback" not in ran.err
    assert "hush" not in ran.err
    assert mended.writes() == []


def test_a_missing_secret_is_named_with_the_places_where_it_may_stand(mended: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    shutil.copytree(secrets_of(mended), folder)
    (folder / SECRET).unlink()
    ran = mended.with_settings(daemon__secrets_dir=str(folder)).once()
    assert ran.status == 2
    problems = json.loads(ran.err)["error"]["problems"]
    assert len(problems) == 1
    assert "practices.riverside.xero.client_secret" in problems[0]
    assert SECRET in problems[0]
    assert f"RECONCILED_{SECRET.upper()}" in problems[0]


def secrets_of(rig: Rig) -> Path:
    found = re.search(r'secrets_dir = "(.*)"', rig.settings.read_text())
    assert found
    return Path(found[1])


def test_a_host_that_nobody_answers_at_is_named(small_clinic: Rig, tmp_path: Path) -> None:
    rig = small_clinic.with_settings(xero__base_url=NOWHERE, daemon__state_dir=str(tmp_path / "state"))
    warning = only_warning(rig)
    assert "127.0.0.1:9" in warning
    assert WHAT_TO_DO.search(warning), warning


@pytest.mark.parametrize("kind", ["500-before", "garbage"])
@pytest.mark.parametrize(("system", "path"), [("xero", "/Invoices"), ("provet", "/invoice/")])
def test_pages_that_cannot_be_read_are_named_and_lose_nothing(
    clean_clinic: Rig, kind: str, system: str, path: str
) -> None:
    clean_clinic.faults({"kind": kind, "system": system, "method": "GET", "path": path})
    warning = only_warning(clean_clinic)
    assert clean_clinic.writes() == []
    clean_clinic.faults()
    assert clean_clinic.once().status == 0
    assert books.differences(clean_clinic.books()) == []
    assert path.strip("/") in warning
    assert WHAT_TO_DO.search(warning), warning


def only_warning(rig: Rig) -> str:
    """The one line that says why a practice could not be compared."""
    ran = rig.once()
    practice = ran.answer["status"]["practices"][0]
    assert (ran.status, practice["state"], ran.answer["writes"]) == (2, "disconnected", []), ran
    assert len(practice["warnings"]) == 1
    warning: str = practice["warnings"][0]
    assert "\n" not in warning
    return warning


ONE_OF_EACH: dict[str, tuple[Rule, ...]] = {
    "reads": (
        {"kind": "500-before", "system": "xero", "method": "GET", "path": "/Contacts", "times": 1},
        {"kind": "garbage", "system": "provet", "method": "GET", "path": "/invoice/", "times": 1},
        {"kind": "truncated", "system": "provet", "method": "GET", "path": "/invoicepayment/", "times": 1},
        {"kind": "429-concurrent", "system": "xero", "method": "PUT", "path": "/Payments", "times": 1},
    ),
    "writes that took effect": (
        {"kind": "drop-after", "system": "xero", "method": "PUT", "path": "/Contacts", "times": 1},
        {"kind": "500-after", "system": "xero", "method": "PUT", "path": "/Invoices", "times": 1},
        {"kind": "late", "system": "xero", "method": "PUT", "path": "/Payments", "times": 1, "seconds": 2},
    ),
    "writes that did not": (
        {"kind": "500-before", "system": "xero", "method": "PUT", "path": "/Contacts", "times": 1},
        {"kind": "drop-before", "system": "xero", "method": "PUT", "path": "/Invoices", "times": 1},
        {"kind": "unavailable", "system": "xero", "method": "PUT", "path": "/Payments", "times": 1},
    ),
}


@pytest.mark.parametrize("gone_wrong", ONE_OF_EACH)
def test_answers_that_go_wrong_in_the_middle_double_nothing_and_lose_nothing(
    clean_clinic: Rig, gone_wrong: str
) -> None:
    clean_clinic.faults(*ONE_OF_EACH[gone_wrong])
    with clean_clinic.daemon():
        ran = clean_clinic.reconcile("sync", "--full", "--wait")
        assert ran.status == 0, ran
    laid_out = clean_clinic.books()
    assert books.differences(laid_out) == []
    assert (books.summary(laid_out).dead_documents, books.summary(laid_out).dead_payments) == (0, 0)
    assert len(requestlog.read(clean_clinic.control["xero"]).calls) < CALLS_MAX


def test_a_socket_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    socket = str(tmp_path / "none.sock")
    plain = run("reconcile", "--socket", socket, "status")
    assert (plain.status, plain.out) == (2, "")
    assert socket in plain.err.splitlines()[0]
    assert "start it" in plain.err
    error = json.loads(run("reconcile", "status", "--json", env={"RECONCILED_SOCKET": socket}).err)["error"]
    assert error["code"] == "unreachable"
    assert socket in error["message"]
    assert error["hint"]
