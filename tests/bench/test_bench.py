"""The benchmarks do what they say at their smallest size. No time is asserted: they measure, tests do not."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from bench.ledgers import Ledgers
from bench.report import BENCHMARKS
from bench.table import Table, times

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 11, 22)


def column(table: Table, name: str) -> list[str]:
    place = table.columns.index(name)
    return [row[place] for row in table.rows]


def test_both_ways_write_the_same_records_and_the_daemon_needs_fewer_calls() -> None:
    table = BENCHMARKS["pipeline"](quick=True)
    naive, daemon = (int(writes) for writes in column(table, "writes"))
    assert naive == daemon > 40
    one_by_one, batched = (int(calls) for calls in column(table, "Xero calls"))
    assert one_by_one > naive
    assert batched < one_by_one / 3


def test_every_way_to_compare_finds_the_invoices_that_moved_and_no_other() -> None:
    table = BENCHMARKS["compare"](quick=True)
    found = dict(zip(column(table, ""), column(table, "found"), strict=True))
    assert found == {
        "in memory, naive": "10",
        "daemon, first comparison": "0",
        "daemon, decode and store": "0",
        "daemon, full comparison": "10",
        "daemon, poll of changes": "10",
    }


@pytest.mark.timeout(400)
def test_the_interface_starts_and_answers_every_kind_of_key() -> None:
    table = BENCHMARKS["interface"](quick=True)
    figures = dict(zip(column(table, ""), column(table, "200: ms"), strict=True))
    assert {name.partition(":")[0] for name in figures} == {"start", "key", "memory of the UI, MB"}
    started = [float(figure) for name, figure in figures.items() if name.startswith("start:")]
    assert min(started) > 0
    assert float(figures["memory of the UI, MB"]) > 10


def test_an_unknown_benchmark_is_refused_by_name() -> None:
    command = [sys.executable, "-m", "bench", "pipelime"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'pipelime'" in done.stderr


@pytest.mark.parametrize("number", [1, 199, 200])
def test_an_invoice_reads_the_same_in_both_ledgers_until_it_moves(number: int) -> None:
    def totals(wave: int) -> tuple[float, float]:
        ledgers = Ledgers(400, DAY, wave)
        provet, xero = (json.loads(ledgers.provet_invoice(number)), json.loads(ledgers.xero_invoice(number)))
        assert xero["Reference"] == f"Provet invoice {provet['id']}"
        assert xero["Total"] == pytest.approx(sum(line["LineAmount"] for line in xero["LineItems"]))
        return provet["total_with_vat"], xero["Total"]

    assert totals(0)[0] == totals(0)[1]
    assert (totals(1)[0] == totals(1)[1]) == (number % 200 != 0)


def test_what_moved_comes_last_and_alone_after_a_poll() -> None:
    ledgers = Ledgers(400, DAY, wave=1)
    assert [*ledgers.changed(None)][-2:] == [200, 400]
    assert sorted(ledgers.changed(None)) == [*range(1, 401)]
    assert [*ledgers.changed(ledgers.read_at - dt.timedelta(days=1))] == [200, 400]
    assert [*islice(Ledgers(400, DAY).changed(None), 3)] == [1, 2, 3]


def test_a_table_is_aligned_and_ratios_are_short() -> None:
    assert str(Table("title", ("", "s"), [("way", "1.5"), ("another way", "10.0")])).splitlines() == [
        "title",
        "                  s",
        "  way           1.5",
        "  another way  10.0",
    ]
    assert [times(20, 1), times(3, 2), times(1, 40), times(1, 0)] == ["x 20", "x 1.5", "x 0.025", "x 0"]
