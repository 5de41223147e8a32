"""Every kind of the catalogue happens, is seen, is corrected, and leaves both ledgers in step."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.core.kinds import KINDS
from tests.scenarios.kinds import contacts, credited, invoices, payments, setup  # noqa: F401
from tests.scenarios.kinds.case import SCENARIOS, case


def test_every_kind_has_a_scenario() -> None:
    assert sorted(SCENARIOS) == sorted(KINDS)


@pytest.mark.parametrize("kind", sorted(SCENARIOS))
async def test_a_kind_is_seen_and_corrected(kind: str, tmp_path: Path) -> None:
    async with case(kind, tmp_path) as found:
        await SCENARIOS[kind].play(found)
