"""The real daemon under faults of every kind: it ends exactly where an undisturbed twin ends."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from daemon.sandbox.faults import FaultPlan, Kind, Rule
from tests.support.workshop import Workshop, workshop

LOST = (
    Kind.DROP_BEFORE,
    Kind.DROP_AFTER,
    Kind.ERROR_AFTER,
    Kind.ERROR_BEFORE,
    Kind.TIMEOUT_AFTER,
    Kind.TIMEOUT_BEFORE,
    Kind.TRUNCATED,
    Kind.GARBAGE,
    Kind.LIMIT_CONCURRENT,
    Kind.UNAVAILABLE,
)
STORM = FaultPlan((*(Rule(kind, probability=0.04) for kind in LOST), Rule(Kind.LATE, probability=0.08, seconds=3)))
SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else range(int(os.environ.get("SEEDS", "16")))
UNRULY_CYCLES, QUIET_CYCLES = 12, 10


async def _work(shop: Workshop, plan: FaultPlan) -> None:
    """Cycles under faults, then quiet ones; more than ``settle_s`` passes between them."""
    shop.world.faults.plan = plan
    for _ in range(UNRULY_CYCLES):
        await shop.engine.turn()
        await shop.clock.sleep(7)
        shop.world.land_due()
    shop.world.faults.plan = FaultPlan()
    for _ in range(QUIET_CYCLES):
        shop.engine.ask(full=True)
        await shop.engine.turn()
        await shop.clock.sleep(90)


def _books(shop: Workshop) -> Counter[str]:
    """What stands in Xero, without ids and times."""
    ledger = json.loads(shop.world.hosts["xero"].system.dump())["ledger"]
    lines: Counter[str] = Counter()
    for table, names in {
        "contacts": ("name", "number", "status"),
        "invoices": ("number", "total", "total_tax", "status", "paid", "credited", "reference"),
        "credit_notes": ("number", "total", "total_tax", "status", "paid", "credited", "reference"),
        "payments": ("amount", "reference", "status", "day"),
        "allocations": ("amount", "day"),
    }.items():
        lines.update(f"{table} {[row.get(name) for name in names]}" for row in ledger[table])
    return lines


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _end(folder: Path, seed: int, plan: FaultPlan) -> tuple[Counter[str], Workshop]:
    async with workshop(folder, seed=seed, clients=8, invoices=20) as shop:
        await shop.clock.drive(_work(shop, plan))
        status = (await shop.app.desk.status()).practices[0]
        assert (status.state, status.in_doubt, status.residual) == ("in_sync", 0, "0.00"), f"seed {seed}: {status}"
        assert (await shop.app.desk.audit_verify()).ok
        return _books(shop), shop


@pytest.mark.parametrize("seed", SEEDS)
async def test_lost_late_and_refused_calls_lead_to_the_same_books(tmp_path: Path, seed: int) -> None:
    calm, _ = await _end(_made(tmp_path / "calm"), seed, FaultPlan())
    stormy, shop = await _end(_made(tmp_path / "stormy"), seed, STORM)
    assert stormy - calm == calm - stormy == Counter(), f"seed {seed}"
    assert any(entry.fault for entry in shop.world.hosts["xero"].log.entries()), f"seed {seed} met no fault"
