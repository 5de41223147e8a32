"""Mappings that are missing or decay: one root cause, everything that waits beneath it, released when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from daemon.core.discrepancy import Discrepancy, Policy
from tests.support.workshop import Workshop, workshop

VISIT = {"name": "Consultation", "price": "42.50"}
HOUR, MINUTES = 3600.0, 300.0


@dataclass(frozen=True, slots=True)
class Decay:
    """One thing that goes wrong in a system, and how somebody there mends it."""

    cause: str
    label: str
    harm: Callable[[Workshop], object]
    mend: Callable[[Workshop], object]
    waiting: str = "invoice.missing"
    change: Callable[[str], str] = str
    says: str = ""


def account(shop: Workshop, code: str) -> str:
    (found,) = shop.world.hosts["xero"].system.ledger.accounts.find("code", code)
    return str(found.id)


def archive(code: str, status: str) -> Callable[[Workshop], object]:
    return lambda shop: shop.act("xero", "archive_account", account_id=account(shop, code), status=status)


def payable(code: str, *, allowed: bool) -> Callable[[Workshop], object]:
    return lambda shop: shop.act("xero", "allow_payments", account_id=account(shop, code), allowed=allowed)


def rate(percentage: str, status: str = "ACTIVE") -> Callable[[Workshop], object]:
    return lambda shop: shop.act("xero", "change_tax_rate", tax_type="OUTPUT2", rate=percentage, status=status)


def option(status: str) -> Callable[[Workshop], object]:
    return lambda shop: shop.act("xero", "archive_tracking_option", name="Harbour", status=status)


def tracked(text: str) -> str:
    table = '[practices.riverside.tracking]\ncategory = "Location"\n[practices.riverside.tracking.departments]\n'
    return f'{text}\n{table}"1" = "Harbour"\n'


DECAYS = [
    Decay("mapping.decayed", "account:200", archive("200", "ARCHIVED"), archive("200", "ACTIVE"), says="archived"),
    Decay("mapping.decayed", "tax:20", rate("21"), rate("20"), says="OUTPUT2 is 21 % in Xero"),
    Decay("mapping.decayed", "tax:20", rate("20", "ARCHIVED"), rate("20"), says="may not be used for sales"),
    Decay(
        "mapping.decayed",
        "tracking:Location/Harbour",
        option("ARCHIVED"),
        option("ACTIVE"),
        change=tracked,
        says="'Harbour'",
    ),
]


def visits(shop: Workshop, count: int) -> list[int]:
    """Finalised visits of one client."""
    hands = shop.world.hosts["provet"].system.hands
    client = next(iter(hands.state.clients))
    return [shop.act("provet", "invoice_visit", client=client, rows=[VISIT]) for _ in range(count)]  # type: ignore[misc]


async def in_step(shop: Workshop) -> None:
    await shop.settle_down(full=True)
    assert await shop.found() == []


async def poll(shop: Workshop, after: float) -> None:
    """The next change poll, with nobody asking for anything."""
    shop.clock.now += after
    await shop.clock.drive(shop.engine.turn())


async def causes(shop: Workshop) -> list[Discrepancy]:
    return [row for row in await shop.found() if row.finding.kind.startswith("mapping.")]


@pytest.mark.parametrize("decay", DECAYS, ids=lambda decay: f"{decay.label}: {decay.says}")
async def test_decay_is_one_cause_with_all_that_waits_and_mending_releases_it(tmp_path: Path, decay: Decay) -> None:
    async with workshop(tmp_path, clients=3, invoices=3, change=decay.change) as shop:
        await in_step(shop)
        decay.harm(shop)
        await poll(shop, HOUR)
        assert await shop.found() == [], "what stands in Xero already needs no mapping"
        before = shop.writes("xero")
        visits(shop, 3)
        await poll(shop, 30)
        (cause,) = await causes(shop)
        assert (cause.finding.kind, cause.finding.subject.label) == (decay.cause, decay.label)
        assert decay.says in cause.finding.summary
        waiting = await shop.found(kind=decay.waiting)
        assert [(row.finding.policy, row.finding.cause) for row in waiting] == [(Policy.HOLD, cause.id)] * 3
        assert shop.writes("xero") == before
        decay.mend(shop)
        await poll(shop, MINUTES)
        assert await shop.found() == []
        assert (await shop.app.desk.status()).practices[0].residual == "0.00"
        assert len(shop.writes("xero")) > len(before)
