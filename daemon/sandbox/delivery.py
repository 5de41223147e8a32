"""Delivers the systems' webhooks with the retries of each, and with the disorder that real ones show.

Xero: at once, then every 15 minutes for 24 hours (docs/reference/xero.md 17.2). Provet: 10 tries with growing gaps
(docs/reference/provet.md 3.2, U-37). Only a 200 counts. Deliveries go to loopback addresses alone.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from urllib.parse import urlsplit

import msgspec

from daemon.ports import Clock
from daemon.sandbox.faults import WebhookFaults
from daemon.sandbox.system import Webhook

log = logging.getLogger(__name__)

Post = Callable[[Webhook], Awaitable[int | None]]
"""Sends one webhook and returns the status of its answer; None when there was none within 5 seconds."""

PROVET_GAPS_S = (10, 30, 60, 120, 300, 600, 1200, 2400, 3600)
XERO_GAP_S = 900
XERO_TRIES = 2 + 24 * 3600 // XERO_GAP_S
DISORDER_S = 3.0
MAX_PENDING = 10_000
MAX_PER_ROUND = 200
INTENT_CHECK = b'{"events":[]'
"""How Xero's check of the address begins; it has wrong signatures in it and is not repeated."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Pending(msgspec.Struct, frozen=True):
    """A delivery still owed. ``tries`` have failed so far; ``sequence`` keeps equal times in order."""

    due: datetime
    sequence: int
    system: str
    url: str
    headers: dict[str, str]
    body: bytes
    tries: int = 0

    def __lt__(self, other: Pending) -> bool:
        return (self.due, self.sequence) < (other.due, other.sequence)


def gap_s(system: str, tries: int) -> float | None:
    """Seconds until the next try after ``tries`` failures; None when the system gives up."""
    if system == "provet":
        return PROVET_GAPS_S[tries - 1] if tries <= len(PROVET_GAPS_S) else None
    if tries >= XERO_TRIES:
        return None
    return 0 if tries == 1 else XERO_GAP_S


class Delivery:
    """The queue of owed webhooks. ``faults`` is asked at each new webhook, so that it may change at run time."""

    def __init__(self, post: Post, *, clock: Clock, rng: Random, faults: Callable[[], WebhookFaults]) -> None:
        self._post = post
        self._clock = clock
        self._rng = rng
        self._faults = faults
        self._queue: list[Pending] = []
        self._sending: list[Pending] = []
        self._sequence = 0
        self.given_up = 0

    def enqueue(self, system: str, webhooks: Iterable[Webhook]) -> None:
        """Owe the deliveries of one system, oldest first."""
        faults = self._faults()
        for webhook in webhooks:
            if urlsplit(webhook.url).hostname not in LOOPBACK:
                log.warning("webhook of %s not delivered: its address is not on loopback", system)
                continue
            if self._rng.random() < faults.lose:
                continue
            self._owe(system, webhook, DISORDER_S if self._rng.random() < faults.reorder else 0)
            if self._rng.random() < faults.duplicate:
                self._owe(system, webhook, self._rng.uniform(0, DISORDER_S))

    async def deliver_due(self) -> None:
        """Try every delivery that is due: one after the other for each address, the addresses side by side."""
        now = self._clock.utc()
        while self._queue and self._queue[0].due <= now and len(self._sending) < MAX_PER_ROUND:
            self._sending.append(heapq.heappop(self._queue))
        by_url = groupby(sorted(self._sending, key=lambda pending: pending.url), key=lambda pending: pending.url)
        await asyncio.gather(*(self._deliver(list(group)) for _, group in by_url))

    def pending(self) -> list[Pending]:
        """What is still owed, earliest first; what is under way counts until its answer is there."""
        return sorted([*self._queue, *self._sending])

    def restore(self, pending: Iterable[Pending]) -> None:
        """Take over what another run still owed."""
        for owed in pending:
            self._push(owed)

    def _owe(self, system: str, webhook: Webhook, delay_s: float) -> None:
        due = self._clock.utc() + timedelta(seconds=delay_s)
        self._push(Pending(due, 0, system, webhook.url, webhook.headers, webhook.body))

    def _push(self, owed: Pending) -> None:
        if len(self._queue) >= MAX_PENDING:
            heapq.heappop(self._queue)
            self.given_up += 1
        self._sequence += 1
        heapq.heappush(self._queue, msgspec.structs.replace(owed, sequence=self._sequence))

    async def _deliver(self, group: list[Pending]) -> None:
        for owed in group:
            status = await self._post(Webhook(owed.url, owed.headers, owed.body))
            self._sending.remove(owed)
            if status != 200:
                self._again(owed)

    def _again(self, owed: Pending) -> None:
        if owed.body.startswith(INTENT_CHECK):
            return
        gap = gap_s(owed.system, owed.tries + 1)
        if gap is None:
            self.given_up += 1
            log.warning("webhook of %s given up after %d tries", owed.system, owed.tries + 1)
            return
        due = self._clock.utc() + timedelta(seconds=gap)
        self._push(msgspec.structs.replace(owed, due=due, tries=owed.tries + 1))
