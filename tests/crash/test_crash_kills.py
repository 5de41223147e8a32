"""``kill -9`` of the real daemon at random moments; ``make crash KILLS=100`` does it more often."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.harness import compare

KILLS, SEED = 3, 7


@pytest.mark.timeout(300)
def test_killed_at_random_moments_it_ends_in_the_books_of_its_twin(tmp_path: Path) -> None:
    assert compare(tmp_path, KILLS, SEED)["documents"] > 0
