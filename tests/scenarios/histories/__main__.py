"""``python -m tests.scenarios.histories``: many random histories, or one with all that people did.

``SEEDS=1000`` runs the seeds from ``FIRST`` (0) on every core and prints those that fail. ``SEED=17`` replays one;
``SHORT=1`` first leaves out every act without which it fails all the same.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor

from tests.scenarios.histories.history import LONGEST, Broken, run_seed

AT_ONCE = 10
ALIKE = 40


def main(environ: Mapping[str, str]) -> int:
    """The exit status: 0 if every seed held."""
    first = int(environ.get("FIRST", "0"))
    if "SEED" in environ:
        return _replay(int(environ["SEED"]), short=bool(environ.get("SHORT")))
    return _many(range(first, first + int(environ.get("SEEDS", "200"))))


def verdict(seed: int) -> str:
    """What a seed broke, "" if it held."""
    return _verdict(seed, frozenset())


def _verdict(seed: int, skip: frozenset[int]) -> str:
    try:
        run_seed(seed, skip=skip)
    except Broken as broken:
        return str(broken)
    return ""


def _replay(seed: int, *, short: bool) -> int:
    skip: frozenset[int] = frozenset()
    failed = verdict(seed)
    if failed and short:
        for number in range(LONGEST):
            found = _verdict(seed, skip | {number})
            if found[:ALIKE] == failed[:ALIKE]:
                skip |= {number}
    try:
        run_seed(seed, print, skip)
    except Broken as broken:
        print(broken)
        return 1
    print(f"seed {seed} held")
    return 0


def _many(seeds: range) -> int:
    began, failed = time.monotonic(), 0
    with ProcessPoolExecutor() as pool:
        for done, broken in enumerate(pool.map(verdict, seeds, chunksize=AT_ONCE), 1):
            if broken:
                failed += 1
                print(broken[:1500], flush=True)
            if done % 200 == 0:
                print(f"{done} seeds, {failed} failed, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{len(seeds)} seeds in {time.monotonic() - began:.0f} s; {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
