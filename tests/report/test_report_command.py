"""``reconcile report`` and ``reconcile export`` as processes on a real socket, over a whole clinic."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from daemon.control.report_routes import ReportRoutes
from tests.support.serving import serving
from tests.support.workshop import Workshop, workshop
from tui.sheet import cell

REPORT_KEYS = {"practice", "month", "provet", "xero", "residual", "discrepancies", "excluded", "waivers", "approvals"}
SIDE_KEYS = {"invoices", "credits", "payments", "receivable", "vat"}
MONEY = re.compile(r"-?\d+\.\d\d")


@dataclass(frozen=True)
class Counter:
    """A clinic's daemon with its control socket."""

    shop: Workshop
    socket: str

    async def reconcile(self, *args: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tui", *args),
            env={**os.environ, "RECONCILED_SOCKET": self.socket},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def json(self, *args: str) -> Any:
        status, out, err = await self.reconcile(*args)
        assert (status, err) == (0, "")
        return json.loads(out)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with workshop(tmp_path, tidy=False) as shop:
        await shop.settle_down(full=True)
        path = tmp_path / "c.sock"
        async with serving(shop.app.desk, path):  # type: ignore[arg-type]
            yield Counter(shop, str(path))


async def test_report_has_the_promised_shape(counter: Counter) -> None:
    report = await counter.json("report", "riverside", "--month", "2026-10", "--json")
    assert set(report) >= REPORT_KEYS
    assert (report["practice"], report["month"]) == ("riverside", "2026-10")
    for side in (report["provet"], report["xero"]):
        assert set(side) >= SIDE_KEYS
        amounts = [*(side[name] for name in SIDE_KEYS - {"vat"}), *side["vat"].values()]
        assert all(MONEY.fullmatch(amount) for amount in amounts), side
    assert MONEY.fullmatch(report["residual"])
    assert set(report["excluded"][0]) >= {"label", "reason", "amount"}
    listed = await counter.json("export", "riverside", "--format", "json")
    by_id = {each["id"]: each for each in listed["discrepancies"]}
    assert report["discrepancies"]
    assert all(by_id[each["id"]] == each for each in report["discrepancies"])


async def test_report_reads_on_paper(counter: Counter) -> None:
    status, out, _ = await counter.reconcile("report", "riverside", "--month", "2026-10", "--by", "client")
    assert status == 0
    lines = out.splitlines()
    for head in ("unexplained residual", "DISCREPANCIES", "EXCLUDED", "WAIVERS", "APPROVALS", "BY "):
        assert sum(line.startswith(head) for line in lines) == 1, head
    report = await counter.json("report", "riverside", "--month", "2026-10", "--json")
    invoices = next(line.split() for line in lines if line.startswith("invoices"))
    assert invoices[1].replace(",", "") == report["provet"]["invoices"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("report", "oaktree", "--month", "2026-10"), "no practice oaktree"),
        (("report", "riverside", "--month", "2026-13"), "month"),
        (("report", "riverside", "--month", "October"), "month"),
        (("export", "oaktree", "--format", "csv"), "no practice oaktree"),
        (("export", "riverside", "--format", "csv", "--status", "lost"), "lost"),
    ],
)
async def test_what_cannot_be_reported_is_an_error(counter: Counter, args: tuple[str, ...], says: str) -> None:
    status, out, err = await counter.reconcile(*args, "--json")
    assert (status, out) == (2, "")
    assert says in json.loads(err)["error"]["message"]


async def test_export_holds_every_discrepancy_and_link_once(counter: Counter) -> None:
    found = await counter.json("export", "riverside", "--format", "json")
    status = (await counter.shop.app.desk.status()).practices[0]
    shown = [each for each in found["discrepancies"] if each["status"] in {"open", "approved"}]
    assert len(shown) == status.open_total
    assert len({each["id"] for each in found["discrepancies"]}) == len(found["discrepancies"])
    pairs = [(link["kind"], link["provet"], link["xero"]) for link in found["links"]]
    assert len(set(pairs)) == len(pairs) > 50
    everything = await counter.json("export", "riverside", "--format", "json", "--status", "all")
    assert {each["status"] for each in everything["discrepancies"]} > {"closed"}


async def test_the_sheet_is_a_table_without_formulas(counter: Counter) -> None:
    status, out, _ = await counter.reconcile("export", "riverside", "--format", "csv")
    head, *rows = list(csv.reader(io.StringIO(out)))
    assert status == 0
    assert {len(row) for row in rows} == {len(head)}
    assert {row[0] for row in rows} == {"discrepancy", "link"}
    for text in (text for row in rows for text in row):
        assert not text.startswith(("=", "+", "@", "\t", "\r"))
        assert not text.startswith("-") or MONEY.fullmatch(text), text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ("\r\n=1+1", "'=1+1"),
        ("\u200b=1+1", "'=1+1"),
        ("-12.50", "-12.50"),
        ("+3", "+3"),
        ("-", "'-"),
        ("Invoice INV-1", "Invoice INV-1"),
        ("two\nlines", "two lines"),
        ("", ""),
    ],
)
def test_a_cell_is_never_a_formula(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_reports_are_read_only_so_that_viewers_may_have_them() -> None:
    assert {route.method for route in ReportRoutes(None).table()} == {"GET"}  # type: ignore[arg-type]
