"""One measurement is one process: it times a function, the simulated systems aside, and notes its peak memory.

The parent imports nothing of the daemon: what it holds would count in its children's peak.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one method cost. Seconds and CPU seconds are without those of the simulated systems.

    ``idle_mb`` is the peak before the work began: interpreter, imports and the simulated systems.
    """

    seconds: float
    cpu_s: float
    idle_mb: float
    peak_mb: float
    counts: dict[str, int] = field(default_factory=dict)


class Stopwatch:
    """Times a block; ``away_s`` takes the seconds that were spent in what is not measured."""

    def __init__(self) -> None:
        self.away_s = 0.0
        self._seconds = self._cpu_s = self._idle_mb = 0.0

    def __enter__(self) -> Self:
        self._idle_mb = _peak_mb()
        self._seconds, self._cpu_s = -time.perf_counter(), -time.process_time()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._seconds += time.perf_counter()
        self._cpu_s += time.process_time()

    def figures(self, **counts: int) -> Figures:
        """What the block cost."""
        seconds, cpu_s = self._seconds - self.away_s, self._cpu_s - self.away_s
        return Figures(seconds, cpu_s, self._idle_mb, _peak_mb(), counts)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_child(target: str, **arguments: object) -> Figures:
    """Run ``module:coroutine function`` with these JSON arguments in a fresh interpreter; ends this one if it fails."""
    command = [sys.executable, "-m", "bench.measure", target, json.dumps(arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=_ROOT, check=False, text=True)
    if done.returncode:
        raise SystemExit(f"{target} failed")
    return Figures(**json.loads(done.stdout))


def main() -> None:
    """The child: prints its figures as JSON."""
    module, _, name = sys.argv[1].partition(":")
    function: Callable[..., Awaitable[Figures]] = getattr(import_module(module), name)

    async def run() -> Figures:
        return await function(**json.loads(sys.argv[2]))

    print(json.dumps(asdict(asyncio.run(run()))))


if __name__ == "__main__":
    main()
