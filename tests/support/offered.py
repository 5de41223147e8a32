"""A pytest plugin: a run of the whole suite fails if docs/discrepancies.md names an option that the code never offered.

What every assessment offers is noted in each process, handed over by the workers, and held against the page at the end.
"""

from __future__ import annotations

from collections.abc import Set
from functools import wraps
from typing import Any

import pytest

import daemon.core.assess
from daemon.core.assess import Assessment
from daemon.core.family import Family
from daemon.core.rules import Rules
from tests.support.catalogue import SEEN, Offer, documented, drift, offers

HANDED_OVER = "offered"
NARROWED_BY = (
    "keyword",
    "markexpr",
    "deselect",
    "ignore",
    "ignore_glob",
    "lf",
    "stepwise",
    "collectonly",
    "setuponly",
    "setupplan",
)

_assess = daemon.core.assess.assess


@wraps(_assess)
def _noted(family: Family, rules: Rules) -> Assessment:
    assessment = _assess(family, rules)
    for finding in assessment.findings:
        SEEN.update(offers(finding))
    return assessment


daemon.core.assess.assess = _noted  # this module is the first to import it; all others take it by name from here on


class Comparison:
    """Holds what a run was offered against a page, where the run was of everything."""

    def __init__(self, page: Set[Offer], seen: set[Offer]) -> None:
        self.page = page
        self.seen = seen
        self.lost = False
        self.drift: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.lost |= report.failed

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A worker that died hands nothing over."""
        handed = getattr(node, "workeroutput", {}).get(HANDED_OVER)
        self.lost |= handed is None
        self.seen.update((kind, option) for kind, option in handed or ())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        handing_over = getattr(session.config, "workeroutput", None)
        if handing_over is not None:
            handing_over[HANDED_OVER] = sorted(self.seen)
            return
        ended = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        stopped = session.shouldfail or session.shouldstop
        if ended and not stopped and not self.lost and of_everything(session.config):
            self.drift = drift(self.page, self.seen)
        if self.drift:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.drift:
            terminalreporter.section("docs/discrepancies.md", red=True)
        for complaint in self.drift:
            terminalreporter.write_line(f"It {complaint}", red=True)


def of_everything(config: pytest.Config) -> bool:
    """Whether the run was of all tests that there are."""
    narrowed = any(getattr(config.option, name, None) for name in NARROWED_BY)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not narrowed


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Comparison(documented(), SEEN))
