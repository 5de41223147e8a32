"""A fresh organisation with one authorised caller."""

from __future__ import annotations

import pytest

from tests.sandbox.xero.till import Till


@pytest.fixture
def till() -> Till:
    return Till()
