"""Where nobody has released or allowed writing, both systems stay as they are: counted on their request logs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.rig import PRACTICE, Rig
from tests.support import books
from tests.support.waiting import wait_until


@pytest.fixture
def untouched(small_clinic: Rig, tmp_path: Path) -> Iterator[Rig]:
    """The module's clinic with a store and a socket of its own, and the proof that nothing was written to it."""
    rig = small_clinic.with_settings(
        daemon__state_dir=str(tmp_path / "state"), daemon__socket=str(tmp_path / "control.sock")
    )
    assert rig.writes() == []
    yield rig
    assert rig.writes() == []


def test_observe_only_looks(untouched: Rig) -> None:
    rig = untouched.with_settings(mode="observe")
    ran = rig.once()
    assert (ran.status, ran.answer["writes"]) == (1, [])
    assert {each["kind"] for each in ran.answer["discrepancies"]} >= {"invoice.missing"}
    with rig.daemon():
        waited = rig.reconcile("sync", "--full", "--wait")
        assert waited.status == 1
        first = rig.reconcile("list", "--limit", "1").answer["discrepancies"][0]
        assert rig.reconcile("approve", first["id"], "--wait").status == 2
        assert rig.reconcile("show", first["id"]).answer["status"] == "open"


def test_a_dry_run_shows_what_it_would_write_and_stores_nothing(untouched: Rig, tmp_path: Path) -> None:
    ran = untouched.once("--dry-run")
    assert ran.status == 1
    assert {write["system"] for write in ran.answer["writes"]} == {"xero"}
    assert not (tmp_path / "state").exists()


def test_before_its_release_a_practice_is_only_compared(untouched: Rig) -> None:
    rig = untouched.with_settings(release="person")
    ran = rig.once()
    assert (ran.status, ran.answer["writes"]) == (1, [])
    assert ran.answer["status"]["practices"][0]["state"] == "awaiting_release"
    with rig.daemon():
        waited = rig.reconcile("sync", "--wait")
        assert waited.status == 1
        assert rig.state()["state"] == "awaiting_release"
        first = rig.reconcile("list", "--limit", "1").answer["discrepancies"][0]
        assert rig.reconcile("approve", first["id"], "--wait").status == 2


def test_a_paused_practice_is_only_compared(untouched: Rig) -> None:
    """Paused before its release, so that the release itself writes nothing."""
    rig = untouched.with_settings(release="person")
    with rig.daemon():
        wait_until(lambda: rig.state()["last_full"], 30, "a first comparison")
        assert rig.reconcile("pause", PRACTICE, "--reason", "stock-taking").status == 0
        assert rig.reconcile("release", PRACTICE).status in {0, 2}
        rig.reconcile("sync", "--full", "--wait")
        assert rig.state()["state"] == "paused"


def test_a_release_brings_everything(small_clinic: Rig, tmp_path: Path) -> None:
    """The last test of the module: the same clinic, released by a person."""
    rig = small_clinic.with_settings(
        release="person", daemon__state_dir=str(tmp_path / "state"), daemon__socket=str(tmp_path / "control.sock")
    )
    with rig.daemon():
        wait_until(lambda: rig.state()["state"] == "awaiting_release", 30, "a comparison to release")
        assert rig.reconcile("release", PRACTICE).status == 0
        assert rig.reconcile("sync", "--wait").status == 0
        assert rig.state()["state"] == "in_sync"
    assert books.differences(rig.books()) == []
