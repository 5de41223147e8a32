"""One whole run: the real daemon, both simulated systems and the people, in one process under virtual time.

First everything goes wrong that the seed says; then it is calm, and everything must come to rest in the books of a twin
that nothing ever disturbed, by change polls alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

import daemon.provet.children
import daemon.provet.client
import daemon.xero.reads
from daemon.app import App, Drivers, open_app
from daemon.errors import ReconError
from daemon.protocol import PracticeStatus
from daemon.store import audit
from daemon.store.database import raise_epoch
from tests.simulation import ledger
from tests.simulation.clinic import (
    PRACTICE,
    PROVET,
    XERO,
    configure,
    new_store,
    provet_of,
    rng_of,
    settings_of,
    world_of,
    xero_of,
)
from tests.simulation.hazards import Hazards, Weather, drawn
from tests.simulation.life import Killed, Life, LifeClock, LifeStore, WorldClock
from tests.simulation.loop import simulate
from tests.simulation.network import Doorbell, LifeExchange, Network
from tests.simulation.people import LOOKS_EVERY_S, Doubter, Engineer
from tests.simulation.script import Act, Script, make_script
from tests.simulation.storylines import STORYLINES
from tests.simulation.trace import Trace, Violation
from tests.simulation.witness import Witness

SCRIPTS = 42
LASTS_S = 12 * 60.0
UNRULY_S = LASTS_S + 120.0
CALM_S = 2 * 3600.0
LOOK_S = 150.0
ACT_AGAIN_S = 40.0
DOWN_S = (0.5, 30.0, 200.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    seed: int
    books: Counter[str]
    trace: Trace
    lives: int
    took_s: float


class Simulation:
    """The world of one run and the lives of the daemon in it."""

    def __init__(self, seed: int, told: Script, weather: Weather, echo: Callable[[str], None] | None) -> None:
        loop = asyncio.get_running_loop()
        self.clock = WorldClock(loop)
        self.trace = Trace(loop.time, echo)
        self.script = told
        self.hazards = Hazards(weather, rng_of(seed, "hazards"))
        self.doorbell = Doorbell()
        self.world = world_of(told.variant, seed, self.clock, self.doorbell.post)
        self.db = new_store()
        provet, xero = provet_of(self.world), xero_of(self.world)
        self.witness = Witness(self.db._raw, provet, xero, self.trace, loop.time)
        self._spy_on(provet)
        self._spy_on(xero)
        hosts = {PROVET: self.world.hosts["provet"], XERO: self.world.hosts["xero"]}
        self.network = Network(hosts, self.world.faults, self.hazards, self.witness, self.trace)
        self.engineer = Engineer(self.witness, self.trace, rng_of(seed, "engineer"), loop.time)
        self.doubter = Doubter(self.engineer, self.witness, self.trace, rng_of(seed, "doubter"))
        self.rng = rng_of(seed, "world")
        self.ids = _ids(seed)
        self.lives = 0
        self.over = False
        self.done = 0
        self.app: App | None = None
        self.owed = asyncio.Event()
        self.network.arrived = self.owed.set

    def _spy_on(self, system: Any) -> None:
        handle = system.handle

        def spied(request: Any, now: Any, rng: Random) -> Any:
            response = handle(request, now, rng)
            self.witness.executed(request, response)
            return response

        system.handle = spied

    async def run(self, wanted: Counter[str] | None) -> None:
        """Trouble, then calm until the books are the twin's (any books at rest, if ``wanted`` is None)."""
        self._apply_weather()
        asyncio.get_running_loop().set_exception_handler(self._crashed)
        async with asyncio.TaskGroup() as group:
            others = [group.create_task(each) for each in self._others()]
            try:
                await asyncio.sleep(UNRULY_S if self.hazards.weather != Weather() else LASTS_S)
                self._calm_down()
                await self._come_to_rest(wanted)
                await self._compare_in_full(wanted)
            finally:
                self.over = True
                for task in others:
                    task.cancel()

    def _crashed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A callback raised: a broken promise is remembered already."""
        error = context.get("exception")
        if error is not None and not isinstance(error, Violation | Killed):
            self.trace.violations.append(repr(error))

    def _others(self) -> list[Coroutine[Any, Any, None]]:
        lines = [self._tell(line) for line in self.script.lines]
        people = [self._decide(self.engineer.try_to_look), self._decide(self._doubt)]
        return [self._keep_alive(), self._deliver(), *people, self._trouble(), *lines]

    def _apply_weather(self) -> None:
        weather = self.hazards.weather
        self.world.faults.plan = self.hazards.plan(reading=True)
        configure(self.world, list_lag_s=weather.xero_lag_s, late_modified_s=weather.provet_lag_s)

    def _calm_down(self) -> None:
        self.trace.note("world", "calm")
        self.hazards.calm()
        self.life.lasts()
        self._apply_weather()

    async def _keep_alive(self) -> None:
        """What a service manager does: start the daemon, and start it again."""
        while not self.over:
            life = await self._start()
            await self._live(life)
            await asyncio.sleep(self.rng.choice(DOWN_S))

    async def _start(self) -> Life:
        self.lives += 1
        number = await self.db.write(raise_epoch)
        self.life = life = Life(number, self.clock, self.trace, dies_after=self.hazards.dies_after())
        self.trace.note("life", f"{number} begins")
        return life

    async def _live(self, life: Life) -> None:
        """One life to its end, which is its death, a stop, or an error that ends the process."""
        async with asyncio.TaskGroup() as group:
            work = group.create_task(self._work(life))
            life.stop = work.cancel
            grave = group.create_task(life.ended.wait())
            try:
                await asyncio.wait([work, grave], return_when=asyncio.FIRST_COMPLETED)
            finally:
                life.die("ended")
                self.app = self.engineer.app = self.doorbell.engine = None
                work.cancel()
                grave.cancel()

    async def _work(self, life: Life) -> None:
        drivers = Drivers(
            clock=LifeClock(life, self.hazards),
            new_id=self.ids,
            offload=_inline,
            exchange=LifeExchange(self.network, life, self.hazards, self.witness),
            db=LifeStore(self.db._raw, life, self.hazards, self.witness.committed),
        )
        try:
            async with open_app(settings_of(self.script.variant), drivers) as app:
                self.app = self.engineer.app = app
                self.doorbell.engine = app.engines[PRACTICE]
                await app.engines[PRACTICE].run()
        except BaseException as error:
            self._end_of(error)

    def _end_of(self, error: BaseException) -> None:
        """Death and stops are silent; an error of the program is not, and a broken promise least of all."""
        leaves = _leaves(error)
        for leaf in leaves:
            if not isinstance(leaf, Killed | asyncio.CancelledError):
                self.trace.note("life", f"ends by {type(leaf).__name__}: {leaf}")
                if not isinstance(leaf, ReconError):
                    raise error

    async def _deliver(self) -> None:
        """Webhooks, soon after they are owed."""
        delivery = self.world.delivery
        while True:
            await self.owed.wait()
            self.owed.clear()
            while pending := delivery.pending():
                await asyncio.sleep(max((pending[0].due - self.world.clock.utc()).total_seconds(), 0.05))
                await delivery.deliver_due()

    async def _doubt(self) -> None:
        await self.doubter.try_to_look(self.hazards.weather.second_thoughts)

    async def _decide(self, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            try:
                await look()
            except Killed:
                pass
            except asyncio.CancelledError:
                if self.over or _asked_to_end():
                    raise

    async def _trouble(self) -> None:
        """What happens once, at a time of its own: the clock is set, tokens are revoked."""
        weather, loop = self.hazards.weather, asyncio.get_running_loop()
        happenings = [(self.rng.uniform(0, UNRULY_S), by) for by in weather.clock_jumps]
        happenings += [(self.rng.uniform(0, UNRULY_S), 0.0) for _ in range(weather.tokens_lost)]
        begun = loop.time()
        for at_s, by in sorted(happenings):
            await asyncio.sleep(begun + at_s - loop.time())
            self.trace.note("world", f"the clock is set by {by:+g} s" if by else "all access tokens end")
            if by:
                self.hazards.ahead_s += by
            else:
                self._end_tokens()

    def _end_tokens(self) -> None:
        provet_of(self.world).hands.state.tokens.clear()
        xero_of(self.world).identity.state.access.clear()

    async def _tell(self, acts: list[Act]) -> None:
        """One storyline, act by act; an act waits for what it needs."""
        for act in acts:
            await asyncio.sleep(max(act.at_s - (self.clock.monotonic() - 1000.0), 0.0))
            while True:
                provet, xero = provet_of(self.world), xero_of(self.world)
                if act.do(self.script.day(provet, xero, self.clock.utc(), act)) is not None:
                    break
                await asyncio.sleep(ACT_AGAIN_S)
            self.trace.note("people", act.says)
            self.world.collect()
            self.owed.set()
        self.done += 1

    async def _come_to_rest(self, wanted: Counter[str] | None) -> None:
        """Change polls alone must lead to the twin's books, with nothing open and every cent explained."""
        until = self.clock.monotonic() + CALM_S
        found = "nothing runs"
        while self.clock.monotonic() < until:
            await asyncio.sleep(LOOK_S)
            found = await self._unrest(wanted)
            if not found or self.trace.violations:
                return
        self.trace.hold(False, f"no rest after {CALM_S:g} s of calm: {found}")

    async def _unrest(self, wanted: Counter[str] | None) -> str:
        """What keeps the run from being at rest; "" if nothing does."""
        if self.done < len(self.script.lines):
            return f"{len(self.script.lines) - self.done} storylines are not at their end"
        if self.app is None:
            return "the daemon is down"
        status = (await self.app.desk.status()).practices[0]
        if not _at_rest(status):
            return f"{status.state}, {status.open}, {status.in_doubt} in doubt, residual {status.residual}"
        books = self.books()
        if wanted is not None and books != wanted:
            return (
                f"books differ: {sorted((books - wanted).elements())} instead of {sorted((wanted - books).elements())}"
            )
        return ""

    async def _compare_in_full(self, wanted: Counter[str] | None) -> None:
        """A full comparison finds nothing that the polls missed, and the audit chain holds."""
        assert self.app is not None
        engine = self.app.engines[PRACTICE]
        before = self._writes()
        number = engine.ask(full=True)
        for _ in range(20):
            await asyncio.sleep(LOOK_S)
            if engine.served >= number:
                break
        self.trace.hold(engine.served >= number, "a full comparison in calm did not end")
        found = await self._unrest(wanted)
        self.trace.hold(not found, f"the full comparison disturbed the rest: {found}")
        self.trace.hold(self._writes() == before, "the full comparison wrote something")
        broken = await self.db.read(audit.verify)
        self.trace.hold(broken is None, f"the audit chain is broken at {broken}")

    def _writes(self) -> int:
        return sum(len(host.log.entries(writes_only=True)) for host in self.world.hosts.values())

    def books(self) -> Counter[str]:
        return ledger.standing(provet_of(self.world), xero_of(self.world))


