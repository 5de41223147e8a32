"""The entry point of ``reconcile``: takes the world's clock and hands the rest to the command line."""

from __future__ import annotations

import sys
import time

from tui.cli import run


def main() -> int:
    return run(sys.argv[1:], time.sleep)


if __name__ == "__main__":
    sys.exit(main())
