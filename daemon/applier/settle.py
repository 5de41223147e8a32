"""Settles steps in doubt: wait until nothing can still land, look by mark, adopt what is there or send again.

docs/reliability.md says why the order matters. The wait runs on the monotonic clock, from when this process first knew
of the doubt; after a restart it begins anew, never from a stored time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from daemon.applier.book import Book
from daemon.applier.prepare import Element, Resolve, resolver
from daemon.core.correction import CreatePayment, LocalStep, ProvetStep, RecordPayment, Step, XeroStep
from daemon.core.doubt import unclear
from daemon.core.model import Kind, Payment, Record
from daemon.errors import ReconError
from daemon.practice import Practice
from daemon.provet import look as provet_look
from daemon.store import corrections, journal, links
from daemon.store.journal import Intent
from daemon.store.tx import Tx
from daemon.transport.answers import Done, Look
from daemon.xero import look as xero_look

ATTEMPTS_MAX = 5
_TOGETHER = 50


class Settler:
    """Follows the doubts of one practice."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._book = Book(practice)
        self._since: dict[str, float] = {}
        self._looked: dict[str, float] = {}

    async def recover(self) -> None:
        """After a start every step that was sent and not settled is in doubt from now on."""
        await self._practice.db.write(self._book.doubt_all)
        await self._follow()

    async def waiting(self) -> bool:
        """Whether a step is still in doubt."""
        return bool(await self._follow())

    def newest_s(self) -> float:
        """Seconds for which the newest doubt has been followed; 0 if there is none."""
        now = self._practice.clock.monotonic()
        return min((now - since for since in self._since.values()), default=0.0)

    def next_due_s(self) -> float:
        """Seconds until the next step in doubt may be looked for; infinite if there is none."""
        now = self._practice.clock.monotonic()
        return min((max(self._due(intent_id) - now, 0.0) for intent_id in self._since), default=float("inf"))

    def due_in_s(self, intent_id: str) -> float | None:
        """Seconds until that step may be looked for; None if it is not followed."""
        return max(self._due(intent_id) - self._practice.clock.monotonic(), 0.0) if intent_id in self._since else None

    def _due(self, intent_id: str) -> float:
        """When a step may be looked for: once nothing can land any more, and not at once again after a look in vain."""
        return max(self._since[intent_id], self._looked.get(intent_id, 0.0)) + self._quiet_s

    @property
    def _quiet_s(self) -> float:
        return float(self._practice.settings.settle_s)

    async def _follow(self) -> list[Intent]:
        """The steps in doubt, each with the time since when this process knows of it."""
        practice = self._practice
        unsettled = await practice.db.read(lambda tx: [intent for intent, _ in journal.unsettled(tx, practice.id)])
        now = practice.clock.monotonic()
        self._since = {intent.id: self._since.get(intent.id, now) for intent in unsettled}
        self._looked = {intent_id: at for intent_id, at in self._looked.items() if intent_id in self._since}
        return unsettled

    async def settle(self) -> None:
        """Look for every step whose wait is over. Faults of the remote side leave it in doubt."""
        now = self._practice.clock.monotonic()
        due = [intent for intent in await self._follow() if self._due(intent.id) <= now]
        self._looked |= {intent.id: now for intent in due}
        for at in range(0, len(due), _TOGETHER):
            doubted = await self._practice.db.read(partial(_elements, intents=due[at : at + _TOGETHER]))
            looks = await self._look([element.step for _, element in doubted])
            for (intent, element), look in zip(doubted, looks, strict=False):
                await self._settle(intent, element, look)

    async def _settle(self, intent: Intent, element: Element, look: Look) -> None:
        practice, currency = self._practice, self._practice.settings.currency
        if isinstance(element.step, LocalStep):
            raise TypeError(f"step {intent.step_index} of {intent.correction_id} is never sent")
        if look.found is None:
            await self._book.stays_in_doubt(intent, unclear(element.step, currency))
        elif look.found:
            practice.remark(f"found after doubt: {intent.mark or intent.id}")
            await practice.db.write(
                lambda tx: self._book.note(tx, intent.id, element, Done(key=element.key, records=look.records))
            )
        elif intent.attempt < ATTEMPTS_MAX:
            practice.remark(f"absent after doubt, sent again: {intent.mark or intent.id}")
            await practice.db.write(lambda tx: self._book.send_again(tx, intent.id, element))
        else:
            practice.remark(f"never found, given up: {intent.mark or intent.id}")
            await self._book.give_up(intent, element)

    async def _look(self, steps: Sequence[Step]) -> list[Look]:
        """What fresh readings say about steps, read together; nothing of any step while a system cannot be read."""
        practice = self._practice
        resolve = await practice.db.read(lambda tx: resolver(tx, practice.id, steps))
        provet = provet_look.together(provet_look.look_reads(s) for s in steps if isinstance(s, ProvetStep))
        xero = xero_look.together(xero_look.look_reads(s, resolve) for s in steps if isinstance(s, XeroStep))
        try:
            read = (*await practice.provet.look(provet), *await practice.xero.look(xero))
        except ReconError as error:
            practice.remark(f"cannot look now: {error}")
            return []
        return await practice.db.read(
            lambda tx: [_told(step, _new(tx, practice.id, step, read), resolve) for step in steps]
        )


def _new(tx: Tx, practice: str, step: Step, read: Sequence[Record]) -> list[Record]:
    """What was read, without removed payments that an earlier step of the same mark made: those were linked."""
    match step:
        case CreatePayment():
            old = {link.xero_id for link in links.find(tx, practice, Kind.PAYMENT, provet_id=step.payment_id)}
        case RecordPayment():
            old = {link.provet_id for link in links.find(tx, practice, Kind.PAYMENT, xero_id=step.xero_id)}
        case _:
            return list(read)
    return [record for record in read if not (isinstance(record, Payment) and record.cancelled and record.id in old)]


def _told(step: Step, read: Sequence[Record], resolve: Resolve) -> Look:
    if isinstance(step, ProvetStep):
        return provet_look.settled(step, read)
    return xero_look.settled(step, read, resolve) if isinstance(step, XeroStep) else Look(found=None)


def _elements(tx: Tx, intents: Sequence[Intent]) -> list[tuple[Intent, Element]]:
    """The steps that intents stand for."""
    found = []
    for intent in intents:
        correction = corrections.get(tx, intent.correction_id)
        if correction is not None and intent.step_index < len(correction.steps):
            found.append((intent, Element(correction=correction, step=correction.steps[intent.step_index])))
    return found
