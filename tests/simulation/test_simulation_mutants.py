"""The simulator itself: it catches what was planted on purpose, and a seed is always the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.__main__ import verdict
from tests.simulation.mutants import MUTANTS
from tests.simulation.simulation import calm_books, run_seed

WITHIN = 60
CATCHES = {
    "cursor_advanced_early": 13,
    "allocation_repeated": 7,
    "in_doubt_treated_as_failed": 1,
    "rollback_missing_on_cancel": 4,
    "hint_treated_as_truth": 7,
    "page_skipped": 8,
    "settled_without_waiting": 21,
    "pause_overlooked": 10,
    "rejection_overlooked": 14,
}
"""Where to look first; ``make simulate-mutants`` looks from the beginning."""
DIGEST = "from tests.simulation.simulation import run_seed; print(run_seed(7).trace.digest)"


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_bug_is_caught(mutant: str) -> None:
    seeds = (CATCHES.get(mutant, 0), *range(WITHIN))
    assert any(verdict(seed, mutant) for seed in seeds), f"not caught within {WITHIN} seeds"


def test_a_twin_is_in_step_and_has_written_money() -> None:
    assert all(any("xero payment" in line for line in calm_books(number)) for number in range(3))


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_is_the_same_run_in_every_process(hash_seed: str) -> None:
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", DIGEST], env=environ, cwd=root, check=True, capture_output=True, text=True, timeout=60
    )
    assert ran.stdout.strip() == run_seed(7).trace.digest
