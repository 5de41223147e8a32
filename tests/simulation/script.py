"""What people do during a run: a script drawn from its own seed, the same for a disturbed run and its calm twin.

Where a run's troubles delay the program, people wait for what they need; what they do in the end is the same, and no
two of their acts contradict each other, so that every run of a script must end with the same books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.provet.records import Invoice
from daemon.sandbox.xero import XeroSystem
from daemon.sandbox.xero.records import Document, Payment
from tests.simulation.clinic import Variant, rng_of


@dataclass(slots=True)
class Day:
    """Both systems at the moment of an act, and what the script's storylines have made so far, by their numbers."""

    provet: ProvetSystem
    xero: XeroSystem
    now: dt.datetime
    rng: Random
    invoices: dict[int, int]
    notes: dict[int, int]

    def invoice(self, line: int) -> Invoice:
        """The storyline's invoice in Provet."""
        return self.provet.hands.invoice(self.invoices[line])

    def in_xero(self, line: int) -> Document | None:
        """The storyline's living invoice in Xero, once it is there."""
        invoice = self.invoice(line)
        found = self.xero.ledger.invoices.find("number", invoice.number.casefold())
        mark = f"Provet invoice {invoice.id}"
        return next((each for each in found if each.reference == mark and each.status != "VOIDED"), None)

    def payments_in_xero(self, line: int) -> list[Payment]:
        """What stands paid on it there."""
        document = self.in_xero(line)
        return self.xero.ledger.payments.find("document", document.id) if document is not None else []


Do = Callable[[Day], object]
"""An act; returns None while what it needs is not there yet."""
Told = Iterator[tuple[float, str, Do]]
"""Acts with the seconds after the one before, and what they are in words."""
Storyline = Callable[[int, Random], Told]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does, not before ``at_s``."""

    at_s: float
    says: str
    do: Do
    seed: str


@dataclass(slots=True)
class Script:
    """Storylines, each a row of acts, and how the systems are set up for them."""

    number: int
    variant: Variant
    lines: list[list[Act]]
    invoices: dict[int, int] = field(default_factory=dict)
    notes: dict[int, int] = field(default_factory=dict)

    def day(self, provet: ProvetSystem, xero: XeroSystem, now: dt.datetime, act: Act) -> Day:
        return Day(provet, xero, now, rng_of(act.seed), self.invoices, self.notes)


def make_script(number: int, storylines: tuple[Storyline, ...], lasts_s: float) -> Script:
    """The script of that number: two or three storylines side by side, begun at different times."""
    rng = rng_of("script", number)
    told = [storylines[number % len(storylines)], *(rng.choice(storylines) for _ in range(rng.randint(1, 2)))]
    told = sorted(dict.fromkeys(told) if rng.random() < 0.5 else told, key=lambda each: each.__name__)
    lines = [_acts(number, line, storyline, rng, lasts_s) for line, storyline in enumerate(told)]
    return Script(number, Variant(rotating=number % 2 == 1, by_status=number % 4 >= 2), lines)


def _acts(number: int, line: int, storyline: Storyline, rng: Random, lasts_s: float) -> list[Act]:
    at_s = rng.uniform(0, lasts_s * 0.6)
    acts = []
    for place, (after_s, says, do) in enumerate(storyline(line, rng)):
        at_s = min(at_s + after_s, lasts_s)
        acts.append(Act(at_s, f"{line} {storyline.__name__}: {says}", do, f"script/{number}/{line}/{place}"))
    return acts
