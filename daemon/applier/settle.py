"""Settles steps in doubt: wait until nothing can still land, look by mark, adopt what is there or send again.

docs/reliability.md says why the order matters. The wait runs on the monotonic clock, from when this process first knew
of the doubt; after a restart it begins anew, never from a stored time.
"""

from __future__ import annotations

from daemon.applier.book import Book
from daemon.applier.prepare import Element, resolver
from daemon.core.correction import LocalStep, ProvetStep, RemoteStep
from daemon.errors import ReconError
from daemon.practice import Practice
from daemon.provet import look as provet_look
from daemon.store import corrections, journal
from daemon.store.journal import Intent
from daemon.transport.answers import Done, Look
from daemon.xero import look as xero_look

ATTEMPTS_MAX = 5


class Settler:
    """Follows the doubts of one practice."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._book = Book(practice)
        self._since: dict[str, float] = {}

    async def recover(self) -> None:
        """After a start every step that was sent and not settled is in doubt from now on."""
        await self._practice.db.write(self._book.doubt_all)
        await self._follow()

    async def waiting(self) -> bool:
        """Whether a step is still in doubt."""
        return bool(await self._follow())

    def next_due_s(self) -> float:
        """Seconds until the next step in doubt may be looked for; infinite if there is none."""
        now = self._practice.clock.monotonic()
        return min((max(since + self._quiet_s - now, 0.0) for since in self._since.values()), default=float("inf"))

    @property
    def _quiet_s(self) -> float:
        return float(self._practice.settings.settle_s)

    async def _follow(self) -> list[Intent]:
        """The steps in doubt, each with the time since when this process knows of it."""
        practice = self._practice
        unsettled = await practice.db.read(lambda tx: [intent for intent, _ in journal.unsettled(tx, practice.id)])
        now = practice.clock.monotonic()
        self._since = {intent.id: self._since.get(intent.id, now) for intent in unsettled}
        return unsettled

    async def settle(self) -> None:
        """Look for every step whose wait is over. Faults of the remote side leave it in doubt."""
        now = self._practice.clock.monotonic()
        for intent in await self._follow():
            if self._since[intent.id] + self._quiet_s <= now:
                await self._settle(intent)

    async def _settle(self, intent: Intent) -> None:
        practice = self._practice
        correction = await practice.db.read(lambda tx: corrections.get(tx, intent.correction_id))
        if correction is None or intent.step_index >= len(correction.steps):
            return
        step = correction.steps[intent.step_index]
        if isinstance(step, LocalStep):
            return
        element = Element(correction=correction, step=step)
        look = await self._look(step)
        if look.found is None:
            return
        if look.found:
            practice.remark(f"found after doubt: {intent.mark or intent.id}")
            await practice.db.write(
                lambda tx: self._book.note(tx, intent.id, element, Done(key=element.key, records=look.records))
            )
        elif intent.attempt < ATTEMPTS_MAX:
            practice.remark(f"absent after doubt, sent again: {intent.mark or intent.id}")
            await practice.db.write(lambda tx: self._book.send_again(tx, intent.id, element))

    async def _look(self, step: RemoteStep) -> Look:
        practice = self._practice
        resolve = await practice.db.read(lambda tx: resolver(tx, practice.id, (step,)))
        try:
            if isinstance(step, ProvetStep):
                read = await practice.provet.look(provet_look.look_reads(step))
                return provet_look.settled(step, read)
            read = await practice.xero.look(xero_look.look_reads(step, resolve))
            return xero_look.settled(step, read, resolve)
        except ReconError as error:
            practice.remark(f"cannot look now: {error}")
            return Look(found=None)
