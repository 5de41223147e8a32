"""Fixtures: made-up operations served on a real Unix socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.fake_operations import FakeOperations
from tests.support.serving import serving


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations(count=12)


@pytest.fixture
async def socket_path(operations: FakeOperations, tmp_path: Path) -> AsyncIterator[str]:
    path = tmp_path / "control.sock"
    async with serving(operations, path):
        yield str(path)
