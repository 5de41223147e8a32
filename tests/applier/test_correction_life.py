"""The life of a correction, whatever becomes of its requests and of the process that sends them.

The remote side is a model: a list of payments, and requests that land now, later or never, answered or not.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Coroutine
from decimal import Decimal
from itertools import count
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from daemon.applier.applier import Applier
from daemon.applier.settle import Settler
from daemon.core.correction import UNFINISHED, Correction, CorrectionStatus, CreatePayment
from daemon.core.family import payment_reference
from daemon.core.model import Kind, Payment, System
from daemon.errors import InDoubt, RateLimited
from daemon.practice import Practice
from daemon.pulse import Pulse
from daemon.store import corrections, journal, links
from daemon.store.database import open_inline, raise_epoch
from daemon.transport.answers import Done, Outcome, Refused, WireRequest
from daemon.xero.look import Reads
from tests.store.made import CLINIC, DAY, START, correction, link

T = TypeVar("T")
SETTLE_S = 120
LATEST_S = 100
DOCUMENT = str(UUID(int=1))
FATES = ("done", "done", "done", "refused", "limited", "lost", "lost answer", "late", "dies before", "dies after")


class Killed(BaseException):
    """The process is gone."""


class Remote:
    """Xero as far as payments of one invoice go. ``fates`` are what becomes of the next requests."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.fates: list[str] = []
        self.payments: list[Payment] = []
        self.late: list[tuple[float, str]] = []
        self.delay_s = 0.0

    async def send(self, wire: WireRequest, *, idempotency_key: str) -> list[Outcome]:
        marks = [part.split(b'"')[0].decode() for part in wire.body.split(b'"Reference":"')[1:]]
        assert len(marks) == len(wire.elements)
        fate = self.fates.pop(0) if self.fates else "done"
        if fate == "dies before":
            raise Killed
        if fate == "limited":
            raise RateLimited("too many calls", retry_after_s=1)
        if fate == "refused":
            return [Refused(key=key, messages=("no",)) for key in wire.elements]
        if fate == "late":
            self.late += [(self._now() + self.delay_s, mark) for mark in marks]
        if fate in {"late", "lost"}:
            raise InDoubt("no answer")
        made = [self._book(mark) for mark in marks]
        if fate == "dies after":
            raise Killed
        if fate == "lost answer":
            raise InDoubt("no answer")
        return [Done(key=key, records=(payment,)) for key, payment in zip(wire.elements, made, strict=True)]

    def _book(self, mark: str) -> Payment:
        number = len(self.payments) + 100
        payment = Payment(
            system=System.XERO,
            id=str(UUID(int=number)),
            updated_at=START,
            document_id=DOCUMENT,
            amount=Decimal(10),
            date=DAY,
            note=mark,
        )
        self.payments.append(payment)
        return payment

    def land(self) -> None:
        """Requests whose time has come take effect."""
        due = [mark for at, mark in self.late if at <= self._now()]
        self.late = [(at, mark) for at, mark in self.late if at > self._now()]
        for mark in due:
            self._book(mark)

    async def look(self, reads: Reads) -> tuple[Payment, ...]:
        return tuple(self.payments) if DOCUMENT in reads.payments_of else ()


