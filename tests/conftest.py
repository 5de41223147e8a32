"""What every test may rely on."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import aiohttp
import aioresponses.core
import pytest

pytest_plugins = ("tests.support.offered",)


class _Answer(aiohttp.ClientResponse):
    """aioresponses makes responses without the ``stream_writer`` that aiohttp 3.14 requires."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        keywords.setdefault("stream_writer", Mock(output_size=0))
        super().__init__(*args, **keywords)


@pytest.fixture
def unmended_answers() -> type[aiohttp.ClientResponse]:
    """The response class that aioresponses uses by itself."""
    return aiohttp.ClientResponse


aioresponses.core.ClientResponse = _Answer
