"""Applies corrections in rounds: the next step of each, batched into requests, journaled, sent and settled one by one.

Order of what is durable: intents, then the request leaves, then the outcome with all that follows from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from daemon.applier.book import Book
from daemon.applier.prepare import Prepared, prepare
from daemon.core.correction import Correction, LocalStep
from daemon.core.model import System
from daemon.errors import BadMessage, InDoubt, ReconError, Rejected, Transient, Unauthorised
from daemon.practice import Practice
from daemon.transport.answers import Outcome, Refused, Unknown

_CONCURRENT = 4
GoingOn = Callable[[list[Correction]], Awaitable[list[Correction]]]
"""Which of some corrections may go on with their next step."""


class Applier:
    """Carries corrections of one practice out."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._book = Book(practice)
        self._lanes = {system: asyncio.Semaphore(_CONCURRENT) for system in System}

    async def apply(self, corrections: Sequence[Correction], going_on: GoingOn) -> None:
        """Run corrections until each is applied, failed, in doubt, stale, or put off by a passing fault.

        ``going_on`` is asked before every write but the first of each.
        """
        running = await self._book.start(corrections)
        ids = [correction.id for correction in running]
        while running:
            await self._round(running)
            running = await going_on(await self._book.reload(ids))

    async def _round(self, running: list[Correction]) -> None:
        """The next step of every running correction."""
        local = [c for c in running if isinstance(c.steps[c.cursor], LocalStep)]
        if local:
            await self._book.local(local)
            return
        found = await prepare(running, self._practice)
        for correction, reason in found.impossible:
            await self._book.fail(correction, reason)
        await self._book.skip(found.skipped)
        await self._book.put_off(found.waiting, "waits for a record it depends on")
        async with asyncio.TaskGroup() as group:
            for request in found.requests:
                group.create_task(self._send(request))

    async def _send(self, prepared: Prepared) -> None:
        async with self._lanes[prepared.system]:
            if await self._book.intend(prepared):
                await self._book.settle(prepared, await self._answer(prepared))

    async def _answer(self, prepared: Prepared) -> list[Outcome] | ReconError:
        """What became of each element; an error instead if nothing was executed."""
        keys = prepared.wire.elements
        try:
            if prepared.system is System.PROVET:
                return [await self._practice.provet.send(prepared.wire)]
            return await self._practice.xero.send(prepared.wire, idempotency_key=prepared.id)
        except (InDoubt, BadMessage) as error:
            return [Unknown(key=key, why=str(error)) for key in keys]
        except Rejected as error:
            return [Refused(key=key, messages=error.messages or (str(error),)) for key in keys]
        except Unauthorised as error:
            self._practice.barred = error
            return error
        except Transient as error:
            return error
