"""``python -m tests.simulation``: many seeds, one seed with its trace, or the planted bugs.

``SEEDS=2000`` runs the seeds from ``FIRST`` (0) on every core and prints those that fail. ``SEED=17`` replays one and
prints all that happens. ``MUTANTS=1`` proves that each planted bug is caught within ``SEEDS`` (500).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.mutants import MUTANTS
from tests.simulation.simulation import SCRIPTS, Broken, calm_books, run_seed

AT_ONCE = 10


def main(environ: Mapping[str, str]) -> int:
    """The exit status: 0 if every seed held, or every mutant was caught."""
    first = int(environ.get("FIRST", "0"))
    if "SEED" in environ:
        return _replay(int(environ["SEED"]), environ.get("MUTANT", ""))
    if environ.get("MUTANTS"):
        return _mutants(range(first, first + int(environ.get("SEEDS", "500"))))
    return _many(range(first, first + int(environ.get("SEEDS", "200"))))


def _replay(seed: int, mutant: str) -> int:
    failed = verdict(seed, mutant, echo=True)
    print(failed or f"seed {seed} held")
    return 1 if failed else 0


def verdict(seed: int, mutant: str = "", *, echo: bool = False) -> str:
    """What a seed broke, "" if it held; with ``echo`` the whole trace is printed. The twin is never mutated."""
    calm_books(seed % SCRIPTS)
    try:
        if mutant:
            with MUTANTS[mutant]():
                run_seed(seed, print if echo else None)
        else:
            run_seed(seed, print if echo else None)
    except Broken as broken:
        return str(broken)
    return ""


def _many(seeds: range) -> int:
    began = time.monotonic()
    failed = 0
    with ProcessPoolExecutor() as pool:
        for done, (_, broken) in enumerate(_each(pool, seeds), 1):
            if broken:
                failed += 1
                print(broken, flush=True)
            if done % 200 == 0:
                print(f"{done} seeds, {failed} failed, {time.monotonic() - began:.0f} s", flush=True)
    took_s = time.monotonic() - began
    print(f"{len(seeds)} seeds in {took_s:.0f} s, {len(seeds) / took_s:.1f} a second; {failed} failed")
    return 1 if failed else 0


def _each(pool: ProcessPoolExecutor, seeds: Iterable[int], mutant: str = "") -> Iterator[tuple[int, str]]:
    yield from zip(seeds, pool.map(partial(verdict, mutant=mutant), seeds, chunksize=AT_ONCE), strict=True)


def _mutants(seeds: range) -> int:
    missed = 0
    for name in MUTANTS:
        caught = next(((seed, broken) for seed in seeds if (broken := verdict(seed, name))), None)
        missed += caught is None
        print(f"{name:28} {caught[1] if caught else f'NOT CAUGHT within {len(seeds)} seeds'}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
