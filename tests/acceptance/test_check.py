"""``reconciled check`` as an operator runs it before the first start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.rig import Ran, Rig, run


@pytest.fixture
def unused(small_clinic: Rig, tmp_path: Path) -> Rig:
    return small_clinic.with_settings(daemon__state_dir=str(tmp_path / "state"))


def check(rig: Rig, *flags: str) -> Ran:
    return run("reconciled", "check", "--settings", str(rig.settings), *flags, env=rig.env)


def test_a_sound_set_up_passes_and_leaves_no_trace(unused: Rig, tmp_path: Path) -> None:
    ran = check(unused, "--json")
    assert (ran.status, ran.err) == (0, "")
    assert [problem for problem in ran.answer["problems"] if problem["level"] == "error"] == []
    assert ran.answer["facts"]["riverside"]["currency"] == "GBP"
    assert unused.writes() == []
    assert not (tmp_path / "state").exists()


def test_everything_wrong_is_listed_at_once_with_its_mending_step(unused: Rig) -> None:
    rig = unused.with_settings(
        currency="EUR",
        accounts__default="999",
        accounts__rounding="860",
        accounts__prepayment_clearing="090",
        provet__xero_payment_type="99",
    )
    ran = check(rig)
    assert ran.status == 2
    errors = [line for line in ran.out.splitlines() if line.startswith("error: riverside: ")]
    for what in ("GBP, not EUR", "no account 999", "ROUNDING", "clearing account 090", "no payment method 99"):
        assert sum(what in line for line in errors) == 1, (what, ran.out)
    assert all("; mend: " in line for line in errors)
    assert rig.writes() == []


def test_a_settings_file_that_does_not_load_is_named_as_everywhere(unused: Rig, tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(unused.settings.read_text().replace("currency", "curency"))
    ran = run("reconciled", "check", "--settings", str(file))
    assert ran.status == 2
    assert "practices.riverside.curency: unknown key; the nearest is 'currency'" in ran.err
