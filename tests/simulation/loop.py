"""The event loop of the simulation: virtual time, one thread, and an order of ready work that a seed decides."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Coroutine
from itertools import count
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")


class NothingWillHappen(AssertionError):
    """Everybody waits, and nothing is scheduled that could wake anybody."""


class _Jump(selectors.SelectSelector):
    """Instead of waiting for files, moves the clock to the next appointment."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingWillHappen("everybody waits and nobody wakes them")
        self.now += timeout
        return []


class _NumberedTask(asyncio.Task[Any]):
    """A task whose hash is its number: sets of tasks, as task groups keep them, have the same order in every run."""

    number = 0

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        return self is other


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Runs ready callbacks in an order drawn from ``rng``; time passes only while nothing is ready."""

    def __init__(self, rng: Random) -> None:
        self._jump = _Jump()
        self._rng = rng
        self._numbers = count(1)
        super().__init__(self._jump)
        self._ready: deque[asyncio.Handle]
        self.set_task_factory(self._numbered)

    def _numbered(
        self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T], **keywords: Any
    ) -> asyncio.Future[T]:
        task = _NumberedTask(coroutine, loop=loop, **keywords)
        task.number = next(self._numbers)
        return task

    def time(self) -> float:
        return self._jump.now

    def _run_once(self) -> None:
        if len(self._ready) > 1:
            waiting = list(self._ready)
            self._rng.shuffle(waiting)
            self._ready.clear()
            self._ready.extend(waiting)
        super()._run_once()  # type: ignore[misc]

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        raise AssertionError("the simulation has no threads: take an Offload")


def simulate(main: Callable[[], Coroutine[Any, Any, T]], rng: Random) -> T:
    """Run ``main`` to its end under virtual time. Raises ``NothingWillHappen`` for a deadlock."""
    loop = SimulatedLoop(rng)
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()
