"""Mappings that are missing or decay: one root cause, everything that waits beneath it, released when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.app import _reload as reload_settings
from daemon.core.discrepancy import Discrepancy, Policy
from daemon.protocol import ListQuery
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


def bank(shop: Workshop) -> str:
    return account(shop, "090")


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


async def held(shop: Workshop, kind: str) -> Discrepancy:
    """The one discrepancy of that kind, held by the one cause, which is returned."""
    (cause,) = await causes(shop)
    (waiting,) = await shop.found(kind=kind)
    assert (waiting.finding.policy, waiting.finding.cause) == (Policy.HOLD, cause.id)
    return cause


async def test_an_account_that_takes_payments_no_longer_holds_the_payments_alone(tmp_path: Path) -> None:
    def change(text: str) -> str:
        assert '"11" = "090"' in text
        return text.replace('"11" = "090"', '"11" = "815"')

    async with workshop(tmp_path, clients=3, invoices=3, change=change) as shop:
        await in_step(shop)
        (visit,) = visits(shop, 1)
        await poll(shop, 30)
        shop.act("xero", "allow_payments", account_id=account(shop, "815"), allowed=False)
        shop.act("provet", "pay_in_full", invoice=visit, payment_type=11)
        await poll(shop, HOUR)
        cause = await held(shop, "payment.missing_in_xero")
        assert cause.finding.kind == "mapping.decayed"
        assert "account 815 takes no payments" in cause.finding.summary
        shop.act("xero", "allow_payments", account_id=account(shop, "815"))
        await poll(shop, MINUTES)
        assert await shop.found() == []


async def test_a_payment_method_that_is_gone_from_provet_holds_the_payments_that_xero_took(tmp_path: Path) -> None:
    async with workshop(tmp_path, clients=3, invoices=3) as shop:
        await in_step(shop)
        visits(shop, 1)
        await poll(shop, 30)
        shop.act("provet", "archive_payment_method", payment_type=17)
        ledger = shop.world.hosts["xero"].system.ledger
        open_invoice = next(d for d in ledger.invoices.ordered() if d.outstanding == Decimal("51.00"))
        payment = {
            "id": "",
            "updated": "2026-01-01T00:00:00Z",
            "document_id": open_invoice.id,
            "account_id": bank(shop),
            "day": open_invoice.day,
            "amount": "51.00",
        }
        shop.act("xero", "take_payment", payment=payment)
        before = shop.writes("provet")
        await poll(shop, HOUR)
        cause = await held(shop, "payment.missing_in_provet")
        assert "payment method 17 (Xero payments) is gone from Provet" in cause.finding.summary
        assert shop.writes("provet") == before
        shop.act("provet", "archive_payment_method", payment_type=17, archived=False)
        await poll(shop, MINUTES)
        assert await shop.found() == []


async def test_a_mapping_added_to_the_settings_releases_what_waits_for_it(tmp_path: Path) -> None:
    def without(text: str) -> str:
        assert '"5" = "RROUTPUT"' in text
        return text.replace('"5" = "RROUTPUT"', "").replace('currency = "GBP"', 'currency = "EUR"')

    async with workshop(tmp_path, clients=3, invoices=0, change=without) as shop:
        client = next(iter(shop.world.hosts["provet"].system.hands.state.clients))
        food = {"name": "Food", "price": "9.00", "vat_percentage": "5"}
        for _ in range(2):
            shop.act("provet", "invoice_visit", client=client, rows=[food])
        await shop.settle_down(full=True)
        currency, rate_of_food = sorted(await causes(shop), key=lambda row: row.finding.subject.label)
        assert "keeps its books in GBP, not EUR" in currency.finding.summary
        assert rate_of_food.finding.subject.label == "tax:5"
        file = tmp_path / "settings.toml"
        file.write_text(file.read_text().replace('currency = "EUR"', 'currency = "GBP"'))
        reload_settings(shop.app, file, {})
        await shop.clock.drive(shop.engine.turn())
        (cause,) = await causes(shop)
        assert (cause.finding.kind, cause.finding.subject.label) == ("mapping.missing", "tax:5")
        assert {row.finding.cause for row in await shop.found(kind="invoice.missing")} == {cause.id}
        file.write_text(
            file.read_text().replace("[practices.riverside.tax]", '[practices.riverside.tax]\n"5" = "RROUTPUT"')
        )
        reload_settings(shop.app, file, {})
        await shop.clock.drive(shop.engine.turn())
        assert await shop.found() == []


async def waiting_for(shop: Workshop, *causes: str) -> tuple[int, int]:
    """How many wait for these causes, and how many of them for nothing else."""
    (found,) = (await shop.app.desk.waiting(causes)).sums
    return found.count, found.freed


async def test_all_that_a_document_and_its_payments_wait_for_is_listed_at_once(tmp_path: Path) -> None:
    def change(text: str) -> str:
        return tracked(text.replace('"11" = "090"', '"11" = "815"'))

    async with workshop(tmp_path, clients=3, invoices=3, change=change) as shop:
        await in_step(shop)
        wrong = [archive("200", "ARCHIVED"), rate("21"), option("ARCHIVED"), payable("815", allowed=False)]
        mend = [archive("200", "ACTIVE"), rate("20"), option("ACTIVE"), payable("815", allowed=True)]
        for each in wrong:
            each(shop)
        (visit,) = visits(shop, 1)
        shop.act("provet", "pay_in_full", invoice=visit, payment_type=11)
        await poll(shop, HOUR)
        found = await causes(shop)
        labels = {"account:200", "tax:20", "tracking:Location/Harbour", "payable:815"}
        assert {row.finding.subject.label for row in found} == labels
        (waiting,) = await shop.found(kind="invoice.missing")
        shown = await shop.app.desk.show(waiting.id)
        assert (shown.cause, sorted(shown.causes)) == (shown.causes[0], sorted(row.id for row in found))
        assert all(row.finding.summary in shown.cause_summary for row in found)
        for row in found:
            assert await waiting_for(shop, row.id) == (1, 0), "it waits for the others as well"
            assert [each.id for each in (await shop.app.desk.page(ListQuery(cause=row.id))).discrepancies] == [
                waiting.id
            ]
        assert await waiting_for(shop, *(row.id for row in found)) == (1, 1), "together they let it go on"
        for left, each in zip((3, 2, 1, 0), mend, strict=True):
            each(shop)
            await poll(shop, MINUTES)
            assert len(await causes(shop)) == left
        assert await shop.found() == []
        assert (await shop.app.desk.status()).practices[0].residual == "0.00"
