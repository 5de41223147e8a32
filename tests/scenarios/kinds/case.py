"""The frame of a scenario: what must be seen of a kind, and what must be true once it is corrected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from daemon.core.correction import Option
from daemon.core.discrepancy import Discrepancy, Policy
from tests.scenarios.clinic import PERSON, Clinic
from tests.scenarios.histories.watch import Watch
from tests.scenarios.till import till

Play = Callable[["Case"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a kind comes about and goes away again, in a clinic with these changes of its settings."""

    play: Play
    changes: Mapping[str, str]
    overpayment: bool


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    kind: str, changes: Mapping[str, str] | None = None, *, overpayment: bool = False
) -> Callable[[Play], Play]:
    """Make a function the scenario of a kind. ``overpayment``: Provet takes more than is due."""

    def enrol(play: Play) -> Play:
        assert kind not in SCENARIOS, f"{kind} has a scenario already"
        SCENARIOS[kind] = Scenario(play, changes or {}, overpayment)
        return play

    return enrol


@dataclass(slots=True)
class Case:
    """A clinic in which a discrepancy of one kind is to be seen."""

    it: Clinic
    kind: str
    seen: list[Discrepancy] = field(default_factory=list)
    agreed: tuple[str, ...] = ()
    """What a decision lets differ between the ledgers, as the checker says it."""

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Writes are paused: what is automatic can be seen before it is corrected."""
        desk, writes = self.it.shop.app.desk, self.writes()
        await desk.pause("riverside", "so that it can be seen", PERSON)
        yield
        assert self.writes() == writes, "it wrote while paused"
        await desk.resume("riverside", PERSON)

    async def sees(
        self,
        policy: Policy,
        *options: str,
        amount: str = "0.00",
        effect: str = "0.00",
        beside: tuple[str, ...] = (),
        apart: tuple[str, ...] = (),
        residual: str = "0.00",
    ) -> Discrepancy:
        """A whole comparison finds it, with this policy, these options (the recommended one first) and this money.

        ``beside`` are the kinds of what else is open, each of which must wait for it, ``apart`` those of what is
        open by itself.
        """
        async with self.still():
            await self.it.sync()
            return await self.shows(
                policy, *options, amount=amount, effect=effect, beside=beside, apart=apart, residual=residual
            )

    async def shows(
        self,
        policy: Policy,
        *options: str,
        amount: str = "0.00",
        effect: str = "0.00",
        beside: tuple[str, ...] = (),
        apart: tuple[str, ...] = (),
        residual: str = "0.00",
    ) -> Discrepancy:
        """What is open now, as ``sees`` says."""
        rows = await self.it.found()
        assert sorted(row.finding.kind for row in rows) == sorted((self.kind, *beside, *apart))
        (row,) = [row for row in rows if row.finding.kind == self.kind]
        found = row.finding
        waiting = [other.finding.kind for other in rows if other.finding.cause == row.id]
        assert sorted(waiting) == sorted(beside)
        assert found.policy is policy
        assert _ids(found.options) == list(options)
        assert (found.amount, found.effect) == (Decimal(amount), Decimal(effect))
        assert (await self.it.status()).residual == residual
        self.seen.append(row)
        return row

    async def corrected(self, found: Discrepancy | None = None, option: str = "") -> None:
        """A person approves an option of what was seen last, the recommended one if none is named."""
        await self.it.approve(found or self.seen[-1], option)

    def writes(self) -> list[str]:
        return [*self.it.shop.writes("provet"), *self.it.shop.writes("xero")]


def _ids(options: Sequence[Option]) -> list[str]:
    """The ids of options, the only recommended one first; what differs between candidates is left out."""
    assert sum(option.recommended for option in options) == (1 if options else 0)
    ordered = sorted(options, key=lambda option: not option.recommended)
    return [option.id.partition(":")[0] for option in ordered]


@asynccontextmanager
async def case(kind: str, folder: Path) -> AsyncIterator[Case]:
    """The scenario's clinic. At its end nothing is open and both ledgers agree; the residual is nothing, and another
    comparison writes nothing. No request went above what was due, into a closed period or over a reconciled payment."""
    about = SCENARIOS[kind]
    async with till(folder, about.changes, overpayment=about.overpayment) as it:
        provet, clock = it.shop.world.hosts["provet"].system, it.shop.clock
        found, watch = Case(it, kind), Watch(provet, it.xero, None, lambda _: None, clock)
        yield found
        await it.sync()
        assert found.seen, f"{kind} was never seen"
        assert watch.broken == [], "something was sent that never should be"
        assert (await it.kinds(), it.differences()) == ([], list(found.agreed))
