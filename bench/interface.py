"""The terminal UI and the command line before a daemon with many open discrepancies."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.crowd import crowd
from bench.keys import Screen, cpu_s, screen
from bench.measure import Figures

_WORDS = (b"inv-99", b"quinn", b"kind:pay", b"amount>100", b"nobody")


async def measured(folder: str, count: int, times: int, runs: int) -> Figures:
    """Starts (medians) and answers to keys (median, 99th percentile, worst) in microseconds.

    ``cpu_s`` is what UI and daemon together spent on a key (each by itself: ``cpu ui``, ``cpu daemon``), ``peak_mb`` is
    the UI's.
    """
    async with crowd(Path(folder), count) as (socket, daemon):
        status = [sys.executable, "-m", "tui", "--socket", str(socket), "status"]
        figures = {
            "python": _median(runs, lambda: _run([sys.executable, "-c", "pass"])),
            "status": _median(runs, lambda: _run(status)),
            "paint": _median(runs, lambda: _painted(socket, Path(folder), b"reconcile")),
            "live": _median(runs, lambda: _painted(socket, Path(folder), b"live")),
        }
        with screen(socket, Path(folder)) as ui:
            ui.until(b"live")
            ui.answered(b"")
            taken = {"open": [ui.answered(b"2")]}
            spent = {"ui": -cpu_s(ui.pid), "daemon": -cpu_s(daemon)}
            taken |= _pressed(ui, times)
            spent = {"ui": spent["ui"] + cpu_s(ui.pid), "daemon": spent["daemon"] + cpu_s(daemon)}
            peak = ui.peak_mb()
    taken["all"] = [each for name, pressed in taken.items() if name != "open" for each in pressed]
    figures |= {f"{name} {what}": value for name, each in taken.items() for what, value in _spread(each).items()}
    keys = len(taken["all"])
    figures |= {f"cpu {name}": round(seconds / keys * 1e6) for name, seconds in spent.items()}
    return Figures(0, sum(spent.values()) / keys, 0, peak, figures)


def _pressed(ui: Screen, times: int) -> dict[str, list[float]]:
    scroll = [ui.answered(b"j") for _ in range(2 * times)]
    page = [ui.answered(b"\x1b[6~") for _ in range(times)]
    ends = [ui.answered(key) for _ in range(max(times // 4, 1)) for key in (b"G", b"g")]
    sort = [ui.answered(key) for _ in range(max(times // 4, 1)) for key in (b"N", b"K", b"L", b"A")]
    typed = []
    for _ in range(max(times // 20, 1)):
        for word in _WORDS[:times]:
            ui.answered(b"/")
            typed += [ui.answered(bytes([char])) for char in word]
            ui.answered(b"\x1b")
            ui.answered(b"\x1b")
    cycle = (*((b"b", b"\r", b"\r") * 4), b"b")
    group = [ui.answered(key) for _ in range(max(times // 10, 1)) for key in cycle]
    return {"scroll": scroll, "page": page, "first and last": ends, "sort": sort, "filter": typed, "group": group}


def _spread(seconds: Sequence[float]) -> dict[str, int]:
    """Median, 99th percentile and worst, in microseconds."""
    ordered = sorted(seconds)
    at = {"median": len(ordered) // 2, "p99": max(round(len(ordered) * 0.99) - 1, 0), "worst": -1}
    return {name: round(ordered[place] * 1e6) for name, place in at.items()}


def _median(runs: int, measured: Callable[[], float]) -> int:
    return round(statistics.median(measured() for _ in range(runs)) * 1e6)


def _run(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def _painted(socket: Path, folder: Path, word: bytes) -> float:
    with screen(socket, folder) as ui:
        return ui.until(word)
