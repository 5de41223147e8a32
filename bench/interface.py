"""The terminal UI and the command line before a daemon with many open discrepancies."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench.crowd import crowd
from bench.keys import Answer, Screen, cpu_s, screen
from bench.measure import Figures

BAR_S = 0.05
"""Within this a key is to be answered, at the 99th percentile."""
_PAGE_DOWN, _ESC = b"\x1b[6~", b"\x1b"
_WORDS = (b"inv-99", b"quinn", b"kind:pay", b"amount>100", b"nobody")


async def measured(folder: str, count: int, times: int, runs: int) -> Figures:
    """Starts (medians) and answers to keys (median, 99th percentile, worst) in microseconds, as ``bench.keys`` says.

    A key that changes nothing counts with 0. ``keys`` were pressed in the list and the review, of which ``slow`` took
    longer than ``BAR_S``; ``open`` is the one that opened the list. ``cpu_s`` is what UI and daemon together spent on a
    key (each by itself: ``cpu ui``, ``cpu daemon``), ``peak_mb`` is the UI's.
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
            keys = Keys(ui, daemon)
            keys.press(b"")
            taken = {"open": [keys.press(b"2")]}
            spent = {"ui": -cpu_s(ui.pid), "daemon": -cpu_s(daemon)}
            taken |= _pressed(keys, times)
            spent = {"ui": spent["ui"] + cpu_s(ui.pid), "daemon": spent["daemon"] + cpu_s(daemon)}
            peak = ui.peak_mb()
    taken["all"] = [each for name, pressed in taken.items() if name != "open" for each in pressed]
    figures |= {f"{name} {what}": value for name, each in taken.items() for what, value in _spread(each).items()}
    count = len(taken["all"])
    figures |= {f"cpu {name}": round(seconds / count * 1e6) for name, seconds in spent.items()}
    figures["keys"] = count
    figures["slow"] = sum(each.seconds > BAR_S for each in taken["all"])
    return Figures(0, sum(spent.values()) / count, 0, peak, figures)


class Keys:
    """Presses keys in the list, one after the other, each from rest."""

    def __init__(self, ui: Screen, daemon: int) -> None:
        self._ui = ui
        self._daemon = daemon

    def press(self, key: bytes) -> Answer:
        return self._ui.answered(key, self._daemon)

    def presses(self, keys: Iterable[bytes]) -> list[Answer]:
        return [self.press(key) for key in keys]


def _pressed(keys: Keys, times: int) -> dict[str, list[Answer]]:
    """The answers by kind of key; all of them count."""
    some = max(times // 4, 1)
    taken = {
        "scroll": keys.presses([b"j"] * 2 * times),
        "page": keys.presses([_PAGE_DOWN] * times),
        "first and last": keys.presses([b"G", b"g"] * some),
        "sort": keys.presses([b"N", b"K", b"L", b"A"] * some),
        "select": keys.presses([b" ", b" ", b"V", b"j", b"j", b"V", b"M"] * some),
        "review": keys.presses([b"\r", b"n", b"p", _ESC] * some),
        "filter": [],
        "in and out of the filter": [],
    }
    for word in _WORDS[:times] * max(times // 20, 1):
        taken["in and out of the filter"].append(keys.press(b"/"))
        taken["filter"] += keys.presses(bytes([char]) for char in word)
        taken["in and out of the filter"] += keys.presses([_ESC, _ESC])
    cycle = (*((b"b", b"\r", b"\r") * 4), b"b")
    return taken | {"group": keys.presses(cycle * max(times // 10, 1))}


def _spread(answers: Sequence[Answer]) -> dict[str, int]:
    """Median, 99th percentile and worst, in microseconds, and the median of the bytes that are painted."""
    ordered = sorted(answer.seconds for answer in answers)
    painted = round(statistics.median(answer.painted for answer in answers))
    at = {"median": len(ordered) // 2, "p99": max(round(len(ordered) * 0.99) - 1, 0), "worst": -1}
    return {name: round(ordered[place] * 1e6) for name, place in at.items()} | {"painted": painted}


def _median(runs: int, measured: Callable[[], float]) -> int:
    return round(statistics.median(measured() for _ in range(runs)) * 1e6)


def _run(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def _painted(socket: Path, folder: Path, word: bytes) -> float:
    with screen(socket, folder) as ui:
        return ui.until(word)
