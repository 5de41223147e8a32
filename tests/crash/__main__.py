"""``python -m tests.crash``: every crash point of the small cases, then ``KILLS`` (100) kills of the real daemon.

``SEED`` (0) draws the moments of the kills. ``KILLS=0`` leaves them out.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.crash.harness import compare

POINTS = Path(__file__).with_name("test_crash_points.py")


def main() -> int:
    """The exit status: 0 if every death ended in the books of the twin."""
    os.environ["STRIDE"] = "1"
    began = time.monotonic()
    status = int(pytest.main(["-n", "0", "-s", "--timeout", "3600", str(POINTS)]))
    print(f"every crash point in {time.monotonic() - began:.0f} s: {'held' if not status else 'FAILED'}", flush=True)
    kills = int(os.environ.get("KILLS", "100"))
    if not kills:
        return status
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        print(compare(Path(folder), kills, int(os.environ.get("SEED", "0"))), flush=True)
    print(f"{kills} kills in {time.monotonic() - began:.0f} s: held", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
