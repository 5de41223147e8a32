"""One random history from its first act to the proof of the books that it leaves behind."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random

from daemon.core.discrepancy import Discrepancy
from daemon.sandbox.clinic import people
from daemon.sandbox.provet.config import Cancellation
from daemon.store import assessments, audit, lists
from tests.scenarios.clinic import Clinic, with_settings
from tests.scenarios.histories import bookkeeper, colleague, staff
from tests.scenarios.histories.operator import NAMED, Operator
from tests.scenarios.histories.stage import REFUSALS, Stage
from tests.scenarios.histories.watch import Watch
from tests.support import books
from tests.support.workshop import workshop

LONGEST = 14
BEFORE = "timezone ="
SETTINGS = (
    {},
    {},
    {},
    {BEFORE: 'anonymous = "walk_in"\nwalk_in_contact = "Counter"\ntimezone ='},
    {BEFORE: 'consolidated = "originals"\ntimezone ='},
    {BEFORE: 'consolidated = "hold"\ntimezone ='},
    {BEFORE: 'closed_through = "2026-10-25"\ntimezone ='},
)
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
    settings = rng.choice(SETTINGS)
    config = {
        "cancellation": rng.choice(tuple(Cancellation)),
        "overpayment_allowed": rng.random() < 0.2,
        "payment_touches_invoice": rng.random() < 0.5,
    }
    teller.say("settings", f"{settings} {config}")
    async with workshop(folder, change=with_settings(settings), seed=seed, clients=1, invoices=0) as shop:
        provet = shop.world.hosts["provet"].system
        provet._books.config = replace(provet._books.config, **config)
        it = Clinic(shop, folder, 0)
        for serial in range(1, 3):
            it.do(it.provet.create_client, people.new_client(serial, rng), phone=people.phone_number(rng))
        closed = CLOSED if "closed_through" in str(settings) else None
        watch = Watch(provet, it.xero, closed, lambda what: teller.say("daemon", what[:200]), shop.clock)
        history = History(seed, it, watch, teller)
        await history.unfold(rng.randint(4, LONGEST), skip)
        await history.come_to_rest()


@dataclass(slots=True)
class History:
    """The acts of one seed, and what is proved after them."""

    seed: int
    it: Clinic
    watch: Watch
    teller: Teller
    stage: Stage = field(init=False)
    operator: Operator = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(self.it, Random())
        self.operator = Operator(self.stage, lambda what: self.teller.say("operator", what))

    async def unfold(self, length: int, skip: frozenset[int]) -> None:
        """People at work; every act has its own source of chance, so that one left out changes no other."""
        stage = self.stage
        for number in range(length):
            stage.rng = Random(f"history/{self.seed}/{number}")
            later = stage.rng.choice((0, 600, 3600, 20 * 3600))
            sync, full = stage.rng.random() < 0.6, stage.rng.random() < 0.3
            if number in skip:
                continue
            self._act(number, stage)
            if sync:
                self.it.shop.clock.now += 120 + later
                await self.it.shop.settle_down(full=full)
                await self._quiet()
                await self._decide(Random(f"history/{self.seed}/{number}/decision"))

    async def _decide(self, rng: Random) -> None:
        """Now and then a colleague of the operator decides something; then that is done."""
        if rng.randrange(3):
            return
        said = await colleague.decide(self.stage, self.operator, rng)
        if said:
            self.teller.say("colleague", said)
            await self.it.sync()
            await self._quiet()

    def _act(self, number: int, stage: Stage) -> None:
        who, acts = stage.rng.choices((("provet", staff.ACTS), ("xero", bookkeeper.ACTS)), (3, 2))[0]
        before = stage.rng.getstate()
        for _ in range(4):
            act = stage.rng.choices(list(acts), list(acts.values()))[0]
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
        self.it.shop.clock.now += PUT_OFF_S
        await self.operator.work_through()
        await self._quiet()
        await self._agree()
        before = len(self.watch.sent)
        await self.it.sync()
        self._hold(len(self.watch.sent) == before, f"another comparison wrote {self.watch.sent[before:]}")
        self._hold(not await self.it.found(), f"another comparison found {await self.it.kinds()}")
        self._hold(await self.it.shop.app.db.read(audit.verify) is None, "the audit chain is broken")

    def _hold(self, good: bool, what: str) -> None:
        if not good:
            raise Broken(self.seed, what, self.teller.told)

    async def _named(self) -> list[Discrepancy]:
        query = lists.Query(statuses=NAMED, limit=500)
        return list((await self.it.shop.app.db.read(lambda tx: lists.page(tx, query))).rows)

    async def _quiet(self) -> None:
        """Every cent between the books is named, and nothing was sent that should not have been."""
        self._hold(not self.watch.broken, "; ".join(self.watch.broken))
        status = await self.it.status()
        named = await self._named()
        kinds = [f"{each.finding.kind} {each.finding.effect}" for each in named]
        self._hold(status.residual == "0.00", f"the residual is {status.residual} beside {kinds}")
        totals = await self.it.shop.app.db.read(lambda tx: assessments.totals(tx, "riverside"))
        laid_out = self.it.books()
        provet, xero = books.receivables(laid_out)
        explained = sum((each.finding.effect for each in named), Decimal(0)) + totals.excluded
        words = f"Provet {provet}, Xero {xero}, excluded {totals.excluded}, {kinds}; it says {totals}"
        self._hold(provet - xero == explained, f"receivables do not add up: {words}")

    async def _agree(self) -> None:
        """What the checker still finds is about families and clients of which something was waived."""
        named = {each.finding.family for each in await self._named()} | self._consolidated()
        clients = {each.finding.client for each in await self._named()} - {""}
        laid_out = self.it.books()
        clients |= {d.client or "" for d in laid_out.provet.documents.values() if _family(d.id, laid_out) in named}
        found = (each for each in books.differences(laid_out) if each.what != "contact that nobody needs")
        left = [each for each in found if not self._is_named(each, laid_out, named, clients)]
        self._hold(not left, "; ".join(str(each) for each in left))

    def _consolidated(self) -> set[str]:
        """The families of consolidated invoices and their originals: the checker counts those as excluded; what they
        are worth is held by the residual and the receivables."""
        wholes = [d for d in self.it.provet.state.invoices.values() if d.consolidates]
        laid_out = self.it.books()
        return {_family(str(each), laid_out) for whole in wholes for each in (whole.id, *whole.consolidates)}

    def _is_named(self, found: books.Difference, laid_out: books.Books, named: set[str], clients: set[str]) -> bool:
        family = books.family_of(found.about, laid_out)
        if found.what == "accounts" and f"Provet {found.about}" in self.stage.recoded:
            return True
        if found.what == "date of the allocation" and f"Provet {found.about}" in self.stage.dated:
            return True
        applied = {f"invoice {note}" for note, _, _ in self.stage.applied}
        if found.what == "allocated outside its family" and found.about in applied:
            return True
        accepted = any(found.what.startswith(what) for of, what in self.operator.accepted if of == family)
        return accepted or family in named or found.about.removeprefix("client ") in clients


def _family(provet_id: str, laid_out: books.Books) -> str:
    return books.family_of(f"invoice {provet_id}", laid_out)
