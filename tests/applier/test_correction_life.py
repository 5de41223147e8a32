"""The life of a correction, whatever becomes of its requests and of the process that sends them.

The remote side is a model: payments and allocations in Xero, payments in Provet, and requests that land now, later or
never, answered or not. What lands twice stands twice: nothing there keeps anything unique.
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
from daemon.applier.settle import ATTEMPTS_MAX, Settler
from daemon.core.correction import (
    UNFINISHED,
    Allocate,
    Correction,
    CorrectionStatus,
    CreatePayment,
    RecordPayment,
    RemoteStep,
)
from daemon.core.family import payment_info, payment_reference
from daemon.core.model import Allocation, Document, Kind, Payment, Record, System
from daemon.core.rules import Mode
from daemon.errors import InDoubt, RateLimited
from daemon.practice import Practice
from daemon.pulse import Pulse
from daemon.store import corrections, journal, links
from daemon.store.database import open_inline, raise_epoch
from daemon.transport.answers import Done, Outcome, Refused, WireRequest
from daemon.xero.look import Reads
from tests.store.made import CLINIC, DAY, START, correction, link, xero_document

T = TypeVar("T")
TEN = Decimal(10)
SETTLE_S = 120
LATEST_S = 100
FATES = ("done", "done", "refused", "limited", "lost", "lost answer", "late", "dies before", "dies after")
SOME_STEPS = st.lists(st.sampled_from(("payment", "allocation", "payment in Provet")), max_size=3)


class Killed(BaseException):
    """The process is gone."""


class Remote:
    """Both systems as far as money goes. ``fates`` are what becomes of the next requests, ``steps`` what keys mean."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.fates: list[str] = []
        self.steps: dict[str, RemoteStep] = {}
        self.took_effect: Counter[str] = Counter()
        self.payments: list[Payment] = []
        self.allocated: Counter[str] = Counter()
        self.late: list[tuple[float, str]] = []
        self.delay_s = 0.0

    async def send(self, wire: WireRequest, *, idempotency_key: str = "") -> list[Outcome]:
        fate = self.fates.pop(0) if self.fates else "done"
        if fate == "dies before":
            raise Killed
        if fate == "limited":
            raise RateLimited("too many calls", retry_after_s=1)
        if fate == "refused":
            return [Refused(key=key, messages=("no",)) for key in wire.elements]
        if fate == "late":
            self.late += [(self._now() + self.delay_s, key) for key in wire.elements]
        if fate in {"late", "lost"}:
            raise InDoubt("no answer")
        made = [self._execute(key) for key in wire.elements]
        if fate == "dies after":
            raise Killed
        if fate == "lost answer":
            raise InDoubt("no answer")
        return [Done(key=key, records=records) for key, records in zip(wire.elements, made, strict=True)]

    def _execute(self, key: str) -> tuple[Record, ...]:
        self.took_effect[key] += 1
        step = self.steps[key]
        if isinstance(step, Allocate):
            self.allocated[step.credit_id] += 1
            return ()
        assert isinstance(step, CreatePayment | RecordPayment)
        here = System.XERO if isinstance(step, CreatePayment) else System.PROVET
        payment = Payment(
            system=here,
            id=str(UUID(int=len(self.payments) + 10**6)),
            updated_at=START,
            document_id=_xero(step.document_id) if here is System.XERO else step.document_id,
            amount=TEN,
            date=DAY,
            note=step.reference if isinstance(step, CreatePayment) else step.info,
        )
        self.payments.append(payment)
        return (payment,)

    def land(self) -> None:
        """Requests whose time has come take effect."""
        due = [key for at, key in self.late if at <= self._now()]
        self.late = [(at, key) for at, key in self.late if at > self._now()]
        for key in due:
            self._execute(key)

    async def look(self, reads: Reads) -> tuple[Record, ...]:
        paid = [each for each in self.payments if each.system is System.XERO and each.document_id in reads.payments_of]
        return (*paid, *(self._credit(xero_id) for xero_id in reads.credit_notes))

    def _credit(self, xero_id: str) -> Document:
        credit = str(UUID(xero_id).int)
        amount = TEN * self.allocated[credit]
        invoice = _xero(credit.removesuffix("2") + "1")
        standing = (Allocation(document_id=invoice, amount=amount, date=DAY),) if amount else ()
        return xero_document(xero_id, credit=True, allocations=standing)


