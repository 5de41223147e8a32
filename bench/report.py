"""The benchmarks by name: each measures its ways in processes of their own and lays them side by side.

Nothing of the daemon is imported here: what this process holds would count in the peaks of those it starts.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.measure import Figures, in_child
from bench.table import Table, times

CALLS_PER_MINUTE = 60
"""What Xero allows (docs/reference/xero.md 3)."""


def pipeline(*, quick: bool) -> Table:
    """Documents per second from Provet into an empty Xero, beside one request for each record."""
    documents = 40 if quick else 1000
    naive = in_child("bench.pipeline:one_by_one", documents=documents)
    daemon = in_child("bench.pipeline:daemon", documents=documents)
    columns = ("documents", "writes", "s", "CPU s", "documents/s", "", "Xero calls", "each", "", "min at 60 calls/min")
    return Table(
        "pipeline: Provet into an empty Xero, call limits aside",
        ("", *columns),
        [("one by one", *_imported(naive, naive)), ("daemon", *_imported(daemon, naive))],
    )


def _imported(figures: Figures, naive: Figures) -> tuple[str, ...]:
    documents, calls = figures.counts["documents"], figures.counts["xero_calls"]
    return (
        f"{documents}",
        f"{figures.counts['writes']}",
        f"{figures.seconds:.2f}",
        f"{figures.cpu_s:.2f}",
        f"{documents / figures.seconds:.0f}",
        times(naive.seconds, figures.seconds),
        f"{calls}",
        f"{calls / documents:.3f}",
        times(calls, naive.counts["xero_calls"]),
        f"{calls / CALLS_PER_MINUTE:.1f}",
    )


def compare(*, quick: bool) -> Table:
    """Decoding and comparing two large ledgers, with peak memory, beside dicts of everything."""
    invoices = 2000 if quick else 100_000
    day = dt.datetime.now(dt.UTC).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:

        def measured(way: str, place: str, count: int) -> Figures:
            own = Path(folder) / place
            own.mkdir(exist_ok=True)
            return in_child(f"bench.compare:{way}", folder=str(own), invoices=count, day=day)

        ways = {
            "in memory, naive": measured("in_memory", "naive", invoices),
            "daemon, first comparison": measured("first", "first", invoices // 10),
            "daemon, decode and store": measured("store", "store", invoices),
            "daemon, full comparison": measured("full", "store", invoices),
            "daemon, poll of changes": measured("poll", "store", invoices),
        }
    naive = ways["in memory, naive"]
    columns = ("invoices", "found", "s", "CPU s", "invoices/s", "", "peak MB", "above idle", "")
    return Table(
        "compare: two ledgers, 1 of 200 invoices differs",
        ("", *columns),
        [(name, *_compared(figures, naive)) for name, figures in ways.items()],
    )


def _compared(figures: Figures, naive: Figures) -> tuple[str, ...]:
    invoices = figures.counts["invoices"]
    rate, reference = invoices / figures.seconds, naive.counts["invoices"] / naive.seconds
    grown, naive_grown = figures.peak_mb - figures.idle_mb, naive.peak_mb - naive.idle_mb
    return (
        f"{invoices}",
        f"{figures.counts['found']}",
        f"{figures.seconds:.2f}",
        f"{figures.cpu_s:.2f}",
        f"{rate:.0f}",
        times(rate, reference),
        f"{figures.peak_mb:.0f}",
        f"{grown:.0f}",
        times(grown, naive_grown),
    )


_KEYS = (
    *("scroll", "page", "first and last", "sort", "select", "review", "filter", "in and out of the filter", "group"),
    *("all", "open"),
)


def interface(*, quick: bool) -> Table:
    """The terminal UI and the command line before many open discrepancies: starts, keys and memory, beside few."""
    count, times, runs = (200, 1, 1) if quick else (100_000, 40, 7)

    def measured(place: str, discrepancies: int) -> Figures:
        folder = Path(root) / place
        folder.mkdir()
        return in_child("bench.interface:measured", folder=str(folder), count=discrepancies, times=times, runs=runs)

    with tempfile.TemporaryDirectory() as root:
        few, many = measured("few", 100), measured("many", count)
    starts = {"bare python": "python", "reconcile status": "status", "UI, first paint": "paint", "UI, live": "live"}
    rows = [(f"start: {name}", *_start(few, many, figure)) for name, figure in starts.items()]
    rows += [(f"key: {kind}", *_answered(few, many, kind)) for kind in _KEYS]
    for name in ("ui", "daemon"):
        cpu = [f"{each.counts[f'cpu {name}'] / 1000:.1f}" for each in (few, many)]
        rows.append((f"key: CPU of the {name}", cpu[0], "", cpu[1], "", "", ""))
    rows.append(("memory of the UI, MB", f"{few.peak_mb:.0f}", "", f"{many.peak_mb:.0f}", "", "", ""))
    columns = ("100: ms", "p99", f"{count}: ms", "p99", "worst", "bytes")
    slow, keys = many.counts["slow"], many.counts["keys"]
    notes = (
        "key: from its byte to the last byte of its answer; all but the paints of header and activity line alone count",
        "all: every key but the one that opens the list for the first time; bytes: painted for a key, median",
        f"{keys - slow} of {keys} keys before {count} were answered within 50 ms: {100 * (keys - slow) / keys:.1f} %",
    )
    return Table("interface: open discrepancies behind a real daemon, 120 x 40", ("", *columns), rows, notes)


def _start(few: Figures, many: Figures, name: str) -> tuple[str, ...]:
    return f"{few.counts[name] / 1000:.0f}", "", f"{many.counts[name] / 1000:.0f}", "", "", ""


def _answered(few: Figures, many: Figures, kind: str) -> tuple[str, ...]:
    one = (f"{few.counts[f'{kind} {what}'] / 1000:.1f}" for what in ("median", "p99"))
    other = (f"{many.counts[f'{kind} {what}'] / 1000:.1f}" for what in ("median", "p99", "worst"))
    return *one, *other, f"{many.counts[f'{kind} painted']}"


BENCHMARKS: Mapping[str, Callable[..., Table]] = {"pipeline": pipeline, "compare": compare, "interface": interface}
