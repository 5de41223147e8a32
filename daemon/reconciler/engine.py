"""The loop of one practice: full comparison at start, nightly and on request; change polls; hints; settling of doubts.

One cycle at a time. Everything that wakes it only says that there is something to look at.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import math
from collections.abc import Collection, Iterator, Sequence

import msgspec

from daemon.applier.applier import Applier
from daemon.applier.settle import Settler
from daemon.core.model import System
from daemon.core.trend import sampled
from daemon.errors import BadMessage, RateLimited, ReconError, Rejected, StoreUnavailable, Transient, Unauthorised
from daemon.practice import Practice
from daemon.reconciler import foreign, guarding, notices
from daemon.reconciler.correct import Corrector
from daemon.reconciler.intake import ALL_STREAMS, Intake, Stream
from daemon.reconciler.judge import judge_dirty
from daemon.reconciler.pace import poll_gap_s
from daemon.reconciler.reference import read_rules
from daemon.store import assessments, discrepancies, state
from daemon.store.tx import Tx
from daemon.transport.call import Priority

_XERO_STREAMS = tuple(stream for stream in ALL_STREAMS if stream.system is System.XERO)
_PROVET_STREAMS = tuple(stream for stream in ALL_STREAMS if stream.system is System.PROVET)
_XERO_POLL_CALLS = 4
_FAULTS = (Transient, Unauthorised, BadMessage, Rejected, StoreUnavailable)
_HINT_DELAY_S = 0.3
_RETRY_S = (5.0, 15.0, 30.0, 60.0)
_DOUBT_GRACE_S = 30.0


class Engine:
    """Keeps one practice in step. ``writes`` is turned off for a rehearsal, which only compares."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.writes = True
        self._intake = Intake(practice)
        self._settler = Settler(practice)
        self._applier = Applier(practice)
        self._corrector = Corrector(practice, self._applier)
        self._wake = asyncio.Event()
        self._hinted: set[Stream] = set()
        self._full_wanted = True
        self._asked = 0
        self._ended = 0
        self._compared = 0
        self._served = 0
        self._failures = 0
        self._left_over = False
        self._xero_polled = -math.inf

    def hint(self, streams: Collection[Stream]) -> None:
        """Say that something in these streams changed; bursts are read together."""
        self._hinted.update(streams)
        self._wake.set()

    def ask(self, *, full: bool = False) -> int:
        """Ask for a cycle that begins after this call; its number is served once ``served`` reaches it."""
        self._asked += 1
        self._full_wanted = self._full_wanted or full
        self._wake.set()
        return self._asked

    @property
    def ended(self) -> int:
        """The newest request after which a cycle began and ended, be it by a fault."""
        return self._ended

    @property
    def compared(self) -> int:
        """The newest request after which a cycle came to its end, steps in doubt or not."""
        return self._compared

    @property
    def doubted_s(self) -> float:
        """For how many seconds the newest step in doubt has been in doubt; 0 if none is."""
        return self._settler.newest_s()

    def look_in_s(self, intent_id: str) -> float | None:
        """Seconds until a step in doubt may be looked for; None if this process does not follow it."""
        return self._settler.due_in_s(intent_id)

    @property
    def served(self) -> int:
        """The newest request after which a whole cycle ended with nothing left to write."""
        return self._served

    def nudge(self) -> None:
        """Look at decisions that people made."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled. Faults of the remote systems are shown and tried again, never raised."""
        await self._settler.recover()
        while True:
            await self.turn()
            await self._rest()

    async def turn(self) -> None:
        """One cycle, full if that is due; a fault of a remote system becomes a discrepancy."""
        self._full_wanted = self._full_wanted or self.practice.compare_anew
        self.practice.compare_anew = False
        asked, full, hinted = self._asked, self._full_wanted, tuple(self._hinted)
        self._wake.clear()
        self._hinted.clear()
        try:
            await self._cycle(full=full, hinted=hinted, wanted=asked > self._ended)
        except (ReconError, BaseExceptionGroup) as raised:
            await self._lost(remote_faults(raised))
            self._ended = asked
            return
        self._full_wanted = self._full_wanted and not full
        await self._restored()
        self._compared = self._ended = asked
        self._left_over = self.writes and await self._corrector.left_over()
        if not self._left_over and not await self._settler.waiting():
            self._served = max(self._served, asked)

    async def _cycle(self, *, full: bool, hinted: tuple[Stream, ...], wanted: bool) -> None:
        """One cycle; ``wanted`` by a person, who may have mended settings of either system just now."""
        practice = self.practice
        practice.barred = None
        rules = await read_rules(practice, fresh=full or wanted)
        await self._take_in(full=full, hinted=hinted)
        await self._settler.settle()
        await practice.db.write(lambda tx: assessments.wake(tx, practice.id, practice.clock.utc()))
        judged = await judge_dirty(practice, rules)
        await practice.db.write(lambda tx: self._note_compared(tx, full=full))
        rules = await read_rules(practice, fresh=False)
        self._corrector.begin_cycle()
        while self.writes and await self._corrector.correct(rules):
            await self._intake.changes(_XERO_STREAMS, Priority.CORRECTION)
            await judge_dirty(practice, rules)
        await practice.db.write(lambda tx: guarding.imported(tx, practice))
        families = "1 family" if judged == 1 else f"{judged} families"
        practice.remark(f"{'full comparison' if full else 'cycle'} done, {families} looked at")
        practice.pulse.beat(practice.id)
        if practice.barred is not None:
            raise practice.barred

    async def _take_in(self, *, full: bool, hinted: tuple[Stream, ...]) -> None:
        if full:
            await self._intake.full()
        elif hinted:
            await self._intake.changes(hinted, Priority.HINT)
        else:
            await self._intake.changes(self._due(), Priority.POLL)

    def _due(self) -> tuple[Stream, ...]:
        """What a poll reads: all, or Provet alone while Xero's calls must last the day and nobody asked."""
        practice, now = self.practice, self.practice.clock.monotonic()
        wanted_s = float(practice.settings.poll_s)
        gap_s = poll_gap_s(practice.xero.usage, wanted_s, _XERO_POLL_CALLS)
        if gap_s > wanted_s and self._asked == self._ended and now - self._xero_polled < gap_s:
            return _PROVET_STREAMS
        self._xero_polled = now
        return ALL_STREAMS

    def _note_compared(self, tx: Tx, *, full: bool) -> None:
        """Note the comparison; the first full one of a practice is released here if settings say so."""
        practice, now = self.practice, self.practice.clock.utc()
        known = state.practice_state(tx, practice.id)
        is_open = sum(discrepancies.open_by_kind(tx, practice.id).values())
        fresh = msgspec.structs.replace(
            known,
            last_cycle=now,
            last_full=now if full else known.last_full,
            open_by_hour=sampled(known.open_by_hour, now, is_open),
        )
        if full and known.released_at is None and practice.settings.release == "automatic":
            fresh = msgspec.structs.replace(fresh, released_at=now, released_by="automatic", importing=True)
        state.put_state(tx, practice.id, fresh)
        notices.permissions(tx, practice)
        foreign.tell(tx, practice)

    async def _lost(self, errors: Sequence[ReconError]) -> None:
        practice = self.practice
        self._failures += 1
        practice.remark(f"cycle broken off: {'; '.join(map(str, errors))}")
        limited = [error for error in errors if isinstance(error, RateLimited)]
        practice.held_up = "; ".join(map(str, limited))
        errors = [error for error in errors if error not in limited]
        if not errors:
            return
        practice.fault = "; ".join(map(_told, errors))
        if any(isinstance(error, StoreUnavailable) for error in errors):
            return
        findings = [notices.lost(practice, error) for error in errors]
        await practice.db.write(lambda tx: notices.post(tx, practice, notices.CONNECTION, findings))
        practice.pulse.beat(practice.id)

    async def _restored(self) -> None:
        practice = self.practice
        self._failures = 0
        practice.held_up = ""
        if practice.fault:
            practice.fault = ""
            practice.remark("connection is back")
        await practice.db.write(lambda tx: notices.post(tx, practice, notices.CONNECTION, ()))

    async def _rest(self) -> None:
        """Wait for a hint, a request or a decision, but no longer than until the next poll is due."""
        async with asyncio.TaskGroup() as group:
            waiting = {
                group.create_task(self.practice.clock.sleep(await self._rest_s())),
                group.create_task(self._wake.wait()),
            }
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
        if self._hinted:
            await self.practice.clock.sleep(_HINT_DELAY_S)

    async def _rest_s(self) -> float:
        known = await self.practice.db.read(lambda tx: state.practice_state(tx, self.practice.id))
        self._full_wanted = self._full_wanted or self._nightly_due(known.last_full)
        if self._full_wanted and not self._failures:
            return 0.0
        if self._failures or self._left_over:
            return _RETRY_S[min(max(self._failures, 1), len(_RETRY_S)) - 1]
        waking = await self.practice.db.read(lambda tx: discrepancies.next_wake(tx, self.practice.id))
        wake_s = (waking - self.practice.clock.utc()).total_seconds() if waking else math.inf
        return min(float(self.practice.settings.poll_s), self._settler.next_due_s(), max(wake_s, 0.0))

    def _nightly_due(self, last_full: dt.datetime | None) -> bool:
        """Whether the practice's hour of the nightly full comparison has passed since the last one."""
        if last_full is None:
            return True
        local = self.practice.clock.utc().astimezone(self.practice.settings.timezone)
        latest = local.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(
            hours=self.practice.settings.full_at.hour, minutes=self.practice.settings.full_at.minute
        )
        if latest > local:
            latest -= dt.timedelta(days=1)
        return last_full < latest

    async def settle_down(self, *, full: bool) -> None:
        """Cycles until nothing is left to write and every step is settled or its time is up, as ``once`` needs."""
        number = self.ask(full=full)
        until = self.practice.clock.monotonic() + self.practice.settings.settle_s + _DOUBT_GRACE_S
        await self._settler.recover()
        await self.turn()
        while self._served < number and not self._failures and self.practice.clock.monotonic() < until:
            await self.practice.clock.sleep(min(self._settler.next_due_s(), 1.0))
            await self.turn()


def _told(error: ReconError) -> str:
    return ": ".join(filter(None, (error.system, str(error), error.hint)))


def remote_faults(raised: ReconError | BaseExceptionGroup[BaseException]) -> tuple[ReconError, ...]:
    """The faults of the remote systems or of the disk behind what was raised, the first of each system; anything else
    is raised again."""
    group = BaseExceptionGroup("", [raised])
    faults, others = group.split(_FAULTS)
    if others is not None or faults is None:
        raise raised
    found = {error.system: error for error in reversed([*_each(faults)])}
    return tuple(found[system] for system in sorted(found))


def _each(raised: BaseExceptionGroup[ReconError]) -> Iterator[ReconError]:
    for error in raised.exceptions:
        yield from _each(error) if isinstance(error, BaseExceptionGroup) else (error,)
