"""Random histories end with both ledgers in agreement, every cent named, and nothing left to write."""

from __future__ import annotations

import os

import pytest

from tests.scenarios.histories.history import run_seed

SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else range(int(os.environ.get("SEEDS", "25")))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_of_both_sides_comes_to_rest(seed: int) -> None:
    assert run_seed(seed).told
