"""One random history from its first act to the proof of the books that it leaves behind."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random

from daemon.core.discrepancy import Discrepancy, Status
from daemon.sandbox.clinic import people
from daemon.store import assessments, audit, excluded, lists
from tests.scenarios.clinic import PERSON, Clinic, with_settings
from tests.scenarios.histories import bookkeeper, colleague, staff
from tests.scenarios.histories.conditions import OBSERVING, Conditions, conditions_of
from tests.scenarios.histories.judge import Agreed, Judge
from tests.scenarios.histories.operator import NAMED, Operator
from tests.scenarios.histories.stage import REFUSALS, Stage
from tests.scenarios.histories.watch import Watch
from tests.support import books
from tests.support.consolidated import scheme_of
from tests.support.workshop import workshop

LONGEST = 14
PUT_OFF_S = 3 * 24 * 3600
"""After this everything that was snoozed or waived for a day is open again."""
CLOSED = dt.date(2026, 10, 25)


class Broken(AssertionError):
    """What a history broke, with all that people did."""

    def __init__(self, seed: int, what: str, told: list[str]) -> None:
        super().__init__(f"seed {seed}: {what}")
        self.what = what
        self.told = told


@dataclass(slots=True)
class Teller:
    """Everything that is said, in order; ``echo`` hears it at once."""

    echo: Callable[[str], None] | None = None
    told: list[str] = field(default_factory=list)

    def say(self, who: str, what: str) -> None:
        self.told.append(f"{who}: {what}")
        if self.echo is not None:
            self.echo(self.told[-1])


def run_seed(seed: int, echo: Callable[[str], None] | None = None, skip: frozenset[int] = frozenset()) -> Teller:
    """Live one history, leaving out the acts numbered in ``skip``; raises ``Broken``."""
    teller = Teller(echo)
    try:
        with tempfile.TemporaryDirectory(prefix="history-") as folder:
            asyncio.run(_live(seed, Path(folder), teller, skip))
    except Broken:
        raise
    except Exception as error:
        raise Broken(seed, f"{type(error).__name__}: {error}", teller.told) from error
    return teller


async def _live(seed: int, folder: Path, teller: Teller, skip: frozenset[int]) -> None:
    rng = Random(f"history/{seed}")
    given = conditions_of(seed, rng)
    teller.say("conditions", str(given))
    async with workshop(folder, change=with_settings(given.settings), seed=seed, clients=1, invoices=0) as shop:
        provet = shop.world.hosts["provet"].system
        provet._books.config = replace(provet._books.config, **given.provet)
        it = Clinic(shop, folder, 0)
        for serial in range(1, 3):
            it.do(it.provet.create_client, people.new_client(serial, rng), phone=people.phone_number(rng))
        closed = CLOSED if "closed_through" in str(given.settings) else None
        watch = Watch(provet, it.xero, closed, lambda what: teller.say("daemon", what[:200]), shop.clock)
        history = History(seed, given, it, watch, teller)
        await history.unfold(rng.randint(4, LONGEST), skip)
        await history.come_to_rest()


@dataclass(slots=True)
class History:
    """The acts of one seed, and what is proved after them."""

    seed: int
    given: Conditions
    it: Clinic
    watch: Watch
    teller: Teller
    stage: Stage = field(init=False)
    operator: Operator = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(self.it, Random())
        self.operator = Operator(self.stage, lambda what: self.teller.say("operator", what))
        self.watch.allowed = not self.given.released_after

    async def unfold(self, length: int, skip: frozenset[int]) -> None:
        """People at work; every act has its own source of chance, so that one left out changes no other."""
        stage = self.stage
        for number in range(length):
            stage.rng = Random(f"history/{self.seed}/{number}")
            later = stage.rng.choice((0, 600, 3600, 20 * 3600))
            sync, full = stage.rng.random() < 0.6, stage.rng.random() < 0.3
            await self._release_if(number >= self.given.released_after)
            if number in skip:
                continue
            self._close_books(Random(f"history/{self.seed}/{number}/locks"))
            self._act(number, stage)
            if sync:
                self.it.shop.clock.now += 120 + later
                await self.it.shop.settle_down(full=full)
                await self._quiet()
                await self._decide(Random(f"history/{self.seed}/{number}/decision"))
                await self._reject(Random(f"history/{self.seed}/{number}/rejection"))

    async def _release_if(self, due: bool) -> None:
        """A person releases the first comparison of a practice, which from then on does more than look."""
        if self.watch.allowed or not due:
            return
        await self.it.sync()
        await self._quiet()
        if self.given.observed:
            self.it.set({new: old for old, new in OBSERVING.items()})
            await self.it.sync()
        self.watch.allowed = True
        await self.it.shop.app.desk.release("riverside", PERSON)
        self.teller.say("operator", "releases the first comparison")
        await self.it.sync()
        await self._quiet()

    def _close_books(self, rng: Random) -> None:
        if self.given.locks and rng.randrange(3) == 0:
            self.teller.say("bookkeeper", bookkeeper.close_books(self.it, rng))

    async def _decide(self, rng: Random) -> None:
        """Now and then a colleague of the operator decides something; then that is done."""
        if rng.randrange(3):
            return
        await self._said(await colleague.decide(self.stage, self.operator, rng))

    async def _reject(self, rng: Random) -> None:
        if self.given.rejects and rng.randrange(2):
            await self._said(await colleague.reject(self.stage, self.operator, rng))

    async def _said(self, said: str) -> None:
        if said:
            self.teller.say("colleague", said)
            await self.it.sync()
            await self._quiet()

    def _act(self, number: int, stage: Stage) -> None:
        who, acts = stage.rng.choices((("provet", staff.ACTS), ("xero", bookkeeper.ACTS)), (3, 2))[0]
        before = stage.rng.getstate()
        for _ in range(4):
            weights = [weight * self.given.busy_with.get(act.__name__, 1) for act, weight in acts.items()]
            act = stage.rng.choices(list(acts), weights)[0]
            try:
                done = act(stage)
            except REFUSALS as error:
                done = f"{act.__name__} is refused: {error}"
            if done:
                self.teller.say(f"{number} {who}", str(done))
                return
        stage.rng.setstate(before)
        self.teller.say(f"{number} provet", str(staff.visit(stage)))

    async def come_to_rest(self) -> None:
        """Everything open is decided; then both ledgers agree but for what is named, and nothing more is written."""
        await self._release_if(True)
        self.it.shop.clock.now += PUT_OFF_S
        if Random(f"history/{self.seed}/rejections").randrange(2):
            await self.operator.take_back()
        await self.operator.work_through()
        await self._quiet()
        await self.agree()
        before = len(self.watch.sent)
        await self.it.sync()
        self._hold(len(self.watch.sent) == before, f"another comparison wrote {self.watch.sent[before:]}")
        self._hold(not await self.it.found(), f"another comparison found {await self.it.kinds()}")
        self._hold(await self.it.shop.app.db.read(audit.verify) is None, "the audit chain is broken")

    def _hold(self, good: bool, what: str) -> None:
        if not good:
            raise Broken(self.seed, what, self.teller.told)

    async def _rows(self, *statuses: Status) -> list[Discrepancy]:
        query = lists.Query(statuses=statuses, limit=500)
        return list((await self.it.shop.app.db.read(lambda tx: lists.page(tx, query))).rows)

    async def _quiet(self) -> None:
        """Every cent between the books is named or was rejected, and nothing was sent that should not have been."""
        self._hold(not self.watch.broken, "; ".join(self.watch.broken))
        status = await self.it.status()
        named, rejected = await self._rows(*NAMED), await self._rows(Status.REJECTED)
        kinds = [f"{each.finding.kind} {each.finding.effect}" for each in named]
        unnamed = _effect(rejected)
        words = f"the residual is {status.residual}, not the {unnamed} that was rejected, beside {kinds}"
        self._hold(Decimal(status.residual) == unnamed, words)
        totals = await self.it.shop.app.db.read(lambda tx: assessments.totals(tx, "riverside"))
        provet, xero = books.receivables(self.it.books())
        explained = _effect(named) + unnamed + totals.excluded
        words = f"Provet {provet}, Xero {xero}, excluded {totals.excluded}, {kinds}; it says {totals}"
        self._hold(provet - xero == explained, f"receivables do not add up: {words}")

    async def agree(self) -> None:
        """Both ledgers agree but for what people decided on; raises ``Broken``."""
        stage, query = self.stage, excluded.Query(practices=("riverside",))
        left_out = await self.it.shop.app.db.read(lambda tx: excluded.window(tx, query, 0, 500))
        agreed = Agreed(
            decided=await self._rows(*NAMED, Status.REJECTED),
            excluded={each.provet_id: each.amount for _, each in left_out},
            accepted=frozenset(self.operator.accepted),
            recoded=frozenset(stage.recoded),
            dated=frozenset(stage.dated),
            applied=frozenset(f"invoice {note}" for note, _, _ in stage.applied),
        )
        scheme = scheme_of(self.it.folder / "settings.toml")
        wrong = Judge(self.it.books(), scheme, agreed).wrong()
        self._hold(not wrong, "; ".join(wrong))


def _effect(rows: Sequence[Discrepancy]) -> Decimal:
    return sum((each.finding.effect for each in rows), Decimal(0))
