"""A process that is killed in the middle of its writes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest


def child(path: Path) -> subprocess.Popen[str]:
    """A process that writes as fast as it can and prints each number once its write was acknowledged."""
    script = """
import asyncio, sys
from pathlib import Path
from daemon.store import state
from daemon.store.database import open_aiosqlite

async def main():
    store = await open_aiosqlite(Path(sys.argv[1]))
    start = await store.read(lambda tx: len(tx.execute("SELECT name FROM poll_cursor")))
    async def one(number):
        await store.write(lambda tx: [state.set_cursor(tx, "p", f"{number}/{half}", "1") for half in ("a", "b")])
        print(number, flush=True)
    base = start * 1000
    while True:
        await asyncio.gather(*(one(base + n) for n in range(20)))
        base += 20

asyncio.run(main())
"""
    root = str(Path(__file__).parents[2])
    return subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True, cwd=root)


@pytest.mark.parametrize("acknowledged", [1, 45, 130, 300])
def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "store.db"
    process = child(path)
    assert process.stdout
    heard = [process.stdout.readline() for _ in range(acknowledged)]
    process.send_signal(signal.SIGKILL)
    heard += process.stdout.readlines()
    process.stdout.close()
    assert process.wait(30) == -signal.SIGKILL
    raw = sqlite3.connect(path)
    stored = {name for (name,) in raw.execute("SELECT name FROM poll_cursor")}
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    numbers = [line.strip() for line in heard if line.endswith("\n")]
    assert len(numbers) >= acknowledged
    assert {f"{number}/{half}" for number in numbers for half in "ab"} <= stored
    assert {name[:-1] + "a" for name in stored} == {name for name in stored if name.endswith("a")}
    assert {name[:-1] + "b" for name in stored} == {name for name in stored if name.endswith("b")}
