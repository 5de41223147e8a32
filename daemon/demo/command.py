"""What ``reconciled demo`` does with a terminal and without, how it ends, and its exit status."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.clock import SystemClock
from daemon.demo.children import environment, stopped_at_the_end, ui_arguments
from daemon.demo.narrator import Narrator, Untrue
from daemon.demo.stage import ADOPTED, CLIENTS, INVOICES, Stage, open_stage
from daemon.demo.story import open_story
from daemon.demo.telling import tell
from daemon.sandbox.errors import SandboxError

DONE, FAILED, ERROR = 0, 1, 2
_INTERRUPTED = 130


async def demo(seed: int) -> int:
    """Run until the terminal UI quits; without a terminal tell one story. Returns the exit status.

    1: a statement of the story was not true. Raises ``ReconError`` when the daemon does not start or stops.
    """
    try:
        with _ending_in_order():
            return await (_show(seed) if _has_terminal() else _story(seed))
    except SandboxError as error:
        sys.stderr.write(f"reconciled demo: {error}\n")
        return ERROR
    except asyncio.CancelledError:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """While the block runs, a closed terminal or a request to end cancels it, so that nothing is left behind."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    numbers = (signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, task.cancel if task else _nothing)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _nothing() -> None:
    """There is nothing to cancel."""


async def _show(seed: int) -> int:
    """The terminal UI on a clinic that goes on working."""
    sys.stdout.write("Starting a simulated Provet Cloud and Xero with a clinic at work, and the daemon ...\n")
    sys.stdout.flush()
    async with open_stage(seed, SystemClock(), live=True) as stage:
        return await _attend(stage.socket)


async def _attend(socket: Path) -> int:
    """The terminal UI until it is quit. It draws on its standard error, which need not be the terminal here."""
    process = await asyncio.create_subprocess_exec(
        *ui_arguments(socket), stderr=sys.stdout.fileno(), env=environment({})
    )
    async with stopped_at_the_end(process):
        return await process.wait()


async def _story(seed: int) -> int:
    narrator = Narrator(sys.stdout)
    narrator.opening(
        f"A made-up clinic (seed {seed}: {CLIENTS} clients, {INVOICES} invoices, {ADOPTED} of them already in Xero) "
        "works in a simulated Provet Cloud and a simulated Xero on this machine. Each statement below is checked "
        "against the APIs of both, their request logs or the control socket before it is printed."
    )
    async with open_stage(seed, SystemClock(), live=False) as stage:
        return await narrate(stage, narrator)


async def narrate(stage: Stage, narrator: Narrator) -> int:
    """Tell the story on a stage; the exit status says whether all of it was true."""
    async with open_story(stage, narrator) as story:
        try:
            await tell(story)
        except Untrue as untrue:
            narrator.broken(untrue)
            return FAILED
    narrator.closing()
    return DONE
