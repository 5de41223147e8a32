"""The driver of real terminals: no full collection of garbage takes place while somebody types."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tui.driver import leave_tidying_to_idle_times


class Knot:
    """Refers to itself, so that only a collection of garbage frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_before")
def test_what_was_old_when_typing_began_is_freed_in_idle_times_alone() -> None:
    leave_tidying_to_idle_times()
    full, old = gc.get_stats()[2]["collections"], weakref.ref(Knot())
    gc.collect(1)
    kept = [[number] for number in range(100_000)]
    assert gc.get_stats()[2]["collections"] == full, f"beside {len(kept)} new objects"
    gc.collect()
    assert old() is None
