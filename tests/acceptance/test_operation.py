"""What operators do to a running daemon: mend its settings, copy its store, watch it."""

from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.acceptance.rig import PRACTICE, Rig, run
from tests.support import books
from tests.support.waiting import wait_until


@pytest.fixture
def own(small_clinic: Rig, tmp_path: Path) -> Rig:
    """The module's clinic with a settings file, a store and a socket of its own."""
    file = tmp_path / "own.toml"
    shutil.copy(small_clinic.settings, file)
    rig = Rig(file, small_clinic.control)
    return rig.with_settings(daemon__state_dir=str(tmp_path / "state"), daemon__socket=str(tmp_path / "control.sock"))


def edit(rig: Rig, old: str, new: str) -> None:
    text = rig.settings.read_text()
    assert old in text
    rig.settings.write_text(text.replace(old, new))


def test_a_mended_mapping_releases_what_waits_for_it(own: Rig) -> None:
    """The reload alone: nobody asks for a cycle, approves or restarts anything."""
    edit(own, '"20" = "OUTPUT2"\n', "")
    with own.daemon() as process:
        assert own.reconcile("sync", "--wait").status == 1
        (cause,) = own.reconcile("list", "--kind", "mapping.missing").answer["discrepancies"]
        waiting = own.reconcile("list", "--kind", "invoice.missing").answer["discrepancies"]
        assert waiting
        assert {(each["policy"], each["cause"]) for each in waiting} == {("hold", cause["id"])}
        edit(own, "[practices.riverside.tax]\n", '[practices.riverside.tax]\n"20" = "OUTPUT2"\n')
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: own.state()["state"] == "in_sync", 60, "all is posted after the reload")
        assert own.reconcile("show", cause["id"]).answer["status"] == "closed"
    assert books.differences(own.books()) == []


def test_a_faulty_file_changes_nothing_while_running(own: Rig) -> None:
    with own.daemon() as process:
        assert own.reconcile("sync", "--wait").status in {0, 1}
        before = own.state()["mode"]
        edit(own, "currency", "curency")
        process.send_signal(signal.SIGHUP)
        assert own.reconcile("sync", "--wait").status in {0, 1}
        assert (process.poll(), own.state()["mode"]) == (None, before)


def test_a_backup_beside_the_running_service_is_whole_and_starts(own: Rig, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "reconciled.sqlite"
    copy.parent.mkdir()
    with own.daemon():
        assert own.reconcile("sync", "--wait").status in {0, 1}
        own.reconcile("sync")
        ran = run("reconciled", "backup", str(copy), "--settings", str(own.settings), env=own.env)
        assert (ran.status, ran.out, ran.err) == (0, "", "")
        assert own.reconcile("sync", "--wait").status in {0, 1}
        truth = own.reconcile("audit", "verify").answer
        links = len(own.reconcile("export", PRACTICE, "--format", "json").answer["links"])
    assert copy.stat().st_mode & 0o077 == 0
    with sqlite3.connect(copy) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    restored = own.with_settings(daemon__state_dir=str(copy.parent))
    written = len(restored.writes())
    with restored.daemon():
        assert restored.reconcile("sync", "--wait").status in {0, 1}
        assert restored.reconcile("audit", "verify").answer["head"] == truth["head"]
        assert len(restored.reconcile("export", PRACTICE, "--format", "json").answer["links"]) == links
    assert len(restored.writes()) == written


def test_a_backup_that_cannot_be_made_leaves_what_was_there(own: Rig, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.write_text("the last good one")
    ran = run("reconciled", "backup", str(target), "--settings", str(own.settings), env=own.env)
    assert ran.status == 2
    assert "there is no store" in ran.err
    assert target.read_text() == "the last good one"


def test_monitoring_sees_a_running_daemon(own: Rig) -> None:
    port = _free_port()
    rig = own.with_settings(daemon__metrics_listen=f"127.0.0.1:{port}")
    with rig.daemon():
        wait_until(lambda: _get(port, "readyz")[0] == 200, 60, "the first cycle is planned")
        assert _get(port, "healthz") == (200, "ok\n")
        rig.reconcile("sync", "--wait")
        status, text = _get(port, "metrics")
        assert status == 200
        state = rig.state()
        assert f'reconciled_practice_state{{practice="{PRACTICE}",state="{state["state"]}"}} 1' in text
        assert f'reconciled_residual{{practice="{PRACTICE}",currency="GBP"}} {state["residual"]}' in text


def test_an_address_that_is_taken_stops_the_start(own: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        rig = own.with_settings(daemon__metrics_listen=f"127.0.0.1:{taken.getsockname()[1]}")
        ran = run("reconciled", "run", "--settings", str(rig.settings), env=rig.env)
    assert ran.status == 2
    assert "cannot listen on 127.0.0.1" in ran.err


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except urllib.error.URLError:
        return 0, ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_a_month_is_proven_by_the_running_daemon(own: Rig) -> None:
    with own.daemon():
        assert own.reconcile("sync", "--wait").status == 0
        months = sorted({document.date.strftime("%Y-%m") for document in own.books().provet.documents.values()})
        sold = 0
        for month in months:
            report = own.reconcile("report", PRACTICE, "--month", month).answer
            assert report["residual"] == "0.00"
            for name in ("invoices", "credits", "payments", "vat"):
                assert report["provet"][name] == report["xero"][name], (month, name)
            sold += report["xero"]["invoices"] != "0.00"
        assert sold
