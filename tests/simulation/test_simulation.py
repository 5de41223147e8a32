"""Seeds of the whole system under every kind of trouble; ``make simulate`` runs any number of them."""

from __future__ import annotations

import pytest

from tests.simulation.__main__ import verdict

SEEDS, EACH = 150, 10


@pytest.mark.parametrize("first", range(0, SEEDS, EACH))
def test_every_seed_comes_to_rest_in_the_books_of_its_twin(first: int) -> None:
    assert [broken for seed in range(first, first + EACH) if (broken := verdict(seed))] == []