class CorrectionLife(RuleBasedStateMachine):
    """People approve, the applier works, requests get lost, processes die; money never moves twice."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.db = open_inline()
        self.now = 1000.0
        self.remote = Remote(lambda: self.now)
        self.numbers = count(1)
        self.made: list[str] = []
        self.run(self.db.write(lambda tx: links.put(tx, CLINIC, link(Kind.DOCUMENT, "1", DOCUMENT))))
        self.begin()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def begin(self) -> None:
        """A new process on the same store."""
        epoch = self.run(self.db.write(raise_epoch))
        clock = SimpleNamespace(
            utc=lambda: START + dt.timedelta(seconds=self.now), monotonic=lambda: self.now, sleep=asyncio.sleep
        )
        nowhere = SimpleNamespace(look=self._nothing)
        self.practice = Practice(
            id=CLINIC,
            settings=cast("Any", SimpleNamespace(settle_s=SETTLE_S, currency="GBP")),
            db=self.db,
            provet=cast("Any", nowhere),
            xero=cast("Any", self.remote),
            clock=cast("Any", clock),
            new_id=lambda: f"r{next(self.numbers)}",
            offload=cast("Any", None),
            pulse=Pulse(),
            epoch=epoch,
        )
        self.applier, self.settler = Applier(self.practice), Settler(self.practice)
        self.run(self.settler.recover())

    async def _nothing(self, reads: object) -> tuple[()]:
        return ()

    @rule(steps=st.integers(1, 3))
    def approve(self, steps: int) -> None:
        """A correction of some payments, each a step."""
        number = next(self.numbers)
        made = correction(f"c{number}", f"d{number}", family=f"invoice:{number}", steps=_steps(number, steps))
        self.made.append(made.id)
        self.run(self.db.write(lambda tx: corrections.put(tx, made)))

    @rule(fates=st.lists(st.sampled_from(FATES), max_size=4), delay_s=st.floats(0, LATEST_S))
    def work(self, fates: list[str], delay_s: float) -> None:
        """Apply what may be applied, as the reconciler chooses it."""
        self.remote.fates, self.remote.delay_s = list(fates), delay_s
        try:
            self.run(self.applier.apply(self._ready()))
        except Killed:
            self.begin()
        except BaseExceptionGroup as group:
            killed, others = group.split(Killed)
            assert killed is not None
            assert others is None
            self.begin()
        finally:
            self.remote.fates = []

    def _ready(self) -> list[Correction]:
        doubted = {intent.family for intent in self._unsettled()}
        fit = (CorrectionStatus.APPROVED, CorrectionStatus.APPLYING)
        return [each for each in self._corrections() if each.status in fit and each.family not in doubted]

    @rule(seconds=st.sampled_from([1.0, 30.0, 119.0, 120.0, 500.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.remote.land()

    @rule()
    def settle(self) -> None:
        self.run(self.settler.settle())

    @rule()
    def crash(self) -> None:
        self.begin()

    @invariant()
    def nothing_stands_twice(self) -> None:
        assert max(self._standing().values(), default=1) == 1

    @invariant()
    def each_step_has_one_attempt_under_way_at_most(self) -> None:
        steps = Counter((intent.correction_id, intent.step_index) for intent in self._unsettled())
        assert max(steps.values(), default=1) == 1

    @invariant()
    def states_tell_the_truth(self) -> None:
        standing, unsettled = self._standing(), {intent.correction_id for intent in self._unsettled()}
        for each in self._corrections():
            done = [standing[_mark(step)] for step in each.steps[: each.cursor]]
            assert done == [1] * each.cursor
            assert (each.cursor == len(each.steps)) == (each.status is CorrectionStatus.APPLIED)
            if each.status is CorrectionStatus.IN_DOUBT:
                assert each.id in unsettled
            if each.status in {CorrectionStatus.APPROVED, CorrectionStatus.APPLIED, CorrectionStatus.FAILED}:
                assert each.id not in unsettled

    def teardown(self) -> None:
        """In calm every correction comes to its end: applied with all its money, or refused with none of the rest."""
        for _ in range(8):
            self.time_passes(200.0)
            self.settle()
            self.work([], 0.0)
        assert self._unsettled() == []
        standing = self._standing()
        for each in self._corrections():
            assert each.status not in UNFINISHED
            assert [standing[_mark(step)] for step in each.steps[each.cursor :]] == [0] * (
                len(each.steps) - each.cursor
            )
        self.run(self.db.close())
        self.loop.close()

    def _standing(self) -> Counter[str]:
        return Counter(payment.note for payment in self.remote.payments)

    def _unsettled(self) -> list[journal.Intent]:
        return [intent for intent, _ in self.run(self.db.read(lambda tx: journal.unsettled(tx, CLINIC)))]

    def _corrections(self) -> list[Correction]:
        found = self.run(self.db.read(lambda tx: [corrections.get(tx, each) for each in self.made]))
        return [each for each in found if each is not None]


def _mark(step: object) -> str:
    assert isinstance(step, CreatePayment)
    return step.reference


def _steps(number: int, steps: int) -> tuple[CreatePayment, ...]:
    return tuple(
        CreatePayment(
            payment_id=f"{number}0{place}",
            document_id="1",
            credit=False,
            amount=Decimal(10),
            date=DAY,
            account="090",
            reference=payment_reference(f"{number}0{place}"),
            label="",
        )
        for place in range(steps)
    )


TestCorrectionLife = CorrectionLife.TestCase
TestCorrectionLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