class ProvetSide:
    """Provet's part of the remote side, as its client offers it."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def prepare(self, key: str, step: object) -> WireRequest:
        return WireRequest(method="POST", path="invoicepayment/", elements=(key,))

    async def send(self, wire: WireRequest) -> Outcome:
        return (await self._remote.send(wire))[0]

    async def look(self, reads: Any) -> tuple[Payment, ...]:
        paid = (each for each in self._remote.payments if each.system is System.PROVET)
        return tuple(each for each in paid if each.document_id in reads.payments_of)


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
        self.begin()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def begin(self) -> None:
        """A new process on the same store."""
        epoch = self.run(self.db.write(raise_epoch))
        clock = SimpleNamespace(
            utc=lambda: START + dt.timedelta(seconds=self.now), monotonic=lambda: self.now, sleep=asyncio.sleep
        )
        self.practice = Practice(
            id=CLINIC,
            settings=cast("Any", SimpleNamespace(settle_s=SETTLE_S, currency="GBP", mode=Mode.AUTO)),
            db=self.db,
            provet=cast("Any", ProvetSide(self.remote)),
            xero=cast("Any", self.remote),
            clock=cast("Any", clock),
            new_id=lambda: f"r{next(self.numbers)}",
            offload=cast("Any", None),
            pulse=Pulse(),
            epoch=epoch,
        )
        self.applier, self.settler = Applier(self.practice), Settler(self.practice)
        self.run(self.settler.recover())

    @rule(
        makers=SOME_STEPS,
        seconds=st.sampled_from([1.0, 30.0, 120.0, 500.0]),
        fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=3),
        delay_s=st.floats(0, LATEST_S),
    )
    def turn(self, makers: list[str], seconds: float, fates: list[str], delay_s: float) -> None:
        """A turn of the engine some time after the last: doubts first, then what people have approved since."""
        if makers:
            self.approve(makers)
        self.pass_time(seconds)
        self.work(fates, delay_s)

    def approve(self, makers: list[str]) -> None:
        """A correction whose steps move money on one invoice."""
        number = next(self.numbers)
        steps = _steps(number, makers)
        made = correction(f"c{number}", f"d{number}", family=f"invoice:{number}1", steps=steps)
        self.made.append(made.id)
        self.remote.steps |= {f"{made.id}:{place}": step for place, step in enumerate(steps)}
        pairs = [link(Kind.DOCUMENT, document, _xero(document)) for document in (f"{number}1", f"{number}2")]
        self.run(self.db.write(lambda tx: [links.put(tx, CLINIC, pair) for pair in pairs]))
        self.run(self.db.write(lambda tx: corrections.put(tx, made)))

    def work(self, fates: list[str], delay_s: float) -> None:
        """Apply what may be applied, as the reconciler chooses it, and note what is in doubt."""
        self.remote.fates, self.remote.delay_s = list(fates), delay_s
        try:
            self.run(self.applier.apply(self._ready(), _unmoved))
        except Killed:
            self.begin()
        except BaseExceptionGroup as group:
            killed, others = group.split(Killed)
            assert killed is not None
            assert others is None
            self.begin()
        finally:
            self.remote.fates = []
        self.run(self.settler.waiting())

    def _ready(self) -> list[Correction]:
        doubted = {intent.family for intent in self._unsettled()}
        fit = (CorrectionStatus.APPROVED, CorrectionStatus.APPLYING)
        return [each for each in self._corrections() if each.status in fit and each.family not in doubted]

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.remote.land()
        self.run(self.settler.settle())

    @rule()
    def crash(self) -> None:
        self.begin()

    @invariant()
    def nothing_takes_effect_twice(self) -> None:
        assert max(self.remote.took_effect.values(), default=1) == 1

    @invariant()
    def each_step_has_one_attempt_under_way_at_most(self) -> None:
        steps = Counter((intent.correction_id, intent.step_index) for intent in self._unsettled())
        assert max(steps.values(), default=1) == 1

    @invariant()
    def states_tell_the_truth(self) -> None:
        unsettled = {intent.correction_id for intent in self._unsettled()}
        for each in self._corrections():
            assert self._effects(each)[: each.cursor] == [1] * each.cursor
            assert (each.cursor == len(each.steps)) == (each.status is CorrectionStatus.APPLIED)
            if each.status is CorrectionStatus.IN_DOUBT:
                assert each.id in unsettled
            if each.status in {CorrectionStatus.APPROVED, CorrectionStatus.APPLIED, CorrectionStatus.FAILED}:
                assert each.id not in unsettled

    def teardown(self) -> None:
        """In calm every correction ends: applied with all its money, refused with none of the rest, or given up."""
        for _ in range(8):
            self.pass_time(200.0)
            self.work([], 0.0)
        assert self._unsettled() == []
        for each in self._corrections():
            assert each.status not in UNFINISHED
            assert (f"sent {ATTEMPTS_MAX} times and never found" in each.error) == (each.again_at is not None)
            assert self._effects(each)[each.cursor :] == [0] * (len(each.steps) - each.cursor)
        self.run(self.db.close())
        self.loop.close()

    def _effects(self, each: Correction) -> list[int]:
        return [self.remote.took_effect[f"{each.id}:{place}"] for place in range(len(each.steps))]

    def _unsettled(self) -> list[journal.Intent]:
        return [intent for intent, _ in self.run(self.db.read(lambda tx: journal.unsettled(tx, CLINIC)))]

    def _corrections(self) -> list[Correction]:
        found = self.run(self.db.read(lambda tx: [corrections.get(tx, each) for each in self.made]))
        return [each for each in found if each is not None]


async def _unmoved(batch: list[Correction]) -> list[Correction]:
    return batch


def _xero(document_id: str) -> str:
    return str(UUID(int=int(document_id)))


def _steps(number: int, makers: list[str]) -> tuple[RemoteStep, ...]:
    return tuple(_step(f"{number}0{place}", number, makers, place) for place in range(len(makers)))


def _step(own: str, number: int, makers: list[str], place: int) -> RemoteStep:
    invoice = f"{number}1"
    moved = {"amount": TEN, "date": DAY, "label": ""}
    match makers[place]:
        case "payment":
            mark = payment_reference(own)
            return CreatePayment(
                payment_id=own, document_id=invoice, credit=False, account="090", reference=mark, **moved
            )
        case "allocation":
            before = TEN * makers[:place].count("allocation")
            return Allocate(credit_id=f"{number}2", invoice_id=invoice, already=before, **moved)
        case _:
            return RecordPayment(xero_id=own, document_id=invoice, method="17", info=payment_info(own), **moved)


TestCorrectionLife = CorrectionLife.TestCase
TestCorrectionLife.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
