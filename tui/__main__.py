"""The entry point of ``reconcile``: takes the machine's clock and hands the rest to the command line."""

from __future__ import annotations

import datetime as dt
import sys
import time

from tui.cli import run
from tui.world import World


def main() -> int:
    return run(sys.argv[1:], World(utc=_utc, pause=time.sleep, sleep=_sleep))


def _utc() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def _sleep(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


if __name__ == "__main__":
    sys.exit(main())
