"""The month-end proof over whole clinics: both sides agree with what the systems themselves hold, to the cent."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from daemon.control.operations import UnknownId
from daemon.core.model import Contact, Kind, Ref, System
from daemon.errors import Invalid
from daemon.protocol import By, MonthReport, Operator, ReportQuery, Role, SideTotals, Waive
from daemon.report import reports
from daemon.report.reports import Reports, span_of
from daemon.sandbox.hands import act
from daemon.store import records
from tests.support.workshop import Workshop, workshop

ANN = Operator(uid=1000, login="ann", role=Role.APPROVER)
EXPLAINING = {"open", "approved", "snoozed", "waived"}
ZERO = Decimal(0)


@contextlib.asynccontextmanager
async def settled(folder: Path, **shape: object) -> AsyncIterator[Workshop]:
    async with workshop(folder, **shape) as shop:
        await shop.settle_down(full=True)
        yield shop


def reports_of(shop: Workshop) -> Reports:
    return shop.app.desk.reports


def months_of(shop: Workshop) -> list[str]:
    """Every month from the start of the practice to now."""
    day, months = shop.engine.practice.settings.start_date, []
    while day <= shop.clock.utc().date():
        months.append(f"{day:%Y-%m}")
        day = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return months


async def parts(shop: Workshop, month: str) -> tuple[Decimal, Decimal]:
    """What the discrepancies and the exclusions of a report explain together."""
    query = ReportQuery(month=month)
    found = (await reports_of(shop).discrepancies("riverside", query)).discrepancies
    excluded = (await reports_of(shop).excluded("riverside", query)).excluded
    effect = sum((Decimal(each.effect) for each in found if each.status in EXPLAINING), ZERO)
    return effect, sum((Decimal(each.amount) for each in excluded), ZERO)


def of_xero(shop: Workshop, month: str) -> dict[str, Decimal]:
    """Invoices, credits, payments and VAT of a month straight from the simulated ledger."""
    ledger, totals = shop.world.hosts["xero"].system.ledger, defaultdict(lambda: ZERO)
    for name, sign in (("invoices", 1), ("credits", -1)):
        for document in (ledger.invoices if sign > 0 else ledger.credit_notes).ordered():
            if document.status in {"AUTHORISED", "PAID"} and f"{document.day:%Y-%m}" == month:
                totals[name] += document.total
                totals["vat"] += document.total_tax * sign
    for payment in ledger.payments.ordered():
        if payment.status == "AUTHORISED" and f"{payment.day:%Y-%m}" == month:
            refund = ledger.credit_notes.get(payment.document_id) is not None
            totals["payments"] += payment.amount * (-1 if refund else 1)
    return totals


async def test_both_sides_of_a_settled_clinic_agree_month_by_month(tmp_path: Path) -> None:
    async with settled(tmp_path) as shop:
        seen = []
        for month in months_of(shop):
            report = await reports_of(shop).month("riverside", ReportQuery(month=month))
            assert report.residual == "0.00"
            for name in ("invoices", "credits", "payments", "vat", "accounts"):
                assert getattr(report.provet, name) == getattr(report.xero, name), (month, name)
            truth = of_xero(shop, month)
            assert (Decimal(report.xero.invoices), Decimal(report.xero.credits)) == (
                truth["invoices"],
                truth["credits"],
            )
            assert sum(map(Decimal, report.xero.vat.values()), ZERO) == truth["vat"]
            assert sum(map(Decimal, report.xero.accounts.values()), ZERO) == _net(report.xero)
            seen.append(Decimal(report.xero.invoices))
        assert sum(amount > 0 for amount in seen) > 1, "several months with sales"


def _net(side: SideTotals) -> Decimal:
    return Decimal(side.invoices) - Decimal(side.credits) - sum(map(Decimal, side.vat.values()), ZERO)


@pytest.mark.parametrize("seed", [7, 8])
async def test_every_cent_between_the_sides_has_a_name(tmp_path: Path, seed: int) -> None:
    """The rule for an awkward clinic with work under way, at the end of every month."""
    async with workshop(tmp_path, seed, tidy=False) as shop:
        await shop.settle_down(full=True)
        shop.world.step(60)
        await shop.settle_down(full=True)
        for month in months_of(shop):
            report = await reports_of(shop).month("riverside", ReportQuery(month=month))
            effect, excluded = await parts(shop, month)
            between = Decimal(report.provet.receivable) - Decimal(report.xero.receivable)
            assert between == effect + excluded + Decimal(report.residual), month
        whole = (await shop.app.desk.status()).practices[0]
        assert report.residual == whole.residual


async def test_a_missing_invoice_shows_in_its_month_alone(tmp_path: Path) -> None:
    async with settled(tmp_path) as shop:
        today = shop.clock.utc().date()
        this, last = f"{today:%Y-%m}", f"{today.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
        before = await reports_of(shop).month("riverside", ReportQuery(month=this))
        await shop.app.desk.pause("riverside", "month end", ANN)
        gross = _sold(shop)
        await shop.settle_down()
        after = await reports_of(shop).month("riverside", ReportQuery(month=this))
        assert Decimal(after.provet.invoices) - Decimal(before.provet.invoices) == gross
        assert Decimal(after.provet.receivable) - Decimal(before.provet.receivable) == gross
        assert (after.xero.invoices, after.xero.receivable) == (before.xero.invoices, before.xero.receivable)
        assert after.residual == "0.00"
        (found,) = (await reports_of(shop).discrepancies("riverside", ReportQuery(month=this))).discrepancies
        assert (found.kind, Decimal(found.effect)) == ("invoice.missing", gross)
        assert (await reports_of(shop).discrepancies("riverside", ReportQuery(month=last))).discrepancies == ()


async def test_what_a_bookkeeper_recoded_is_told_apart_from_what_differs(tmp_path: Path) -> None:
    async with settled(tmp_path) as shop:
        xero = shop.world.hosts["xero"].system
        document = next(each for each in xero.ledger.invoices.ordered() if each.status in {"AUTHORISED", "PAID"})
        month, line = f"{document.day:%Y-%m}", document.lines[0]
        other = next(account.id for account in xero.ledger.accounts.ordered() if account.code == "203")
        before = await reports_of(shop).month("riverside", ReportQuery(month=month))
        moved = replace(line, account_id=other)
        xero.ledger.invoices.put(replace(document, lines=(moved, *document.lines[1:]), updated=shop.clock.utc()))
        await shop.settle_down(full=True)
        after = await reports_of(shop).month("riverside", ReportQuery(month=month))
        assert (before.recoded.count, before.recoded.accounts) == (0, {})
        assert after.residual == "0.00"
        codes = before.provet.accounts.keys() | after.xero.accounts.keys()
        between = {code: _of(after.provet, code) - _of(after.xero, code) for code in codes}
        differs = {code: found for code, found in between.items() if found}
        assert len(differs) == 2
        assert sum(differs.values()) == 0
        assert {code: Decimal(net) for code, net in after.recoded.accounts.items()} == differs
        assert after.recoded.count == 1


def _of(side: SideTotals, code: str) -> Decimal:
    return Decimal(side.accounts.get(code, "0.00"))


def _sold(shop: Workshop) -> Decimal:
    """The gross of an invoice that somebody finalises now."""
    hands = shop.world.hosts["provet"].system.hands
    client = next(invoice.client for invoice in hands.state.invoices.values() if invoice.client)
    invoice = _acted(shop, "invoice_visit", client=client, rows=[{"name": "Visit", "price": "48.00"}])
    return Decimal(hands.invoice(invoice).total_with_vat)


def _acted(shop: Workshop, do: str, **arguments: object) -> int:
    """What somebody in Provet did: the id of what came of it."""
    world = shop.world
    done = act(world.hands["provet"], {"do": do, **arguments}, world.clock.utc(), world.rng)
    world.collect()
    return int(str(done))


async def test_the_residual_by_client_and_by_day_adds_up_to_the_whole(tmp_path: Path) -> None:
    async with workshop(tmp_path, tidy=False) as shop:
        await shop.settle_down(full=True)
        month = months_of(shop)[-1]
        for by in By:
            report = await reports_of(shop).month("riverside", ReportQuery(month=month, by=by))
            assert report.by, by
            assert _difference(report) == sum((Decimal(r.provet) - Decimal(r.xero) for r in report.by), ZERO)
            assert sum((Decimal(row.residual) for row in report.by), ZERO) == Decimal(report.residual)
        clients = {row.key for row in (await _by(shop, month, By.CLIENT)).by}
        known = {str(client) for client in shop.world.hosts["provet"].system.hands.state.clients}
        assert clients - {""} <= known
        named = {row.key: row.label for row in (await _by(shop, month, By.CLIENT)).by if row.key}
        assert named
        for client, name in named.items():
            known = await shop.app.db.read(lambda tx, id_=client: records.get(tx, "riverside", _client(id_)))
            assert isinstance(known, Contact)
            assert name == known.name
        assert all(dt.date.fromisoformat(row.key) for row in (await _by(shop, month, By.DAY)).by)


def _client(id_: str) -> Ref:
    return Ref(system=System.PROVET, kind=Kind.CONTACT, id=id_)


async def _by(shop: Workshop, month: str, by: By) -> MonthReport:
    return await reports_of(shop).month("riverside", ReportQuery(month=month, by=by))


def _difference(report: MonthReport) -> Decimal:
    return Decimal(report.provet.receivable) - Decimal(report.xero.receivable)


async def test_windows_show_everything_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workshop(tmp_path, tidy=False, invoices=150) as shop:
        await shop.settle_down(full=True)
        query = ReportQuery(month=months_of(shop)[-2])
        whole = (await reports_of(shop).discrepancies("riverside", query)).discrepancies
        excluded = (await reports_of(shop).excluded("riverside", query)).excluded
        monkeypatch.setattr(reports, "_WINDOW", 2)
        monkeypatch.setattr(reports, "_IDS", 7)
        monkeypatch.setattr(reports, "_FAMILIES", 3)
        assert await _all(shop, "discrepancies", query) == list(whole)
        assert await _all(shop, "excluded", query) == list(excluded)
        assert len(whole) > 2
        assert len(excluded) > 2


async def _all(shop: Workshop, what: str, query: ReportQuery) -> list[object]:
    found, after = [], ""
    while True:
        window = await getattr(reports_of(shop), what)("riverside", ReportQuery(month=query.month, after=after))
        found += getattr(window, what)
        after = window.after
        if not after:
            return found


async def test_windows_by_place_show_the_same_largest_first_and_add_up_to_what_the_report_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workshop(tmp_path, tidy=False, invoices=150) as shop:
        await shop.settle_down(full=True)
        for found in (await shop.found())[:4]:
            await shop.app.desk.decide(found.id, Waive(reason="agreed with the auditor"), ANN)
        month = months_of(shop)[-1]
        query = ReportQuery(month=month)
        counted = (await reports_of(shop).month("riverside", query)).parts
        by_id = {
            "discrepancies": (await reports_of(shop).discrepancies("riverside", query)).discrepancies,
            "excluded": (await reports_of(shop).excluded("riverside", query)).excluded,
            "waivers": (await reports_of(shop).waivers("riverside", query)).discrepancies,
        }
        monkeypatch.setattr(reports, "_WINDOW", 3)
        for what, rows in by_id.items():
            placed = await _placed(shop, what, month, len(rows))
            part = getattr(counted, what)
            assert sorted(each.id for each in placed) == sorted(each.id for each in rows)
            assert part.count == len(rows) > 2
            assert Decimal(part.amount) == sum((Decimal(each.amount) for each in rows), ZERO)
            if what != "excluded":
                assert placed == sorted(placed, key=lambda each: (-Decimal(each.amount), each.id))
                assert Decimal(part.effect) == sum((Decimal(each.effect) for each in rows), ZERO)
            else:
                assert placed == sorted(placed, key=lambda each: (each.date, each.label))
        report = await reports_of(shop).month("riverside", query)
        effect, excluded = Decimal(counted.discrepancies.effect), Decimal(counted.excluded.amount)
        assert _difference(report) - effect - excluded == Decimal(report.residual)


async def _placed(shop: Workshop, what: str, month: str, count: int) -> list[Any]:
    found: list[Any] = []
    while len(found) < count:
        query = ReportQuery(month=month, offset=len(found))
        window = await getattr(reports_of(shop), what)("riverside", query)
        found += window.excluded if what == "excluded" else window.discrepancies
    return found


async def test_waivers_and_approvals_name_their_people(tmp_path: Path) -> None:
    async with workshop(tmp_path, tidy=False) as shop:
        await shop.settle_down(full=True)
        found = [each for each in await shop.found() if each.finding.options and each.finding.policy == "person"]
        await shop.app.desk.approve(found[0].id, "", "", ANN)
        await shop.app.desk.decide(found[1].id, Waive(reason="agreed with the auditor"), ANN)
        month = f"{shop.clock.utc():%Y-%m}"
        (approval,) = (await reports_of(shop).approvals("riverside", ReportQuery(month=month))).approvals
        assert (approval.id, approval.by, approval.option) == (found[0].id, "ann", found[0].finding.option("").id)
        assert (await reports_of(shop).approvals("riverside", ReportQuery(month="2026-10"))).approvals == ()
        counted = (await reports_of(shop).month("riverside", ReportQuery(month=month))).parts
        assert (counted.waivers.count, counted.approvals.count) == (1, 1)
        shown = (await reports_of(shop).discrepancies("riverside", ReportQuery(month=month))).discrepancies
        assert [each.waiver.by for each in shown if each.waiver] == ["ann"]


async def test_unknown_practices_and_months_without_comparison_are_refused(tmp_path: Path) -> None:
    async with workshop(tmp_path) as shop:
        with pytest.raises(UnknownId):
            await reports_of(shop).month("oaktree", ReportQuery(month="2026-03"))
        with pytest.raises(Invalid, match="has not been compared"):
            await reports_of(shop).month("riverside", ReportQuery(month="2026-03"))
        with pytest.raises(Invalid, match="no month 0000-01"):
            await reports_of(shop).excluded("riverside", ReportQuery(month="0000-01"))


def test_a_month_ends_on_its_last_day() -> None:
    assert span_of("2028-02").last == dt.date(2028, 2, 29)
    assert dt.date(2028, 3, 1) not in span_of("2028-02")


@pytest.mark.parametrize("scheme", ["clearing", "originals", "both"])
async def test_a_consolidated_invoice_leaves_both_sides_equal(tmp_path: Path, scheme: str) -> None:
    def change(settings: str) -> str:
        return settings.replace('name = "Riverside Vets"', f'name = "Riverside Vets"\nconsolidated = "{scheme}"')

    async with workshop(tmp_path, change=change) as shop:
        await shop.settle_down(full=True)
        client = next(i.client for i in shop.world.hosts["provet"].system.hands.state.invoices.values() if i.client)
        rows = [{"name": "Visit", "price": "48.00", "vat_percentage": 20}]
        originals = [_acted(shop, "invoice_visit", client=client, rows=rows) for _ in range(2)]
        whole = _acted(shop, "consolidate", invoices=originals)
        _acted(shop, "pay_in_full", invoice=whole, payment_type=0)
        await shop.settle_down(full=True)
        report = await reports_of(shop).month("riverside", ReportQuery(month=f"{shop.clock.utc():%Y-%m}"))
        for name in ("invoices", "credits", "payments", "vat", "accounts"):
            assert getattr(report.provet, name) == getattr(report.xero, name), name
        assert (report.residual, await shop.found()) == ("0.00", [])
        if scheme == "clearing":
            assert Decimal(report.xero.payments) == 2 * Decimal(report.xero.accounts["816"]), "inside, and as money"
