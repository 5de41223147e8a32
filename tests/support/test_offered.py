"""The comparison of docs/discrepancies.md with what a run was offered, in runs of small suites of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

import daemon.core.assess
import daemon.reconciler.judge
import daemon.reconciler.recheck
from tests.core.builders import family, invoice, only
from tests.support import offered
from tests.support.catalogue import drift

pytest_plugins = ("pytester",)

ROOT = Path(__file__).parents[2]
CONFTEST = """
from tests.support.offered import Comparison

OFFERED = set()

def pytest_configure(config):
    config.pluginmanager.register(Comparison({("invoice.missing", "create"), ("period.locked", "link")}, OFFERED))
"""
OFFERING = """
from conftest import OFFERED

def test_one():
    OFFERED.add(("invoice.missing", "create"))
"""
OFFERING_THE_REST = """
from conftest import OFFERED

def test_two():
    OFFERED.add(("period.locked", "link"))
"""
NEVER_OFFERED = "It names `link` of `period.locked`, which was never offered"


def test_drift_goes_both_ways() -> None:
    page = {("invoice.missing", "create"), ("period.locked", "link")}
    assert drift(page, page) == []
    assert drift(page, {("invoice.missing", "create"), ("invoice.missing", "void")}) == [
        "names `link` of `period.locked`, which was never offered",
        "does not name `void` of `invoice.missing`, which was offered",
    ]


def test_what_an_assessment_offers_is_noted_by_whoever_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: set[tuple[str, str]] = set()
    monkeypatch.setattr(offered, "SEEN", noted)
    assert only(family(invoice())).kind == "invoice.missing"
    assert noted == {("invoice.missing", "create")}
    assert daemon.core.assess.assess is daemon.reconciler.judge.assess is daemon.reconciler.recheck.assess


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite of two modules in ``parts``, of which the second offers nothing."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\ntestpaths = parts\n")
    for name, text in {
        "conftest": CONFTEST,
        "test_one": OFFERING,
        "test_two": "def test_two(): pass",
    }.items():
        write(pytester, name, text)
    return pytester


def write(suite: pytest.Pytester, name: str, text: str) -> None:
    file = suite.path / "parts" / f"{name}.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_whole_run_fails_for_what_was_never_offered(suite: pytest.Pytester, processes: str) -> None:
    ran = suite.runpytest_subprocess("-n", processes)
    ran.assert_outcomes(passed=2)
    ran.stdout.fnmatch_lines([NEVER_OFFERED])
    ran.stdout.no_fnmatch_line("*invoice.missing*")
    assert ran.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("processes", ["0", "2"])
def test_what_workers_were_offered_between_them_is_enough(suite: pytest.Pytester, processes: str) -> None:
    write(suite, "test_two", OFFERING_THE_REST)
    ran = suite.runpytest_subprocess("-n", processes, "--dist", "loadfile")
    ran.assert_outcomes(passed=2)
    ran.stdout.no_fnmatch_line("It *")
    assert ran.ret == pytest.ExitCode.OK


def test_a_part_of_the_suite_proves_nothing(suite: pytest.Pytester) -> None:
    ran = suite.runpytest_subprocess("-n", "0", "parts/test_one.py")
    ran.assert_outcomes(passed=1)
    ran.stdout.no_fnmatch_line("It *")
    assert ran.ret == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("arguments", "everything"),
    [
        pytest.param([], True, id="no arguments"),
        pytest.param(["-n", "2", "-v", "--durations", "3"], True, id="how it is run and told"),
        pytest.param(["parts"], False, id="a folder"),
        pytest.param(["parts/test_one.py::test_one"], False, id="a test"),
        pytest.param(["-k", "one"], False, id="by name"),
        pytest.param(["-m", "not slow"], False, id="by mark"),
        pytest.param(["--lf"], False, id="what failed last"),
        pytest.param(["--sw"], False, id="step by step"),
        pytest.param(["--deselect", "parts/test_two.py"], False, id="deselected"),
        pytest.param(["--ignore", "parts/test_two.py"], False, id="ignored"),
        pytest.param(["--ignore-glob", "*two*"], False, id="ignored by pattern"),
        pytest.param(["--collect-only"], False, id="nothing run"),
    ],
)
def test_what_counts_as_the_whole_suite(pytester: pytest.Pytester, arguments: list[str], everything: bool) -> None:
    pytester.makeini("[pytest]\ntestpaths = parts\n")
    write(pytester, "test_one", "def test_one(): pass")
    assert offered.of_everything(pytester.parseconfig(*arguments)) is everything


@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize(
    ("broken", "arguments"),
    [
        pytest.param("import nowhere", ["--continue-on-collection-errors"], id="failed to collect"),
        pytest.param("import os\n\ndef test_two(): os._exit(3)", [], id="died"),
        pytest.param("def test_two(): assert False", ["-x"], id="stopped"),
    ],
)
def test_a_run_that_lost_tests_proves_nothing(
    suite: pytest.Pytester, broken: str, arguments: list[str], processes: str
) -> None:
    write(suite, "test_two", broken)
    ran = suite.runpytest_subprocess("-n", processes, *arguments)
    ran.stdout.no_fnmatch_line("It *")
    assert ran.ret not in {pytest.ExitCode.OK, pytest.ExitCode.USAGE_ERROR}


def test_a_failed_test_hides_nothing(suite: pytest.Pytester) -> None:
    write(suite, "test_two", "def test_two(): assert False")
    ran = suite.runpytest_subprocess("-n", "0")
    ran.stdout.fnmatch_lines([NEVER_OFFERED])
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