def _asked_to_end() -> bool:
    """Whether the task itself was cancelled, rather than a transaction that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _at_rest(status: PracticeStatus) -> bool:
    return (status.state, status.open_total, status.in_doubt, status.residual) == ("in_sync", 0, 0, "0.00")


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]


async def _inline(work: Callable[[], Any]) -> Any:
    return work()


def _ids(seed: int) -> Callable[[], str]:
    rng, numbers = rng_of(seed, "ids"), count()
    return lambda: str(UUID(int=rng.getrandbits(128) ^ next(numbers), version=4))


def calm_books(number: int) -> Counter[str]:
    """The books of a script's undisturbed twin."""
    return _twin(number % SCRIPTS)


@cache
def _twin(number: int) -> Counter[str]:
    return _run(-1 - number, number, Weather(), None, None).books


def run_seed(seed: int, echo: Callable[[str], None] | None = None) -> Outcome:
    """Run one seed against its twin; raises ``Violation`` (or what the program raised) where a promise is broken."""
    number = seed % SCRIPTS
    wanted = calm_books(number)
    with page_sizes(rng_of(seed, "pages")):
        return _run(seed, number, drawn(rng_of(seed, "weather")), wanted, echo)


def _run(
    seed: int, number: int, weather: Weather, wanted: Counter[str] | None, echo: Callable[[str], None] | None
) -> Outcome:
    async def main() -> Outcome:
        run = Simulation(seed, make_script(number, STORYLINES, LASTS_S), weather, echo)
        run.trace.note("world", f"seed {seed}, script {number}: {weather}")
        try:
            await run.run(wanted)
        except BaseException as error:
            raise Broken(seed, run.trace, error) from error
        if run.trace.violations:
            raise Broken(seed, run.trace, Violation(run.trace.violations[0]))
        return Outcome(seed, run.books(), run.trace, run.lives, run.clock.monotonic() - 1000.0)

    return simulate(main, rng_of(seed, "order"))


class Broken(AssertionError):
    """A seed under which a promise was broken, with all that happened."""

    def __init__(self, seed: int, trace: Trace, error: BaseException) -> None:
        what = trace.violations[0] if trace.violations else "; ".join(repr(leaf) for leaf in _leaves(error))
        super().__init__(f"seed {seed}: {what}")
        self.seed = seed
        self.trace = trace


@contextmanager
def page_sizes(rng: Random) -> Iterator[None]:
    """Small pages, so that lists of a tiny clinic have several."""
    size = rng.choice((2, 3, 7, 1000))
    places = (
        (daemon.xero.reads, "PAGE_SIZE"),
        (daemon.provet.client, "POLL_SIZE"),
        (daemon.provet.client, "FULL_SIZE"),
        (daemon.provet.children, "SIZE"),
    )
    with ExitStack() as stack:
        for module, name in places:
            stack.enter_context(patch.object(module, name, size))
        yield
