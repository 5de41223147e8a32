"""Reading both systems at once, so that each that fails is named and not only the first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

from daemon.errors import ReconError, StoreUnavailable

P = TypeVar("P")
X = TypeVar("X")


async def of_both(provet: Coroutine[Any, Any, P], xero: Coroutine[Any, Any, X]) -> tuple[P, X]:
    """Both results. A fault of one leaves the other to its end; then what failed is raised, as a group if both did."""
    faults: list[ReconError] = []

    async def held(work: Coroutine[Any, Any, object]) -> object:
        try:
            return await work
        except StoreUnavailable:
            raise
        except ReconError as error:
            faults.append(error)
            return None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(held(work)) for work in (provet, xero)]
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise ExceptionGroup("neither system", faults)
    return cast("P", tasks[0].result()), cast("X", tasks[1].result())
